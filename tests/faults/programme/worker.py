"""A worker of the simulator: `app.worker.worker.serve` as it is, with a trap at its commits, or a clock that is off.

The trap is a file that the simulator writes. It names a commit (the n-th of a command), a side of it, and a victim:
when the worker gets there it kills the victim by its id with SIGKILL, itself too if it is the one.
"""

import argparse
import asyncio
import dataclasses
import json
import os
import signal
import sys
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import psutil

import app.worker.worker
from adapters.clock import Clock, SystemClock
from adapters.db.store import Store, Transaction
from app import logs
from app.bootstrap import connect
from app.endpoints import endpoints
from app.settings import load_settings
from app.stack.state import read_state
from app.worker.worker import serve
from domain.errors import ClockOff
from workflows import policies

TRAP, SPRUNG, COMMITS = "trap.json", "trap.sprung.json", "commits.log"
GATEWAY = "Gateway"
"""The name of commits without a command: the outbox is marked done."""
HEARTBEAT = timedelta(seconds=2)
"""Ten seconds by default. A thousand faults would be spent on waiting."""
CHECKED_EVERY_S = 3.0
"""Half a minute by default. A wrong clock does harm for that long."""


@dataclasses.dataclass(frozen=True)
class Skewed:
    """A clock that is off by the seconds in a file, while that file exists."""

    true: Clock
    skew: Path

    def now(self) -> datetime:
        try:
            return self.true.now() + timedelta(seconds=int(self.skew.read_text("ascii")))
        except FileNotFoundError:
            return self.true.now()


class Trap:
    """Counts commits by name, and springs at the one that the file names."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._seen: Counter[str] = Counter()
        self._token = ""

    def commit(self, name: str) -> str:
        """Number a commit while its transaction is about to make it."""
        with self._lock:
            wanted = self._wanted()
            if wanted.get("token", "") != self._token:
                self._token = wanted.get("token", "")
                self._seen.clear()
            self._seen[name] += 1
            return f"{name}/{self._seen[name]}"

    def at(self, commit: str, side: str) -> None:
        """Kill the victim if the trap names this commit and side."""
        if side == "after":
            with suppress(OSError), (self._data / COMMITS).open("a", encoding="ascii") as log:
                log.write(f"{commit}\n")
        wanted = self._wanted()
        if (wanted.get("commit"), wanted.get("side")) != (commit, side):
            return
        with suppress(FileNotFoundError):
            (self._data / TRAP).rename(self._data / SPRUNG)
            kill(self._data, wanted["victim"])

    def _wanted(self) -> dict[str, str]:
        try:
            return json.loads((self._data / TRAP).read_text("ascii"))
        except FileNotFoundError:
            return {}


def kill(data: Path, victim: str) -> None:
    """SIGKILL a process of a stack. PostgreSQL dies with all its sessions, as in a power cut."""
    state = read_state(data)
    assert state is not None
    process = psutil.Process(os.getpid() if victim == "self" else state.processes[victim].pid)
    children = process.children() if victim == "postgres" else []
    for one in [process, *children]:
        with suppress(psutil.NoSuchProcess):
            one.send_signal(signal.SIGKILL)


def arm(data: Path) -> None:
    """Let every later transaction of this process's stores pass the trap."""
    trap, asked = Trap(data), threading.local()
    handle = Store.handle

    def named(self, request, **how):
        asked.name = type(request.command).__name__
        try:
            return handle(self, request, **how)
        finally:
            asked.name = GATEWAY

    @contextmanager
    def trapped(self):
        commit = None
        with self.engine.begin() as connection:
            yield Transaction(connection)
            if connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned()").scalar() is not None:
                commit = trap.commit(getattr(asked, "name", GATEWAY))
                trap.at(commit, "before")
        if commit is not None:
            trap.at(commit, "after")

    Store.handle, Store.transaction = named, trapped  # type: ignore[method-assign]


async def work(data: Path, skew: Path) -> None:
    settings = load_settings(data)
    logs.configure(settings.log_format, settings.log_level)
    services = await connect(settings, endpoints(settings))
    handler = dataclasses.replace(services.handler, clock=Skewed(services.handler.clock, skew))
    await serve(dataclasses.replace(services, handler=handler), Skewed(SystemClock(), skew))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--skew", type=Path, required=True, help="a file with the seconds that its clock is ahead")
    given = parser.parse_args()
    for options in (policies.TRANSACTION, policies.DECISION):
        options["heartbeat_timeout"] = HEARTBEAT
    arm(given.data)
    app.worker.worker.CLOCK_IS_CHECKED_EVERY_S = CHECKED_EVERY_S
    try:
        asyncio.run(work(given.data, given.skew))
    except ClockOff as error:
        sys.exit(error.sentence)
