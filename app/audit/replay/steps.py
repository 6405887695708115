"""Reads a history as steps: the activities it asked for, with their arguments and results."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from adapters.temporal.payloads import version_of
from adapters.temporal.seals import why_refused
from app.audit.replay.payloads import activity_argument, activity_result, decoded, workflow_argument


@dataclass(slots=True)
class HistoryStep:
    """An activity in a history: the events that request and end it, its JSON argument and result, and its failure.

    The JSON is that of today's models. `version` is the schema version in which the result is on record.
    """

    scheduled: int
    kind: str
    argument: Any
    ended: int = 0
    result: Any = None
    failure: tuple[str, str] | None = None
    """The error's code and sentence."""
    data: Any = None
    version: int = 1
    """The error's data."""


@dataclass(frozen=True, slots=True)
class HistorySteps:
    """A history's steps. `refused` says that workers refused the workflow's input, which then told them nothing."""

    workflow_type: str
    argument: Any
    steps: tuple[HistoryStep, ...]
    closed_by: str
    events: int
    refused: bool


def steps_of(content: bytes) -> HistorySteps:
    """Read the JSON of a history.

    Raises:
        ValueError, LookupError, TypeError: it is not a history. The strict replay says what is wrong with it.
    """
    history = WorkflowHistory.from_json("audited", content.decode())
    started = history.events[0].workflow_execution_started_event_attributes
    return HistorySteps(
        workflow_type=started.workflow_type.name,
        argument=next((workflow_argument(started.workflow_type.name, one) for one in started.input.payloads), None),
        steps=tuple(_steps(history)),
        closed_by=EventType.Name(history.events[-1].event_type).removeprefix("EVENT_TYPE_WORKFLOW_EXECUTION_"),
        events=len(history.events),
        refused=any(map(why_refused, started.input.payloads)),
    )


def _steps(history: WorkflowHistory) -> Iterator[HistoryStep]:
    steps: dict[int, HistoryStep] = {}
    for event in history.events:
        match event.event_type:
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                scheduled = event.activity_task_scheduled_event_attributes
                kind = scheduled.activity_type.name
                argument = next((activity_argument(kind, one) for one in scheduled.input.payloads), None)
                steps[event.event_id] = HistoryStep(event.event_id, kind, argument)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                done = event.activity_task_completed_event_attributes
                step = steps[done.scheduled_event_id]
                step.ended = event.event_id
                for payload in done.result.payloads[:1]:
                    step.result, step.version = activity_result(step.kind, payload), version_of(payload)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED:
                failed = event.activity_task_failed_event_attributes
                step = steps[failed.scheduled_event_id]
                step.ended = event.event_id
                info = failed.failure.application_failure_info
                step.failure = (info.type, failed.failure.message)
                step.data = next(map(decoded, info.details.payloads), None)
            case _:
                continue
    yield from steps.values()
