"""The stack on real servers, with stand-ins that only sleep for worker and bank."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from adapters.embedded.process import Launch, ServiceFailed
from app.stack.stack import AlreadyUp, EmbeddedStack, ForeignFolder
from app.stack.state import NotUp, read_state, running_state
from app.stack.supervisor import Program


def sleeper(data: Path, name: str = "worker", code: str = "import time; time.sleep(600)") -> Program:
    argv = (sys.executable, "-c", code, name, str(data))
    return Program(name, Launch(argv, data / f"logs/{name}.log", env=dict(os.environ)))


def eventually(is_so, patience_s: float = 20.0) -> None:
    until = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("one") / "data"


@pytest.fixture(scope="module")
def stack(data):
    with EmbeddedStack(data, programs=[sleeper(data)]) as running:
        yield running


def test_all_of_it_can_be_used_when_it_is_up(stack):
    assert stack.temporal.answers()
    with psycopg.connect(stack.database_url.replace("+psycopg", "")) as app:
        assert app.execute("SELECT current_user, current_database()").fetchone() == ("sluice_app", "sluice")
    assert psutil.Process(stack.process("worker").pid).is_running()


def test_its_folder_is_closed_to_others(stack, data):
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "state.json").stat().st_mode) == 0o600


def test_its_state_says_where_it_listens(stack, data):
    state = running_state(data)
    assert (state.database_url, state.temporal_address) == (stack.database_url, stack.temporal_address)
    assert state.processes["postgres"].pid == stack.process("postgres").pid


def test_a_second_stack_on_the_same_folder_is_refused_and_harms_nothing(stack, data):
    with pytest.raises(AlreadyUp, match="already runs"):
        EmbeddedStack(data, programs=[]).start()
    assert stack.postgres.answers()
    assert running_state(data)


@pytest.mark.parametrize("name", ["worker", "postgres", "temporal"])
def test_what_is_killed_comes_back(stack, data, name):
    before = stack.process(name).pid
    os.kill(before, signal.SIGKILL)
    eventually(lambda: stack.process(name).pid != before and stack.postgres.answers() and stack.temporal.answers())
    eventually(lambda: running_state(data).processes[name].pid == stack.process(name).pid)
    assert stack.process(name).poll() is None


def test_what_ends_while_the_state_cannot_be_written_comes_back_and_is_noted_later(stack, data):
    in_the_way = data / ".state.json.part"  # as a full disk would be
    in_the_way.mkdir()
    for _ in range(2):
        before = stack.process("worker").pid
        os.kill(before, signal.SIGKILL)
        eventually(lambda before=before: stack.process("worker").pid != before)
    assert running_state(data).processes["worker"].pid != stack.process("worker").pid
    in_the_way.rmdir()
    eventually(lambda: running_state(data).processes["worker"].pid == stack.process("worker").pid)


def test_two_stacks_run_side_by_side(stack, tmp_path):
    with EmbeddedStack(tmp_path / "two", programs=[]) as other:
        assert other.temporal_address != stack.temporal_address
        with other.postgres.connect("sluice_owner", "sluice") as owner:
            owner.execute("CREATE TABLE only_here (a int)")
        with stack.postgres.connect("sluice_owner", "sluice") as owner:
            assert owner.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_stopping_ends_everything_and_a_new_start_goes_on_where_it_was(tmp_path):
    with EmbeddedStack(tmp_path / "d", programs=[sleeper(tmp_path / "d")]) as first:
        address = first.temporal_address
        processes = [psutil.Process(first.process(name).pid) for name in ("postgres", "temporal", "worker")]
        with first.postgres.connect("sluice_owner", "sluice") as owner:
            owner.execute("CREATE TABLE kept (a int)")
    assert not any(process.is_running() for process in processes)
    assert read_state(tmp_path / "d") is None
    with EmbeddedStack(tmp_path / "d", programs=[]) as second:
        assert second.temporal_address == address
        with second.postgres.connect("sluice_owner", "sluice") as owner:
            assert owner.execute("SELECT to_regclass('kept')::text").fetchone() == ("kept",)


@pytest.mark.parametrize("at_once", [False, True])
def test_after_kill_9_of_the_supervisor_itself_all_ends_and_the_next_start_goes_on(tmp_path, at_once):
    script = f"""
import time, sys
from pathlib import Path
from app.stack.stack import EmbeddedStack
from app.stack.supervisor import Program
from adapters.embedded.process import Launch
data = Path({str(tmp_path / "d")!r})
program = Program("worker", Launch((sys.executable, "-c", "import time; time.sleep(600)", str(data)), data / "w.log"))
with EmbeddedStack(data, programs=[program]) as stack:
    print("up", flush=True)
    time.sleep(600)
"""
    supervisor = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path.cwd())
    assert supervisor.stdout.readline() == b"up\n"
    state = read_state(tmp_path / "d")
    supervisor.kill()
    supervisor.wait()
    left_over = [record.identity for record in state.processes.values()]
    assert len(left_over) == 3
    if not at_once:
        eventually(lambda: not any(identity.running() for identity in left_over))
    with pytest.raises(NotUp, match="no stack is up"):
        running_state(tmp_path / "d")
    with EmbeddedStack(tmp_path / "d", programs=[]) as stack:
        assert stack.postgres.answers()
        assert not any(identity.running() for identity in left_over)


def test_a_program_that_keeps_ending_is_tried_ever_more_rarely(tmp_path):
    marks = tmp_path / "marks"
    code = f"open({str(marks)!r}, 'a').write('x')"
    with EmbeddedStack(tmp_path / "d", programs=[sleeper(tmp_path / "d", "worker", code)]):
        time.sleep(2)
    assert 2 <= len(marks.read_text()) <= 6


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").touch()
    tmp_path.chmod(0o755)
    with pytest.raises(ForeignFolder, match="holds other things"):
        EmbeddedStack(tmp_path, programs=[]).start()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.tex"]


def test_when_a_part_does_not_start_the_others_are_stopped(tmp_path):
    broken = tmp_path / "temporal"
    broken.write_text("#!/bin/sh\necho no such luck >&2\nexit 3\n")
    broken.chmod(0o755)
    stack = EmbeddedStack(tmp_path / "d", programs=[], temporal_binary=broken)
    with pytest.raises(ServiceFailed, match=r"Temporal ended at once \(status 3\).*no such luck"):
        stack.start()
    assert not stack.postgres.answers()
    assert read_state(tmp_path / "d") is None
