"""Changes of people: each method is one transaction on the house's stream. They need no workflow, as nothing waits."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from adapters.command_handler import CommandHandler
from adapters.db.records import Selection
from adapters.db.store import CommandOutcome, Done
from domain.commands import Command, ConfirmPeopleChange, ProposePeopleChange, RejectPeopleChange
from domain.events import Event
from domain.identity import changes
from domain.identity.people import People
from domain.identity.records import ProposedChange

ACommand = TypeVar("ACommand", bound=Command)
_EVERYBODY = Selection(people=True)


class PeopleActivities:
    """Each method is one transaction."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    def people(self) -> People:
        """Everybody who is or was on record, with their delegations and all changes."""
        self._handler.load_first_users()
        with self._handler.store.reading() as records:
            return records.people()

    def propose_people_change(self, command: ProposePeopleChange) -> ProposedChange:
        """Propose a change; the answer has its number."""
        done = self._decide(command, changes.propose)
        proposed = (each.proposed for each in done.state.people.changes.values())
        return max((one for one in proposed if one.by == command.by), key=lambda one: one.change)

    def confirm_people_change(self, command: ConfirmPeopleChange) -> CommandOutcome:
        """Put a change in force that another administrator has proposed."""
        return self._decide(command, changes.confirm).outcome

    def reject_people_change(self, command: RejectPeopleChange) -> CommandOutcome:
        """Reject a proposed change, or take it back."""
        return self._decide(command, changes.reject).outcome

    def _decide(self, command: ACommand, rule: Callable[[People, ACommand], Sequence[Event]]) -> Done:
        """Carry out a command of somebody who has shown who they are, by everybody on record."""
        trusted = self._handler.trust
        return self._handler.in_house(command, _EVERYBODY, lambda _, state, __: rule(state.people, trusted(command)))
