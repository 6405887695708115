"""Reading the records: each list and document as a use case, for whoever may see it.

The command line on a data folder reads as its operator, who sees everything. For a user it shows what the table in
`domain.reads` lets them see; so does every other way in.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from adapters.db.connection import at_one_instant, engine_of
from adapters.db.queries import (
    agreement,
    bank,
    distributions,
    facts,
    histories,
    journal,
    ledger,
    milestones,
    payments,
    runs,
    statements,
)
from adapters.db.queries.agreement import VersionRow
from adapters.db.queries.bank import MovementFilter, MovementRow
from adapters.db.queries.distributions import DistributionFilter, DistributionRow
from adapters.db.queries.facts import ImportFilter, ImportRow
from adapters.db.queries.histories import Archived, HistoryFilter
from adapters.db.queries.journal import EventFilter, EventRow
from adapters.db.queries.ledger import BalanceRow, EntryFilter, EntryRow
from adapters.db.queries.milestones import MilestoneFilter, MilestoneRow
from adapters.db.queries.paging import Page, PageRequest
from adapters.db.queries.payments import PaymentFilter, PaymentRow, ReceiptFilter, ReceiptRow
from adapters.db.queries.runs import RunFilter, RunRow
from adapters.db.queries.statements import StatementFilter, StatementRow
from app.endpoints import database_url
from app.settings import load_settings
from domain.errors import NotFound, WrongRole
from domain.reads import EVERYTHING, Resource, Sight

Filter = TypeVar(
    "Filter",
    PaymentFilter,
    ReceiptFilter,
    RunFilter,
    MovementFilter,
    MilestoneFilter,
    DistributionFilter,
    StatementFilter,
    EntryFilter,
    EventFilter,
    HistoryFilter,
    ImportFilter,
)


@dataclass(frozen=True)
class Reads:
    """What one reader may read of a production, or of all of them where `production` is None, at one instant.

    Every list raises WrongRole where nothing of it is theirs to read, and BadInput for a cursor that is not its own.
    """

    connection: Connection
    production: str | None
    sight: Callable[[Resource], Sight]

    def of(self, production: str) -> "Reads":
        """The reader in a production that one of the rows belongs to."""
        return replace(self, production=production)

    def may(self, resource: Resource) -> bool:
        """Whether anything of a resource is theirs to read."""
        try:
            self.sight(resource)
        except WrongRole:
            return False
        return True

    def versions(self, as_of: date | None = None) -> list[VersionRow]:
        """The versions of the production's agreement."""
        self.sight(Resource.AGREEMENT)
        return agreement.agreement_versions(self.connection, self.production or "", as_of)

    def milestones(self, chosen: MilestoneFilter, page: PageRequest) -> Page[MilestoneRow]:
        """Milestones that something has happened to."""
        sight = self.sight(Resource.MILESTONES)
        return milestones.milestones(self.connection, self._here(chosen), page, sight)

    def payments(self, chosen: PaymentFilter, page: PageRequest) -> Page[PaymentRow]:
        """Payments that go out."""
        return payments.payments(self.connection, self._here(chosen), page, self.sight(Resource.PAYMENTS))

    def payment(self, payment_id: str) -> PaymentRow:
        """One payment.

        Raises:
            NotFound: there is none, or it is not theirs to read.
        """
        found = payments.payment(self.connection, payment_id, self.sight(Resource.PAYMENTS))
        if found is None or self._elsewhere(found.production):
            raise NotFound(f"There is no payment {payment_id}: `sluice payment list` lists them.", payment=payment_id)
        return found

    def receipts(self, chosen: ReceiptFilter, page: PageRequest) -> Page[ReceiptRow]:
        """Receipts that are expected."""
        return payments.receipts(self.connection, self._here(chosen), page, self.sight(Resource.RECEIPTS))

    def runs(self, chosen: RunFilter, page: PageRequest) -> Page[RunRow]:
        """Payment runs."""
        return runs.runs(self.connection, self._here(chosen), page, self.sight(Resource.RUNS))

    def run(self, run_id: str) -> RunRow:
        """One run.

        Raises:
            NotFound: there is none, or it is not theirs to read.
        """
        found = runs.run(self.connection, run_id, self.sight(Resource.RUNS))
        if found is None or self._elsewhere(found.production):
            raise NotFound(f"There is no run {run_id}: `sluice run show` lists them.", run=run_id)
        return found

    def movements(self, chosen: MovementFilter, page: PageRequest) -> Page[MovementRow]:
        """Movements in suspense."""
        return bank.unmatched(self.connection, self._here(chosen), page, self.sight(Resource.MOVEMENTS))

    def distributions(self, chosen: DistributionFilter, page: PageRequest) -> Page[DistributionRow]:
        """Distributions; to a party, with its own amounts only."""
        sight = self.sight(Resource.DISTRIBUTIONS)
        return distributions.distributions(self.connection, self._here(chosen), page, sight)

    def statements(self, chosen: StatementFilter, page: PageRequest) -> Page[StatementRow]:
        """Statements that were issued."""
        return statements.statements(self.connection, self._here(chosen), page, self.sight(Resource.STATEMENTS))

    def imports(self, chosen: ImportFilter, page: PageRequest) -> Page[ImportRow]:
        """Imported statements of facts, with all their versions."""
        self.sight(Resource.FACTS)
        return facts.imported(self.connection, self._here(chosen), page)

    def balances(self, effective: date | None = None, known: datetime | None = None) -> list[BalanceRow]:
        """Balances of the production's ledger."""
        self.sight(Resource.LEDGER)
        return ledger.balances(self.connection, self.production or "", effective, known)

    def entries(self, chosen: EntryFilter, page: PageRequest) -> Page[EntryRow]:
        """Entries of the production's ledger."""
        self.sight(Resource.LEDGER)
        return ledger.entries(self.connection, self._here(chosen), page)

    def events(self, chosen: EventFilter, page: PageRequest) -> Page[EventRow]:
        """Events of the production's journal, newest first."""
        self.sight(Resource.JOURNAL)
        return journal.newest_events(self.connection, self._here(chosen), page)

    def histories(self, chosen: HistoryFilter, page: PageRequest) -> Page[Archived]:
        """Archived histories of workflows."""
        self.sight(Resource.HISTORIES)
        return histories.archived_histories(self.connection, self._here(chosen), page)

    def _here(self, chosen: Filter) -> Filter:
        return chosen if self.production is None else replace(chosen, production=self.production)

    def _elsewhere(self, production: str) -> bool:
        return self.production is not None and production != self.production


@contextmanager
def reading(data: Path | None) -> Iterator[Connection]:
    """The records of a data folder's stack, or of the settings', at one instant; Temporal is not needed for that.

    Raises:
        NotUp: embedded, and no stack is up on the data folder.
    """
    engine = engine_of(database_url(load_settings(data)))
    try:
        with engine.connect() as connection, at_one_instant(connection):
            yield connection
    finally:
        engine.dispose()


@contextmanager
def reads(data: Path | None, production: str | None = None, user: str | None = None) -> Iterator[Reads]:
    """What a user may read on the stack of a data folder; without a user, everything.

    Raises:
        NotFound: there is no such production; or a user reads, and it is not said in which of several productions.
        WrongRole: nobody of that name acts in the production.
        NotUp: embedded, and no stack is up on the data folder.
    """
    if user is None:
        with reading(data) as connection:
            if production is not None:
                agreement.the_production(connection, production)
            yield Reads(connection, production, lambda _: EVERYTHING)
        return
    # Who may read what is in the agreement, which takes a while to import and to parse.
    from app.bootstrap import handler_on
    from app.permissions import sight_of

    with handler_on(data) as handler, handler.store.reading() as records:
        chosen = agreement.the_only_production(records.connection, production)
        yield Reads(records.connection, chosen, sight_of(handler, records, chosen, user))
