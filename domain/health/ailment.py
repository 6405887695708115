"""The ailment: one thing that somebody should look at."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class AilmentKind(StrEnum):
    """The kinds of ailments. The values are names in JSON, of metrics, and of the alert rules in `deploy/`."""

    NO_WORKER = "no-worker"
    BUILD_WITHOUT_WORKER = "build-without-worker"
    WORKFLOW_STUCK = "workflow-stuck"
    WORKFLOW_FAILED = "workflow-failed"
    REFUSED = "refused"
    WORKFLOW_MISSING = "workflow-missing"
    SCHEDULE = "schedule"
    OUTBOX = "outbox"
    INBOX = "inbox"
    DISK = "disk"
    UNMATCHED = "unmatched"
    STATEMENT_MISSING = "statement-missing"
    UNRECONCILED = "unreconciled"
    CONTRADICTED = "contradicted"
    FILE_REFUSED = "file-refused"
    DOUBTFUL = "doubtful"
    UNSETTLED = "unsettled"
    UNGATHERED = "ungathered"
    UNRELEASED = "unreleased"
    UNSENT = "unsent"
    HELD = "held"
    SHORT_OF_MONEY = "short-of-money"
    BALANCE_UNKNOWN = "balance-unknown"
    RECEIPT_LATE = "receipt-late"
    MILESTONE_LATE = "milestone-late"
    HISTORY_UNARCHIVED = "history-unarchived"
    UNPAYABLE = "unpayable"
    UNCOMPUTABLE = "uncomputable"
    ENGINE_MISSING = "engine-missing"
    NOT_SEALED = "not-sealed"


@dataclass(frozen=True, slots=True)
class Ailment:
    """One thing that somebody should look at: what, since when, why, and what to do.

    `wrong` is false for information only, such as a payment that a person holds.
    """

    kind: AilmentKind
    what: str
    since: datetime | date | None
    why: str
    todo: str
    wrong: bool = True


def counted(count: int, what: str) -> str:
    """A count with its noun."""
    return f"{count} {what}{'s' if count != 1 else ''}"


def when_open(closed: str) -> str:
    """The end of what to do, where a calendar's closure keeps it from being done today."""
    return f"; nothing can be done today: its account is {closed}" if closed else ""


def because(cause: str) -> str:
    """A cause for the middle of a sentence: one line of limited length."""
    words = in_a_sentence(cause)
    return f": {words}" if words else ""


def in_a_sentence(words: str) -> str:
    """Another's text as one line without its full stop."""
    return " ".join(words.split())[:300].rstrip(".")
