"""The composition root: it turns settings into wired services. Nothing is constructed elsewhere or at import."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from temporalio.client import Client

from activities.adjustments import AdjustmentActivities
from activities.agreement import AgreementActivities
from activities.bank import BankActivities
from activities.distributions import DistributionActivities
from activities.histories import HistoryActivities
from activities.milestones import MilestoneActivities
from activities.movements import MovementActivities
from activities.payees import PayeeActivities
from activities.proposals import ProposalActivities
from activities.runs import RunActivities
from activities.schedules import ScheduleActivities
from adapters.agreement.cache import Agreements
from adapters.bank.folder import BankFolder
from adapters.clock import Clock, SandboxClock, SystemClock
from adapters.command_handler import CommandHandler
from adapters.db.connection import engine_of
from adapters.db.facts import facts_of
from adapters.db.store import Store
from adapters.sharing.entitlements import FactsOf
from adapters.temporal.executions import Executions
from adapters.temporal.internals import activities_in
from adapters.temporal.refusals import Refusals
from adapters.temporal.seals import Sealing
from app.endpoints import Endpoints, database_url
from app.identity.login import trusted
from app.payload_keys import payload_keys
from app.settings import Settings, load_settings
from app.worker.plugin import SluicePlugin
from domain.identity.people import grants_of
from domain.identity.records import UserRecord
from workflows import names


@dataclass(frozen=True)
class Services:
    """The services that a worker, the command line or a test uses."""

    settings: Settings
    handler: CommandHandler
    client: Client
    folder: BankFolder
    facts_of: FactsOf = facts_of
    refusals: Refusals = field(default_factory=Refusals)

    @property
    def store(self) -> Store:
        """The store."""
        return self.handler.store

    @property
    def bank(self) -> BankActivities:
        """Takes in bank files."""
        return BankActivities(self.handler)

    @property
    def distributions(self) -> DistributionActivities:
        """Computes and previews distributions."""
        return DistributionActivities(self.handler, self.facts_of)

    @property
    def histories(self) -> HistoryActivities:
        """Archives the histories of workflows that have ended."""
        return HistoryActivities(self.handler, Executions(self.client, self.settings.task_queue), names)

    def activities(self) -> list[Callable[..., Any]]:
        """Every activity of the worker, bound to this command handler."""
        owners = (
            AgreementActivities(self.handler),
            MilestoneActivities(self.handler),
            RunActivities(self.handler),
            self.bank,
            MovementActivities(self.handler),
            ProposalActivities(self.handler),
            PayeeActivities(self.handler),
            AdjustmentActivities(self.handler),
            self.distributions,
            ScheduleActivities(self.handler, self.client, self.settings.task_queue),
            self.histories,
        )
        return [method for owner in owners for method in activities_in(owner)]


def handler_of(settings: Settings, database_url: str, clock: Clock | None = None) -> CommandHandler:
    """Return a command handler on a database. The embedded stack's clock can be moved; any other is the machine's."""
    own_clock: Clock = SandboxClock(settings.data / "clock.json") if settings.embedded else SystemClock()
    return CommandHandler(
        store=Store(engine_of(database_url)),
        agreements=Agreements(),
        clock=clock or own_clock,
        first_users=first_users(settings),
        answer_within_s=settings.answer_within_s,
        overrides=settings.calendar_overrides,
        time_zone=settings.time_zone,
        trusted=trusted(settings),
    )


def first_users(settings: Settings) -> tuple[UserRecord, ...]:
    """Return the users of the settings as records, by name. The person behind a user is its own name unless said."""
    return tuple(
        UserRecord(
            user=name,
            person=user.person or name,
            name=user.name,
            contact=user.contact,
            grants=(grants_of(user.party, user.roles, user.productions),) if user.roles else (),
        )
        for name, user in sorted(settings.users.items())
    )


@contextmanager
def handler_on(data: Path | None) -> Iterator[CommandHandler]:
    """Open a command handler on a data folder's stack, or on the settings' database. Temporal is not needed.

    The first users are on record then, so that somebody may read.

    Raises:
        NotUp: embedded, and no stack is up on the data folder.
    """
    settings = load_settings(data)
    handler = handler_of(settings, database_url(settings))
    try:
        handler.load_first_users()
        yield handler
    finally:
        handler.store.engine.dispose()


async def connect(settings: Settings, where: Endpoints) -> Services:
    """Connect to Temporal. The database connection opens with the first query."""
    refusals = Refusals()
    sealing = Sealing(payload_keys(settings), refusals.note)
    return Services(
        settings=settings,
        handler=handler_of(settings, where.database_url),
        client=await Client.connect(**where.temporal, plugins=[SluicePlugin(sealing)]),
        folder=BankFolder(settings.bank_files),
        refusals=refusals,
    )
