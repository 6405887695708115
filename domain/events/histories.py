"""Histories of workflows that were put into the archive."""

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
    """One run of a workflow has ended, and its history is kept: `events` of them, as JSON with the hash `sha256`.

    `build_id` names the code that the run's last steps were made by; empty if no worker ever took it up.
    `continued_from` is the run id of the run that this one continues as new; empty for the first of a chain.
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
    """A history that must have been is lost for good; `by` says so, who would have asked for it, and for what reason.

    `why` is what says that it must have been; `run_id` is empty where it cannot be known which run that was.
    """

    type: Literal["history-given-up"] = "history-given-up"
    workflow_id: str
    run_id: str = ""
    by: str
    why: str
    reason: str
