"""The steps from the entitlement to the amount due, as a table."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from adapters.sharing.statements.tables import Cell, Column, Figure, Row, Table, Weight
from adapters.sharing.statements.words import Words, rounded
from domain.sharing.statements import Amount, PaidIn, Statement
from domain.values.money import Money, convert

_SUMS = {"entitlement", "payable", "due"}


def settled(statement: Statement, words: Words) -> Table:
    """List the steps. Deductions are negative, so the column adds up.

    Beside it stand the same steps in the currency of the party's account, where that is another.
    """
    paid_in = statement.paid_in
    rows = []
    for name, value in _steps(statement):
        beside = () if paid_in is None else (_in_own(name, value, paid_in),)
        weight = Weight.STRONG if name in _SUMS else Weight.PLAIN
        rows.append(Row((words.say(f"settlement.{name}"), value, *beside), weight))
    columns = [Column("", 1), Column("")]
    if paid_in is not None:
        columns = [Column("", 1), Column(statement.currency), Column(paid_in.amount.currency)]
    return Table(words.say("table.settlement"), tuple(columns), tuple(rows))


def _steps(statement: Statement) -> Iterator[tuple[str, Cell]]:
    end, earlier = statement.settlement, statement.issuer is None
    currency = end.entitlement.currency
    open_payouts = [one.owed for one in statement.payouts if one.status != "paid"]
    scheduled = sum(open_payouts, Money.zero(currency))
    yield "exact", _exactly(end.exact, currency)
    yield "rounding", _exactly(end.rounding, currency)
    yield "entitlement", end.entitlement
    yield "paid_before", -(end.paid_before - scheduled)
    if scheduled.minor:
        yield "scheduled", -scheduled
    yield "reserved", -end.reserved
    yield "held", -end.held
    yield "payable", end.payable
    yield "carried_forward", -end.carried_forward
    if earlier or end.withheld.minor:
        yield "withheld", -end.withheld
    yield "due", end.due
    if end.pay_on:
        yield "pay_on", end.pay_on
    if earlier:
        yield "paid", end.paid
    elif end.paid.minor:
        yield "kept", end.paid


def _in_own(name: str, value: Cell, paid_in: PaidIn) -> Cell:
    own, rate = paid_in.amount.currency, 1 / Fraction(paid_in.rate)
    match value:
        case Money():
            return paid_in.amount if name == "due" else convert(value, rate, own)
        case _:
            return ""


def _exactly(amount: Amount, currency: str) -> Cell:
    """Return an amount with the fractions of the smallest unit, which rounding removes."""
    whole = Fraction(rounded(amount.value, currency)) == amount.value
    return Figure(amount.value, currency) if whole else Decimal(amount.decimal)
