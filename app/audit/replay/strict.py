"""Strict replay: today's workflow code must make exactly the requests that a history records.

Temporal's replayer compares kinds of requests, but not arguments, durations or results. It also takes a truncated
history for one that is still running.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from google.protobuf.json_format import ParseError
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from adapters.temporal.internals import WorkflowActivation, WorkflowActivationCompletion, observed
from app.audit.replay.payloads import readable, same
from app.audit.replay.requests import (
    Field,
    WorkflowRequest,
    recorded_requests,
    requests_today,
)
from app.worker.plugin import SluicePlugin
from app.worker.worker import WORKFLOWS
from domain.audit.history_order import EventOutline, disorder

PATIENCE_S = 60
"""A replay takes a second. A replay stuck on a senseless history is stopped after this time."""
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between today's code and a history, with both sides."""

    where: str
    said: str
    expected: str = ""
    found: str = ""

    def __str__(self) -> str:
        both = f" (expected {self.expected or 'nothing'}, found {self.found or 'nothing'})"
        return f"{self.where}: {self.said}{both if self.expected or self.found else ''}"


async def differences(history: str | bytes, *, closed: bool | None = None) -> list[str]:
    """Return how a history, as JSON of `WorkflowHistory.to_json`, and today's workflow code differ.

    `closed` says whether the workflow has ended. Without it, the history's last event decides.
    """
    return [str(each) for each in await StrictReplayer().differences(history, closed=closed)]


@dataclass
class _CommandLog:
    """The commands of today's code, by the started event of their workflow task."""

    commands: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def note(self, activation: WorkflowActivation, completion: WorkflowActivationCompletion) -> None:
        """Note the commands of a completion. A failed one has none."""
        if completion.HasField("successful"):
            self.commands[activation.history_length].extend(completion.successful.commands)


class StrictReplayer:
    """Replays histories through Temporal's replayer, and compares its commands with the events."""

    async def differences(self, history: str | bytes, *, closed: bool | None = None) -> list[Difference]:
        """Return the differences between a history and today's code."""
        try:
            read = WorkflowHistory.from_json("replayed", history.decode() if isinstance(history, bytes) else history)
        except (ParseError, ValueError, TypeError, KeyError) as error:
            return [Difference("history", f"cannot be read: {error}")]
        events = [_plain(event) for event in read.events]
        found = [Difference(*each) for each in disorder(events, closed=closed)]
        if found:
            return found
        log = _CommandLog()
        failure = await _replayed(read, log)
        if failure is not None:
            found.append(Difference("history", f"does not replay: {failure}"))
        return found + list(_compared(list(read.events), log, whole=failure is None))


@cache
def _quiet() -> Runtime:
    """Return a runtime that logs errors only. Differences are reported, so logging them is noise."""
    errors = TelemetryFilter(core_level="ERROR", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=errors)))


async def _replayed(history: WorkflowHistory, log: _CommandLog) -> str | None:
    """Replay a history. Return why it fails, or None."""
    runner = observed(SandboxedWorkflowRunner(), log.note)
    replayer = Replayer(workflows=WORKFLOWS, plugins=[SluicePlugin()], workflow_runner=runner, runtime=_quiet())
    try:
        async with asyncio.timeout(PATIENCE_S):
            result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    except TimeoutError:
        return f"it came to no end within {PATIENCE_S} seconds"
    except Exception as error:  # noqa: BLE001 - whatever a made-up history makes Temporal say
        return _brief(str(error) or type(error).__name__)
    return None if result.replay_failure is None else _brief(str(result.replay_failure))


def _compared(events: list[HistoryEvent], log: _CommandLog, *, whole: bool) -> Iterator[Difference]:
    """Yield the differences between both sides. `whole` says that the replay reached the history's end."""
    finished = {
        event.workflow_task_completed_event_attributes.started_event_id
        for event in events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    }
    fired = {
        event.timer_fired_event_attributes.timer_id: event.event_id
        for event in events
        if event.event_type == EventType.EVENT_TYPE_TIMER_FIRED
    }
    today: dict[tuple[str, str], deque[WorkflowRequest]] = defaultdict(deque)
    for task, commands in log.commands.items():
        if task in finished:
            for request in requests_today(commands):
                if not _too_late(request, task, fired):
                    today[request.key].append(request)
    kind = _type_of(events)
    for then in recorded_requests(events):
        now = today[then.key].popleft() if today[then.key] else None
        if now is not None:
            yield from _fields(kind, then, now)
        elif whole:
            yield Difference(f"event {then.event}", f"today's code does not ask for {then.name}")
    if whole:
        for rest in today.values():
            yield from (Difference("history", f"lacks {each.name}, which today's code asks for") for each in rest)


def _too_late(request: WorkflowRequest, task: int, fired: Mapping[str, int]) -> bool:
    """Return whether a timer is cancelled after it fired. Temporal then writes no event."""
    kind, which = request.key
    return kind == "end of timer" and fired.get(which, task) < task


def _fields(workflow: str, then: WorkflowRequest, now: WorkflowRequest) -> Iterator[Difference]:
    for name, right in now.fields.items():
        written = then.fields.get(name, "")
        if not _same(workflow, then, name, written, right):
            said = f"the {name} of {then.name} is not what today's code makes it"
            yield Difference(f"event {then.event}", said, _brief(_words(right)), _brief(_words(written)))


def _same(workflow: str, then: WorkflowRequest, name: str, written: Field, right: Field) -> bool:
    if isinstance(written, str) or isinstance(right, str):
        return written == right
    return same(workflow, then.key[0], str(then.fields.get("type", "")), name, written, right)


def _words(value: Field) -> str:
    return value if isinstance(value, str) else ", ".join(map(readable, value))


def _brief(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _type_of(events: list[HistoryEvent]) -> str:
    return events[0].workflow_execution_started_event_attributes.workflow_type.name if events else ""


def _plain(event: HistoryEvent) -> EventOutline:
    attributes = event.WhichOneof("attributes")
    fields = {} if attributes is None else {f.name: value for f, value in getattr(event, attributes).ListFields()}
    numbers = {
        name: value
        for name, value in fields.items()
        if name.endswith("_event_id") and not name.startswith("parent_") and isinstance(value, int)
    }
    kind = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
    timers = {name: fields[name] for name in ("timer_id",) if name in fields}
    return EventOutline(event.event_id, kind, event.event_time.ToDatetime(), numbers, timers.get("timer_id", ""))
