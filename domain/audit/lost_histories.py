"""Histories that are lost: who may say so, and of which. What must be archived is told by `activities/histories.py`."""

from domain.commands import GiveUpHistory, require
from domain.errors import IllegalTransition, NotFound
from domain.events import HistoryGivenUp
from domain.identity import Person


def give_up(
    command: GiveUpHistory, person: Person, parties: tuple[str, ...], *, archived: bool, in_temporal: bool
) -> list[HistoryGivenUp]:
    """Say that a history which must have been is lost for good: from then on it is known, and missed no more.

    It is the auditors of `parties` who would have asked for it, and nobody else, that may do without it.
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
    """Let pass only a history that is missing and that nobody has.

    Raises:
        IllegalTransition: the archive has it, or Temporal does.
        NotFound: nothing says that there was one.
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
    """What a person is told."""
    return f"{workflow_id} (run {run_id})" if run_id else workflow_id
