"""The current workflow code replays all golden histories, which cover each of its lines.

A change of the commands of a workflow fails here. If running histories must survive it, use `workflow.patched`; then
`make histories` records the missing ones. docs/how-to/change-a-workflow.md has the steps.
"""

import asyncio
import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from adapters.agreement.documents import load_agreement
from adapters.temporal.internals import workflow_name
from app.audit.replay.strict import differences
from app.worker.plugin import SluicePlugin
from app.worker.worker import WORKFLOWS
from tests.replay import covered
from tests.replay.covered import Lines, executable
from tests.replay.record import named
from tests.replay.scenes import SCENES
from tests.replay.staged import IN_NO_TIME, LONG_LIVED
from tests.world import DRAMA

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


async def replay(written):
    history = WorkflowHistory.from_json("replayed", written)
    return await Replayer(workflows=WORKFLOWS, plugins=[SluicePlugin()]).replay_workflow(history)


@pytest.fixture(scope="module")
def replayed():
    """Every golden history replayed strictly, once: the differences in each, and the lines that ran."""
    lines, found = Lines(), {}

    async def _all():
        for file in HISTORIES:
            found[file.stem] = await differences(file.read_text("utf-8"))

    with lines.watched():
        asyncio.run(_all())
    return found, lines


@pytest.mark.parametrize("name", [file.stem for file in HISTORIES])
def test_a_golden_history_is_exactly_what_todays_code_asks_for(replayed, name):
    assert replayed[0][name] == []


def test_every_line_of_every_workflow_is_in_a_golden_history(replayed):
    """A line named here is in no golden history: add a scene, and run `make histories`."""
    missing = {
        f"workflows/{name}:{line}: {(covered.FOLDER / name).read_text('utf-8').splitlines()[line - 1].strip()}"
        for name, lines in replayed[1].never().items()
        for line in lines
    }
    assert missing == set()


def test_a_line_that_no_history_has_is_named(tmp_path, monkeypatch):
    (tmp_path / "one.py").write_text("def run(x):\n    '''Words.'''\n    if x:\n        return 1\n    return 2\n")
    assert executable(tmp_path / "one.py") == {3, 4, 5}
    monkeypatch.setattr(covered, "FOLDER", tmp_path)
    lines = Lines()
    lines.ran["one.py"] = {3, 5}
    assert lines.never() == {"one.py": [4]}


def test_every_scene_has_its_history_and_every_history_its_scene():
    scenes = {named(play) for play in (*SCENES, *IN_NO_TIME, *LONG_LIVED)}
    assert {file.name.split(".")[0] for file in HISTORIES} == scenes


def test_every_workflow_has_a_golden_history():
    begun = [json.loads(file.read_text("utf-8"))["events"][0] for file in HISTORIES]
    recorded = {each["workflowExecutionStartedEventAttributes"]["workflowType"]["name"] for each in begun}
    assert recorded == {workflow_name(each) for each in WORKFLOWS}


def altered(file, kind, change):
    """A history with a change in the last event of a kind."""
    history = json.loads(file.read_text("utf-8"))
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
    written = file.read_text("utf-8")
    for account in load_agreement(DRAMA).agreement.accounts:
        assert account.number not in written
