"""Statements of what a work earned and cost: which version counts, and how amounts are converted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.agreement.model import Agreement, ReceiptFx
from domain.calendar.calendars import Calendars, Convention
from domain.calendar.dates import DAY, span_of
from domain.commands import ImportStatement, require
from domain.errors import BadInput, IllegalTransition
from domain.events import Event, ImportedRows, StatementImported, StatementTotal
from domain.events.revenue import Confirmed
from domain.identity import Person
from domain.rates import cross, mean


@dataclass(frozen=True, slots=True)
class StatementVersion:
    """The version of a statement that counts: the SHA-256 of its rows, their sums, and how many there are."""

    version: int
    sha256: str
    totals: tuple[StatementTotal, ...]
    count: int = 0


@dataclass(frozen=True, slots=True)
class KnownStatement:
    """A statement by its newest version: how many rows it has, and the SHA-256 of these and of its file."""

    source: str
    statement: str
    count: int
    sha256: str
    file_sha256: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """A rate with its provenance: the rule, the publisher, and the last fixing date."""

    rule: str
    source: str
    fixing_on: date
    rate: Decimal


def take(
    command: ImportStatement,
    standing: StatementVersion | None,
    agreement: Agreement,
    person: Person,
    known: Sequence[KnownStatement] = (),
) -> list[Event]:
    """Record a statement: a new one, a restatement, or no event if it is unchanged.

    `known` are the statements of the same kind. A restatement to nothing, and rows that another statement has, need to
    be confirmed. A reason belongs to a restatement.

    Raises:
        WrongRole: the person is no treasurer of a party whose account we instruct.
        IllegalTransition: somebody else recorded another version in the meantime.
        BadInput: it looks like a mistake, and nobody confirmed it.
    """
    rows = command.rows
    what = f"{rows.source} {rows.statement}"
    require(person, ImportStatement, treasuries(agreement), f"import {rows.kind}s of {command.production}")
    if standing is not None and standing.sha256 == rows.sha256:
        return []
    version = standing.version if standing else 0
    if command.version != version + 1:
        raise IllegalTransition(
            f"{what} is at version {version}, and these rows were to be version {command.version}: "
            "somebody imported it at the same time; look at what it says now, and import again if yours is right.",
            statement=rows.statement,
        )
    _refuse_mistakes(command, standing, known)
    restated = standing.totals if standing else ()
    return [
        StatementImported(
            version=command.version,
            rows=rows,
            restated=restated,
            confirms=command.confirms,
            reason=command.reason,
        )
    ]


def _refuse_mistakes(
    command: ImportStatement, standing: StatementVersion | None, known: Sequence[KnownStatement]
) -> None:
    """Refuse names that differ in case alone, a reason that restates nothing, no rows left, and known rows."""
    rows = command.rows
    what = f"{rows.source} {rows.statement}"
    if standing is None:
        for name, alike in _alike(rows, known):
            raise BadInput(f"{name!r} and {alike!r}, which is on record, differ in case alone: write {alike!r}.")
        if command.reason is not None:
            raise BadInput(
                f"{what} has no {rows.kind}s on record, so that nothing is restated for a reason: leave `--reason` "
                "out, or correct the name of source or statement."
            )
    if command.confirms is Confirmed.EMPTY and rows.count:
        raise BadInput(f"{what} has {rows.count} rows, and was to be empty: leave `--empty` out, or correct the file.")
    if standing is not None and standing.count and not rows.count and command.confirms is not Confirmed.EMPTY:
        raise BadInput(
            f"{what} has {standing.count} rows by now, and this file has none, as when an export failed: "
            "if nothing is left of it, confirm that with `--empty`."
        )
    if not rows.count or command.confirms is Confirmed.REPEATED:
        return
    for one in known:
        named = (one.source, one.statement)
        if named != (rows.source, rows.statement) and _same(one, rows):
            raise BadInput(
                f"The {rows.kind}s of {what} are on record as {' '.join(named)}, and would count twice: if this is "
                "the same statement, use that name; if they come once more, confirm that with `--repeated`."
            )


def _alike(rows: ImportedRows, known: Sequence[KnownStatement]) -> Iterator[tuple[str, str]]:
    """Yield names of the rows with names on record that differ in case alone."""
    sources = {one.source for one in known}
    statements = {one.statement for one in known if one.source == rows.source}
    for name, names in ((rows.source, sources), (rows.statement, statements)):
        if name not in names:
            yield from ((name, other) for other in sorted(names) if other.casefold() == name.casefold())


def _same(one: KnownStatement, rows: ImportedRows) -> bool:
    return bool(one.count) and (one.sha256 == rows.sha256 or one.file_sha256 == rows.file_sha256)


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
    return tuple(dict.fromkeys(account.owner for account in agreement.controlled))


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
