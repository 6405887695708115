"""Old payloads fit the current models, which only gain optional fields."""

import copy
import json
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict
from pydantic import ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter

from tests.replay import payloads
from tests.replay.payloads import SNAPSHOT, activity_types, breaks, shapes, update_types, workflow_types

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))
COMMITTED = json.loads(SNAPSHOT.read_text("utf-8"))


def payloads_of(holder):
    return [ParseDict(each, Payload()) for each in (holder or {}).get("payloads", ())]


def written(events):
    """Every payload of a history with the type that the current code reads it as."""
    activities, workflows, updates = activity_types(), workflow_types(), update_types()
    scheduled, accepted = {}, {}
    begun = events[0]["workflowExecutionStartedEventAttributes"]["workflowType"]["name"]
    for event in events:
        detail = next((value for name, value in event.items() if name.endswith("EventAttributes")), {})
        match event["eventType"].removeprefix("EVENT_TYPE_"):
            case (
                "WORKFLOW_EXECUTION_STARTED"
                | "START_CHILD_WORKFLOW_EXECUTION_INITIATED"
                | ("WORKFLOW_EXECUTION_CONTINUED_AS_NEW")
            ):
                types = workflows[detail["workflowType"]["name"]][0]
                yield from zip(payloads_of(detail.get("input")), types, strict=True)
            case "WORKFLOW_EXECUTION_COMPLETED":
                yield from ((each, workflows[begun][1]) for each in payloads_of(detail.get("result")))
            case "ACTIVITY_TASK_SCHEDULED":
                scheduled[event["eventId"]] = detail["activityType"]["name"]
                types = activities[detail["activityType"]["name"]][0]
                yield from zip(payloads_of(detail.get("input")), types, strict=True)
            case "ACTIVITY_TASK_COMPLETED":
                result = activities[scheduled[detail["scheduledEventId"]]][1]
                yield from ((each, result) for each in payloads_of(detail.get("result")))
            case "WORKFLOW_EXECUTION_UPDATE_ACCEPTED":
                asked = detail["acceptedRequest"]["input"]
                accepted[event["eventId"]] = asked["name"]
                yield from zip(payloads_of(asked.get("args")), updates[begun, asked["name"]][0], strict=True)
            case "WORKFLOW_EXECUTION_UPDATE_COMPLETED":
                result = updates[begun, accepted[detail["acceptedEventId"]]][1]
                outcome = detail["outcome"].get("success")
                yield from ((each, result) for each in payloads_of(outcome))


def read(payload, kind):
    return pydantic_data_converter.payload_converter.from_payload(payload, kind)


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
def test_every_payload_that_was_ever_recorded_is_read_by_todays_models(file):
    found = list(written(json.loads(file.read_text("utf-8"))["events"]))
    assert found
    for payload, kind in found:
        read(payload, kind)


def test_a_payload_with_a_field_that_is_gone_is_not_read():
    file = next(file for file in HISTORIES if file.stem == "run-settled")
    payload, kind = next(iter(written(json.loads(file.read_text("utf-8"))["events"])))
    payload.data = json.dumps(json.loads(payload.data) | {"gone": 1}).encode()
    with pytest.raises(ValidationError):
        read(payload, kind)


def test_models_only_gain_what_need_not_be_there():
    assert list(breaks(COMMITTED, shapes())) == []


def test_the_snapshot_has_every_model_and_field():
    """`make histories` adds what is new."""
    assert shapes() == COMMITTED


def changed(change):
    before = {**COMMITTED, "Mood": {"enum": ["failed", "fine"]}}
    after = copy.deepcopy(before)
    change(after)
    return list(breaks(before, after))


def test_a_field_with_a_default_may_be_added():
    new = {"required": False, "type": {"type": "string"}}
    assert changed(lambda after: after["RunView"].update(colour=new)) == []
    assert changed(lambda after: after.update(NewModel={"a": {**new, "required": True}})) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda after: after.pop("RunView"), "RunView is gone"),
        (lambda after: after["RunView"].pop("status"), "RunView.status is gone"),
        (lambda after: after["RunView"]["count"].update(type={"type": "string"}), "RunView.count is of another type"),
        (lambda after: after["RunView"]["open"].update(required=True), "RunView.open must be there now"),
        (
            lambda after: after["RunView"].update(new={"required": True, "type": {"type": "string"}}),
            "RunView.new is new and must be there",
        ),
        (lambda after: after["Mood"]["enum"].remove("failed"), "Mood lost the value 'failed'"),
    ],
)
def test_what_would_make_something_unreadable_is_named(change, said):
    (sentence,) = changed(change)
    assert sentence.startswith(said)


def test_a_type_may_take_in_more():
    def widened(after):
        after["RunView"]["count"]["type"] = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
        after["Mood"]["enum"].append("paused")

    assert changed(widened) == []


def test_an_incompatible_snapshot_is_not_written(tmp_path, monkeypatch):
    snapshot = tmp_path / "payloads.json"
    snapshot.write_text(json.dumps({**COMMITTED, "Gone": {}}), "utf-8")
    monkeypatch.setattr(payloads, "SNAPSHOT", snapshot)
    with pytest.raises(SystemExit, match="Gone is gone"):
        payloads.update_payloads()
    assert "Gone" in snapshot.read_text("utf-8")
