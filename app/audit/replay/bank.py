"""Recomputes payment orders and the bank's answers from state and files, and compares them with the record."""

import re
from collections.abc import Iterator
from datetime import date, datetime

from adapters.bank.orders import carried, say, write, written_at
from adapters.bank.pacs028 import write_enquiry
from adapters.bank.read import read_file
from adapters.db.audit import command_payload
from adapters.db.records import Records
from adapters.db.streams import production_of
from adapters.payments.quotes import rates_at
from app.audit.replay.bookings import ToldBookings
from app.audit.replay.funds import AgreementOf, FundsCheck
from app.audit.replay.lines import lines, only
from app.audit.replay.movements import MovementCommand, decided_again
from domain.agreement.model import Agreement
from domain.audit.findings import Finding, unfaithful
from domain.audit.rebuilt_commands import rebuilt
from domain.audit.refold import CommandBatch, DecodedFact
from domain.bank import bookings, statuses
from domain.bank.first_release import reading, rules
from domain.bank.reports import BankMessage, StatusReport
from domain.bank.tallies import untied
from domain.commands import AllocateMovement, UndoAllocation
from domain.errors import BadInput
from domain.events import (
    BankFileTaken,
    DealTaken,
    Event,
    MovementAllocated,
    MovementAllocationUndone,
    OpeningBalanceRecorded,
    PaymentFailed,
    PaymentsGathered,
    PaymentsRejected,
    QuoteTaken,
    RunDoubted,
    RunPrepared,
    RunReleased,
    RunSubmitted,
)
from domain.ledger.journal import sha256
from domain.payees.accounts import in_force
from domain.payees.model import NOTHING
from domain.payments import holds, orders, runs
from domain.payments.payments import Payments, payment_id
from domain.payments.receipts import WAITING
from domain.schemas import SCHEMAS, Schemas
from domain.state import State, fold
from domain.values.money import Money
from domain.values.money import total as total_of

_WRITTEN_AT = re.compile(rb"<(?:\w+:)?CreDtTm>([^<]+)</")


class Bank:
    """A check of a production's batches; see `domain.audit.refold.Check`."""

    def __init__(self, records: Records, agreement_of: AgreementOf, schemas: Schemas = SCHEMAS) -> None:
        self._records, self._agreement_of, self._schemas = records, agreement_of, schemas
        self._told = ToldBookings()
        self._funds = FundsCheck(records, agreement_of, schemas)
        self._opening: dict[str, Money] = {}

    def __call__(self, state: State, batch: CommandBatch) -> Iterator[Finding]:
        """Yield what in a batch does not follow from the agreement, the state and the batch's bank file."""
        kind, _, rest = batch.first.command_key.partition("/")
        if kind == "bank-file" and not batch.refused:
            yield from self._taken(state, batch, *rest.split("/", 1))
        for told in batch.facts:
            match told.event:
                case PaymentFailed():
                    yield from self._failed(state, told, told.event)
                case OpeningBalanceRecorded():
                    yield from self._opened(told, told.event)
                case MovementAllocated() | MovementAllocationUndone() if told is batch.facts[0]:
                    yield from self._allocated(state, batch)
                case _:
                    yield from self._of_run(state, batch, told)
        self._told.add(batch.events, batch.first.seq, batch.first.effective_on)

    def _paying(self, state: State, on: date | None) -> Agreement:
        """Return the agreement with the accounts that payments of a day go to."""
        return in_force(self._agreement_of(state), state.production.payees if state.production else NOTHING, on)

    def _of_run(self, state: State, batch: CommandBatch, told: DecodedFact) -> Iterator[Finding]:
        match told.event:
            case RunPrepared():
                yield from self._prepared(state, batch, told, told.event)
            case DealTaken():
                yield from self._dealt(state, told, told.event)
            case RunReleased():
                yield from self._released(state, told, told.event)
            case RunSubmitted():
                yield from self._submitted(state, told, told.event)
            case PaymentsRejected() if batch.first.command_key.startswith("send/"):
                yield from self._stopped(state, told, told.event)
            case RunDoubted():
                yield from self._doubted(state, told, told.event)
            case _:
                return

    def _taken(self, state: State, batch: CommandBatch, folder: str, digest: str) -> Iterator[Finding]:
        """Check that the events follow from the bank's file, by the rules of the release that took it."""
        raw = self._records.document(digest)
        if raw is None:
            return  # reported by the document checks
        record, account = batch.facts[0].record, folder.partition(".")[2]
        try:
            message = read_file(raw, self._agreement_of(state).profile_of(account), batch.first.effective_on)
        except BadInput as error:
            yield unfaithful(record, f"was taken from document {digest}, which cannot be read: {error.sentence}")
            return
        for sentence in untied(batch.events):
            yield unfaithful(record, f"does not tie out: {sentence}")
        today = any(isinstance(event, BankFileTaken) for event in batch.events)
        decide = self._by_todays_rules if today else self._by_the_first_rules
        versions = {type(told.event): told.version for told in batch.facts}
        expected = [
            self._schemas.as_recorded(each, versions.get(type(each)))
            for each in decide(state, account, message, digest, batch.first.effective_on)
        ]
        if lines(expected) != lines(batch.events):
            said = f"does not say what document {digest} of the bank says"
            yield unfaithful(record, said, only(expected, batch.events), only(batch.events, expected))

    def _allocated(self, state: State, batch: CommandBatch) -> Iterator[Finding]:
        """Check that the events follow from what the command says of the movement."""
        told = batch.facts[0]
        command = self._movement_command(production_of(told.fact.stream), batch)
        if command is None or told.version < self._schemas.version(type(told.event).__name__):
            return  # the check of payloads names another command; earlier versions said less than the rule needs
        expected = decided_again(command, self._told, state, self._agreement_of(state), batch.first.effective_on)
        if lines(expected) != lines(batch.events):
            said = "does not say what the command said of the movement"
            yield unfaithful(told.record, said, only(expected, batch.events), only(batch.events, expected))

    def _movement_command(self, production: str, batch: CommandBatch) -> MovementCommand | None:
        """The command of a batch whose hash is on record."""
        payload = command_payload(self._records.connection, batch.first.command_key)
        for command in rebuilt(production, batch):
            if isinstance(command, AllocateMovement | UndoAllocation) and payload in self._schemas.digests(command):
                return command
        return None

    def _opened(self, told: DecodedFact, event: OpeningBalanceRecorded) -> Iterator[Finding]:
        """Check that an opening balance replaces the one before it, and counts from its day."""
        before = self._opening.get(event.account, Money.zero(event.amount.currency))
        if event.replaces != before:
            yield unfaithful(told.record, "replaces another opening balance than is on record", before, event.replaces)
        if event.on != told.fact.effective_on:
            yield unfaithful(told.record, "counts from another day", event.on, told.fact.effective_on)
        self._opening[event.account] = event.amount

    def _by_todays_rules(self, state: State, account: str, message: BankMessage, digest: str, on: date) -> list[Event]:
        if isinstance(message, StatusReport):
            try:
                run = statuses.answered(state.runs, state.payments, account, message)
            except BadInput:
                return []
            former = statuses.earlier_attempts(state.payments, account)
            order = self._records.document(run.file) if former and run.file is not None else None
            former = carried(order or b"", former)
            return statuses.taken(account, run, state.payments, message, digest, former)
        agreement = self._agreement_of(state)
        recorded = self._told.before(state, bookings.needs(agreement, message, digest))
        return bookings.taken(agreement, account, message, digest, recorded, on)

    def _by_the_first_rules(self, state: State, account: str, message: BankMessage, *_: object) -> list[Event]:
        if isinstance(message, StatusReport):
            answer = reading.status_report(message)
            named = [one for one in state.runs.values() if one.message_id == answer.order_message_id]
            return rules.reported(named[0], state.payments, answer) if named else []
        report = reading.account_report(message)
        names = {payment_id(one.end_to_end_id) for one in report.movements if one.end_to_end_id is not None}
        found = [state.payments[name] for name in sorted(names) if name in state.payments]
        ours = {payment.id: payment for payment in found if payment.account == account}
        theirs = {n: r for n, r in state.receipts.items() if r.account == account and r.status in WAITING}
        seen = frozenset(one.bank_reference for one in report.movements) & self._told.movements[account].keys()
        return rules.booked(self._agreement_of(state), account, ours, theirs, seen, report)

    def _prepared(self, state: State, batch: CommandBatch, told: DecodedFact, event: RunPrepared) -> Iterator[Finding]:
        """Check that a run's hash is that of the gathered payments, and its rate the published one."""
        names = [each.payment for part in batch.events if isinstance(part, PaymentsGathered) for each in part.payments]
        before = State(state.production, payments=Payments(state.payments[name] for name in names))
        after = fold(before, [(each, batch.first.effective_on) for each in batch.events])
        run, gathered = after.runs[event.run], list(after.payments.values())
        bound = runs.bindings(run, gathered, self._paying(state, told.fact.effective_on), self._schemas)
        if event.sha256 not in bound:
            yield unfaithful(told.record, f"run {run.id} is bound to something else", _any(bound), event.sha256)
        total = total_of((payment.amount for payment in gathered), run.currency)
        if (run.count, run.total) != (len(gathered), total):
            both = (f"{len(gathered)} payments, {total}", f"{run.count} payments, {run.total}")
            yield unfaithful(told.record, f"run {run.id} is of other payments than were gathered", *both)
        for quote in batch.events:
            if isinstance(quote, QuoteTaken):
                yield from self._quoted(state, told, quote)

    def _quoted(self, state: State, told: DecodedFact, quote: QuoteTaken) -> Iterator[Finding]:
        agreement = self._agreement_of(state)
        rule, expected = agreement.fx_rule(quote.base, quote.quote), rates_at(self._records, agreement, quote)
        if quote.rate not in expected or quote.contract_rate != rule.contract:
            said = f"{quote.source} has another {quote.base}/{quote.quote} for {quote.fixing_on}"
            right = _any(frozenset(map(str, expected)))
            yield unfaithful(told.record, said, f"{right}, contract {rule.contract}", quote.rate)

    def _failed(self, state: State, told: DecodedFact, event: PaymentFailed) -> Iterator[Finding]:
        """Check that the bank's statements of an attempt's day were complete when a person gave it up."""
        run = state.runs[event.run]
        if not self._told.complete_day(run.account, run.execution_on):
            yield unfaithful(told.record, f"gives up {event.end_to_end_id}, which the bank could still book")

    def _dealt(self, state: State, told: DecodedFact, event: DealTaken) -> Iterator[Finding]:
        """Check that a deal is of the run's currency and day, and covers what it pays."""
        run = state.runs[event.run]
        paid = total_of((payment.amount for payment in state.payments.of_run(run.id)), run.currency)
        if event.amount.currency != run.currency or event.on != run.execution_on or paid > event.amount:
            said = f"takes a deal that does not cover run {run.id}"
            both = (f"{paid} on {run.execution_on}", f"{event.amount} on {event.on}")
            yield unfaithful(told.record, said, *both)

    def _released(self, state: State, told: DecodedFact, event: RunReleased) -> Iterator[Finding]:
        run = state.runs[event.run]
        bound = runs.bindings(run, state.payments.of_run(run.id), self._paying(state, event.on), self._schemas)
        if event.sha256 not in bound:
            yield unfaithful(told.record, f"releases something else than run {run.id} is", _any(bound), event.sha256)
        if event.by == run.prepared_by:
            yield unfaithful(told.record, f"{event.by} released run {run.id}, and had prepared it")
        if run.quote is not None and event.by == run.quote.deal_by:
            yield unfaithful(told.record, f"{event.by} released run {run.id}, and had taken its deal")
        yield from self._funds.findings(state, told, event, self._told)

    def _submitted(self, state: State, told: DecodedFact, event: RunSubmitted) -> Iterator[Finding]:
        """Check that an order's bytes follow from the run and the agreement, except for its creation time."""
        run = state.runs[event.run]
        if run.times_sent:
            if (event.message_id, event.file) != (run.message_id, run.file):
                yield unfaithful(told.record, "sends other bytes than before", run.file, event.file)
            return
        raw = self._records.document(event.file)
        if raw is None:
            return
        agreement = self._paying(state, run.released_on)
        profile = agreement.account(run.account).profile
        made = orders.orders_made(run, state.payments, agreement, written_at(raw) or told.fact.recorded_at)
        expected = [write(order, profile).content for order in made]
        same = any(say(raw, profile) == say(each, profile) for each in expected)
        if not same or event.message_id != made[0].message_id:
            said = f"document {event.file} is not the order that its run makes"
            both = (f"{sha256(expected[0])} under {made[0].message_id}", f"{event.file} under {event.message_id}")
            yield unfaithful(told.record, said, *both)

    def _stopped(self, state: State, told: DecodedFact, event: PaymentsRejected) -> Iterator[Finding]:
        """Check that an order could not be sent again, and that the payments are those that waited for it."""
        run = state.runs[event.run]
        payees = state.production.payees if state.production else NOTHING
        repeated = holds.may_be_repeated(run, state.payments, payees, told.fact.effective_on)
        expected = [] if repeated else orders.stopped(run, state.payments)
        if not set(lines([event])) <= set(lines(expected)):
            yield unfaithful(told.record, f"does not follow from where run {run.id} stands", only(expected, [event]))

    def _doubted(self, state: State, told: DecodedFact, event: RunDoubted) -> Iterator[Finding]:
        raw = self._records.document(event.file)
        if raw is None:
            return
        run = state.runs[event.run]
        enquiry = orders.enquiry(run, state.payments, self._agreement_of(state), _written_at(raw))
        if enquiry is None:
            yield unfaithful(told.record, f"asks after payments of run {run.id}, and none was in doubt")
        elif event.enquiry_message_id != enquiry.message_id or not _same_enquiry(raw, write_enquiry(enquiry)):
            said = f"document {event.file} is not the enquiry that run {run.id} makes"
            yield unfaithful(told.record, said, enquiry.message_id, event.enquiry_message_id)


def _any(right: frozenset[str]) -> str:
    return " or ".join(sorted(right))


def _same_enquiry(one: bytes, other: bytes) -> bool:
    """Return whether two enquiries name the same payments. The database decides their order."""
    return sorted(re.split(rb"(?=<)", one)) == sorted(re.split(rb"(?=<)", other))


def _written_at(raw: bytes) -> datetime:
    found = _WRITTEN_AT.search(raw)
    if found is None:
        raise BadInput("The file does not say when it was written.")
    return datetime.fromisoformat(found[1].decode())
