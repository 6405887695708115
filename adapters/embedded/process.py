"""Child processes: start them, identify them after a restart of ours, and stop them."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Self

import psutil

import adapters
from domain.errors import SluiceError

_LOG_KEPT_BYTES = 10_000_000
_naming_a_child = threading.Lock()


class ServiceFailed(SluiceError):
    """A server or child process did not start, or did not answer in time; its log says more."""


class EndedAtOnce(ServiceFailed):
    """It ended before it answered."""


@dataclass(frozen=True)
class Launch:
    """What is needed to start a process any number of times. Its output is appended to `log`."""

    argv: tuple[str, ...]
    log: Path
    cwd: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    user: int | None = None
    """Become this user id (and `group`) first; None stays who we are."""
    group: int | None = None
    stop_signal: int = signal.SIGTERM
    """The signal that asks it to end cleanly."""

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process in a session of its own, so that Ctrl-C at a terminal reaches only the supervisor.

        It ends when this process does, even if this process is killed.

        Raises:
            ServiceFailed: the binary is missing or cannot be executed.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LOG_KEPT_BYTES:
            self.log.replace(self.log.with_suffix(".1.log"))
        with self.log.open("ab") as log:
            try:
                process = subprocess.Popen(
                    self.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self.cwd,
                    env=dict(self.env),
                    user=self.user,
                    group=self.group,
                    extra_groups=None if self.user is None else [],
                    start_new_session=True,
                )
            except OSError as error:
                raise ServiceFailed(f"{self.argv[0]} cannot be started: {error.strerror}") from error
        end_with_us(process.pid, self.stop_signal)
        return process

    def log_tail(self) -> str:
        """The last lines of the log, for an error sentence."""
        lines = self.log.read_text("utf-8", "replace").splitlines() if self.log.exists() else []
        return " | ".join(line.strip() for line in lines[-3:])


@dataclass(frozen=True)
class Identity:
    """A process by id and creation time, because the system reuses ids."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> Self:
        """Identity of a process that runs now."""
        return cls(pid, psutil.Process(pid).create_time())

    def running(self) -> psutil.Process | None:
        """The process if it is still the same one and not a zombie."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.created) > 1.0 or process.status() == psutil.STATUS_ZOMBIE:
                return None
        except psutil.NoSuchProcess:
            return None
        return process


def end_with_us(pid: int, sign: int = signal.SIGTERM) -> None:
    """Send `sign` to a child when this process ends, however it ends."""
    child = Identity.of(pid)
    with _naming_a_child:
        pipe = _watchdog(os.getpid()).stdin
        assert pipe is not None  # noqa: S101 - it was asked for
        with suppress(BrokenPipeError):  # somebody has ended the watchdog
            pipe.write(f"{child.pid} {child.created} {sign}\n".encode())
            pipe.flush()


@cache
def _watchdog(_of: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "adapters.embedded.watchdog"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(adapters.__file__).parent.parent,
        start_new_session=True,
    )


def end(process: psutil.Process, sign: int = signal.SIGTERM, patience_s: float = 10.0) -> None:
    """Send `sign` to a process that is not our child; kill it after `patience_s` seconds.

    A zombie counts as ended: only its parent can reap it.
    """
    for one, patience in ((sign, patience_s), (signal.SIGKILL, 2.0)):
        until = time.monotonic() + patience
        with suppress(psutil.NoSuchProcess):
            process.send_signal(one)
            while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                if time.monotonic() > until:
                    break
                time.sleep(0.02)
            else:
                return


def end_child(child: subprocess.Popen[bytes], sign: int = signal.SIGTERM, patience_s: float = 15.0) -> None:
    """`end`, for a child of this very process."""
    child.send_signal(sign)
    try:
        child.wait(patience_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def end_leftovers(are_ours: Callable[[list[str]], bool], sign: int = signal.SIGTERM) -> None:
    """Stop this user's processes that match by command line, left over from a killed supervisor."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.uids().real == os.getuid() and process.pid != os.getpid() and are_ours(process.cmdline()):
                end(process, sign)


def await_ready(
    name: str, launch: Launch, process: subprocess.Popen[bytes], ready: Callable[[], bool], patience_s: float
) -> None:
    """Return when `ready()` says so.

    Raises:
        EndedAtOnce: the process ended.
        ServiceFailed: `patience_s` passed.
    """
    until = time.monotonic() + patience_s
    while not ready():
        if process.poll() is not None:
            raise EndedAtOnce(f"{name} ended at once (status {process.returncode}); {launch.log}: {launch.log_tail()}")
        if time.monotonic() > until:
            raise ServiceFailed(f"{name} did not answer in {patience_s:.0f} s; {launch.log}: {launch.log_tail()}")
        time.sleep(0.02)


def plain_environment() -> dict[str, str]:
    """Return a clean environment for a bundled server, so that our variables cannot affect it."""
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "TZ", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ}


def bundled_binary(name: str) -> Path | None:
    """A binary that a wheel installed beside this Python, else one on the PATH."""
    beside = Path(sys.executable).parent / name
    on_path = shutil.which(name)
    return beside if beside.exists() else Path(on_path) if on_path else None
