"""When something needs a person: how long is too long, and what is to be done. Observations in, ailments out.

What is observed is read by `adapters/db/health.py` and by `app/doctor.py` from Temporal; ages are counted from there.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

TASK_ATTEMPTS = 3
"""A workflow whose task fails so often will not get on by itself: its code or its input is wrong."""
ACTIVITY_ATTEMPTS = 10
"""By then an activity has been retried for more than a minute."""
OUTBOX_PATIENCE = timedelta(minutes=1)
INBOX_PATIENCE = timedelta(minutes=1)
LEAST_FREE = 100_000_000
"""Bytes that a disk needs to have free: a day of ten thousand payments, with its logs, takes less."""
FAILED_IS_SHOWN_FOR = timedelta(days=3)
"""Over a weekend; whoever is responsible for what is unfinished is shown for as long as it is."""
CONTRADICTION_IS_SHOWN_FOR = timedelta(days=7)
SETTLING_TAKES_DAYS = 4
"""Calendar days from a run's day until its money must have left: the longest weekend with a holiday."""
GATHERING_TAKES_DAYS = 4
"""Calendar days from the day a payment is due until it must be in a run."""
HOLDING_TAKES = timedelta(days=14)
"""A payment that is held for longer was probably forgotten."""


class Kind(StrEnum):
    """What can be wrong. The values are names in JSON, of metrics, and of the alert rules in `deploy/`."""

    NO_WORKER = "no-worker"
    WORKFLOW_STUCK = "workflow-stuck"
    WORKFLOW_FAILED = "workflow-failed"
    WORKFLOW_MISSING = "workflow-missing"
    SCHEDULE = "schedule"
    OUTBOX = "outbox"
    INBOX = "inbox"
    DISK = "disk"
    UNMATCHED = "unmatched"
    CONTRADICTED = "contradicted"
    FILE_REFUSED = "file-refused"
    UNSETTLED = "unsettled"
    UNGATHERED = "ungathered"
    HELD = "held"
    HISTORY_UNARCHIVED = "history-unarchived"


@dataclass(frozen=True, slots=True)
class Ailment:
    """One thing that somebody should look at: what, since when, why it is here, and what to do.

    `wrong` is false for what is only good to know, such as a payment that a person holds.
    """

    kind: Kind
    what: str
    since: datetime | date | None
    why: str
    todo: str
    wrong: bool = True


@dataclass(frozen=True, slots=True)
class Retried:
    """An activity that is tried again: by name, how often so far, and what went wrong last."""

    name: str
    attempt: int
    cause: str


@dataclass(frozen=True, slots=True)
class Running:
    """A workflow that runs: how often its present task was tried, what failed it, and what it waits for."""

    name: str
    started: datetime
    task_attempt: int
    cause: str
    activities: tuple[Retried, ...] = ()


def stuck(workflow: Running) -> Ailment | None:
    """A workflow that cannot go on by itself."""
    if workflow.task_attempt >= TASK_ATTEMPTS:
        return Ailment(
            Kind.WORKFLOW_STUCK,
            workflow.name,
            workflow.started,
            f"its task has failed {workflow.task_attempt} times{_because(workflow.cause)}",
            "if its code is a newer one, deploy that; else terminate it: what it was about is in the database, and a "
            "worker's start (or the next command for it) starts it again from there",
        )
    for activity in workflow.activities:
        if activity.attempt >= ACTIVITY_ATTEMPTS:
            return Ailment(
                Kind.WORKFLOW_STUCK,
                workflow.name,
                workflow.started,
                f"{activity.name} has been tried {activity.attempt} times{_because(activity.cause)}",
                "put right what it says; it is tried again at least every half minute, and then goes on",
            )
    return None


def failed(name: str, closed: datetime, now: datetime, cause: str) -> Ailment | None:
    """A workflow whose last run ended in an error."""
    if now - closed > FAILED_IS_SHOWN_FOR:
        return None
    return Ailment(
        Kind.WORKFLOW_FAILED,
        name,
        closed,
        f"it ended in an error{_because(cause)}",
        "put right what it says and ask again for what it was to do; facts are in the database and none was lost",
    )


def missing(names: Iterable[str], running: Collection[str]) -> list[Ailment]:
    """Workflows that the database needs to run and that do not."""
    return [
        Ailment(
            Kind.WORKFLOW_MISSING,
            name,
            None,
            "the database has it as unfinished and no workflow runs for it",
            "restart a worker: at its start it takes up everything unfinished",
        )
        for name in names
        if name not in running
    ]


def unscheduled(names: Iterable[str], known: Collection[str], paused: Collection[str]) -> list[Ailment]:
    """Temporal Schedules that should be there and are not, or stand still."""
    found = []
    for name in names:
        if name not in known:
            why, todo = "there is no such schedule", "restart a worker, which makes what is missing"
        elif name in paused:
            why, todo = "somebody has paused it", f"`temporal schedule toggle --unpause -s {name}` once it may go on"
        else:
            continue
        found.append(Ailment(Kind.SCHEDULE, name, None, why, todo))
    return found


def missed(name: str, at: datetime, cause: str) -> Ailment:
    """The last time that a schedule came round, it came to nothing."""
    return Ailment(
        Kind.SCHEDULE,
        name,
        at,
        f"what it started last ended in an error{_because(cause)}",
        "put right what it says, then do it by hand or wait for the next time",
    )


def outbox_lag(waiting: int, oldest: datetime | None, now: datetime, what: str) -> Ailment | None:
    """Files for a bank, or news, that should have gone out."""
    if oldest is None or now - oldest < OUTBOX_PATIENCE:
        return None
    return Ailment(
        Kind.OUTBOX,
        what,
        oldest,
        f"{waiting} things wait in the outbox",
        "see that a worker runs and can write to the bank's folder: its log says what keeps it (`gateway.trouble`)",
    )


def unread(account: str, name: str, since: datetime, now: datetime) -> Ailment | None:
    """A file of a bank that lies where it was put, and should have been taken in."""
    if now - since < INBOX_PATIENCE:
        return None
    return Ailment(
        Kind.INBOX,
        f"{account} {name}",
        since,
        "it has come from the bank and is not taken in",
        "see that a worker runs and can write to the bank's folder: its log says what keeps it (`gateway.trouble`)",
    )


def disk_full(folder: str, free: int) -> Ailment | None:
    """A disk on which there is no room left for what the next hours bring."""
    if free >= LEAST_FREE:
        return None
    return Ailment(
        Kind.DISK,
        folder,
        None,
        f"its disk has {free // 1_000_000} MB left",
        "make room: what cannot be written now is tried again, and goes on by itself once it can",
    )


def unmatched(production: str, account: str, amount: str, count: int, since: datetime) -> Ailment:
    """Money in suspense: movements that no payment and no receipt explains."""
    return Ailment(
        Kind.UNMATCHED,
        f"{production} {account}",
        since,
        f"{amount} is in suspense, from {count} movement{'s' if count != 1 else ''} that nothing explains",
        "ask the bank what each is, and say so: `sluice movement list`, `sluice movement allocate`",
    )


def contradicted(production: str, payment: str, answer: str, at: datetime, now: datetime) -> Ailment | None:
    """A bank that says the opposite of what it said before."""
    if now - at > CONTRADICTION_IS_SHOWN_FOR:
        return None
    return Ailment(
        Kind.CONTRADICTED,
        f"{production} {payment}",
        at,
        f"the bank said '{answer}', which its earlier answers exclude; nothing was posted for it",
        f"ask the bank which of its answers holds; `sluice payment show {payment}` shows ours",
    )


def file_refused(account: str, name: str, at: datetime, why: str) -> Ailment:
    """A file of a bank that was kept aside."""
    return Ailment(
        Kind.FILE_REFUSED,
        f"{account} {name}",
        at,
        _in_a_sentence(why),
        "ask the bank for a right one; take this one out of the account's `refused` folder once it is dealt with",
    )


def unsettled(payment: str, status: str, execution_on: date, today: date) -> Ailment | None:
    """A payment that the bank has, and has not booked for too long."""
    if (today - execution_on).days <= SETTLING_TAKES_DAYS:
        return None
    return Ailment(
        Kind.UNSETTLED,
        payment,
        execution_on,
        f"it is {status} and was to be paid {(today - execution_on).days} days ago",
        "ask the bank for its statement of that day; nothing is sent again unless it says that it never saw it",
    )


def ungathered(payment: str, due_on: date, today: date) -> Ailment | None:
    """A payment that is due and in no run."""
    if (today - due_on).days <= GATHERING_TAKES_DAYS:
        return None
    return Ailment(
        Kind.UNGATHERED,
        payment,
        due_on,
        f"it is due since {(today - due_on).days} days and in no run",
        "open the account's day (`sluice run open`), which says what keeps it: often a rate that is not imported",
    )


def held(payment: str, since: datetime, reason: str, now: datetime) -> Ailment:
    """A payment that somebody keeps back: wrong only once it was probably forgotten."""
    return Ailment(
        Kind.HELD,
        payment,
        since,
        f"somebody holds it: {reason}",
        "`sluice payment resume` once it may go",
        wrong=now - since > HOLDING_TAKES,
    )


def no_worker(task_queue: str) -> Ailment:
    """Nobody asks for work."""
    return Ailment(
        Kind.NO_WORKER,
        f"task queue {task_queue}",
        None,
        "no worker asks for work",
        "start one: `sluice worker`, or `sluice up` for the embedded stack",
    )


def unarchived(name: str, run_id: str, why: str) -> Ailment:
    """A history that must have been and is not in the archive."""
    return Ailment(
        Kind.HISTORY_UNARCHIVED,
        f"{name} (run {run_id})" if run_id else name,
        None,
        f"its history is not archived: {_in_a_sentence(why)}",
        "while Temporal has it, the hourly sweep archives it; what Temporal has deleted is lost to audits for good",
    )


def _because(cause: str) -> str:
    """A cause in the middle of a sentence, on one line and not without end."""
    words = _in_a_sentence(cause)
    return f": {words}" if words else ""


def _in_a_sentence(words: str) -> str:
    return " ".join(words.split())[:300].rstrip(".")
