"""Explains a line of an issued statement by its origins, as known when it was computed."""

from fractions import Fraction
from typing import Any

from sqlalchemy import Connection

from adapters.agreement.documents import reread_agreement
from adapters.db import statements
from adapters.db.audited_reads import BankData
from adapters.db.facts import facts_of
from adapters.db.queries.agreement import lasting_versions
from adapters.db.queries.statements import StatementFilter, StatementRow
from adapters.db.queries.statements import statements as issued
from adapters.db.records import Records
from domain.errors import Broken, NotFound
from domain.ledger.journal import sha256
from domain.sharing.distributions import the_distribution
from domain.sharing.entitlements import version_of
from domain.sharing.statements import Statement, StatementLine, read_statement
from domain.sharing.waterfall.engines import ENGINES, Engines
from domain.sharing.waterfall.explain import Explanation, Origin, explain
from domain.sharing.waterfall.result import written

Row = dict[str, Any]


def explained(
    connection: Connection,
    bank_data: BankData,
    production: str,
    period: str,
    party: str,
    position: str,
    engines: Engines = ENGINES,
) -> Row:
    """Return a line of a party's statement with its origins.

    Raises:
        UnknownEngine: the distribution was computed by an engine that this release does not have.
        NotFound: there is no such statement, or no such line in it.
        Broken: the statement, or the distribution that it states, is not what the journal says.
    """
    statement, row = _statement(connection, bank_data, production, period, party)
    lines = [(pool.id, line) for pool in statement.pools for line in pool.own] + [
        ("", a) for a in statement.adjustments
    ]
    found = [
        (pool, line) for pool, line in lines if position in {line.position, line.position.removeprefix(f"{pool}.")}
    ]
    if not found:
        known = ", ".join(dict.fromkeys(line.position for _, line in lines)) or "none"
        raise NotFound(f"The statement {statement.reference} has no line {position!r}: it has {known}.", line=position)
    explanation = _explanation(connection, bank_data, production, period, party, engines)
    origins = [one for one in explanation.origins if any(_from(one, pool, line) for pool, line in found)]
    signed = statement.signature
    return {
        "reference": statement.reference,
        "statement_sha256": row.sha256,
        "issued_on": row.issued_on.isoformat(),
        "rests_on": f"{signed.stream} up to event {signed.seq}, hash {signed.head}",
        "lines": [_line(pool, line) for pool, line in found],
        "entitlement": str(statement.settlement.entitlement),
        "due": str(statement.settlement.due),
        "origins": [_origin(one, explanation.currency) for one in origins],
        "in_words": [
            *(_figures_in_words(line, explanation.currency) for _, line in found),
            *(_in_words(one, explanation.currency) for one in origins),
        ],
    }


def _statement(
    connection: Connection, bank_data: BankData, production: str, period: str, party: str
) -> tuple[Statement, StatementRow]:
    rows = issued(connection, StatementFilter(production, period, party)).items
    if not rows:
        raise NotFound(f"No statement was issued to {party} for {period} of {production}.", period=period)
    raw = bank_data.document(rows[-1].sha256)
    if sha256(raw) != rows[-1].sha256:
        raise Broken(f"The statement of {party} for {period} is not the one that was issued.", period=period)
    return read_statement(raw), rows[-1]


def _explanation(
    connection: Connection, bank_data: BankData, production: str, period: str, party: str, engines: Engines
) -> Explanation:
    """Explain a party's entitlement with the engine, agreement versions and facts of its computation."""
    records = Records(connection)
    distribution = the_distribution(records.state(production, distributions=True).distributions, period)
    through = statements.computed_at(connection, production, period)
    kept = lasting_versions(connection, production, distribution.until, through)
    agreements = (reread_agreement(bank_data.document(row.document), "the kept document") for row in kept)
    versions = [version for each in agreements if (version := version_of(each)) is not None]
    facts = facts_of(records, production, distribution.until, through)
    engine = engines.of(distribution.engine, f"{period} of {production}")
    if engine.fingerprint(engine.run(versions, facts, distribution.until)) != distribution.result:
        raise Broken(
            f"{period} of {production} was computed as {distribution.result} by engine {engine.number}; from what is "
            "on record of the same facts, it finds something else: `sluice audit replay` says what differs.",
            period=period,
        )
    return explain(engine.run, versions, facts, distribution.until, party)


def _from(origin: Origin, pool: str, line: StatementLine) -> bool:
    """Return whether an origin belongs to a line. A position with several takers has several leaves."""
    own = line.position.removeprefix(f"{pool}.")
    named = origin.position in {line.position, own} or origin.position.startswith(f"{line.position}.")
    return named and (not pool or not origin.through or origin.through[-1] == pool)


def _line(pool: str, line: StatementLine) -> Row:
    figures = line.figures
    return {
        "pool": pool or None,
        "position": line.position,
        "kind": str(line.kind),
        "opening": figures.opening.exact,
        "period": figures.period.exact,
        "to_date": figures.to_date.exact,
    }


def _origin(one: Origin, currency: str) -> Row:
    amounts: dict[str, Fraction] = {"slice": one.slice, "base": one.base, "amount": one.amount}
    return {
        "on": one.on.isoformat(),
        "receipt": one.receipt,
        "through": list(one.through),
        "position": one.position,
        "share": one.share,
        **{name: written(amount, currency) for name, amount in amounts.items()},
        "counts": {metric: str(count) for metric, count in one.counts},
    }


def _figures_in_words(line: StatementLine, currency: str) -> str:
    opening, period, to_date = (
        each.decimal for each in (line.figures.opening, line.figures.period, line.figures.to_date)
    )
    return f"{line.position} ({line.kind}): {currency} {opening} before, {period} in the period, {to_date} to date"


def _in_words(one: Origin, currency: str) -> str:
    base, amount = (written(each, currency)["decimal"] for each in (one.base, one.amount))
    way = " → ".join([*one.through, one.position])
    counted = f" with {one.counted}" if one.counts else ""
    return f"{one.on}  {one.receipt}{counted}  {way}: {one.share} of {base} = {currency} {amount}"
