"""`sluice` as people run it: a process for each command, and a stack that is itself one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.clock import SandboxClock

ROOT = Path(__file__).parents[2]
PATIENCE_S = 90
EXAMPLES = ROOT / "examples"
NOW = datetime.fromisoformat("2025-08-29T09:00:00+09:00")
"""A Friday: what the drama promises for dates until then is due."""
PRODUCTIONS = [
    *("PATH", "DEAL", "BOOKS", "EYES", "MILE", "HOLD", "CASH", "ONCE", "WHO", "LIFE"),
    *("FILEB", "FILEH", "FILEN", "FILEE", "FUND"),
    *("RIGHT", "OTHER", "LEAVE", "GONE", "TWIN", "VOTE"),
]
"""The drama under other keys: each test has its own."""
SETTINGS = """
answer_within_s = 2
[users.haeun]
party = "spc"
roles = ["preparer", "releaser"]
[users.hinsu]
party = "spc"
roles = ["treasurer"]
[users.boram]
party = "spc"
roles = ["treasurer"]
"""


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.status == 0, self.err
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The one line by which it was refused."""
        assert self.status == 1, self.out
        assert self.err.startswith("error: "), self.err
        assert len(self.err.splitlines()) == 1, self.err
        return self.err


@dataclass
class Sluice:
    """The command line on one data folder."""

    data: Path
    up: "subprocess.Popen[str] | None" = None

    def __call__(self, *arguments: str, user: str | None = None) -> Said:
        as_user = () if user is None else ("--as", user)
        run = subprocess.run(
            [sys.executable, "-m", "app.cli", *arguments, *as_user],
            cwd=ROOT,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "Traceback" not in run.stderr + run.stdout, run.stderr
        return Said(run.returncode, run.stdout, run.stderr)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"SLUICE_DATA": str(self.data)}

    def start(self) -> None:
        """`sluice up`, until it says that it is up."""
        self.up = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "up"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.up.stdout is not None
        assert self.up.stdout.readline().startswith("Sluice is up")

    def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        """End `sluice up`; its exit status."""
        assert self.up is not None
        self.up.send_signal(sign)
        _, self.up = self.up.communicate(timeout=60), self.up
        return self.up.returncode

    def until(self, *arguments: str, **counts: int) -> None:
        """Wait until the payments that `payment list` lists are where `counts` says."""
        give_up_at = time.monotonic() + PATIENCE_S
        while (found := self.statuses(*arguments)) != counts:
            assert time.monotonic() < give_up_at, found
            time.sleep(0.2)

    def statuses(self, *arguments: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in self("payment", "list", "--json", *arguments).json:
            found[row["status"]] = found.get(row["status"], 0) + 1
        return found

    def recorded(self, production: str, kind: str) -> list[dict[str, Any]]:
        """The bodies of a production's newest events of a type."""
        facts = self("journal", "tail", production, "--json", "-n", "200").json
        return [fact["body"] for fact in facts if fact["type"] == kind]


def new_folder(parent: Path) -> Path:
    """A data folder with the examples' users."""
    data = parent / "data"
    data.mkdir(mode=0o700)
    users = (EXAMPLES / "users.toml").read_text("utf-8").replace('["LIGHTHOUSE"]', json.dumps(PRODUCTIONS))
    (data / "sluice.toml").write_text(SETTINGS + users, "utf-8")
    return data


@pytest.fixture(scope="module")
def sluice(tmp_path_factory) -> Iterator[Sluice]:
    """A stack that is up, on the morning of NOW."""
    one = Sluice(new_folder(tmp_path_factory.mktemp("sluice")))
    one.start()
    SandboxClock(one.data / "clock.json").set(NOW)
    assert one("rate", "import", str(EXAMPLES / "rates" / "ecb-illustrative.xml")).status == 0
    try:
        yield one
    finally:
        assert one.stop() == 0


@pytest.fixture
def drama(tmp_path):
    """The drama's agreement as a file, under another production's key."""

    def written(key: str) -> str:
        text = (EXAMPLES / "drama-manga.yaml").read_text("utf-8")
        file = tmp_path / f"{key}.yaml"
        text = text.replace("{parties: [studio, broadcaster]}", "{parties: [studio]}")
        file.write_text(text.replace("production: LIGHTHOUSE", f"production: {key}"), "utf-8")
        return str(file)

    return written


@pytest.fixture
def registered(sluice, drama):
    """Registers the drama under a key."""

    def register(key: str) -> str:
        assert sluice("agreement", "register", drama(key), user="seoyeon").status == 0
        return key

    return register
