"""What has ended is archived by the stack itself, can be looked at, and comes out as Temporal's tools read it."""

import hashlib
import json
import time

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from app.worker.plugin import SluicePlugin
from app.worker.worker import WORKFLOWS
from tests.e2e.conftest import PATIENCE_S

pytestmark = pytest.mark.xdist_group("e2e")


@pytest.fixture(scope="module")
def ended(sluice, tmp_path_factory):
    """The archived histories of a production whose one run was cancelled."""
    from tests.e2e.conftest import EXAMPLES

    file = tmp_path_factory.mktemp("history") / "HIST.yaml"
    text = (EXAMPLES / "drama-manga.yaml").read_text("utf-8")
    text = text.replace("{parties: [studio, broadcaster]}", "{parties: [studio]}")
    file.write_text(text.replace("production: LIGHTHOUSE", "production: PATH"), "utf-8")
    assert sluice("agreement", "register", str(file), user="seoyeon").status == 0
    runs = sluice("run", "open", "PATH", "spc-krw", "--json", user="dohyun").json
    give_up_at = time.monotonic() + PATIENCE_S
    for run in runs:
        while sluice("run", "cancel", run["run"], "--reason", "wrong day", user="dohyun").status:
            assert time.monotonic() < give_up_at
    while True:
        rows = sluice("history", "list", "--production", "PATH", "--json").json
        if {row["workflow_id"] for row in rows} >= {f"run/{run['run']}" for run in runs}:
            return rows
        assert time.monotonic() < give_up_at, rows
        time.sleep(0.2)


def test_a_history_is_listed_shown_and_fetched(sluice, ended, tmp_path):
    row = next(row for row in ended if row["workflow_id"].startswith("run/"))
    assert (row["workflow_type"], row["status"]) == ("PaymentRun", "completed")
    assert row["build_id"].startswith("0.1.0-")
    shown = sluice("history", "show", row["workflow_id"])
    assert shown.status == 0
    assert "activity task scheduled" in shown.out
    assert "wrong day" in shown.out
    told = sluice("history", "show", row["workflow_id"], "--json").json
    assert [line["number"] for line in told["history"]] == list(range(1, row["events"] + 1))

    out = tmp_path / "run.json"
    said = sluice("history", "fetch", row["workflow_id"], "--run-id", row["run_id"], "--out", str(out))
    assert said.status == 0
    assert hashlib.sha256(out.read_bytes()).hexdigest() == row["sha256"]
    facts = sluice("journal", "tail", "PATH", "--json", "-n", "200").json
    assert row["sha256"] in {fact["body"].get("sha256") for fact in facts if fact["type"] == "history-archived"}


async def test_what_was_fetched_replays(sluice, ended, tmp_path):
    row = next(row for row in ended if row["workflow_id"].startswith("run/"))
    out = tmp_path / "run.json"
    assert sluice("history", "fetch", row["workflow_id"], "--out", str(out)).status == 0
    history = WorkflowHistory.from_json(row["workflow_id"], json.loads(out.read_bytes()))
    await Replayer(workflows=WORKFLOWS, plugins=[SluicePlugin()]).replay_workflow(history)


def test_what_is_not_there_is_said_in_one_sentence(sluice, ended, tmp_path):
    assert "archive has no history of run/NONE" in sluice("history", "show", "run/NONE").refusal
    assert "production" in sluice("history", "list", "--production", "NONE").refusal
    row = ended[0]
    wrong = sluice("history", "fetch", row["workflow_id"], "--run-id", row["run_id"], "--out", "/nowhere/x.json")
    assert wrong.status == 1
    assert wrong.err == "Error: /nowhere/x.json cannot be written: No such file or directory\n"
    never = sluice("history", "give-up", "run/NONE", "--reason", "a lost disk", user="auditor")
    assert "Nothing says that there was a history of run/NONE" in never.refusal
    kept = ("--run-id", row["run_id"], "--reason", "a lost disk")
    assert "is archived" in sluice("history", "give-up", row["workflow_id"], *kept, user="auditor").refusal
    missing = sluice("history", "fetch", row["workflow_id"], "--run-id", "none", "--out", str(tmp_path / "x"))
    assert "run none" in missing.refusal
    assert not (tmp_path / "x").exists()


def test_the_stacks_code_is_current_and_says_so(sluice):
    (version,) = sluice("deployment", "show", "--json").json
    assert (version["status"], version["this"]) == ("current", "this code")
    assert "No worker of build nobody" in sluice("deployment", "make-current", "nobody").refusal
