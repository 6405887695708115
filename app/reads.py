"""Use cases that read the records: one for each list and document.

Every entry point shows a user what the table in `domain.reads` allows. Nobody reads without a name.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from adapters.db import people, queries
from adapters.db.connection import at_one_instant, driver_of, engine_of
from app.endpoints import database_url
from app.identity.login import authentication
from app.settings import load_settings
from domain.errors import NotFound, WrongRole
from domain.identity import Role
from domain.reads import EVERYTHING, Resource, Sight

if TYPE_CHECKING:
    from adapters.db.queries.agreement import ProposalRow, VersionRow
    from adapters.db.queries.bank import MovementFilter, MovementRow
    from adapters.db.queries.bank_files import BankFileFilter, BankFileRow
    from adapters.db.queries.distributions import DistributionFilter, DistributionRow
    from adapters.db.queries.evidence import EvidenceFilter, EvidenceRow
    from adapters.db.queries.facts import ImportFilter, ImportRow
    from adapters.db.queries.histories import Archived, HistoryFilter
    from adapters.db.queries.instalments import InstalmentFilter, InstalmentRow
    from adapters.db.queries.journal import EventFilter, EventRow
    from adapters.db.queries.ledger import BalanceRow, EntryFilter, EntryRow, PostedRow
    from adapters.db.queries.milestones import MilestoneFilter, MilestoneRow
    from adapters.db.queries.movement_life import MovementLife
    from adapters.db.queries.paging import Page, PageRequest
    from adapters.db.queries.payments import PaymentFilter, PaymentRow
    from adapters.db.queries.receipts import CreditRow, ReceiptFilter, ReceiptRow
    from adapters.db.queries.runs import RunFilter, RunRow
    from adapters.db.queries.statements import StatementFilter, StatementRow
    from domain.bank.reconciliation import Reconciliation

Filter = TypeVar(
    "Filter",
    "PaymentFilter",
    "ReceiptFilter",
    "InstalmentFilter",
    "RunFilter",
    "MovementFilter",
    "BankFileFilter",
    "MilestoneFilter",
    "EvidenceFilter",
    "DistributionFilter",
    "StatementFilter",
    "EntryFilter",
    "EventFilter",
    "HistoryFilter",
    "ImportFilter",
)


@dataclass(frozen=True)
class Reads:
    """What one reader may read at one instant: of one production, or of all if `production` is None.

    Every list raises WrongRole if the reader may see none of it, and BadInput for the cursor of another list.
    """

    connection: Connection
    production: str | None
    sight: Callable[[Resource], Sight]

    def of(self, production: str) -> "Reads":
        """Return the same reader for the production of a row."""
        return replace(self, production=production)

    def may(self, resource: Resource) -> bool:
        """Return whether the reader may see anything of a resource."""
        try:
            self.sight(resource)
        except WrongRole:
            return False
        return True

    def versions(self, as_of: date | None = None) -> "list[VersionRow]":
        """The versions of the production's agreement."""
        self.sight(Resource.AGREEMENT)
        return queries.agreement.agreement_versions(self.connection, self.production or "", as_of)

    def proposals(self, *, waiting: bool) -> "list[ProposalRow]":
        """The proposed versions of the production's agreement: all, or those that wait for approvals or their day."""
        self.sight(Resource.AGREEMENT)
        return queries.agreement.proposals(self.connection, self.production, waiting=waiting)

    def milestones(self, chosen: "MilestoneFilter", page: "PageRequest") -> "Page[MilestoneRow]":
        """Return the milestones that have had an event."""
        sight = self.sight(Resource.MILESTONES)
        return queries.milestones.milestones(self.connection, self._here(chosen), page, sight)

    def evidence(self, chosen: "EvidenceFilter", page: "PageRequest") -> "Page[EvidenceRow]":
        """Documents of evidence, in the order in which they were handed in."""
        sight = self.sight(Resource.EVIDENCE)
        return queries.evidence.evidence(self.connection, self._here(chosen), page, sight)

    def payments(self, chosen: "PaymentFilter", page: "PageRequest") -> "Page[PaymentRow]":
        """Return outgoing payments."""
        return queries.payments.payments(self.connection, self._here(chosen), page, self.sight(Resource.PAYMENTS))

    def payment(self, payment_id: str) -> "PaymentRow":
        """Return one payment.

        Raises:
            NotFound: it does not exist, or the reader may not see it.
        """
        found = queries.payments.payment(self.connection, payment_id, self.sight(Resource.PAYMENTS))
        if found is None or self._elsewhere(found.production):
            raise NotFound(f"There is no payment {payment_id}: `sluice payment list` lists them.", payment=payment_id)
        return found

    def receipts(self, chosen: "ReceiptFilter", page: "PageRequest") -> "Page[ReceiptRow]":
        """Return expected receipts."""
        return queries.receipts.receipts(self.connection, self._here(chosen), page, self.sight(Resource.RECEIPTS))

    def credits(self) -> "list[CreditRow]":
        """Return the credits of the production that are not used up."""
        return queries.receipts.credits_of(self.connection, self.production or "", self.sight(Resource.RECEIPTS))

    def instalments(self, chosen: "InstalmentFilter", page: "PageRequest") -> "Page[InstalmentRow]":
        """Return payments and expected receipts in one list."""
        sights = self.sight(Resource.PAYMENTS), self.sight(Resource.RECEIPTS)
        return queries.instalments.instalments(self.connection, self._here(chosen), page, *sights)

    def runs(self, chosen: "RunFilter", page: "PageRequest") -> "Page[RunRow]":
        """Payment runs."""
        return queries.runs.runs(self.connection, self._here(chosen), page, self.sight(Resource.RUNS))

    def run(self, run_id: str) -> "RunRow":
        """Return one run.

        Raises:
            NotFound: it does not exist, or the reader may not see it.
        """
        found = queries.runs.run(self.connection, run_id, self.sight(Resource.RUNS))
        if found is None or self._elsewhere(found.production):
            raise NotFound(f"There is no run {run_id}: `sluice run show` lists them.", run=run_id)
        return found

    def movements(self, chosen: "MovementFilter", page: "PageRequest") -> "Page[MovementRow]":
        """Movements in suspense."""
        return queries.bank.unmatched(self.connection, self._here(chosen), page, self.sight(Resource.MOVEMENTS))

    def reconciliations(self, account: str | None, on: date) -> "list[Reconciliation]":
        """Return the bank's balance against the books on a day, of an account or of all.

        Raises:
            NotFound: the bank told nothing of the account.
        """
        sight = self.sight(Resource.ACCOUNTS)
        from adapters.db.queries import reconciliation  # reads agreements, which no other list needs

        return reconciliation.reconciliations(self.connection, self.production or "", account, on, sight)

    def movement(self, account: str, name: str) -> "MovementLife":
        """Return one movement of the production, with its history for who may read journal and ledger.

        Raises:
            NotFound: it does not exist, or the reader may not see it.
        """
        sight = self.sight(Resource.MOVEMENTS)
        seen = sight.everything or account in sight.accounts
        found = (
            queries.movement_life.movement_life(self.connection, self.production or "", account, name, sight)
            if seen
            else None
        )
        if found is None:
            raise NotFound(f"There is no movement {name} on {account}: `sluice movement list` shows those in suspense.")
        books = self.may(Resource.JOURNAL) and self.may(Resource.LEDGER)
        return found if books else replace(found, history=())

    def bank_files(self, chosen: "BankFileFilter", page: "PageRequest") -> "Page[BankFileRow]":
        """Files that came from banks, newest first, with what became of their bookings."""
        return queries.bank_files.bank_files(self.connection, self._here(chosen), page, self.sight(Resource.BANK_FILES))

    def distributions(self, chosen: "DistributionFilter", page: "PageRequest") -> "Page[DistributionRow]":
        """Return distributions. A party sees only its own amounts."""
        sight = self.sight(Resource.DISTRIBUTIONS)
        return queries.distributions.distributions(self.connection, self._here(chosen), page, sight)

    def statements(self, chosen: "StatementFilter", page: "PageRequest") -> "Page[StatementRow]":
        """Return issued statements."""
        return queries.statements.statements(self.connection, self._here(chosen), page, self.sight(Resource.STATEMENTS))

    def imports(self, chosen: "ImportFilter", page: "PageRequest") -> "Page[ImportRow]":
        """Imported statements of facts, with all their versions."""
        self.sight(Resource.FACTS)
        return queries.facts.imported(self.connection, self._here(chosen), page)

    def balances(self, effective: date | None = None, known: datetime | None = None) -> "list[BalanceRow]":
        """Balances of the production's ledger."""
        self.sight(Resource.LEDGER)
        return queries.ledger.balances(self.connection, self.production or "", effective, known)

    def entries(self, chosen: "EntryFilter", page: "PageRequest") -> "Page[EntryRow]":
        """Entries of the production's ledger."""
        self.sight(Resource.LEDGER)
        return queries.ledger.entries(self.connection, self._here(chosen), page)

    def general_ledger(self, chosen: "EntryFilter", page: "PageRequest") -> "Page[PostedRow]":
        """Entries of the production's ledger by account and day, with the balance after each."""
        self.sight(Resource.LEDGER)
        return queries.ledger.general_ledger(self.connection, self._here(chosen), page)

    def events(self, chosen: "EventFilter", page: "PageRequest") -> "Page[EventRow]":
        """Events of the production's journal, newest first."""
        self.sight(Resource.JOURNAL)
        return queries.journal.newest_events(self.connection, self._here(chosen), page)

    def histories(self, chosen: "HistoryFilter", page: "PageRequest") -> "Page[Archived]":
        """Archived histories of workflows."""
        self.sight(Resource.HISTORIES)
        return queries.histories.archived_histories(self.connection, self._here(chosen), page)

    def _here(self, chosen: Filter) -> Filter:
        return chosen if self.production is None else replace(chosen, production=self.production)

    def _elsewhere(self, production: str) -> bool:
        return self.production is not None and production != self.production


@contextmanager
def reading(data: Path | None) -> Iterator[Connection]:
    """Open the records of a data folder's stack, or of the settings' database, at one instant, without Temporal.

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
def reads(data: Path | None, production: str | None, user: str) -> Iterator[Reads]:
    """Open what a user may read: of a production, or of all if an auditor of the house names none.

    Raises:
        NotFound: there is no such production, or none is named where there are several.
        WrongRole: nobody of that name acts in the production.
        NotUp: embedded, and no stack is up on the data folder.
    """
    authentication(load_settings(data), user)
    with reading(data) as connection:
        if audits_all(connection, user):
            if production is not None:
                queries.agreement.the_proposed(connection, production)
            yield Reads(connection, production, lambda _: EVERYTHING)
            return
    # The permissions are in the agreement, which is slow to import and to parse.
    from app.bootstrap import handler_on
    from app.permissions import sight_of

    with handler_on(data) as handler, handler.store.reading() as records:
        chosen = queries.agreement.the_only_production(records.connection, production)
        yield Reads(records.connection, chosen, sight_of(handler, records, chosen, user))


def audits_all(connection: Connection, user: str) -> bool:
    """Return whether a user is an auditor of every production, and so reads everything."""
    concerned = people.answer(people.ask(driver_of(connection), [user]))
    return Role.AUDITOR in concerned.right(user, "")[1]
