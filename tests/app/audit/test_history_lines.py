"""A history for people: each event is a line that says what it was about."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.db import histories
from app.audit.history_lines import lines, one_of
from app.reads import Reads
from domain.errors import BadInput, NotFound
from domain.events import HistoryArchived, HistoryStatus
from domain.ledger.journal import sha256
from domain.reads import EVERYTHING
from tests.world import PRODUCTION, World

GOLDEN = sorted((Path(__file__).parents[2] / "replay" / "histories").glob("*.json"))


def told(name):
    file = next(file for file in GOLDEN if file.stem == name)
    return [(line.kind, line.about) for line in lines(file.read_bytes())]


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_every_event_of_every_history_is_told(file):
    found = list(lines(file.read_bytes()))
    assert [line.number for line in found] == list(range(1, len(found) + 1))
    assert all(line.kind and line.at.startswith("20") for line in found)


def test_what_was_asked_for_and_what_came_of_it_is_on_the_line():
    found = dict(told("run-cancelled"))
    assert found["workflow execution started"].startswith("PaymentRun run/LIGHTHOUSE/spc-krw/")
    assert '"reason":"wrong day"' in found["workflow execution update accepted"]
    assert found["workflow execution update accepted"].startswith("cancel ")
    assert found["timer started"].startswith("after ")
    assert '"status":"cancelled"' in found["workflow execution completed"]
    completed = [about for kind, about in told("run-settled") if kind == "activity task completed"]
    assert any(about.startswith("send {") for about in completed)


def test_what_failed_says_why():
    assert ("activity task failed", "send StaleApproval: changed since") in told("run-not-sent-at-first")
    assert any(about.startswith("HistoryGap: The archive lacks 1") for _, about in told("sweep-that-finds-a-gap"))


def test_a_payload_of_another_kind_is_told_by_its_size():
    event: dict[str, Any] = {
        "eventId": "1",
        "eventTime": "2026-04-01T08:00:00Z",
        "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED",
    }
    event["workflowExecutionCompletedEventAttributes"] = {
        "result": {"payloads": [{"metadata": {"encoding": "YmluYXJ5L3BsYWlu"}, "data": "AAAA"}]}
    }
    (line,) = lines(json.dumps({"events": [event]}).encode())
    assert line.about == "(3 bytes, binary/plain)"


OTHER = "DAYBREAK"


@pytest.fixture
def archive(database, tmp_path):
    """An archive with one run of a workflow and two of another, and one of another production."""
    world = World(database.app_url, tmp_path)
    with world.store.transaction() as transaction:
        for production, workflow_id, run_id in (
            (PRODUCTION, "a", "r1"),
            (PRODUCTION, "b", "r1"),
            (PRODUCTION, "b", "r2"),
            (OTHER, "c", "r1"),
        ):
            event = HistoryArchived(
                workflow_id=workflow_id,
                run_id=run_id,
                workflow_type="X",
                status=HistoryStatus.COMPLETED,
                events=1,
                build_id="",
                sha256=sha256(b"{}"),
            )
            histories.keep(transaction, production, event, b"{}")
    with world.store.reading() as records:
        yield Reads(records.connection, None, lambda _: EVERYTHING)
    world.close()


def test_a_workflow_that_ran_once_needs_no_run_id_and_one_that_ran_twice_does(archive):
    assert one_of(archive, "a", None).row.run_id == "r1"
    assert one_of(archive, "b", "r2").row.run_id == "r2"
    with pytest.raises(BadInput, match="ran 2 times: name one of r1, r2"):
        one_of(archive, "b", None)
    with pytest.raises(NotFound, match="no history of d:"):
        one_of(archive, "d", None)
    with pytest.raises(NotFound, match=r"no history of b \(run r9\)"):
        one_of(archive, "b", "r9")


def test_a_reader_of_one_production_finds_no_history_of_another(archive):
    assert one_of(archive.of(OTHER), "c", "r1").row.production == OTHER
    for run_id in (None, "r1"):
        with pytest.raises(NotFound, match="no history of c"):
            one_of(archive.of(PRODUCTION), "c", run_id)
