"""Statements of what a work earned and cost: which version counts, and how amounts are converted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.agreement.model import Agreement, Control, ReceiptFx
from domain.calendar.calendars import Calendars, Convention
from domain.calendar.dates import DAY, span_of
from domain.commands import ImportStatement, require
from domain.errors import BadInput, IllegalTransition
from domain.events import Event, StatementImported, StatementTotal
from domain.identity import Person
from domain.rates import cross, mean


@dataclass(frozen=True, slots=True)
class StatementVersion:
    """The version of a statement that counts: the SHA-256 of its rows, and their sums."""

    version: int
    sha256: str
    totals: tuple[StatementTotal, ...]


@dataclass(frozen=True, slots=True)
class Conversion:
    """A rate with its provenance: the rule, the publisher, and the last fixing date."""

    rule: str
    source: str
    fixing_on: date
    rate: Decimal


def take(
    command: ImportStatement, standing: StatementVersion | None, agreement: Agreement, person: Person
) -> list[Event]:
    """Record a statement: a new one, a restatement, or no event if it is unchanged.

    Raises:
        WrongRole: the person is no treasurer of a party whose account we instruct.
        IllegalTransition: somebody else recorded another version in the meantime.
    """
    rows = command.rows
    what = f"{rows.source} {rows.statement}"
    require(person, ImportStatement, treasuries(agreement), f"import {rows.kind}s of {command.production}")
    if standing is not None and standing.sha256 == rows.sha256:
        return []
    known = standing.version if standing else 0
    if command.version != known + 1:
        raise IllegalTransition(
            f"{what} is at version {known}, and these rows were to be version {command.version}: "
            "somebody imported it at the same time; look at what it says now, and import again if yours is right.",
            statement=rows.statement,
        )
    return [StatementImported(version=command.version, rows=rows, restated=standing.totals if standing else ())]


def shared_currency(agreement: Agreement) -> str:
    """The waterfall's currency.

    Raises:
        BadInput: the agreement has no waterfall.
    """
    if agreement.waterfall is None:
        raise BadInput(
            f"{agreement.production} has no waterfall, so nothing says in which currency its earnings are shared: "
            "amend the agreement first."
        )
    return agreement.waterfall.currency


def treasuries(agreement: Agreement) -> tuple[str, ...]:
    """The owners of controlled accounts."""
    return tuple(dict.fromkeys(a.owner for a in agreement.accounts if a.control is Control.CONTROLLED))


def receipt_rule(agreement: Agreement, currency: str) -> ReceiptFx | None:
    """The agreement's rule for amounts in a currency: its own, else the general one; None without either."""
    rules = {rule.base: rule for rule in agreement.receipt_fx}
    return rules.get(currency) or rules.get(None)


def at_contract(agreement: Agreement, currency: str, quote: str) -> Conversion:
    """The contract's rate, used where no rule for receipts applies.

    Raises:
        BadInput: the agreement has none.
    """
    for rule in agreement.fx:
        if (rule.base, rule.quote) == (currency, quote):
            return Conversion("contract", "contract", agreement.effective_on, rule.contract)
    raise BadInput(f"the agreement does not say how {currency} becomes {quote}: add a rule under `receipt_fx`.")


def fixing_days(rule: ReceiptFx, on: date, calendars: Calendars) -> tuple[date, ...]:
    """The days whose rates an amount of a day needs. `calendars` are the source's publication days."""
    if rule.at == "receipt_date":
        return (calendars.adjust(on, Convention.PRECEDING),)
    first, last = span_of(on, rule.period)
    if rule.at == "period_end":
        return (calendars.adjust(last, Convention.PRECEDING),)
    days = (first + DAY * n for n in range((last - first).days + 1))
    return tuple(day for day in days if calendars.is_business_day(day))


def converted_by(
    rule: ReceiptFx, published: Sequence[tuple[date, Mapping[tuple[str, str], Decimal]]], currency: str, quote: str
) -> Conversion:
    """The rate derived from what the source published on each of the `fixing_days`, by `cross`.

    Raises:
        NotFound: one of the days has no rate that connects the two currencies.
    """
    rates = [cross(rates, currency, quote) for _, rates in published]
    rate = rates[0] if len(rates) == 1 else mean(rates)
    return Conversion(rule.at, rule.source or "", published[-1][0], rate)
