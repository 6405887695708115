"""A scene in its own process, which can be ended at any moment with everything that it started."""

import asyncio
import multiprocessing
import os
import shutil
import signal
import subprocess
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from adapters.embedded.process import end_with_us
from tests.faults.programme.scenes import played
from tests.faults.programme.tally import Harm, Tally

ENDS_WITHIN_S = 8.0
"""The time that a scene has to stop its servers. Then they are killed."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CONTEXT = multiprocessing.get_context("spawn")


class Lane:
    """A scene in play. Its folder identifies all its processes and files, which are removed with it."""

    def __init__(self, seed: int, name: str, short: bool) -> None:
        self.name = name
        self.folder = Path(tempfile.mkdtemp(prefix="sluice-faults-"))
        self._begun = time.monotonic()
        self._interrupted_at: float | None = None
        self.telling, end = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_play, args=(end, self.folder, seed, name, short))
        self._process.start()
        end_with_us(self._process.pid)
        end.close()

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self._begun, 1)

    def interrupt(self) -> None:
        """Ask the scene to stop. It sends its tally at once."""
        self._process.terminate()
        self._interrupted_at = time.monotonic()

    def told(self) -> Tally | None:
        """Return the scene's tally; None if the process ended without one."""
        with suppress(EOFError):
            if self.telling.poll(self._patience_s()):
                return self.telling.recv()
        return None

    def end(self) -> None:
        """Wait for the scene to stop, kill what is left, and remove its folder."""
        self._process.join(self._patience_s())
        self._process.kill()
        self._process.join()
        for process in _processes_in(self.folder):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for mounted in psutil.disk_partitions(all=True):
            if mounted.mountpoint.startswith(f"{self.folder}/"):
                subprocess.run(["umount", "--lazy", mounted.mountpoint], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _patience_s(self) -> float:
        begun = self._interrupted_at
        return ENDS_WITHIN_S if begun is None else max(0.0, begun + ENDS_WITHIN_S - time.monotonic())


def interrupt_once(first: Callable[[], None] = lambda: None) -> None:
    """Let the first Ctrl-C, SIGTERM or SIGHUP call `first` and raise KeyboardInterrupt. Later ones are ignored.

    A second interrupt would break into the clean-up after the first.
    """

    def interrupted(*_: object) -> None:
        for sign in _SIGNALS:
            signal.signal(sign, signal.SIG_IGN)
        first()
        raise KeyboardInterrupt

    for sign in _SIGNALS:
        if sign is not signal.SIGHUP or signal.getsignal(sign) is not signal.SIG_IGN:  # `nohup` ignores it on purpose
            signal.signal(sign, interrupted)


def _play(end: Connection, folder: Path, seed: int, name: str, short: bool) -> None:
    """Play one scene and send its tally once. A scene that crashes is itself a finding."""
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    tally, told = Tally(), list[Tally]()

    def tell() -> None:
        if not told:
            told.append(tally)
            end.send(tally)

    interrupt_once(tell)
    try:
        asyncio.run(played(seed, name, short, tally))
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass
    except Exception:  # noqa: BLE001 - told in the report
        tally.add(name, 0, Harm(broken=[traceback.format_exc(limit=-4)]))
    tell()


def _processes_in(folder: Path) -> Iterator[psutil.Process]:
    """Yield processes with the folder as working directory or in an argument. Their parent may be gone."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if any(str(folder) in word for word in (process.cwd(), *process.cmdline())):
                yield process
