"""The strict replay: golden histories pass, and one in which anything was changed does not."""

import base64
import json
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload

from adapters.temporal.payloads import RecordJSON
from app.audit.replay import payloads
from app.audit.replay.strict import differences
from domain.schemas import SCHEMAS, STEPS, Schemas, derived, given, renamed
from tests.replay.payloads import activity_types

HISTORIES = sorted((Path(__file__).parents[3] / "replay" / "histories").glob("*.json"))
OF_A_PRODUCTION = [file for file in HISTORIES if not file.stem.startswith("sweep")]


def golden(name):
    return json.loads(next(file for file in HISTORIES if file.stem == name).read_text())


def attributes(event):
    (found,) = (value for name, value in event.items() if name.endswith("Attributes"))
    return found


def events_of(history, kind):
    return [event for event in history["events"] if event["eventType"] == f"EVENT_TYPE_{kind}"]


def rewrite(payloads, old, new):
    """Replace words inside a payload."""
    (payload,) = payloads["payloads"]
    text = base64.b64decode(payload["data"]).decode()
    assert old in text
    payload["data"] = base64.b64encode(text.replace(old, new).encode()).decode()


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_a_golden_history_is_what_todays_code_asks_for(file):
    assert await differences(file.read_text()) == []


@pytest.mark.parametrize("file", OF_A_PRODUCTION, ids=lambda file: file.stem)
async def test_an_activity_of_another_argument_is_named(file):
    history = json.loads(file.read_text())
    event = events_of(history, "ACTIVITY_TASK_SCHEDULED")[-1]
    rewrite(attributes(event)["input"], '"production":"', '"production":"X')
    found = await differences(json.dumps(history))
    assert any(f"event {event['eventId']}: the argument of activity" in each for each in found)


async def test_a_changed_amount_in_the_result_of_a_run_is_named():
    history = golden("run-settled")
    event = history["events"][-1]
    rewrite(attributes(event)["result"], "KRW 192000000", "KRW 192000001")
    (found,) = await differences(json.dumps(history))
    assert f"event {event['eventId']}: the result of result is not what today's code makes it" in found
    assert "KRW 192000001" in found


async def test_a_changed_result_of_an_activity_shows_where_the_code_passes_it_on():
    history = golden("run-settled")
    event = events_of(history, "ACTIVITY_TASK_COMPLETED")[-1]
    rewrite(attributes(event)["result"], "KRW 192000000", "KRW 192000001")
    assert any("event" in each and "KRW 192000001" in each for each in await differences(json.dumps(history)))


async def test_a_timer_of_another_length_is_named():
    history = golden("milestone-accepted")
    event = events_of(history, "TIMER_STARTED")[0]
    attributes(event)["startToFireTimeout"] = "60s"
    (found,) = await differences(json.dumps(history))
    assert f"event {event['eventId']}: the duration of timer 1" in found
    assert "found 60.000000 s" in found


def as_fired(history, canceled):
    """The same history as if a timer had gone off while no worker was there, just before the news that ended it."""
    events = history["events"]
    place = max(n for n in range(events.index(canceled)) if events[n]["eventType"].endswith("EXECUTION_SIGNALED"))
    timer = {name: attributes(canceled)[name] for name in ("timerId", "startedEventId")}
    fired = events[place] | {"eventType": "EVENT_TYPE_TIMER_FIRED", "timerFiredEventAttributes": timer}
    fired.pop("workflowExecutionSignaledEventAttributes")
    rest = [event for event in events[place:] if event is not canceled]
    history["events"] = [*events[:place], fired, *rest]
    number = {event["eventId"]: str(n) for n, event in enumerate(history["events"], start=1) if event is not fired}
    for n, event in enumerate(history["events"], start=1):
        event["eventId"] = str(n)
        found = attributes(event)
        found.update({name: number.get(value, value) for name, value in found.items() if name.endswith("EventId")})
    return history


async def test_a_timer_that_had_gone_off_when_the_code_gave_it_up_is_no_difference():
    history = golden("run-settled")
    canceled = events_of(history, "TIMER_CANCELED")[-1]
    assert await differences(json.dumps(as_fired(history, canceled))) == []


async def test_a_timer_that_goes_off_after_the_code_gave_it_up_is_named():
    history = golden("run-settled")
    canceled = events_of(history, "TIMER_CANCELED")[-1]
    timer = {name: attributes(canceled)[name] for name in ("timerId", "startedEventId")}
    canceled |= {"eventType": "EVENT_TYPE_TIMER_FIRED", "timerFiredEventAttributes": timer}
    canceled.pop("timerCanceledEventAttributes")
    (found,) = await differences(json.dumps(history))
    assert "TimerFired" in found


async def test_a_history_that_was_cut_short_is_named():
    history = golden("milestone-accepted")
    history["events"] = history["events"][:-1]
    assert any("cut short" in each for each in await differences(json.dumps(history), closed=True))


async def test_an_event_taken_out_is_named():
    history = golden("milestone-accepted")
    gone = history["events"].pop(20)
    after = history["events"][20]
    assert await differences(json.dumps(history)) == [
        f"event {after['eventId']}: event {gone['eventId']} is missing before it"
    ]


async def test_an_event_taken_out_and_the_rest_renumbered_is_named():
    history = golden("milestone-accepted")
    events = [event for event in history["events"] if event["eventType"] != "EVENT_TYPE_ACTIVITY_TASK_STARTED"]
    history["events"] = [event | {"eventId": str(n)} for n, event in enumerate(events, start=1)]
    assert any("answers event" in each for each in await differences(json.dumps(history)))


async def test_another_answer_to_an_update_is_named():
    history = golden("milestone-accepted")
    event = events_of(history, "WORKFLOW_EXECUTION_UPDATE_COMPLETED")[1]
    rewrite(attributes(event)["outcome"]["success"], '"approvals":1', '"approvals":2')
    (found,) = await differences(json.dumps(history))
    assert f"event {event['eventId']}: the result of answer to update" in found


async def test_what_is_no_history_is_said_to_be_none():
    (found,) = await differences('{"events": [{"eventId": "x"}]}')
    assert found.startswith("history: cannot be read")
    assert await differences('{"events": []}') == ["history: is empty"]


def test_the_arguments_of_every_activity_of_a_worker_are_read_by_todays_models():
    assert payloads._ACTIVITY_TYPES.keys() >= activity_types().keys()


OBJECT = {"key": "k", "by": "jiho", "production": "P", "period": "2025", "revision": 1, "reason": "x", "positions": []}
ALLOCATE = {
    "key": "k",
    "by": "ji",
    "production": "P",
    "account": "a",
    "bank_reference": "b",
    "to": "charges",
    "name": "",
    "amount": None,
    "reason": "x",
}


@pytest.mark.parametrize(
    ("activity", "today", "since", "wrong"),
    [
        ("object_to_distribution", OBJECT, "positions", {"period": "2026"}),
        ("object_to_distribution", OBJECT, "positions", {"positions": ["fee"]}),
        ("allocate", ALLOCATE, "amount", {"name": "x"}),
        ("allocate", ALLOCATE, "name", {"amount": "KRW 1"}),
    ],
)
def test_an_argument_from_before_it_had_a_field_says_the_same_and_a_wrong_value_does_not(activity, today, since, wrong):
    before = {name: value for name, value in today.items() if name != since}

    def alike(written):
        metadata = {"encoding": b"json/plain"}
        both = [Payload(metadata=metadata, data=json.dumps(each).encode()) for each in (written, today)]
        records = RecordJSON()
        now = records.to_payload(records.from_payload(both[1], payloads._ACTIVITY_TYPES[activity][0][0]))
        return payloads.same("Distribution", "activity", activity, "argument", [both[0]], [now])

    assert alike(before)
    assert not alike(before | wrong)
    assert not alike(today | wrong)


@pytest.fixture
def next_release(monkeypatch):
    """The release after one that called a run's status `state`, and knew neither who opens a run nor enquiries."""
    steps = {
        **STEPS,
        "RunView": (renamed("state", "status"), derived("enquiries", 0)),
        "PlannedRun": (given("by", "system"),),
    }
    monkeypatch.setattr(SCHEMAS, "__dict__", Schemas(steps).__dict__)


def before_the_release(history):
    """The history as the earlier release would have recorded it."""
    for event in history["events"]:
        for payload in payloads_in(event):
            body = json.loads(base64.b64decode(payload["data"]))
            if "total" in body:
                body["state"] = body.pop("status")
                del body["enquiries"]
            elif "currency" in body:
                del body["by"]
            payload["data"] = base64.b64encode(json.dumps(body).encode()).decode()
    return history


def payloads_in(part):
    if isinstance(part, dict) and "encoding" in part.get("metadata", {}):
        yield part
        return
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from payloads_in(inner)


async def test_a_history_of_before_payloads_changed_replays_strictly_through_the_steps(next_release):
    history = before_the_release(golden("run-settled"))
    assert await differences(json.dumps(history)) == []
    rewrite(attributes(history["events"][-1])["result"], "KRW 192000000", "KRW 192000001")
    (found,) = await differences(json.dumps(history))
    assert "the result of result is not what today's code makes it" in found


async def test_without_the_steps_it_does_not():
    assert await differences(json.dumps(before_the_release(golden("run-settled")))) != []


def test_a_view_of_an_earlier_version_is_compared_in_that_version(next_release):
    recorded = {
        "production": "P",
        "run": "r",
        "state": "prepared",
        "count": 1,
        "total": "KRW 5",
        "sha256": "ab",
        "open": 1,
    }
    payload = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(recorded).encode())
    result = payloads.activity_result("prepare", payload)
    assert (result["status"], result["enquiries"]) == ("prepared", 0)
    view = {"status": "prepared", "count": 1, "enquiries": 2}
    assert payloads.agrees("prepare", 1, result, view)
    assert not payloads.agrees("prepare", 3, result, view)
    assert not payloads.agrees("prepare", 1, result, view | {"count": 2})
