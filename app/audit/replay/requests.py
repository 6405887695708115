"""Puts the requests of a workflow in one form: commands of today's code and events of a history.

Activity options (timeouts, retries) are left out. They change with releases and break no replay.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, ParentClosePolicy
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent

from adapters.temporal.internals import WorkflowCommand

Field = str | tuple[Payload, ...]


@dataclass(frozen=True, slots=True)
class WorkflowRequest:
    """A request with its kind, its fields and its event in the history (0 if today's code makes it)."""

    key: tuple[str, str]
    fields: dict[str, Field]
    event: int = 0

    @property
    def name(self) -> str:
        """The request's name in a sentence."""
        kind, which = self.key
        return f"{kind} {which}".strip()


def requests_today(commands: Iterable[WorkflowCommand]) -> Iterator[WorkflowRequest]:
    """Yield the requests in commands of today's code. A timer cancelled in the same batch is skipped."""
    listed = list(commands)
    started = {one.start_timer.seq for one in listed if one.HasField("start_timer")}
    cancelled = {one.cancel_timer.seq for one in listed if one.HasField("cancel_timer")} & started
    for one in listed:
        kind = one.WhichOneof("variant") or ""
        if kind == "start_timer" and one.start_timer.seq not in cancelled:
            duration = one.start_timer.start_to_fire_timeout.ToTimedelta()
            yield WorkflowRequest(("timer", str(one.start_timer.seq)), {"duration": _seconds(duration)})
        elif kind == "cancel_timer" and one.cancel_timer.seq not in cancelled:
            yield WorkflowRequest(("end of timer", str(one.cancel_timer.seq)), {})
        elif kind not in {"start_timer", "cancel_timer"}:
            yield _today(kind, one)


def _today(kind: str, one: WorkflowCommand) -> WorkflowRequest:  # noqa: PLR0911 - one for each kind
    match kind:
        case "schedule_activity":
            activity = one.schedule_activity
            fields: dict[str, Field] = {"type": activity.activity_type, "argument": tuple(activity.arguments)}
            return WorkflowRequest(("activity", activity.activity_id), fields)
        case "start_child_workflow_execution":
            child = one.start_child_workflow_execution
            fields = {"type": child.workflow_type, "argument": tuple(child.input), "fate": _fate(child)}
            return WorkflowRequest(("child workflow", child.workflow_id), fields)
        case "signal_external_workflow_execution":
            signal = one.signal_external_workflow_execution
            fields = {"name": signal.signal_name, "argument": tuple(signal.args)}
            return WorkflowRequest(
                ("signal to", signal.workflow_execution.workflow_id or signal.child_workflow_id), fields
            )
        case "update_response":
            answer = one.update_response
            if answer.HasField("completed"):
                return WorkflowRequest(
                    ("answer to update", answer.protocol_instance_id), {"result": (answer.completed,)}
                )
            if answer.HasField("rejected"):
                return WorkflowRequest(("refusal of update", answer.protocol_instance_id), _failure(answer.rejected))
            return WorkflowRequest(("acceptance of update", answer.protocol_instance_id), {})
        case "complete_workflow_execution":
            return WorkflowRequest(("result", ""), {"result": (one.complete_workflow_execution.result,)})
        case "fail_workflow_execution":
            return WorkflowRequest(("failure", ""), _failure(one.fail_workflow_execution.failure))
        case "continue_as_new_workflow_execution":
            again = one.continue_as_new_workflow_execution
            named: dict[str, Field] = (
                {"type": again.workflow_type} if again.workflow_type else {}
            )  # otherwise the type stays the same
            return WorkflowRequest(("new run", ""), {**named, "argument": tuple(again.arguments)})
        case _:
            return WorkflowRequest((kind.replace("_", " "), ""), {})


def recorded_requests(events: Iterable[HistoryEvent]) -> Iterator[WorkflowRequest]:
    """Yield the requests that a history's events record."""
    updates: dict[int, tuple[str, str]] = {}
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            accepted = event.workflow_execution_update_accepted_event_attributes
            updates[event.event_id] = (accepted.protocol_instance_id, accepted.accepted_request.input.name)
        found = _then(event, updates)
        if found is not None:
            yield found


def _then(event: HistoryEvent, updates: dict[int, tuple[str, str]]) -> WorkflowRequest | None:
    match event.event_type:
        case EventType.EVENT_TYPE_TIMER_STARTED:
            timer = event.timer_started_event_attributes
            duration = _seconds(timer.start_to_fire_timeout.ToTimedelta())
            return WorkflowRequest(("timer", timer.timer_id), {"duration": duration}, event.event_id)
        case EventType.EVENT_TYPE_TIMER_CANCELED:
            return WorkflowRequest(("end of timer", event.timer_canceled_event_attributes.timer_id), {}, event.event_id)
        case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            activity = event.activity_task_scheduled_event_attributes
            fields: dict[str, Field] = {
                "type": activity.activity_type.name,
                "argument": tuple(activity.input.payloads),
            }
            return WorkflowRequest(("activity", activity.activity_id), fields, event.event_id)
        case EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
            child = event.start_child_workflow_execution_initiated_event_attributes
            fields = {"type": child.workflow_type.name, "argument": tuple(child.input.payloads), "fate": _fate(child)}
            return WorkflowRequest(("child workflow", child.workflow_id), fields, event.event_id)
        case EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
            signal = event.signal_external_workflow_execution_initiated_event_attributes
            fields = {"name": signal.signal_name, "argument": tuple(signal.input.payloads)}
            return WorkflowRequest(("signal to", signal.workflow_execution.workflow_id), fields, event.event_id)
        case _:
            return _ended_then(event, updates)


def _ended_then(  # noqa: PLR0911 - one for each kind
    event: HistoryEvent, updates: dict[int, tuple[str, str]]
) -> WorkflowRequest | None:
    match event.event_type:
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            return WorkflowRequest(("acceptance of update", updates[event.event_id][0]), {}, event.event_id)
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
            done = event.workflow_execution_update_completed_event_attributes
            name, of = updates.get(done.accepted_event_id, (done.meta.update_id, ""))
            if done.outcome.HasField("failure"):
                return WorkflowRequest(("refusal of update", name), _failure(done.outcome.failure), event.event_id)
            result = tuple(done.outcome.success.payloads)
            return WorkflowRequest(("answer to update", name), {"result": result, "type": of}, event.event_id)
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
            result = tuple(event.workflow_execution_completed_event_attributes.result.payloads)
            return WorkflowRequest(("result", ""), {"result": result}, event.event_id)
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
            failure = event.workflow_execution_failed_event_attributes.failure
            return WorkflowRequest(("failure", ""), _failure(failure), event.event_id)
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
            return WorkflowRequest(("cancel workflow execution", ""), {}, event.event_id)
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
            again = event.workflow_execution_continued_as_new_event_attributes
            fields: dict[str, Field] = {
                "type": again.workflow_type.name,
                "argument": tuple(again.input.payloads),
            }
            return WorkflowRequest(("new run", ""), fields, event.event_id)
        case EventType.EVENT_TYPE_MARKER_RECORDED:
            return WorkflowRequest(("set patch marker", ""), {}, event.event_id)
        case _:
            return None


def _seconds(duration: timedelta) -> str:
    return f"{duration.total_seconds():f} s"


def _fate(child: object) -> str:
    return ParentClosePolicy.Name(getattr(child, "parent_close_policy"))  # noqa: B009 - of two protobuf types


def _failure(failure: Failure) -> dict[str, Field]:
    """Return the messages of a failure and its causes, without stack traces."""
    said: list[str] = []
    details: list[Payload] = []
    while True:
        info = failure.application_failure_info
        said.append(f"{info.type}: {failure.message}" if info.type else failure.message)
        details += info.details.payloads
        if not failure.HasField("cause"):
            return {"failure": " < ".join(said), "details": tuple(details)}
        failure = failure.cause
