"""Accounts that will not have the money, money that others owe, and milestones whose planned day is over."""

from collections.abc import Sequence
from datetime import date

from domain.health.ailment import Ailment, AilmentKind, counted
from domain.values.money import Money

LOOKS_AHEAD_WEEKS = 8
"""How far ahead the doctor looks for an account that turns negative."""
SOON_DAYS = 14
"""From so many days before, an account that turns negative needs somebody at once."""


def short_of_money(production: str, account: str, on: date, balance: Money, today: date) -> Ailment:
    """An account that turns negative, beyond its overdraft."""
    return Ailment(
        AilmentKind.SHORT_OF_MONEY,
        f"{production} {account}",
        on,
        f"on {on}, in {counted((on - today).days, 'day')}, it will be at {balance} by what is planned and due",
        f"`sluice cash forecast {production} {account}` shows what moves; call for money, or agree an overdraft",
        wrong=(on - today).days <= SOON_DAYS,
    )


def balance_unknown(production: str, account: str, payments: int) -> Ailment | None:
    """An account with payments to make of which nobody has said what it holds. Nothing is known to be wrong."""
    if not payments:
        return None
    return Ailment(
        AilmentKind.BALANCE_UNKNOWN,
        f"{production} {account}",
        None,
        f"nobody has said what it holds, and {counted(payments, 'payment')} will be made from it",
        f"ask the bank for a statement, or record it: `sluice bank open-balance {production} {account}`",
        wrong=False,
    )


def receipt_late(
    receipt: str, party: str, outstanding: Money, due_on: date, today: date, reminded_on: date | None
) -> Ailment:
    """Money that somebody owes us. It is wrong until somebody has reminded them."""
    reminded = f", and they were reminded on {reminded_on}" if reminded_on is not None else ""
    return Ailment(
        AilmentKind.RECEIPT_LATE,
        receipt,
        due_on,
        f"{party} owes {outstanding} since {counted((today - due_on).days, 'day')}{reminded}",
        f"ask them, and record it: `sluice receipt remind {receipt}`",
        wrong=False,
    )


def milestones_late(production: str, late: Sequence[tuple[str, date]], today: date) -> Ailment | None:
    """Milestones whose planned day is over and that are not accepted. What depends on them waits."""
    if not late:
        return None
    first = min(on for _, on in late)
    names = ", ".join(f"{name} (planned for {on})" for name, on in late)
    return Ailment(
        AilmentKind.MILESTONE_LATE,
        production,
        first,
        f"{counted(len(late), 'milestone')} should have been accepted, the first "
        f"{counted((today - first).days, 'day')} ago: {names}",
        f"hand in what is missing, or amend the planned days: `sluice milestone late {production}`",
        wrong=False,
    )
