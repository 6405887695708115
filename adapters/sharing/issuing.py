"""Issues statements: a distribution is computed again, and a document is kept for each party."""

from collections.abc import Mapping
from datetime import date

from adapters.command_handler import CommandHandler
from adapters.db import statements as on_record
from adapters.db.facts import rates_used
from adapters.db.records import Records
from adapters.db.store import Transaction
from adapters.db.streams import stream_of
from adapters.sharing.entitlements import FactsOf, found_before
from domain.agreement.model import Agreement
from domain.calendar.dates import DAY, period_start
from domain.events import IssuedStatement, PayoutsOrdered, StatementsIssued
from domain.ledger.journal import canonical
from domain.sharing.distributions import Distribution, Distributions, posted_before
from domain.sharing.statements import (
    Ends,
    FxRuleUsed,
    FxUsed,
    Issue,
    Period,
    Signature,
    Statement,
    statements,
)


def issue(
    handler: CommandHandler,
    facts_of: FactsOf,
    transaction: Transaction,
    agreement: Agreement,
    known: Distributions,
    ordered: PayoutsOrdered,
    due_on: date,
) -> StatementsIssued:
    """Keep a statement of a posted period for each party concerned, signed by the journal so far.

    `known` are the distributions before payouts were `ordered`, which are due on `due_on`.

    Raises:
        Broken: a distribution cannot be computed again, or a statement does not tie.
    """
    stated = made(handler, facts_of, transaction, agreement, known, ordered, due_on)
    return StatementsIssued(
        period=ordered.period,
        statements=tuple(
            IssuedStatement(
                party=one.party, sha256=transaction.keep(f"{one.reference}.json", canonical(one, handler.store.schemas))
            )
            for one in stated
        ),
    )


def made(
    handler: CommandHandler,
    facts_of: FactsOf,
    records: Records,
    agreement: Agreement,
    known: Distributions,
    ordered: PayoutsOrdered,
    due_on: date,
) -> tuple[Statement, ...]:
    """Return the statements that would be issued now, signed by the journal so far. Nothing is kept.

    Raises:
        Broken: as `written`.
    """
    production = agreement.production
    signed = signature(records, production, known[ordered.period])
    objected_on = on_record.objected_on(records.connection, production)
    return written(handler, facts_of, records, agreement, known, ordered, due_on, signed, objected_on)


def written(
    handler: CommandHandler,
    facts_of: FactsOf,
    records: Records,
    agreement: Agreement,
    known: Distributions,
    ordered: PayoutsOrdered,
    due_on: date,
    signed: Signature,
    objected_on: Mapping[tuple[str, str], date],
) -> tuple[Statement, ...]:
    """Return the statements of a posted period, one for each party. Repeated calls return equal statements.

    Raises:
        Broken: a distribution cannot be computed again, or a statement does not tie.
    """
    production, distribution = agreement.production, known[ordered.period]
    before = posted_before(known, distribution)
    after, through = found_before(handler, facts_of, records, production, distribution)
    earlier, since = found_before(handler, facts_of, records, production, before) if before else (None, 0)
    return statements(
        Issue(
            agreement=agreement,
            period=Period(
                id=distribution.period,
                first=before.until + DAY if before else period_start(distribution.period),
                last=distribution.until,
            ),
            ends=Ends(earlier, after),
            known=known,
            ordered=ordered,
            objected_on=objected_on,
            fx=_fx(records, production, distribution.until, through, before.until if before else None, since),
            due_on=due_on,
            signature=signed,
        )
    )


def _fx(
    records: Records, production: str, until: date, through: int, after: date | None, since: int
) -> tuple[FxUsed, ...]:
    rows = rates_used(records, production, until, through, after, since)
    return tuple(
        FxUsed(**row | {"rule": FxRuleUsed.BANK if row["rule"] == "bank_rate" else FxRuleUsed(row["rule"])})
        for row in rows
    )


def signature(records: Records, production: str, distribution: Distribution) -> Signature:
    """Return what statements issued now rest on: the journal so far."""
    seq, head, recorded_at = on_record.head(records.connection, production)
    return Signature(
        stream=stream_of(production),
        seq=seq,
        head=head,
        engine=distribution.engine,
        agreement_version=distribution.version,
        as_of=distribution.until,
        known_at=recorded_at,
    )
