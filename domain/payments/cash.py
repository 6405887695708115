"""Forecasts what an account will hold: what comes in and what goes out of it, by day and by week.

Each thing stands on its day: a payment on its due day, or today if that is over; an instalment that waits for a
milestone on the day that follows from the milestone's planned day; a share of the earnings on the day on which its
period is paid. What was expected and is late has no day, so that it is listed and not counted. Amounts in another
currency are converted at the contract's rate, or at the rate of their run.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from domain.agreement.model import Agreement, DueAfter, Instalment
from domain.agreement.productions import DueDate
from domain.errors import SluiceError
from domain.payments.funds import attempts_under_way
from domain.payments.payments import FINISHED, ON_ITS_WAY, Payment, Status
from domain.payments.receipts import WAITING, Receipt, ReceiptStatus
from domain.rates import contract_value
from domain.sharing import distributions as shared
from domain.sharing.ordering import order
from domain.sharing.payouts import paying_account, payout_terms
from domain.state import State
from domain.values.money import Money, total


class CashKind(StrEnum):
    """Why money is expected to move."""

    ON_ITS_WAY = "on its way"
    DUE = "due"
    SCHEDULED = "scheduled"
    MILESTONE = "after a milestone"
    SHARE = "share of the earnings"
    RECEIPT = "expected"
    LATE = "late"


class CashMovement(Struct, frozen=True):
    """Money that is expected to come in (positive) or to go out, in the account's currency.

    `about` is the payment or receipt, or the period of a share. `on` is None for what is late.
    """

    production: str
    about: str
    party: str
    kind: CashKind
    amount: Money
    on: date | None


class CashDay(Struct, frozen=True):
    """What moves on a day or in the week from it, and the balance at its end. `lowest` is that of the week's worst day.

    Both balances are None if what the account holds is unknown.
    """

    on: date
    comes_in: Money
    goes_out: Money
    balance: Money | None
    lowest: Money | None


class CashView(Struct, frozen=True):
    """What a forecast needs of a production: the account, the state, today, and how instalments get their days."""

    agreement: Agreement
    account: str
    state: State
    today: date
    due_date: DueDate

    @property
    def currency(self) -> str:
        """The currency of the account."""
        return self.agreement.account(self.account).currency


def cash_movements(view: CashView) -> list[CashMovement]:
    """What is expected to move on an account, by what one production has on record."""
    payments = (one for one in view.state.payments.values() if one.account == view.account)
    receipts = (one for one in view.state.receipts.values() if one.account == view.account)
    found = [movement for payment in payments for movement in _of_payment(view, payment)]
    found += [_of_receipt(view, one) for one in receipts if one.status in WAITING and one.outstanding.minor > 0]
    return [*found, *_of_shares(view)]


def later(movements: Iterable[CashMovement], days: int) -> list[CashMovement]:
    """The movements with all that is expected coming in so many days later."""
    late = timedelta(days=days)
    return [
        replace(one, on=one.on + late) if one.kind is CashKind.RECEIPT and one.on is not None else one
        for one in movements
    ]


def by_day(opening: Money | None, movements: Sequence[CashMovement], currency: str, until: date) -> list[CashDay]:
    """The days on which something moves, up to a day, in order."""
    days: dict[date, list[Money]] = {}
    for one in movements:
        if one.on is not None and one.on <= until:
            days.setdefault(one.on, []).append(one.amount)
    found, balance = [], opening
    for on, amounts in sorted(days.items()):
        comes = total((amount for amount in amounts if amount.minor > 0), currency)
        goes = total((-amount for amount in amounts if amount.minor < 0), currency)
        balance = balance + comes - goes if balance is not None else None
        found.append(CashDay(on, comes, goes, balance, balance))
    return found


def by_week(days: Iterable[CashDay]) -> list[CashDay]:
    """The weeks in which something moves, each named by its Monday."""
    weeks: dict[date, list[CashDay]] = {}
    for day in days:
        weeks.setdefault(day.on - timedelta(days=day.on.weekday()), []).append(day)
    return [_week(monday, within) for monday, within in weeks.items()]


def _week(monday: date, days: Sequence[CashDay]) -> CashDay:
    currency = days[0].comes_in.currency
    return CashDay(
        on=monday,
        comes_in=total((day.comes_in for day in days), currency),
        goes_out=total((day.goes_out for day in days), currency),
        balance=days[-1].balance,
        lowest=min((day.balance for day in days if day.balance is not None), default=None),
    )


def first_short(days: Iterable[CashDay], overdraft: Money) -> CashDay | None:
    """The first day at whose end an account is further below zero than its overdraft allows."""
    return next((day for day in days if day.balance is not None and day.balance < -overdraft), None)


def _of_payment(view: CashView, payment: Payment) -> Iterator[CashMovement]:
    for run, amount in attempts_under_way(payment, view.state.runs, view.agreement):
        executed_on = max(view.state.runs[run].execution_on, view.today)
        yield _out(view, payment, CashKind.ON_ITS_WAY, amount, executed_on)
    if payment.status in FINISHED or payment.status in ON_ITS_WAY:
        return
    terms = _terms(view, payment.instalment)
    kind = CashKind.SCHEDULED if payment.status is Status.SCHEDULED else CashKind.DUE
    on = payment.due_on
    if on is None:
        kind, on = CashKind.MILESTONE, _after_milestone(view, terms)
    if on is not None:
        amount = contract_value(view.agreement, payment.amount, view.currency)
        yield _out(view, payment, kind, amount, max(on, view.today))


def _out(view: CashView, payment: Payment, kind: CashKind, amount: Money, on: date) -> CashMovement:
    return CashMovement(view.agreement.production, payment.id, payment.payee_party, kind, -amount, on)


def _of_receipt(view: CashView, receipt: Receipt) -> CashMovement:
    on = receipt.due_on or _after_milestone(view, _terms(view, receipt.instalment))
    late = receipt.status is ReceiptStatus.OWED and on is not None and on < view.today
    return CashMovement(
        production=view.agreement.production,
        about=receipt.id,
        party=receipt.payer_party,
        kind=CashKind.LATE if late else CashKind.RECEIPT,
        amount=contract_value(view.agreement, receipt.outstanding, view.currency),
        on=None if late or on is None else max(on, view.today),
    )


def _terms(view: CashView, instalment: str) -> Instalment | None:
    return next((one for one in view.agreement.schedule if one.id == instalment), None)


def _after_milestone(view: CashView, terms: Instalment | None) -> date | None:
    """The day that follows from a milestone's planned day, or from today if that is over."""
    if terms is None or not isinstance(terms.due, DueAfter):
        return None
    planned = view.agreement.milestone(terms.due.milestone).planned_on
    return view.due_date(terms, max(planned, view.today))


def _of_shares(view: CashView) -> Iterator[CashMovement]:
    """Shares of periods that are computed and not ordered yet, as far as they can be paid."""
    known = dict(view.state.distributions)
    waiting = sorted((one for one in known.values() if one.status != "ordered"), key=lambda one: one.until)
    if not waiting or view.agreement.waterfall is None or paying_account(view.agreement).id != view.account:
        return
    for one in waiting:
        try:
            known = dict(shared.if_posted(known, one.period))
            payouts, event = order(known, one.period, view.agreement.production, payout_terms(view.agreement))
        except SluiceError:
            return  # the doctor says what keeps it from being paid
        if event is not None:
            shared.apply(known, event)
        on = max(one.pay_on, view.today)
        for payout in payouts:
            production, about = view.agreement.production, f"{one.period} {payout.party}"
            yield CashMovement(production, about, payout.party, CashKind.SHARE, -payout.amount, on)
