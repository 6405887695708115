"""Today's workflow code replays the histories that earlier code left; `make histories` records them anew."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from adapters.documents import load_agreement
from app.plugin import SluicePlugin
from app.worker import WORKFLOWS
from tests.world import DRAMA

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


async def replay(written):
    history = WorkflowHistory.from_json("replayed", written)
    return await Replayer(workflows=WORKFLOWS, plugins=[SluicePlugin()]).replay_workflow(history)


def started(events):
    return events[0]["workflowExecutionStartedEventAttributes"]["workflowType"]["name"]


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_a_golden_history_replays(file):
    result = await replay(file.read_text())
    assert result.replay_failure is None


def test_every_workflow_has_a_golden_history():
    recorded = {started(json.loads(file.read_text())["events"]) for file in HISTORIES}
    assert recorded == {workflow.__name__ for workflow in WORKFLOWS}


def altered(file, kind, change):
    """A history in which the last event of a kind was changed."""
    history = json.loads(file.read_text())
    event = [event for event in history["events"] if event["eventType"] == kind][-1]
    change(event)
    return json.dumps(history)


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_a_history_of_other_activities_does_not_replay(file):
    def another(event):
        event["activityTaskScheduledEventAttributes"]["activityType"]["name"] = "pay_somebody_else"

    with pytest.raises(Exception, match=r"[Nn]ondeterminis"):
        await replay(altered(file, "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED", another))


async def test_a_history_without_one_of_its_timers_does_not_replay():
    file = next(file for file in HISTORIES if file.stem == "run-doubted-and-found")

    def no_timer(event):
        event["eventType"] = "EVENT_TYPE_MARKER_RECORDED"
        event["markerRecordedEventAttributes"] = {"markerName": "x"}
        del event["timerStartedEventAttributes"]

    with pytest.raises(Exception, match=r"[Nn]ondeterminis"):
        await replay(altered(file, "EVENT_TYPE_TIMER_STARTED", no_timer))


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
def test_a_history_holds_no_account_numbers(file):
    written = file.read_text()
    for account in load_agreement(DRAMA).agreement.accounts:
        assert account.number not in written
