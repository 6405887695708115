"""Why the opening of an account's day started no run."""

from collections.abc import Iterable
from datetime import date

from domain.calendar.closures import Closure, in_words
from domain.payments.payments import Payment, Status
from domain.values.money import Money, total


def why_nothing(account: str, closed: Closure | None, payments: Iterable[Payment], today: date) -> str:
    """Say in a sentence why no run was started for an account, and when there will be one.

    `payments` are those of the account that are scheduled, due or held. `closed` is None on a business day.
    """
    dated = [(payment.due_on, payment) for payment in payments if payment.due_on is not None]
    held = [payment for _, payment in dated if payment.status is Status.HELD]
    coming = [(on, each) for on, each in dated if each.status is not Status.HELD and each.run is None]
    keeps = f"; {counted(held)} held: `sluice payment list --account {account} --status held`" if held else ""
    if closed is not None:
        waiting = [payment for on, payment in coming if on <= closed.opens.date()]
        return f"{account} is {closed.sentence}; {counted(waiting)} due by then{keeps}"
    following = min(((on, each.id, each) for on, each in coming if on > today), default=None)
    if following is None:
        return f"nothing is due from {account} today{keeps}"
    on, name, first = following
    return f"nothing is due from {account} today; next is {name}, {first.amount}, on {in_words(on)} {on.year}{keeps}"


def counted(payments: Iterable[Payment]) -> str:
    """Say how many payments there are, and their sums by currency: `2 payments (JPY 300, KRW 100) are`."""
    found = list(payments)
    if not found:
        return "no payment is"
    sums = ", ".join(str(each) for each in sums_of(found))
    return f"{len(found)} payment{'s' if len(found) != 1 else ''} ({sums}) {'are' if len(found) != 1 else 'is'}"


def sums_of(payments: Iterable[Payment]) -> list[Money]:
    """The sums of payments, one for each currency, by currency."""
    found = list(payments)
    currencies = sorted({payment.amount.currency for payment in found})
    return [total((each.amount for each in found if each.amount.currency == code), code) for code in currencies]
