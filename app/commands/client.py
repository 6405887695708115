"""Sends a user's commands to their workflows. The command line and the demonstration both use it.

The table of commands names the workflow of each command, which is started if it does not run. The answer is the state
afterwards. A refusal is raised as the domain's error.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from activities.histories import gap_key
from activities.views import AccountRef, HistoryGap
from adapters.agreement.documents import Loaded, load_agreement
from app.bootstrap import Services
from app.commands.routes import Routes
from app.commands.updates import send_update
from domain.commands import AmendAgreement, Command, GiveUpHistory, RegisterAgreement, make
from domain.errors import BadInput
from domain.identity.authentication import Authentication
from workflows.names import production_of
from workflows.production import ProductionWorkflow

C = TypeVar("C", bound=Command)
Made = TypeVar("Made")

_HINTS = {
    "by": "A user's name has at most 64 characters and no spaces: `sluice user list` shows them.",
    "reason": "The reason is empty or too long: write one of at most 500 characters.",
    "sha256": "That is no SHA-256: copy the 64 characters that `sluice run preview` shows.",
    "key": "A name that was given is too long or holds spaces: compare it with what the lists show.",
}
"""What to do about a field of a command that does not fit."""


@dataclass(frozen=True)
class CommandClient:
    """Sends commands as `user`. `key` is the caller's own idempotency key for the next command.

    `authentication` says who was trusted to say that it is this user, who may stand in for `acting_for`. `sending` is
    called with the key of each command before it is sent.
    """

    services: Services
    user: str
    key: str = ""
    authentication: Authentication | None = None
    acting_for: str | None = None
    sending: Callable[[str], None] = lambda _: None

    async def send(self, kind: type[Command], /, **fields: Any) -> Any:
        """Send a command to its workflow, and return the view from the workflow's update.

        The production of a run or payment is looked up. Round and revision default to the newest.

        Raises:
            SluiceError: the domain refuses the command.
            BadInput: a field does not fit.
        """
        return await self.deliver(self._made(kind, **Routes(self.services).completed(kind, fields)))

    async def deliver(self, command: Command) -> Any:
        """Send a command unchanged, under its own key."""
        carrier = Routes(self.services).of(command)
        self.sending(command.key)
        return await send_update(self.services, *carrier, command)

    async def register(self, file: Path) -> Any:
        """Check an agreement's file and propose its first version."""
        loaded = load_agreement(file)
        digest = self._keep(file, loaded.raw)
        return await self.send(RegisterAgreement, production=loaded.agreement.production, document=digest)

    async def amend(self, file: Path, *, provisional: bool = False) -> Any:
        """Check the next version's file against the version in force, and propose it."""
        production = load_agreement(file).agreement.production
        Routes(self.services).require_production(production)
        loaded = load_agreement(file, *self.services.handler.in_force_today(production))
        document = self._keep(file, loaded.raw)
        return await self.send(AmendAgreement, production=production, document=document, provisional=provisional)

    async def amend_by(self, production: str, loaded: Loaded) -> Any:
        """Propose a next version that was made of the one in force."""
        with self.services.store.transaction() as transaction:
            digest = transaction.keep(f"{production}-{loaded.agreement.version}.yaml", loaded.raw)
        return await self.send(AmendAgreement, production=production, document=digest)

    async def open_runs(self, production: str, account: str) -> list[str]:
        """Open a debtor account's day by hand, and return the started runs."""
        routes = Routes(self.services)
        routes.require_production(production)
        ref = _fitting(lambda: AccountRef(production=production, account=account, by=self.user, **self._envelope))
        started: list[str] = await send_update(
            self.services, routes.to_production(production), ProductionWorkflow.open_runs, ref
        )
        return started

    async def give_up_history(self, workflow_id: str, run_id: str | None, reason: str) -> list[HistoryGap]:
        """Record that the missing history of a workflow, or of one run, is lost for good. Return what was missing."""
        histories = self.services.histories
        lost = await histories.lost(workflow_id, run_id)
        for gap in lost:
            command = self._made(
                GiveUpHistory,
                beside=gap_key(gap),
                key="",  # a gap is given up once, by whichever user
                production=production_of(workflow_id),
                workflow_id=workflow_id,
                run_id=gap.run_id,
                why=gap.why,
                reason=reason,
            )
            await histories.give_up(command)
        return lost

    def _made(self, kind: type[C], /, **fields: Any) -> C:
        own = {"by": self.user, "key": self.key, "nonce": uuid.uuid4().hex[:12], **self._envelope}
        return _fitting(lambda: make(kind, **own | fields))

    @property
    def _envelope(self) -> dict[str, Any]:
        return {"authentication": self.authentication, "acting_for": self.acting_for}

    def _keep(self, file: Path, raw: bytes) -> str:
        with self.services.store.transaction() as transaction:
            return transaction.keep(file.name, raw)


def _fitting(make_it: Callable[[], Made]) -> Made:
    """Return what `make_it` makes of a user's fields.

    Raises:
        BadInput: a field does not fit.
    """
    try:
        return make_it()
    except ValidationError as error:
        said = {str(one["loc"][0]): one["msg"] for one in error.errors(include_url=False)}
        words = [_HINTS[name] for name in _HINTS if name in said] or [f"{name}: {msg}." for name, msg in said.items()]
        raise BadInput(words[0]) from error
