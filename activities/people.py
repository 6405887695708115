"""Changes of people: each method is one transaction on the house's stream. They need no workflow, as nothing waits."""

from adapters.command_handler import CommandHandler
from adapters.db.records import Selection
from adapters.db.store import CommandOutcome
from domain.commands import ConfirmPeopleChange, ProposePeopleChange, RejectPeopleChange
from domain.identity import changes
from domain.identity.people import People
from domain.identity.records import ProposedChange

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
        trusted = self._handler.trust
        done = self._handler.in_house(
            command,
            _EVERYBODY,
            lambda _, state, __: changes.propose(state.people, trusted(command)),
        )
        proposed = (each.proposed for each in done.state.people.changes.values())
        return max((one for one in proposed if one.by == command.by), key=lambda one: one.change)

    def confirm_people_change(self, command: ConfirmPeopleChange) -> CommandOutcome:
        """Put a change in force that another administrator has proposed."""
        trusted = self._handler.trust
        return self._handler.in_house(
            command,
            _EVERYBODY,
            lambda _, state, __: changes.confirm(state.people, trusted(command)),
        ).outcome

    def reject_people_change(self, command: RejectPeopleChange) -> CommandOutcome:
        """Reject a proposed change, or take it back."""
        trusted = self._handler.trust
        return self._handler.in_house(
            command,
            _EVERYBODY,
            lambda _, state, __: changes.reject(state.people, trusted(command)),
        ).outcome
