"""Nothing that was started outlives the process that started it, also where that one is killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[3]
NOTES_ITS_END = """
import pathlib, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
pathlib.Path("waits").touch()
signal.sigwait([signal.SIGTERM])
pathlib.Path("ended").touch()
"""


def eventually(is_so, patience_s=60):
    until = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def started_by(process, names):
    """Its children, once all of these names are among them."""
    found = []

    def all_there():
        found[:] = psutil.Process(process.pid).children(recursive=True)
        return names <= {child.info["name"] for child in psutil.process_iter(["name"]) if child in found}

    eventually(all_there)
    return found


def gone(process):
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_child_of_a_killed_process_is_asked_to_end_first(tmp_path):
    script = f"""
import sys, time
from pathlib import Path
from adapters.embedded.process import Launch
Launch((sys.executable, "-c", {NOTES_ITS_END!r}), Path({str(tmp_path / "log")!r}), cwd=Path({str(tmp_path)!r})).start()
print("started", flush=True)
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout.readline() == b"started\n"
    children = psutil.Process(parent.pid).children()
    eventually((tmp_path / "waits").exists)
    parent.kill()
    parent.wait()
    eventually(lambda: all(gone(child) for child in children))
    assert children, "nothing was running that could have been left behind"
    assert (tmp_path / "ended").exists()


@pytest.mark.parametrize(
    ("module", "arguments", "servers"),
    [
        ("app.demo", ["{tmp}/demo"], {"postgres", "temporal"}),
        ("pytest", ["-q", "-p", "no:cacheprovider", "tests/adapters/embedded/test_temporal.py"], {"temporal"}),
    ],
)
def test_the_servers_of_a_killed_demo_or_test_run_end(tmp_path, module, arguments, servers):
    given = [one.replace("{tmp}", str(tmp_path)) for one in arguments]
    run = subprocess.Popen(
        [sys.executable, "-m", module, *given],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    children = started_by(run, servers)
    run.kill()
    run.wait()
    assert children, "nothing was running that could have been left behind"
    eventually(lambda: all(gone(child) for child in children))
