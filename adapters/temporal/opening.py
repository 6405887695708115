"""Opens the sealed payloads of a history, as the archive keeps it: an audit needs no key.

A payload that workers refused stays as it is, marked as they marked it, so that a replay refuses it as well. Headers,
memos and search attributes are not sealed, nor are the markers that the SDK writes for patches.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from google.protobuf.message import Message
from temporalio.api.common.v1 import Header, Memo, Payload, SearchAttributes
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from adapters.temporal.seals import Keys, PayloadPlace, is_sealed
from domain.errors import NotSealed

_OPEN = (Header, Memo, SearchAttributes)


def open_history(history: WorkflowHistory, namespace: str, keys: Keys) -> None:
    """Open every payload of a history in place.

    A history of a release before seals has open payloads only. They were not refused, and stay as they are.
    """
    found = list(_placed(history, namespace))
    if any(is_sealed(payload) for payload, _ in found) or _was_refused(history):
        for payload, place in found:
            payload.CopyFrom(keys.opened(payload, place))


def begun_open(first: HistoryEvent) -> bool:
    """Return whether a run was started with input that is not sealed, by its first event."""
    begun = first.workflow_execution_started_event_attributes
    return any(not is_sealed(payload) for payload in begun.input.payloads)


def _was_refused(history: WorkflowHistory) -> bool:
    failure = history.events[-1].workflow_execution_failed_event_attributes.failure
    return failure.application_failure_info.type == NotSealed.__name__


def _placed(history: WorkflowHistory, namespace: str) -> Iterator[tuple[Payload, PayloadPlace]]:
    """Yield each payload with the place that it belongs to."""
    here, activities = PayloadPlace(namespace, history.workflow_id), dict[int, str]()
    for event in history.events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            activities[event.event_id] = event.activity_task_scheduled_event_attributes.activity_type.name
        if not event.HasField("marker_recorded_event_attributes"):
            place = _place(event, here, activities)
            yield from ((payload, place) for payload in _payloads(event))


def _place(event: HistoryEvent, here: PayloadPlace, activities: Mapping[int, str]) -> PayloadPlace:
    """Return where the payloads of an event belong: to an activity, to another workflow, or to the workflow itself."""
    kind = event.WhichOneof("attributes") or ""
    of = getattr(event, kind, None)
    if kind.startswith("activity_task_"):
        return replace(here, activity=activities.get(getattr(of, "scheduled_event_id", event.event_id), ""))
    if kind.startswith("start_child_workflow_"):
        return replace(here, workflow_id=getattr(of, "workflow_id", ""))
    if kind.startswith(("child_workflow_", "signal_external_")):
        return replace(here, workflow_id=getattr(of, "workflow_execution").workflow_id)  # noqa: B009 - of many types
    return here


def _payloads(message: Message) -> Iterator[Payload]:
    """Yield the payloads in a message, in the order of its fields."""
    if isinstance(message, Payload):
        yield message
    elif not isinstance(message, _OPEN):
        for field, value in message.ListFields():
            if field.message_type is not None and not field.message_type.GetOptions().map_entry:
                for part in (value,) if isinstance(value, Message) else value:
                    yield from _payloads(part)
