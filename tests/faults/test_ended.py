"""The programme ends all that it started: when it is interrupted, and when a scene takes too long."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from adapters.embedded.temporal import EmbeddedTemporal
from app.stack.stack import WORKER
from app.stack.state import read_state
from tests.faults.programme.director import run

pytestmark = pytest.mark.xdist_group("faults-ended")

SCENES = ["run-worker", "distribution-worker"]
ENDS_WITHIN_S = 20


@pytest.fixture
def place():
    """Where the programme puts its temporary folders; a short path, for PostgreSQL's socket."""
    made = Path(tempfile.mkdtemp(prefix="s"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.parametrize("by", ["a signal to it alone", "Ctrl-C at its terminal"])
def test_interrupted_it_ends_what_it_started_and_reports_what_is_known(place, by):
    given = ("--short", "--lanes", "1", "--seed", "7", "--only", *SCENES)
    programme = subprocess.Popen(
        (sys.executable, "-m", "tests.faults.programme", *given),
        env=os.environ | {"TMPDIR": str(place)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        await_worker(place)
        if by == "a signal to it alone":
            programme.send_signal(signal.SIGTERM)
        else:
            os.killpg(programme.pid, signal.SIGINT)
        written, _ = programme.communicate(timeout=ENDS_WITHIN_S)
    finally:
        programme.terminate()
        programme.wait()
    report = json.loads(written)
    assert (programme.returncode, report["interrupted"], report["harmless"]) == (130, True, False)
    assert (report["not_played"], report["notes"]) == (sorted(SCENES), [])
    assert (left_of(place), list(place.iterdir())) == ([], [])


def test_killed_it_leaves_nothing_running(place):
    given = ("--short", "--lanes", "1", "--seed", "7", "--only", *SCENES)
    programme = subprocess.Popen(
        (sys.executable, "-m", "tests.faults.programme", *given),
        env=os.environ | {"TMPDIR": str(place)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_worker(place)
    finally:
        programme.kill()
        programme.wait()
    until = time.monotonic() + ENDS_WITHIN_S
    while left_of(place):
        assert time.monotonic() < until, left_of(place)
        time.sleep(0.1)


def test_a_scene_that_takes_too_long_is_ended_and_is_a_finding(place, monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    report = run(7, ["run-worker"], short=True, lanes=1, bound_s=4)
    assert "playing run-worker; 0 scenes to come\n" in capsys.readouterr().err
    assert "run-worker: stuck: it was not over after 4 s" in report["notes"]
    assert (report["harmless"], report["not_played"]) == (False, [])
    assert (left_of(place), list(place.iterdir())) == ([], [])


def await_worker(place, patience_s=60):
    """The stack of the first scene is up to its worker."""
    until = time.monotonic() + patience_s
    while not any(is_up(data) for data in place.glob("*/*/data")):
        assert time.monotonic() < until, "the scene did not begin"
        time.sleep(0.1)


def is_up(data):
    state = read_state(data)
    return state is not None and {WORKER, EmbeddedTemporal.name} <= state.processes.keys()


def left_of(place):
    """Processes that were told of a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            found += [word for word in (process.cwd(), *process.cmdline()) if str(place) in word]
        except psutil.Error:
            continue
    return found
