"""Amounts, due dates and directions of instalments. Pure functions.

They expect an agreement without findings of `domain.agreement.checks`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum

from domain.agreement.model import Account, Agreement, Control, DueOn, Instalment
from domain.calendar.calendars import Calendars, Convention
from domain.calendar.dates import DAY
from domain.calendar.overrides import CalendarOverride
from domain.errors import BadInput
from domain.values.money import Money, allocate, total


class InstalmentDirection(StrEnum):
    """Whether an instalment is sent by us, or expected and matched."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"


def direction(agreement: Agreement, instalment: Instalment) -> InstalmentDirection:
    """Outgoing from a controlled account to an external one; incoming the other way round.

    Raises:
        BadInput: both accounts are controlled, or neither is. The checks exclude it.
    """
    payer, payee = agreement.account(instalment.payer), agreement.account(instalment.payee)
    match (payer.control, payee.control):
        case (Control.CONTROLLED, Control.EXTERNAL):
            return InstalmentDirection.OUTGOING
        case (Control.EXTERNAL, Control.CONTROLLED):
            return InstalmentDirection.INCOMING
    raise BadInput(f"{instalment.id}: exactly one of {payer.id} and {payee.id} must be a controlled account.")


def amounts(agreement: Agreement) -> Mapping[str, Money]:
    """The amount of every instalment by id, in the order of the schedule.

    Instalments in per cent share what the fixed ones leave of their total. The largest remainder keeps the sum exact.

    Raises:
        BadInput: an instalment has neither amount nor percent, or names an unknown total. The checks exclude both.
    """
    fixed = {instalment.id: instalment.amount for instalment in agreement.schedule if instalment.amount is not None}
    shared: dict[str, Money] = {}
    for contract in agreement.totals:
        of_it = [instalment for instalment in agreement.schedule if instalment.of == contract.id]
        in_percent = [instalment for instalment in of_it if instalment.percent is not None]
        left = contract.amount - total((fixed[i.id] for i in of_it if i.id in fixed), contract.amount.currency)
        if in_percent:
            shares = allocate(left, [instalment.percent or 0 for instalment in in_percent])
            shared |= {instalment.id: share for instalment, share in zip(in_percent, shares, strict=True)}
    resolved = shared | fixed
    missing = [instalment.id for instalment in agreement.schedule if instalment.id not in resolved]
    if missing:
        raise BadInput(f"{', '.join(missing)}: an instalment needs an amount, or a percent of a known total.")
    return {instalment.id: resolved[instalment.id] for instalment in agreement.schedule}


def calendars_of(
    agreement: Agreement, accounts: Iterable[Account], overrides: Iterable[CalendarOverride] = ()
) -> Calendars:
    """The combined calendars of accounts. The given overrides (from settings) win over the agreement's."""
    codes = {code for account in accounts for code in account.calendars}
    return Calendars.of(codes, (*agreement.calendar_overrides, *overrides))


def execution_day(account: Account, calendars: Calendars, now: datetime) -> date:
    """The day on which the bank executes an order that is made now; `now` is in the agreement's time zone.

    It is today, unless the bank wants orders business days ahead. Those made after the cut-off go with the next day's.
    """
    ahead, today = account.profile.business_days_ahead, now.date()
    if ahead and account.cut_off is not None and now.time() >= account.cut_off:
        today = calendars.add_business_days(today, 1)
    return calendars.add_business_days(today, ahead) if ahead else today


def order_day(account: Account, calendars: Calendars, execution_on: date) -> date:
    """The last day on which the bank takes an order that it executes on a day, until the account's cut-off."""
    day = execution_on
    for _ in range(account.profile.business_days_ahead):
        day = calendars.adjust(day - DAY, Convention.PRECEDING)
    return day


def due_date(
    agreement: Agreement,
    instalment: Instalment,
    accepted_on: date | None,
    overrides: Iterable[CalendarOverride] = (),
) -> date | None:
    """The date on which an instalment is due: a business day for payer and payee.

    `accepted_on` is the acceptance date of its milestone, in the agreement's zone. Without it, an instalment after a
    milestone has no date: the result is None.
    """
    parties = (agreement.account(instalment.payer), agreement.account(instalment.payee))
    calendars = calendars_of(agreement, parties, overrides)
    if isinstance(instalment.due, DueOn):
        return calendars.adjust(instalment.due.on, instalment.convention)
    if accepted_on is None:
        return None
    return calendars.add_business_days(accepted_on, instalment.due.business_days, instalment.convention)
