"""Workflows that are stuck, failed or missing; schedules, workers, and unarchived histories."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.audit.lost_histories import called
from domain.errors import BadInput, NotFound, Refused, named
from domain.health.ailment import (
    Ailment,
    AilmentKind,
    because,
    counted,
    in_a_sentence,
)

TASK_ATTEMPTS = 3
"""A workflow whose task fails this often will not recover: its code or its input is wrong."""
ACTIVITY_ATTEMPTS = 10
"""After this many attempts, an activity has been retried for more than a minute."""
FAILED_IS_SHOWN_FOR = timedelta(days=3)
"""Long enough for a weekend. Unfinished work behind a failed workflow is reported separately."""

REFUSED_IS_SHOWN_FOR = timedelta(days=3)
"""How long the doctor tells of payloads that were refused."""


@dataclass(frozen=True, slots=True)
class Retried:
    """An activity that is being retried: its name, attempts, and last error."""

    name: str
    attempt: int
    cause: str


@dataclass(frozen=True, slots=True)
class Running:
    """A running workflow: the attempts of its current task, its last failure, and what it waits for.

    `pinned_to` is the only build that may take its next step; empty if the current one may.
    """

    name: str
    started: datetime
    task_attempt: int
    cause: str
    activities: tuple[Retried, ...] = ()
    pinned_to: str = ""


@dataclass(frozen=True, slots=True)
class Workers:
    """The builds with polling workers, and the current build; `""` is a worker without versioning."""

    builds: frozenset[str]
    current: str


def stuck(workflow: Running) -> Ailment | None:
    """A workflow that cannot progress by itself."""
    if workflow.task_attempt >= TASK_ATTEMPTS:
        return Ailment(
            AilmentKind.WORKFLOW_STUCK,
            workflow.name,
            workflow.started,
            f"its task has failed {workflow.task_attempt} times{because(workflow.cause)}",
            "if its code is a newer one, deploy that; else terminate it: what it was about is in the database, and a "
            "worker's start (or the next command for it) starts it again from there",
        )
    for activity in workflow.activities:
        if activity.attempt >= ACTIVITY_ATTEMPTS:
            return Ailment(
                AilmentKind.WORKFLOW_STUCK,
                workflow.name,
                workflow.started,
                f"{activity.name} has been tried {activity.attempt} times{because(activity.cause)}",
                "fix the cause; it is retried at least every half minute and then continues",
            )
    return None


def failed(
    name: str, closed: datetime, now: datetime, cause: str, code: str = "", *, answers: bool = False
) -> Ailment | None:
    """A workflow whose last run ended in an error.

    `code` is the code of the domain's error, empty for others. `answers` says that the workflow did what a person
    waited for: that person was told of a refusal, which needs nobody else.
    """
    if now - closed > FAILED_IS_SHOWN_FOR:
        return None
    if answers and isinstance(named(code, cause, {}), Refused | NotFound | BadInput):
        return Ailment(
            AilmentKind.REFUSED,
            name,
            closed,
            f"it was refused{because(cause)}",
            "nothing, unless it was refused wrongly: whoever wanted it was told",
            wrong=False,
        )
    return Ailment(
        AilmentKind.WORKFLOW_FAILED,
        name,
        closed,
        f"it ended in an error{because(cause)}",
        "fix the cause and repeat the action; all facts are in the database",
    )


def missing(names: Iterable[str], running: Collection[str]) -> list[Ailment]:
    """Workflows that the database's facts need and that do not run."""
    return [
        Ailment(
            AilmentKind.WORKFLOW_MISSING,
            name,
            None,
            "the database has it as unfinished and no workflow runs for it",
            "restart a worker: it starts everything unfinished",
        )
        for name in names
        if name not in running
    ]


def unscheduled(names: Iterable[str], known: Collection[str], paused: Collection[str]) -> list[Ailment]:
    """Temporal Schedules that are missing or paused."""
    found = []
    for name in names:
        if name not in known:
            why, todo = "there is no such schedule", "restart a worker: it creates missing schedules"
        elif name in paused:
            why, todo = "somebody has paused it", f"`temporal schedule toggle --unpause -s {name}` once it may go on"
        else:
            continue
        found.append(Ailment(AilmentKind.SCHEDULE, name, None, why, todo))
    return found


def missed(name: str, at: datetime, cause: str) -> Ailment:
    """A schedule whose last started workflow ended in an error."""
    return Ailment(
        AilmentKind.SCHEDULE,
        name,
        at,
        f"what it started last ended in an error{because(cause)}",
        "fix the cause, then run it by hand or wait for the next time",
    )


def no_worker(task_queue: str) -> Ailment:
    """No worker polls for work."""
    return Ailment(
        AilmentKind.NO_WORKER,
        f"task queue {task_queue}",
        None,
        "no worker asks for work",
        "start one: `sluice worker`, or `sluice up` for the embedded stack",
    )


def unserved(task_queue: str, workers: Workers) -> Ailment | None:
    """New work goes to a build without workers, while workers of other builds are idle."""
    if not workers.builds or workers.current in workers.builds:
        return None
    others = ", ".join(sorted(each or "(without versioning)" for each in workers.builds))
    goes = f"build {workers.current}, of which" if workers.current else "workers without versioning, of which"
    start = f"start a worker of build {workers.current}, or " if workers.current else ""
    return Ailment(
        AilmentKind.BUILD_WITHOUT_WORKER,
        f"task queue {task_queue}",
        None,
        f"new work goes to {goes} no worker asks for any; there are workers of {others}",
        f"{start}let new work go to a build that has workers: `sluice deployment make-current BUILD_ID`",
    )


def abandoned(workflows: Iterable[Running], workers: Workers) -> list[Ailment]:
    """Workflows that are pinned to a build without workers, one ailment per build."""
    waiting: dict[str, list[str]] = {}
    for one in workflows:
        if workers.builds and one.pinned_to and one.pinned_to not in workers.builds:
            waiting.setdefault(one.pinned_to, []).append(one.name)
    return [
        Ailment(
            AilmentKind.BUILD_WITHOUT_WORKER,
            f"build {build}",
            None,
            f"{counted(len(names), 'workflow')} began on it and no worker of it asks for work: {min(names)}"
            + (" is one of them" if len(names) > 1 else ""),
            f"start a worker of that build; if it is gone for good, `sluice deployment release {build}` lets "
            f"{'them' if len(names) > 1 else 'it'} go on with the current one",
        )
        for build, names in sorted(waiting.items())
    ]


def unarchived(name: str, run_id: str, why: str) -> Ailment:
    """A history that should be in the archive and is not."""
    return Ailment(
        AilmentKind.HISTORY_UNARCHIVED,
        called(name, run_id),
        None,
        f"its history is not archived: {in_a_sentence(why)}",
        "while Temporal has it, the hourly sweep archives it; what Temporal has deleted is lost to audits for good, "
        "which an auditor may say: `sluice history give-up`",
    )


def not_sealed(why: str, times: int, last_workflow: str, last_at: datetime) -> Ailment:
    """Somebody spoke to Temporal without a key of the installation. Nothing was done by it."""
    return Ailment(
        AilmentKind.NOT_SEALED,
        last_workflow or "Temporal",
        last_at,
        f"{counted(times, 'payload')} of that day {'was' if times == 1 else 'were'} refused: {why}",
        "nothing was done by it; find out which program without the keys of this installation speaks to Temporal",
    )
