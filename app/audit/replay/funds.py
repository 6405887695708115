"""Proves that no run was released that took more than its account held by what was on record at that moment.

Productions that share the bank account are read in their own streams, up to the events that the release names.
"""

from collections.abc import Callable, Iterator

from adapters.db.queries import chain
from adapters.db.records import Records
from adapters.db.streams import stream_of
from app.audit.replay.bookings import ToldBookings
from domain.agreement.model import Agreement
from domain.audit.findings import Finding, unfaithful
from domain.audit.refold import CommandBatch, DecodedFact, batches
from domain.bank.balances import AccountRecord, known_balance
from domain.errors import NotFound
from domain.events import RunReleased, SharedWith
from domain.payments import funds
from domain.payments.funds import Funds
from domain.payments.runs import Run
from domain.schemas import Schemas
from domain.state import State, fold
from domain.values.money import Money

AgreementOf = Callable[[State], Agreement]


class FundsCheck:
    """Checks releases by the books of the productions that name the bank account."""

    def __init__(self, records: Records, agreement_of: AgreementOf, schemas: Schemas) -> None:
        self._records, self._agreement_of, self._schemas = records, agreement_of, schemas
        self._beside: dict[str, _Stream] = {}

    def findings(self, state: State, told: DecodedFact, event: RunReleased, books: ToldBookings) -> Iterator[Finding]:
        """Yield what a release tells otherwise than it was, and a run that overdrew its account."""
        if event.against is None:
            return  # a release of an earlier version did not know balances
        run, agreement = state.runs[event.run], self._agreement_of(state)
        try:
            right = self._funds(state, run, agreement, event.against.shared, books)
        except NotFound:
            return  # an auditor of one production may not read the agreements of others
        if right.fact != event.against:
            said = f"run {run.id} was released against other funds than were on record"
            yield unfaithful(told.record, said, right.fact, event.against)
        if right.missing is not None:
            yield unfaithful(told.record, f"released run {run.id}, which overdrew {run.account} by {right.missing}")

    def _funds(
        self, state: State, run: Run, agreement: Agreement, shared: tuple[SharedWith, ...], books: ToldBookings
    ) -> Funds:
        account = agreement.account(run.account)
        records = [books.record(account.id)]
        leaving = funds.on_its_way(state.payments.values(), state.runs, account.id, agreement)
        for one in shared:
            record, amount = self._read(state, agreement, one, books)
            records.append(record)
            leaving += amount
        return Funds(
            balance=known_balance(records),
            on_its_way=leaving,
            debit=funds.debit(run, state.payments.of_run(run.id), agreement),
            overdraft=account.overdraft or Money.zero(account.currency),
            shared=shared,
        )

    def _read(
        self, state: State, agreement: Agreement, one: SharedWith, books: ToldBookings
    ) -> tuple[AccountRecord, Money]:
        """What another production, or this one under another id, has of the bank account."""
        if one.production != agreement.production:
            stream = self._beside.setdefault(one.production, _Stream(self._records, one.production, self._schemas))
            stream.read_until(one.seq)
            state, books = stream.state, stream.books
            agreement = self._agreement_of(state)
        leaving = funds.on_its_way(state.payments.values(), state.runs, one.account, agreement)
        return books.record(one.account), leaving


class _Stream:
    """A stream of another production, folded as far as it was asked for."""

    def __init__(self, records: Records, production: str, schemas: Schemas) -> None:
        facts = chain.facts(records.connection, stream_of(production))
        self._batches = batches(facts, [], schemas)
        self._next: CommandBatch | None = next(self._batches, None)
        self.state, self.books = State(), ToldBookings()

    def read_until(self, seq: int) -> None:
        """Fold the events up to a number."""
        while (batch := self._next) is not None and batch.first.seq <= seq:
            self.state = fold(self.state, [(event, batch.first.effective_on) for event in batch.events])
            self.books.add(batch.events, batch.first.seq, batch.first.effective_on)
            self._next = next(self._batches, None)
