"""Source statements: stored whole, never changed, and read as the waterfall's facts.

Only a statement's newest version counts; earlier versions are kept.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from adapters.db import tables
from adapters.db.imported_rows import row_table
from adapters.db.records import Records
from adapters.db.store import Transaction
from adapters.db.streams import stream_of
from domain.errors import Broken
from domain.events import ImportedRows, StatementImported, StatementKind, StatementTotal, read_event
from domain.sharing.revenue import KnownStatement, StatementVersion
from domain.sharing.statements import ReceiptSum, RestatedSource
from domain.sharing.waterfall.facts import (
    FactKind,
    Facts,
    ReceiptGroup,
    WaterfallFact,
)
from domain.sharing.waterfall.network import ReceiptKind
from domain.sharing.waterfall.unplaced import KindTotal
from domain.values.currency import exponent
from domain.values.money import Money, totals

Row = dict[str, Any]
_READ = 10_000
_COUNTS = 8
_SUMS = 10
_LINES = 1 << 32
"""More than a file has lines, so that a statement and a line make one number."""


def standing(records: Records, production: str, kind: StatementKind, source: str, name: str) -> StatementVersion | None:
    """Return the statement's current version; None if there is none.

    Raises:
        Broken: the journal does not have the import that the statement names.
    """
    table, journal = tables.statement_version.c, tables.journal_event.c
    query = (
        sa.select(table.version, table.sha256, table.seq, journal.body)
        .join_from(
            tables.statement_version,
            tables.journal_event,
            sa.and_(journal.stream == stream_of(production), journal.seq == table.seq),
            isouter=True,
        )
        .where(table.production == production, table.kind == kind, table.source == source, table.statement == name)
        .order_by(table.version.desc())
        .limit(1)
    )
    row = records.connection.execute(query).one_or_none()
    if row is None:
        return None
    event = read_event(row.body) if row.body else None
    if not isinstance(event, StatementImported):
        raise Broken(f"Event {row.seq} of {production} should be the import of {source} {name}: it is not.")
    return StatementVersion(row.version, row.sha256, event.rows.totals, event.rows.count)


def known_statements(records: Records, production: str, kind: StatementKind) -> tuple[KnownStatement, ...]:
    """Return the statements of a kind that count, each by its newest version."""
    newest = _counting(production, None).where(tables.statement_version.c.kind == kind).subquery()
    journal = tables.journal_event.c
    file = sa.cast(journal.body, JSONB)["rows"]["file_sha256"].as_string().label("file_sha256")
    query = sa.select(newest.c.source, newest.c.statement, newest.c.count, newest.c.sha256, file).join_from(
        newest,
        tables.journal_event,
        sa.and_(journal.stream == stream_of(production), journal.seq == newest.c.seq),
    )
    return tuple(KnownStatement(*row) for row in records.connection.execute(query))


def open_version(transaction: Transaction, production: str, version: int, rows: ImportedRows, converted_to: str) -> int:
    """Register a statement's next version; the stream's next event must record it. Returns the version's number.

    `converted_to` is the currency of the converted amounts, which is the waterfall's.
    """
    head, table = tables.stream_head.c, tables.statement_version
    seq = sa.select(head.seq + 1).where(head.stream == stream_of(production)).scalar_subquery()
    added = (
        sa.insert(table)
        .values(
            production=production,
            kind=rows.kind,
            source=rows.source,
            statement=rows.statement,
            version=version,
            count=rows.count,
            sha256=rows.sha256,
            seq=seq,
            converted_to=converted_to,
        )
        .returning(table.c.id)
    )
    number: int = transaction.connection.execute(added).scalar_one()
    return number


def copy_in(transaction: Transaction, kind: StatementKind, rows: str, *, counted: bool = False) -> None:
    """Append rows in PostgreSQL's text form to the table of a kind, with converted amounts.

    `counted` rows have their counts after the words.
    """
    table, named = row_table(kind, counted=counted)
    columns = f'statement, line, "on", currency, minor, bank_rate, {named}, amount'
    driver: Any = transaction.connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}, rate_rule, rate_source, fixing_on, rate) FROM STDIN") as copy,
    ):
        copy.write(rows)


def facts_of(
    records: Records, production: str, until: date, through: int | None = None, *, receipts: bool = True
) -> Facts:
    """Return a production's facts up to and including a day, receipts summed by day and kind, in minor units.

    Within a day receipts are in the order of statements, as they were first imported, and their rows.

    `through` is an event number of the production's stream. Later imports are left out, so that a run can be repeated.
    Without `receipts`, only the other facts are read.

    Raises:
        Broken: statements were converted into several currencies.
    """
    connection = records.connection
    counting = {row.id: row for row in connection.execute(_counting(production, through))}
    currencies = sorted({row.converted_to for row in counting.values()})
    if len(currencies) > 1:
        raise Broken(f"Statements of {production} were converted into {' and '.join(currencies)}: import them again.")
    factor = 10 ** exponent(currencies[0]) if currencies else 1

    def where(statement: int, line: int) -> str:
        """Return source, statement and line for messages."""
        named = counting[statement]
        return f"{named.source} {named.statement}:{line}"

    groups: list[ReceiptGroup] = []
    metrics = _metrics(connection, list(counting)) if receipts else []
    first: dict[ReceiptKind, int] = {}
    restated = {number: row.origin for number, row in counting.items() if row.origin != number}
    for row in connection.execute(_summed(list(counting), until, metrics, restated)) if receipts else ():
        kind = ReceiptKind((row.currency, row.payer, row.territory, row.media, row.window))
        first[kind] = min(row.first, first.get(kind, row.first))
        sums = zip(metrics, row[_COUNTS:], strict=True)
        counts = tuple((metric, Fraction(count)) for metric, count in sums if count is not None)
        groups.append(ReceiptGroup(row.on, kind, _whole(Fraction(row.amount) * factor), counts=counts))
    others: list[WaterfallFact] = []
    for row in connection.execute(_listed(list(counting), until)):
        what = FactKind(counting[row.statement].kind)
        amount = Fraction(row.amount) * (1 if what is FactKind.METRIC else factor)
        others.append(WaterfallFact(what, row.on, row.name, amount, where(row.statement, row.line)))
    return Facts(tuple(groups), tuple(others), {kind: where(*divmod(at, _LINES)) for kind, at in first.items()})


def converted_to(records: Records, production: str) -> list[str]:
    """Return the currencies into which a production's statements were converted, in all their versions."""
    table = tables.statement_version.c
    query = sa.select(table.converted_to).where(table.production == production).distinct()
    return sorted(records.connection.scalars(query))


def kind_totals(records: Records, production: str, until: date) -> list[KindTotal]:
    """Return how many receipts of each kind count up to a day, and what they come to in their own currency."""
    connection = records.connection
    counting = [row.id for row in connection.execute(_counting(production, None))]
    row = tables.receipt_row.c
    kind = (row.currency, row.payer, row.territory, row.media, row.window)
    query = sa.select(*kind, sa.func.count(), sa.func.sum(row.minor))
    query = query.where(_of(row.statement, counting), row.on <= until).group_by(*kind).order_by(*kind)
    return [
        KindTotal(ReceiptKind((code, payer, territory, media, window)), rows, Money(int(minor), code))
        for code, payer, territory, media, window, rows, minor in connection.execute(query)
    ]


def rates_used(
    records: Records, production: str, until: date, through: int, after: date | None, since: int
) -> list[Row]:
    """Return each rate that converted receipts up to a day: base, quote, rule, source, on, rate.

    Only imports up to event `through` count; of those, receipts dated after a day or imported after event `since`.
    """
    counting = {row.id: row for row in records.connection.execute(_counting(production, through))}
    fresh = [number for number, row in counting.items() if row.seq > since]
    row, version = tables.receipt_row.c, tables.statement_version.c
    columns = (
        row.currency.label("base"),
        version.converted_to.label("quote"),
        row.rate_rule.label("rule"),
        row.rate_source.label("source"),
        row.fixing_on.label("on"),
        row.rate,
    )
    query = (
        sa.select(*columns)
        .join_from(tables.receipt_row, tables.statement_version, version.id == row.statement)
        .where(_of(row.statement, list(counting)), row.on <= until, row.rate.is_not(None))
        .distinct()
        .order_by(*columns)
    )
    if after is not None:
        query = query.where(sa.or_(row.on > after, _of(row.statement, fresh)))
    return [dict(one) for one in records.connection.execute(query).mappings()]


def receipt_sums(records: Records, production: str, until: date, through: int) -> tuple[ReceiptSum, ...]:
    """Return the receipts up to a day, as known by event `through`, summed by source, kind and rate."""
    counting = {row.id: row for row in records.connection.execute(_counting(production, through))}
    metrics = _metrics(records.connection, list(counting))
    row, version = tables.receipt_row.c, tables.statement_version.c
    kind = (version.source, row.currency, row.payer, row.territory, row.media, row.window, row.rate)
    minor, amount = sa.func.sum(row.minor).label("minor"), sa.func.sum(row.amount).label("amount")
    counts = (sa.func.sum(_count(row.counts[metric].as_string())) for metric in metrics)
    query = (
        sa.select(*kind, minor, amount, sa.func.count().label("reported"), *counts)
        .join_from(tables.receipt_row, tables.statement_version, version.id == row.statement)
        .where(_of(row.statement, list(counting)), row.on <= until)
        .group_by(*kind)
        .order_by(*kind)
    )
    return tuple(
        ReceiptSum(
            source=one.source,
            kind=ReceiptKind((one.currency, one.payer, one.territory, one.media, one.window)),
            rate=one.rate,
            minor=int(one.minor),
            converted=Fraction(one.amount),
            count=one.reported,
            metrics=tuple(
                (name, int(each)) for name, each in zip(metrics, one[_SUMS:], strict=True) if each is not None
            ),
        )
        for one in records.connection.execute(query)
    )


def restated_sources(records: Records, production: str, since: int, through: int) -> tuple[RestatedSource, ...]:
    """Return the statements that were replaced after event `since` and by event `through`, by kind and name."""
    table, journal = tables.statement_version.c, tables.journal_event.c
    query = (
        sa.select(table.version, journal.body)
        .join_from(
            tables.statement_version,
            tables.journal_event,
            sa.and_(journal.stream == stream_of(production), journal.seq == table.seq),
        )
        .where(table.production == production, table.seq > since, table.seq <= through)
        .order_by(table.kind, table.source, table.statement, table.version)
    )
    found: dict[tuple[str, str, str], RestatedSource] = {}
    for row in records.connection.execute(query):
        event = read_event(row.body)
        assert isinstance(event, StatementImported)  # noqa: S101 - the statement names it as its import
        name = (event.rows.kind.value, event.rows.source, event.rows.statement)
        after = _by_currency(event.rows.totals)
        if name in found:
            known = found[name]
            reasons = known.reasons + _said(event)
            found[name] = known.model_copy(update={"version": event.version, "after": after, "reasons": reasons})
        elif event.version > 1:
            kind, source, statement = name
            found[name] = RestatedSource(
                kind=kind,
                source=source,
                statement=statement,
                version_before=event.version - 1,
                version=event.version,
                before=_by_currency(event.restated),
                after=after,
                reasons=_said(event),
            )
    return tuple(found.values())


def _said(event: StatementImported) -> tuple[str, ...]:
    return (event.reason,) if event.reason else ()


def _by_currency(sums: Iterable[StatementTotal]) -> tuple[Money, ...]:
    return tuple(amount for _, amount in sorted(totals(one.amount for one in sums).items()))


def _counting(production: str, through: int | None) -> sa.Select[Any]:
    """Return the newest version of each statement; `origin` is the id of its first."""
    table = tables.statement_version.c
    named = (table.kind, table.source, table.statement)
    origin = sa.func.min(table.id).over(partition_by=named).label("origin")
    query = sa.select(tables.statement_version, origin).where(table.production == production)
    if through is not None:
        query = query.where(table.seq <= through)
    return query.ext(distinct_on(*named)).order_by(*named, table.version.desc())


def _summed(counting: list[int], until: date, metrics: list[str], restated: Mapping[int, int]) -> sa.Select[Any]:
    """Sum receipts by day and kind, with the first receipt of each. Columns from `_COUNTS` on hold the counts.

    The kinds of a day are in the order of their first receipts, `restated` statements in the place of their origins.
    """
    row = tables.receipt_row.c
    kind = (row.on, row.currency, row.payer, row.territory, row.media, row.window)
    amount, first = sa.func.sum(row.amount).label("amount"), sa.func.min(row.statement * _LINES + row.line)
    counts = (sa.func.sum(_count(row.counts[metric].as_string())) for metric in metrics)
    query = sa.select(*kind, amount, first.label("first"), *counts)
    query = query.where(_of(row.statement, counting), row.on <= until)
    origin = sa.case(restated, value=row.statement, else_=row.statement) if restated else row.statement
    place = sa.func.min(sa.cast(origin, sa.BigInteger) * _LINES + row.line)
    return query.group_by(*kind).order_by(row.on, place).execution_options(yield_per=_READ)


def _count(written: sa.ColumnElement[str]) -> sa.ColumnElement[int | None]:
    """Return a count. A tampered value counts as zero, so that an audit can go on and report it."""
    return sa.case((written.regexp_match("^-?[0-9]{1,12}$"), sa.cast(written, sa.BigInteger)))


def _metrics(connection: sa.Connection, counting: list[int]) -> list[str]:
    """Return the names of the statements' metrics, read from each statement's first row."""
    row, version = tables.receipt_row.c, tables.statement_version.c
    first = sa.select(row.counts).where(row.statement == version.id).order_by(row.line).limit(1).lateral()
    query = (
        sa.select(first.c.counts)
        .select_from(tables.statement_version.join(first, sa.true()))
        .where(_of(version.id, counting), first.c.counts.is_not(None))
    )
    return sorted({metric for counts in connection.execute(query).scalars() for metric in counts})


def _listed(counting: list[int], until: date) -> sa.Select[Any]:
    row = tables.fact_row.c
    query = sa.select(row.statement, row.line, row.on, row.name, row.amount)
    return query.where(_of(row.statement, counting), row.on <= until).order_by(row.on, row.statement, row.line)


def _of(column: sa.ColumnElement[int], numbers: list[int]) -> sa.ColumnElement[bool]:
    return column == sa.any_(sa.literal(numbers, sa.ARRAY(sa.BigInteger)))


def _whole(amount: Fraction) -> Fraction | int:
    """Return whole minor units as an int, which the engine adds up fastest."""
    return amount.numerator if amount.denominator == 1 else amount
