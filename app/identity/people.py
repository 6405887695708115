"""Who may act: what a person proposes, confirms and reads of it."""

import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from activities.people import PeopleActivities
from app.bootstrap import handler_on
from app.identity.login import authentication
from app.settings import load_settings
from domain.commands import Command, ConfirmPeopleChange, ProposePeopleChange, RejectPeopleChange, make
from domain.errors import BadInput, NotFound
from domain.identity.authentication import Authentication
from domain.identity.people import People
from domain.identity.person import Role
from domain.identity.records import Delegation, Grant, ProposedChange, UserRecord
from domain.identity.rights import with_grant, without


@dataclass(frozen=True)
class PeopleDesk:
    """Changes of people that `user` makes. `key` is the caller's own idempotency key."""

    activities: PeopleActivities
    user: str
    said: Authentication
    key: str = ""

    def people(self) -> People:
        """Everybody on record."""
        return self.activities.people()

    def add(self, user: UserRecord, reason: str) -> ProposedChange:
        """Propose a new user.

        Raises:
            BadInput: the name is taken.
        """
        if user.user in self.people().users:
            raise BadInput(f"There is a user {user.user} already: `sluice user grant` changes what they may do.")
        return self._propose(after=user, reason=reason)

    def grant(self, name: str, added: Grant, reason: str) -> ProposedChange:
        """Propose that a user may do more."""
        return self._change(name, lambda user: with_grant(user, added), reason)

    def revoke(self, name: str, roles: Collection[Role], productions: Collection[str], reason: str) -> ProposedChange:
        """Propose that a user may do less, or nothing. It counts at once."""
        return self._change(name, lambda user: without(user, roles, productions), reason)

    def delegate(self, made: Delegation, reason: str) -> ProposedChange:
        """Propose a substitute for somebody who is away, or say that they are away."""
        return self._propose(delegation=made, reason=reason)

    def end(self, delegation: int, reason: str) -> ProposedChange:
        """Propose to end a delegation. It counts at once.

        Raises:
            NotFound: there is no such delegation.
        """
        made = self.people().delegations.get(delegation)
        if made is None:
            raise NotFound(f"There is no delegation {delegation} in force: `sluice user list` shows them.")
        return self._propose(delegation=made, ends=delegation, reason=reason)

    def confirm(self, change: int) -> None:
        """Confirm a change that somebody else has proposed."""
        self.activities.confirm_people_change(self._made(ConfirmPeopleChange, change=change))

    def reject(self, change: int, reason: str) -> None:
        """Reject a change, or take one's own back."""
        self.activities.reject_people_change(self._made(RejectPeopleChange, change=change, reason=reason))

    def _change(self, name: str, changed: Callable[[UserRecord], UserRecord], reason: str) -> ProposedChange:
        before = self.people().users.get(name)
        if before is None:
            raise NotFound(f"There is no user {name!r}: `sluice user list` shows them, `sluice user add` adds one.")
        return self._propose(before=before, after=changed(before), reason=reason)

    def _propose(self, **change: Any) -> ProposedChange:
        return self.activities.propose_people_change(self._made(ProposePeopleChange, **change))

    def _made(self, kind: type[Any], **fields: Any) -> Any:
        own: dict[str, Any] = {"by": self.user, "authentication": self.said, "production": ""}
        made: Command = make(kind, key=self.key, nonce=uuid.uuid4().hex[:12], **own, **fields)
        return made


@contextmanager
def people_desk(data: Path | None, user: str, key: str = "") -> Iterator[PeopleDesk]:
    """Open the desk of a user on a data folder's stack, or on the settings' database."""
    said = authentication(load_settings(data), user)
    with handler_on(data) as handler:
        yield PeopleDesk(PeopleActivities(handler), user, said, key)


def today_of(data: Path | None) -> date:
    """The house's day."""
    with handler_on(data) as handler:
        return handler.house_day
