"""Lost histories: who may give up which. `activities/histories.py` finds out what is missing."""

from domain.commands import GiveUpHistory, require
from domain.errors import IllegalTransition, NotFound
from domain.events import HistoryGivenUp
from domain.identity import Person


def give_up(
    command: GiveUpHistory, person: Person, parties: tuple[str, ...], *, archived: bool, in_temporal: bool
) -> list[HistoryGivenUp]:
    """Declare a missing history lost for good, so that it is no longer reported.

    Only auditors of `parties` may, because they are the ones who would ask for it.
    """
    require(person, GiveUpHistory, parties, f"give up the history of {called(command.workflow_id, command.run_id)}")
    require_lost(
        called(command.workflow_id, command.run_id),
        archived=archived,
        in_temporal=in_temporal,
        missing=bool(command.why),
    )
    return [
        HistoryGivenUp(
            workflow_id=command.workflow_id,
            run_id=command.run_id,
            by=person.user,
            why=command.why,
            reason=command.reason,
        )
    ]


def require_lost(history: str, *, archived: bool, in_temporal: bool, missing: bool) -> None:
    """Check that a history is missing and nobody has it.

    Raises:
        IllegalTransition: the archive or Temporal has it.
        NotFound: nothing says that it existed.
    """
    if archived:
        raise IllegalTransition(f"The history of {history} is archived: `sluice history show` tells it.")
    if in_temporal:
        raise IllegalTransition(
            f"Temporal still has {history}: once it has ended a worker archives it, or the hourly sweep at the latest."
        )
    if not missing:
        raise NotFound(f"Nothing says that there was a history of {history}: `sluice doctor` names what is missing.")


def called(workflow_id: str, run_id: str) -> str:
    """The name of a history in messages."""
    return f"{workflow_id} (run {run_id})" if run_id else workflow_id
