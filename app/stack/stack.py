"""The embedded stack: PostgreSQL, Temporal, migrations, worker and sandbox bank on one data folder."""

import fcntl
import os
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from typing import IO, Self

import psutil

import app
from adapters.embedded.postgres import APP, AUDITOR, DATABASE, OWNER, EmbeddedPostgres
from adapters.embedded.process import Launch, ServiceFailed, end
from adapters.embedded.temporal import EmbeddedTemporal
from app.database import upgrade
from app.settings import FILE_NAME, TASK_QUEUE
from app.stack.state import (
    ProcessRecord,
    StackState,
    read_state,
    remove_state,
    write_state,
)
from app.stack.supervisor import Program, Supervisor
from domain.errors import Refused

WORKER, BANK = "worker", "sandbox-bank"
STOP_ORDER = (WORKER, BANK, EmbeddedTemporal.name, EmbeddedPostgres.name)
_LOCK = "lock"
_MAY_LIE_THERE_BEFORE = {FILE_NAME, "lost+found"}
_WORKER_PATIENCE_S = 30.0


class AlreadyUp(Refused):
    """Another stack runs on the same data folder."""


class ForeignFolder(Refused):
    """The data folder holds other things, so its permissions must not be changed."""


class EmbeddedStack:
    """One stack on one folder, as a context manager. Stacks on different folders are independent.

    `programs` are the processes beside the two servers, by default the worker and the sandbox bank.
    """

    def __init__(
        self,
        data: Path,
        *,
        worker: bool = True,
        bank: bool = True,
        programs: Sequence[Program] | None = None,
        temporal_binary: Path | None = None,
        task_queue: str = TASK_QUEUE,
    ) -> None:
        self.data = data.expanduser().resolve()
        logs = self.data / "logs"
        self.postgres = EmbeddedPostgres(self.data / "postgres", logs / "postgres.log")
        self.temporal = EmbeddedTemporal(self.data / "temporal", logs / "temporal.log", temporal_binary)
        wanted = [name for name, is_wanted in ((BANK, bank), (WORKER, worker)) if is_wanted]
        self._programs = [our_program(name, self.data) for name in wanted] if programs is None else list(programs)
        self._task_queue = task_queue if programs is None and worker else None
        self._supervisor = Supervisor(changed=self._write_state)
        self._lock: IO[bytes] | None = None
        self._writing = threading.Lock()

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the application's role."""
        return self.postgres.url(APP)

    @property
    def owner_url(self) -> str:
        """SQLAlchemy URL of the role that owns the tables."""
        return self.postgres.url(OWNER)

    @property
    def auditor_url(self) -> str:
        """SQLAlchemy URL of the read-only role."""
        return self.postgres.url(AUDITOR)

    @property
    def temporal_address(self) -> str:
        """`host:port`."""
        return self.temporal.address

    def process(self, name: str) -> "Popen[bytes]":
        """Return the current process of `postgres`, `temporal`, `worker` or `sandbox-bank`."""
        return self._supervisor.process(name)

    def where(self) -> dict[str, str]:
        """Return where each process listens, in words."""
        where = {service.name: service.where for service, _ in self._supervisor.services()}
        return {name: where[name] for name in reversed(STOP_ORDER) if name in where}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start all processes and return when they are ready. Leftovers of an earlier stack are ended first.

        Raises:
            AlreadyUp: another stack holds the folder.
            ForeignFolder: the folder holds other things.
            ServiceFailed: a part did not start; the others are stopped again.
        """
        _claim(self.data)
        self._lock = _locked(self.data)
        try:
            _end_leftovers(self.data)
            with ThreadPoolExecutor(2) as together:
                servers = [together.submit(self._supervisor.start, one) for one in (self.postgres, self.temporal)]
            for server in servers:
                server.result()
            self.postgres.create_database(DATABASE)
            upgrade(self.owner_url)
            self._write_state()
            for program in self._programs:
                self._supervisor.start(program)
            self._supervisor.watch()
            self._await_worker()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End all processes: first the servers' users, then the servers."""
        self._supervisor.stop(STOP_ORDER)
        self.postgres.close()
        if self._lock is not None:
            remove_state(self.data)
            self._lock.close()
            self._lock = None

    def _await_worker(self) -> None:
        if self._task_queue is None:
            return
        until = time.monotonic() + _WORKER_PATIENCE_S
        worker, launch = self.process(WORKER), our_program(WORKER, self.data).launch()
        while not self.temporal.has_poller(self._task_queue):
            if worker.poll() is not None or time.monotonic() > until:
                raise ServiceFailed(f"the worker does not work; {launch.log}: {launch.log_tail()}")
            time.sleep(0.05)

    def _write_state(self) -> None:
        records = {}
        for service, process in self._supervisor.services():
            with suppress(psutil.NoSuchProcess):  # it has just ended, and the supervisor restarts it
                records[service.name] = ProcessRecord.of(process.pid, service.where)
        state = StackState(
            supervisor=ProcessRecord.of(os.getpid(), str(self.data)),
            processes=records,
            database_url=self.database_url,
            owner_url=self.owner_url,
            auditor_url=self.auditor_url,
            temporal_address=self.temporal_address,
            temporal_namespace=self.temporal.namespace,
        )
        with self._writing:
            write_state(self.data, state)


def our_program(name: str, data: Path) -> Program:
    """Return `sluice NAME --data DATA` as a program: the worker or sandbox bank, with this environment."""
    command = Launch(
        argv=(sys.executable, "-m", "app.cli", name, "--data", str(data)),
        log=data / "logs" / f"{name}.log",
        cwd=Path(app.__file__).parent.parent,
        env=dict(os.environ),
    )
    return Program(name, command, where=f"files in {data / 'bank'}" if name == BANK else "")


def _claim(data: Path) -> None:
    """Create the folder, or make an existing stack's folder private. A folder with other things is refused."""
    if not data.exists():
        data.mkdir(mode=0o700, parents=True)
        return
    if not data.is_dir():
        raise ForeignFolder(f"{data} is a file: name a folder with --data")
    there = {entry.name for entry in data.iterdir()}
    if there - _MAY_LIE_THERE_BEFORE and _LOCK not in there:
        raise ForeignFolder(f"{data} holds other things: name an empty or a new folder with --data")
    data.chmod(0o700)


def _locked(data: Path) -> IO[bytes]:
    lock = (data / _LOCK).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise AlreadyUp(f"a stack already runs on {data}: see `sluice status`, or name another folder") from error
    return lock


def _end_leftovers(data: Path) -> None:
    state = read_state(data)
    if state is None:
        return
    for name in STOP_ORDER:
        record = state.processes.get(name)
        process = record.identity.running() if record else None
        if process is not None:
            end(
                process, EmbeddedPostgres.stop_signal if name == EmbeddedPostgres.name else EmbeddedTemporal.stop_signal
            )
    remove_state(data)
