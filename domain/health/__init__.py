"""When something needs a person, and what to do. Observations in, ailments out.

`adapters/db/health.py` reads observations from the database, `app/health/doctor.py` from Temporal.
"""

from domain.health.ailment import Ailment, AilmentKind
from domain.health.bank import (
    Suspended,
    unmatched,
    unreconciled,
)
from domain.health.engines import (
    ComputedBy,
    engines_missing,
)
from domain.health.files import (
    INBOX_PATIENCE,
    LEAST_FREE,
    OUTBOX_PATIENCE,
    disk_full,
    file_refused,
    outbox_lag,
    unread,
)
from domain.health.payments import (
    CONTRADICTION_IS_SHOWN_FOR,
    SENDING_TAKES,
    RunWaiting,
    contradicted,
    doubtful,
    held,
    unbooked,
    ungathered,
    unpayable,
    unreleased,
    unsent,
    unsettled,
)
from domain.health.workflows import (
    ACTIVITY_ATTEMPTS,
    FAILED_IS_SHOWN_FOR,
    TASK_ATTEMPTS,
    Retried,
    Running,
    Workers,
    abandoned,
    failed,
    missed,
    missing,
    no_worker,
    stuck,
    unarchived,
    unscheduled,
    unserved,
)

__all__ = [
    "ACTIVITY_ATTEMPTS",
    "CONTRADICTION_IS_SHOWN_FOR",
    "FAILED_IS_SHOWN_FOR",
    "INBOX_PATIENCE",
    "LEAST_FREE",
    "OUTBOX_PATIENCE",
    "SENDING_TAKES",
    "TASK_ATTEMPTS",
    "Ailment",
    "AilmentKind",
    "ComputedBy",
    "Retried",
    "RunWaiting",
    "Running",
    "Suspended",
    "Workers",
    "abandoned",
    "contradicted",
    "disk_full",
    "doubtful",
    "engines_missing",
    "failed",
    "file_refused",
    "held",
    "missed",
    "missing",
    "no_worker",
    "outbox_lag",
    "stuck",
    "unarchived",
    "unbooked",
    "ungathered",
    "unmatched",
    "unpayable",
    "unread",
    "unreconciled",
    "unreleased",
    "unscheduled",
    "unsent",
    "unserved",
    "unsettled",
]
