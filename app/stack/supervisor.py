"""Supervises child processes: starts them in order, restarts them after a crash, ends them in reverse order."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from adapters.embedded.process import EndedAtOnce, Launch, ServiceFailed, end_child, end_leftovers

_LOOK_EVERY_S = 0.1
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_STEADY_AFTER_S = 10.0
_TRIES = 3

log = structlog.get_logger("sluice.supervisor")


class Service(Protocol):
    """What the supervisor needs from a process."""

    @property
    def name(self) -> str:
        """A short, unique name."""

    @property
    def where(self) -> str:
        """Where it listens, in words."""

    @property
    def stop_signal(self) -> int:
        """The signal that asks it to end cleanly."""

    def prepare(self) -> None:
        """Prepare a start, also after a crash."""

    def launch(self) -> Launch:
        """Return how to start it."""

    def await_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Return when it is ready.

        Raises:
            ServiceFailed: it cannot be used.
        """


@dataclass(frozen=True)
class Program:
    """A service that is only a command. It is ready when it runs."""

    name: str
    command: Launch
    where: str = ""

    @property
    def stop_signal(self) -> int:
        """The command's signal."""
        return self.command.stop_signal

    def prepare(self) -> None:
        """End leftover processes of this command, whose supervisor was killed."""
        end_leftovers(lambda argv: argv == list(self.command.argv))

    def launch(self) -> Launch:
        """Return the command."""
        return self.command

    def await_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Return at once: a program need not answer."""


@contextmanager
def running(service: Service) -> Iterator[None]:
    """Run one service until the end of the block, ready to use. Works inside an event loop, too."""
    supervisor = Supervisor()
    try:
        with ThreadPoolExecutor(1) as aside:  # a service's readiness check may need its own event loop
            aside.submit(supervisor.start, service).result()
        yield
    finally:
        supervisor.stop([service.name])


@dataclass
class _Kept:
    service: Service
    process: subprocess.Popen[bytes]
    since: float
    pause_s: float = _FIRST_PAUSE_S
    again_at: float | None = None


@dataclass
class Supervisor:
    """Start services with `start`, then call `watch`. Any thread calls `changed` when a process is new."""

    changed: Callable[[], None] = lambda: None
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _starting: threading.Lock = field(default_factory=threading.Lock)
    _untold: bool = False
    _thread: threading.Thread | None = None

    def start(self, service: Service) -> None:
        """Prepare and start a service, and return when it is ready.

        A service that ends at once is retried: a port may be taken between its choice and its use.

        Raises:
            ServiceFailed: it did not start.
        """
        for tries_left in reversed(range(_TRIES)):
            service.prepare()
            process = service.launch().start()
            self._kept[service.name] = _Kept(service, process, time.monotonic())
            self.changed()
            try:
                service.await_ready(process)
            except EndedAtOnce:
                if not tries_left:
                    raise
            else:
                return

    def process(self, name: str) -> subprocess.Popen[bytes]:
        """Return the current process of a service."""
        return self._kept[name].process

    def services(self) -> Sequence[tuple[Service, subprocess.Popen[bytes]]]:
        """Return all services with their current processes, in the order of their start."""
        return [(kept.service, kept.process) for kept in list(self._kept.values())]

    def watch(self) -> None:
        """Restart whatever ends from now on. The pause grows while it keeps ending."""
        self._thread = threading.Thread(target=self._look_after_all, name="supervisor", daemon=True)
        self._thread.start()

    def stop(self, order: Sequence[str]) -> None:
        """End all services, those in `order` first, and restart none."""
        with self._starting:
            self._stopping.set()
        for name in [*order, *(name for name in reversed(list(self._kept)) if name not in order)]:
            if name in self._kept:
                end_child(self._kept[name].process, self._kept[name].service.stop_signal)
        if self._thread is not None:
            self._thread.join()
        self._kept.clear()

    def _look_after_all(self) -> None:
        while not self._stopping.wait(_LOOK_EVERY_S):
            for kept in self._kept.values():
                if kept.process.poll() is not None:
                    self._look_after(kept)
            if self._untold:
                self._tell()

    def _look_after(self, kept: _Kept) -> None:
        now = time.monotonic()
        if kept.again_at is None:
            kept.pause_s = _FIRST_PAUSE_S if now - kept.since > _STEADY_AFTER_S else kept.pause_s
            kept.again_at = now + kept.pause_s
            kept.pause_s = min(kept.pause_s * 2, _LONGEST_PAUSE_S)
            name, status = kept.service.name, kept.process.returncode
            log.warning("process ended", process=name, status=status, starts_again_in_s=round(kept.again_at - now, 1))
        elif now >= kept.again_at:
            kept.again_at = None
            try:
                self._start_again(kept)
            except (ServiceFailed, OSError) as error:
                log.error("process does not start", process=kept.service.name, reason=str(error))  # noqa: TRY400

    def _start_again(self, kept: _Kept) -> None:
        kept.service.prepare()
        with self._starting:
            if self._stopping.is_set():
                return
            kept.process, kept.since = kept.service.launch().start(), time.monotonic()
        self._tell()
        try:
            kept.service.await_ready(kept.process)
        except ServiceFailed:
            end_child(kept.process, kept.service.stop_signal)
            raise
        log.info("process runs again", process=kept.service.name)

    def _tell(self) -> None:
        """Call `changed`. If a full disk prevents the note, each later check calls it again."""
        try:
            self.changed()
        except OSError as error:
            if not self._untold:
                log.warning("processes are not noted", reason=str(error))
            self._untold = True
        else:
            self._untold = False
