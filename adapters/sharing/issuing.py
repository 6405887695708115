"""Issues statements: a distribution is computed again, and a document is kept for each party."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from adapters.command_handler import CommandHandler
from adapters.db import statements as on_record
from adapters.db import tables
from adapters.db.facts import rates_used, receipt_sums, restated_sources
from adapters.db.records import Records
from adapters.db.store import Transaction
from adapters.db.streams import stream_of
from adapters.sharing.entitlements import FactsOf, found_before
from domain.agreement.model import Agreement, Purpose
from domain.calendar.dates import DAY, period_start
from domain.events import IssuedStatement, PayoutsOrdered, StatementsIssued
from domain.ledger.journal import canonical
from domain.payments.payments import Payment
from domain.sharing.distributions import Distribution, Distributions, posted_before
from domain.sharing.statements import (
    Ends,
    FxRuleUsed,
    FxUsed,
    Issue,
    Period,
    Reported,
    Signature,
    Statement,
    statements,
)


@dataclass(frozen=True, slots=True)
class IssueHistory:
    """What statements tell of the day of their issue: when parties objected, payouts so far; no day for a draft."""

    objected_on: Mapping[tuple[str, str], date]
    payments: tuple[Payment, ...]
    issued_on: date | None


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
    stated = made(handler, facts_of, transaction, agreement, known, ordered, due_on, handler.today(agreement))
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
    issued_on: date | None = None,
) -> tuple[Statement, ...]:
    """Return the statements that would be issued now, signed by the journal so far. Nothing is kept.

    They are drafts unless they are `issued_on` a day.

    Raises:
        Broken: as `written`.
    """
    production = agreement.production
    signed = signature(records, production, known[ordered.period])
    payouts = tables.payment.c.purpose == Purpose.PARTICIPATION
    told = IssueHistory(
        objected_on=on_record.objected_on(records.connection, production),
        payments=tuple(records.state(production, payments=payouts).payments.values()),
        issued_on=issued_on,
    )
    return written(handler, facts_of, records, agreement, known, ordered, due_on, signed, told)


def written(
    handler: CommandHandler,
    facts_of: FactsOf,
    records: Records,
    agreement: Agreement,
    known: Distributions,
    ordered: PayoutsOrdered,
    due_on: date,
    signed: Signature,
    told: IssueHistory,
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
            objected_on=told.objected_on,
            fx=_fx(records, production, distribution.until, through, before.until if before else None, since),
            due_on=due_on,
            signature=signed,
            reported=Reported(
                earlier=receipt_sums(records, production, before.until, since) if before else (),
                now=receipt_sums(records, production, distribution.until, through),
                restated=restated_sources(records, production, since, through) if before else (),
            ),
            payments=told.payments,
            issued_on=told.issued_on,
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
