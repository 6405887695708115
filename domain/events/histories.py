"""Events of the archive of workflow histories."""

from enum import StrEnum
from typing import Literal

from domain.values.record import Record, Sha256


class HistoryStatus(StrEnum):
    """How a run of a workflow ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"
    CONTINUED_AS_NEW = "continued-as-new"
    TIMED_OUT = "timed-out"


class HistoryArchived(Record):
    """A workflow run has ended and its history is kept: `events` of them, as JSON with the hash `sha256`.

    `build_id` names the build that made the run's last steps; it is empty if no worker ever took it up.
    `continued_from` is the run id that this run continues as new; it is empty for the first of a chain.
    """

    type: Literal["history-archived"] = "history-archived"
    workflow_id: str
    run_id: str
    workflow_type: str
    status: HistoryStatus
    events: int
    build_id: str
    sha256: Sha256
    continued_from: str = ""


class HistoryGivenUp(Record):
    """A missing history is lost for good, declared by the auditor `by` for a reason.

    `why` says what proves that the history existed. `run_id` is empty where it is unknown which run is missing.
    """

    type: Literal["history-given-up"] = "history-given-up"
    workflow_id: str
    run_id: str = ""
    by: str
    why: str
    reason: str


HistoryEvent = HistoryArchived | HistoryGivenUp
"""Every event of this module."""
