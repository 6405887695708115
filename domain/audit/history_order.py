"""Checks the order of a workflow history: gaps, truncated tails, and events that refer to the wrong event."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

CLOSINGS: Mapping[str, str] = {
    "COMPLETED": "completed",
    "FAILED": "failed",
    "CANCELED": "cancelled",
    "TERMINATED": "terminated",
    "TIMED_OUT": "timed-out",
    "CONTINUED_AS_NEW": "continued-as-new",
}
"""The closing events of a history, with the status that the archive records."""
CLOSING = frozenset(f"WORKFLOW_EXECUTION_{how}" for how in CLOSINGS)

_ANSWERS: Mapping[str, tuple[str, str]] = {
    "WORKFLOW_TASK_STARTED": ("scheduled_event_id", "WORKFLOW_TASK_SCHEDULED"),
    "WORKFLOW_TASK_COMPLETED": ("started_event_id", "WORKFLOW_TASK_STARTED"),
    "WORKFLOW_TASK_TIMED_OUT": ("scheduled_event_id", "WORKFLOW_TASK_SCHEDULED"),
    "WORKFLOW_TASK_FAILED": ("started_event_id", "WORKFLOW_TASK_STARTED"),
    "ACTIVITY_TASK_STARTED": ("scheduled_event_id", "ACTIVITY_TASK_SCHEDULED"),
    "ACTIVITY_TASK_COMPLETED": ("started_event_id", "ACTIVITY_TASK_STARTED"),
    "ACTIVITY_TASK_FAILED": ("started_event_id", "ACTIVITY_TASK_STARTED"),
    "ACTIVITY_TASK_TIMED_OUT": ("scheduled_event_id", "ACTIVITY_TASK_SCHEDULED"),
    "TIMER_FIRED": ("started_event_id", "TIMER_STARTED"),
    "TIMER_CANCELED": ("started_event_id", "TIMER_STARTED"),
    "CHILD_WORKFLOW_EXECUTION_STARTED": (
        "initiated_event_id",
        "START_CHILD_WORKFLOW_EXECUTION_INITIATED",
    ),
    "CHILD_WORKFLOW_EXECUTION_COMPLETED": (
        "started_event_id",
        "CHILD_WORKFLOW_EXECUTION_STARTED",
    ),
    "EXTERNAL_WORKFLOW_EXECUTION_SIGNALED": (
        "initiated_event_id",
        "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED",
    ),
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED": (
        "accepted_event_id",
        "WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
    ),
}
"""The kind of event that each kind refers to, and the field with its number."""


@dataclass(frozen=True, slots=True)
class EventOutline:
    """An event of a history: its kind, its time, and the numbers of the events that it refers to."""

    number: int
    kind: str
    at: datetime
    answers: Mapping[str, int]
    timer: str = ""


def disorder(events: Sequence[EventOutline], *, closed: bool | None = None) -> Iterator[tuple[str, str]]:
    """Where a history is impossible, and why. `closed` says whether the workflow has ended, if known."""
    if not events:
        yield "history", "is empty"
        return
    if events[0].kind != "WORKFLOW_EXECUTION_STARTED":
        yield "event 1", "a history begins with WORKFLOW_EXECUTION_STARTED"
    kinds: dict[int, EventOutline] = {}
    for expected, event in enumerate(events, start=1):
        where = f"event {event.number}"
        if event.number != expected:
            yield where, f"event {expected} is missing before it"
            return
        yield from ((where, difference) for difference in _check_references(event, kinds))
        if event.kind in CLOSING and expected != len(events):
            yield where, "ends the workflow, and events come after it"
        kinds[event.number] = event
    if closed and events[-1].kind not in CLOSING:
        yield f"event {events[-1].number}", "is the last, and the workflow has ended: the history was cut short"
    if closed is False and events[-1].kind in CLOSING:
        yield f"event {events[-1].number}", "ends a workflow that is said to go on"


def _check_references(event: EventOutline, before: Mapping[int, EventOutline]) -> Iterator[str]:
    field, kind = _ANSWERS.get(event.kind, ("", ""))
    if field:
        number = event.answers.get(field, 0)
        referenced = before.get(number)
        if referenced is None or referenced.kind != kind:
            yield f"{event.kind} answers event {number}, which is no {kind}"
        elif event.timer and event.timer != referenced.timer:
            yield f"is of timer {event.timer}, but answers to event {number}, of timer {referenced.timer}"
    for name, number in event.answers.items():
        if number >= event.number:
            yield f"its {name} names event {number}, which comes after it"
