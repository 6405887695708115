"""Commands about archived workflow histories."""

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import (
    HistoryGivenUp,
)
from domain.events.histories import HistoryArchived
from domain.identity import Role


class ArchiveHistory(Command):
    """Keep the history of an ended workflow run. Its bytes are fetched first and kept with the event."""

    history: HistoryArchived


class GiveUpHistory(Command):
    """Declare a history lost for good. `why` says what proves that it existed.

    `run_id` is empty where it is unknown which run of the workflow is missing.
    """

    workflow_id: str
    run_id: str = ""
    why: str
    reason: str = Field(min_length=1, max_length=500, description="How it was lost, and how that is known.")


DECLARED = (
    Declaration(ArchiveHistory, key="archive/{workflow}/{run_id}", activity="archive", system=True),
    Declaration(
        GiveUpHistory,
        key="give-up/{workflow}/{lost}",
        repeated_in=HistoryGivenUp,
        activity="give_up",
        role=Role.AUDITOR,
        parties="the parties that pay",
        cli="history give-up",
        path="/histories/{workflow_id}/loss",
        arguments=("workflow_id",),
    ),
)
