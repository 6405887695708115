"""Recomputes the schedule, entitlements and statements from the agreement and what was known at the time."""

from collections.abc import Iterator
from datetime import date, datetime, time

from adapters.command_handler import CommandHandler
from adapters.db import audit
from adapters.db.queries.statements import StatementFilter, statements
from adapters.db.records import Records
from adapters.db.streams import production_of
from adapters.payments.quotes import rates_at
from adapters.sharing.entitlements import FactsOf, business_day, versions_by
from adapters.sharing.issuing import IssueHistory, written
from app.audit.replay.funds import AgreementOf
from domain.agreement.model import Agreement, DueAfter, Purpose
from domain.agreement.productions import fall_due, promised
from domain.agreement.schedule import amounts
from domain.audit.approvals import Approvals
from domain.audit.findings import Finding, unfaithful
from domain.audit.refold import CommandBatch, DecodedFact
from domain.calendar.dates import DAY
from domain.events import (
    AgreementAmended,
    AgreementRegistered,
    AgreementRestored,
    DistributionApproved,
    DistributionComputed,
    DistributionObjected,
    DueDatesSet,
    EntitlementsPosted,
    ExpectedReceipt,
    LateInterestClaimed,
    MilestoneAccepted,
    MilestoneApproved,
    MilestoneEscalated,
    MilestoneRejected,
    MilestoneSubmitted,
    ObjectionResolved,
    PaymentsFellDue,
    PaymentsScheduled,
    PayoutsOrdered,
    ReceiptsExpected,
    ReceiptsFellDue,
    ScheduledPayment,
    StatementFetched,
    StatementImported,
    StatementsIssued,
)
from domain.ledger.journal import sha256
from domain.schemas import AnyRecord
from domain.sharing import distributions, entitlements, ordering
from domain.sharing.distributions import Distributions
from domain.sharing.payouts import payout_terms, quotes_of, scheduled, the_waterfall
from domain.sharing.statements import Signature, Statement
from domain.state import State


class AgreementCheck:
    """A check of a production's batches; see `domain.audit.refold.Check`."""

    def __init__(self, handler: CommandHandler, facts_of: FactsOf, records: Records, agreement_of: AgreementOf) -> None:
        self._handler, self._facts_of, self._records = handler, facts_of, records
        self._agreement_of = agreement_of
        self._schemas = handler.store.schemas
        self._objected_on: dict[tuple[str, str], date] = {}
        self._last: DecodedFact | None = None

    def __call__(self, state: State, batch: CommandBatch) -> Iterator[Finding]:
        """Yield what in a batch does not follow from the agreement and what was known."""
        in_force = state.production.document if state.production is not None else None
        approvals = Approvals(self._agreement_at, dict(state.proposals), in_force)
        for told in batch.facts:
            yield from self._answered_by(state, told)
            yield from _by_right(approvals, told)
            match told.event:
                case AgreementRegistered() | AgreementAmended() | AgreementRestored():
                    yield from self._promised(batch, told, told.event)
                case PaymentsFellDue() | ReceiptsFellDue():
                    yield from self._fell_due(state, batch, told, told.event)
                case DueDatesSet():
                    yield from self._dated(state, batch, told, told.event)
                case StatementImported():
                    yield from self._converted(state, told)
                case DistributionComputed():
                    yield from self._computed(state, told, told.event)
                case DistributionObjected():
                    self._objected_on[told.event.period, told.event.party] = told.fact.effective_on
                case EntitlementsPosted():
                    yield from self._posted(state, told, told.event)
                case PayoutsOrdered():
                    yield from self._ordered(state, batch, told, told.event)
                case _:
                    continue
        self._last = batch.facts[-1]

    def _agreement_at(self, document: str) -> Agreement:
        return self._handler.agreements.of(self._records, document)

    def _answered_by(self, state: State, told: DecodedFact) -> Iterator[Finding]:
        """Check that the right party submits a milestone, and that people answer what they were asked."""
        match told.event:
            case MilestoneSubmitted():
                submitter = self._agreement_of(state).milestone(told.event.milestone).submitter
                if told.event.party != submitter:
                    yield unfaithful(told.record, "is not by who submits it", submitter, told.event.party)
                before = state.milestones.get(told.event.milestone)
                number = before.round + 1 if before else 1
                if told.event.round != number:
                    yield unfaithful(told.record, "is another round than the next", number, told.event.round)
            case MilestoneApproved() | MilestoneRejected() | MilestoneEscalated() | MilestoneAccepted():
                known = state.milestones[told.event.milestone]
                if isinstance(told.event, MilestoneApproved):
                    asked = self._agreement_of(state).milestone(told.event.milestone).approval.parties
                    if told.event.party not in (*asked, known.escalated_to):
                        yield unfaithful(told.record, "is by a party that is not asked", asked, told.event.party)
                if told.event.round != known.round:
                    yield unfaithful(told.record, "is about another round", known.round, told.event.round)
            case DistributionApproved() | DistributionObjected() | ObjectionResolved():
                yield from _concerned(state, told, told.event.period, told.event.party)
            case StatementFetched():
                yield from self._fetched(told, told.event)
            case _:
                return

    def _promised(
        self, batch: CommandBatch, told: DecodedFact, event: AgreementRegistered | AgreementAmended | AgreementRestored
    ) -> Iterator[Finding]:
        """Check that the schedule is the agreement's. Dates are left out, because calendars may have changed since."""
        agreement = self._handler.agreements.of(self._records, event.document)
        said = (event.production, event.title, event.version)
        if said != (agreement.production, agreement.title, agreement.version):
            expected = (agreement.production, agreement.title, agreement.version)
            yield unfaithful(told.record, f"is not what document {event.document} says", expected, said)
        payments, receipts = promised(agreement, dict(amounts(agreement)), lambda _, __: None)
        for other in batch.facts:
            if isinstance(other.event, PaymentsScheduled):
                right = self._as_recorded(other, PaymentsScheduled(payments=tuple(payments)))
                promise = {line.payment: line for line in right.payments}
                for line in other.event.payments:
                    yield from _as_promised(other, line.payment, promise.get(line.payment), line)
            elif isinstance(other.event, ReceiptsExpected):
                awaited = self._as_recorded(other, ReceiptsExpected(receipts=tuple(receipts)))
                expected_of = {line.receipt: line for line in awaited.receipts}
                for receipt in other.event.receipts:
                    yield from _as_promised(other, receipt.receipt, expected_of.get(receipt.receipt), receipt)

    def _dated(self, state: State, batch: CommandBatch, told: DecodedFact, event: DueDatesSet) -> Iterator[Finding]:
        """Check that a milestone dates only its own instalments."""
        amended = [
            each
            for each in batch.events
            if isinstance(each, AgreementRegistered | AgreementAmended | AgreementRestored)
        ]
        agreement = (
            self._handler.agreements.of(self._records, amended[0].document) if amended else self._agreement_of(state)
        )
        own = {
            f"{agreement.production}.{instalment.id}"
            for instalment in agreement.schedule
            if isinstance(instalment.due, DueAfter) and instalment.due.milestone == event.milestone
        }
        strange = sorted({promise.id for promise in (*event.payments, *event.receipts)} - own)
        if strange:
            yield unfaithful(told.record, f"dates what {event.milestone} does not release", own, strange)

    def _converted(self, state: State, told: DecodedFact) -> Iterator[Finding]:
        """Check that statements are converted into the currency in which the earnings are shared."""
        agreement = self._agreement_of(state)
        currency = the_waterfall(agreement).currency
        for row in audit.statement_versions(self._records.connection, agreement.production):
            if row["seq"] == told.fact.seq and row["converted_to"] != currency:
                yield unfaithful(
                    told.record, "its rows are converted into another currency", currency, row["converted_to"]
                )

    def _computed(self, state: State, told: DecodedFact, event: DistributionComputed) -> Iterator[Finding]:
        production, through = self._agreement_of(state).production, told.fact.seq - 1
        versions = versions_by(self._handler, self._records, production, event.until, through)
        number, last = versions[-1]
        facts = self._facts_of(self._records, production, event.until, through)
        engine = self._handler.engines.of(event.engine, f"Distribution {event.period} of {production}")
        expected = entitlements.computed(
            engine,
            engine.run([version for _, version in versions], facts, event.until),
            last,
            event.period,
            number,
            distributions.posted_to_date(state.distributions),
            event.answer_by,
            event.pay_on,
        )
        known = state.distributions.get(event.period)
        revision = known.revision + 1 if known else 1
        right = self._as_recorded(told, expected.model_copy(update={"revision": revision}))
        if right != event:
            for name in type(event).model_fields:
                both = getattr(right, name), getattr(event, name)
                if both[0] != both[1]:
                    said = f"its {name} is not what engine {engine.number} makes of what was known"
                    yield unfaithful(told.record, said, *both)

    def _posted(self, state: State, told: DecodedFact, event: EntitlementsPosted) -> Iterator[Finding]:
        expected = [
            self._as_recorded(told, each) for each in distributions.post(state.distributions, event.period, date.max)
        ]
        if expected != [event]:
            yield unfaithful(told.record, "does not post what the entitlements changed by", expected, [event])

    def _ordered(
        self, state: State, batch: CommandBatch, told: DecodedFact, event: PayoutsOrdered
    ) -> Iterator[Finding]:
        """Check payouts, their payments, and the statements issued with the first of them."""
        agreement, known = self._agreement_of(state), self._answered(state, batch)
        terms = payout_terms(agreement, quotes := quotes_of(agreement, event))
        for party, quote in quotes.items():
            if quote.rate not in (known_rates := rates_at(self._records, agreement, quote)):
                said = f"{party} is not paid at the rate of {quote.source} for {quote.fixing_on}"
                yield unfaithful(told.record, said, " or ".join(map(str, known_rates)), quote.rate)
        payouts, expected = ordering.order(known, event.period, agreement.production, terms)
        if expected is None or self._as_recorded(told, expected) != event:
            yield unfaithful(told.record, "does not order what was owed", expected, event)
        written_in = next((each for each in batch.facts if isinstance(each.event, PaymentsScheduled)), None)
        lines = [line for each in batch.events if isinstance(each, PaymentsScheduled) for line in each.payments]
        days = {line.due_on for line in lines if line.due_on is not None}
        right = scheduled(agreement, payouts, max(days)) if days else []
        if written_in is not None:
            right = list(self._as_recorded(written_in, PaymentsScheduled(payments=tuple(right))).payments)
        if lines != right:
            yield unfaithful(told.record, "its payments are not its payouts", right, lines)
        promised_on = max(known[event.period].pay_on, batch.first.effective_on)
        latest = promised_on + agreement.banks_closed_at_most_days * DAY  # calendars change and are not asked again
        if days and not promised_on <= min(days) <= max(days) <= latest:
            said = "its payments are due on another day than the period is paid on"
            yield unfaithful(told.record, said, f"{promised_on}, or when banks open after it", sorted(map(str, days)))
        due_on = max(days, default=known[event.period].pay_on)
        if not days:
            due_on = business_day(self._handler, agreement, max(due_on, batch.first.effective_on))
        for other in batch.facts:
            if isinstance(other.event, StatementsIssued):
                yield from self._issued(state, known, event, other, due_on)

    def _fetched(self, told: DecodedFact, event: StatementFetched) -> Iterator[Finding]:
        """Check that what somebody fetched is the statement that was issued to that party for that period."""
        chosen = StatementFilter(production_of(told.fact.stream), event.period, event.party)
        issued = [row.sha256 for row in statements(self._records.connection, chosen).items if row.seq < told.fact.seq]
        if event.document not in issued:
            yield unfaithful(told.record, "names another document than was issued", issued, event.document)

    def _answered(self, state: State, batch: CommandBatch) -> Distributions:
        """Return the distributions after any objection resolved in this batch."""
        known = dict(state.distributions)
        for event in batch.events:
            if isinstance(event, ObjectionResolved):
                distributions.apply(known, event)
        return known

    def _issued(
        self,
        state: State,
        known: Distributions,
        ordered: PayoutsOrdered,
        told: DecodedFact,
        due_on: date,
    ) -> Iterator[Finding]:
        """Check that rebuilt statements have the bytes on record."""
        first, event = self._last, told.event
        if first is None or not isinstance(event, StatementsIssued):
            return
        distribution, agreement = known[event.period], self._agreement_of(state)
        signed = Signature(
            stream=first.fact.stream,
            seq=first.fact.seq,
            head=first.fact.hash.hex(),
            engine=distribution.engine,
            agreement_version=distribution.version,
            as_of=distribution.until,
            known_at=first.fact.recorded_at,
        )
        made = written(
            self._handler,
            self._facts_of,
            self._records,
            agreement,
            known,
            ordered,
            due_on,
            signed,
            IssueHistory(
                objected_on=self._objected_on,
                payments=tuple(one for one in state.payments.values() if one.purpose is Purpose.PARTICIPATION),
                issued_on=told.fact.effective_on,
            ),
        )
        stated = {one.party: one.sha256 for one in event.statements}
        right = {one.party: sha256(self._as_stated(one, stated.get(one.party))) for one in made}
        for party in sorted(right.keys() | stated.keys()):
            if right.get(party) != stated.get(party):
                said = f"the statement of {party} for {event.period} is not what the journal makes it"
                yield unfaithful(told.record, said, right.get(party, ""), stated.get(party, ""))

    def _as_stated(self, made: Statement, digest: str | None) -> bytes:
        """Return a statement's bytes in the schema version of the one on record."""
        kept = self._records.document(digest) if digest else None
        version = None if kept is None else self._schemas.version_of(Statement.__name__, kept)
        return self._schemas.canonical(made, version)

    def _as_recorded(self, told: DecodedFact, expected: AnyRecord) -> AnyRecord:
        """Return the expected event in the schema version of the event on record."""
        return self._schemas.as_recorded(expected, told.version)

    def _fell_due(
        self, state: State, batch: CommandBatch, told: DecodedFact, event: PaymentsFellDue | ReceiptsFellDue
    ) -> Iterator[Finding]:
        """Check that what falls due was promised for that day or before. A claim of late interest is owed at once."""
        if any(isinstance(one, LateInterestClaimed) for one in batch.events):
            return  # the check that decides again on the claim compares this too
        payments = {line.payment for line in event.payments} if isinstance(event, PaymentsFellDue) else set()
        receipts = {line.receipt for line in event.receipts} if isinstance(event, ReceiptsFellDue) else set()
        due = fall_due(
            {name: state.payments[name] for name in payments if name in state.payments},
            {name: state.receipts[name] for name in receipts if name in state.receipts},
            told.fact.effective_on,
            self._ordered_until(state, told.fact.effective_on),
        )
        expected = [self._as_recorded(told, each) for each in due]
        if expected != [event]:
            said = "does not let fall due what was promised for that day or before"
            yield unfaithful(told.record, said, expected, event)

    def _ordered_until(self, state: State, on: date) -> dict[str, date]:
        """The last due days that accounts' banks wanted orders for on a day, at its end."""
        agreement = self._agreement_of(state)
        ahead = [account for account in agreement.accounts if account.profile.business_days_ahead]
        return {
            account.id: self._handler.execution_day(agreement, account, datetime.combine(on, time.max))
            for account in ahead
        }


def _by_right(approvals: Approvals, told: DecodedFact) -> Iterator[Finding]:
    """Check that versions are proposed and approved as the documents say."""
    if told.event is not None:
        for said, expected, found in approvals.take(told.event, told.version, told.fact.effective_on):
            yield unfaithful(told.record, said, expected, found)


def _concerned(state: State, told: DecodedFact, period: str, party: str) -> Iterator[Finding]:
    """Check that the answering party is one that the distribution concerns."""
    parties = state.distributions[period].parties
    if party not in parties:
        yield unfaithful(told.record, f"is of a party whom {period} does not concern", sorted(parties), party)


def _as_promised(
    told: DecodedFact,
    name: str,
    right: ScheduledPayment | ExpectedReceipt | None,
    line: ScheduledPayment | ExpectedReceipt,
) -> Iterator[Finding]:
    if line.model_copy(update={"due_on": None}) != right:
        yield unfaithful(told.record, f"promises {name} otherwise than the agreement", right, line)
