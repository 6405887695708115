"""Payloads of every recorded history are read by today's models."""

import json
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict
from pydantic import ValidationError
from temporalio.api.common.v1 import Payload

from adapters.temporal.payloads import DATA_CONVERTER
from tests.replay.payloads import activity_types, update_types, workflow_types

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


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
    return DATA_CONVERTER.payload_converter.from_payload(payload, kind)


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
