"""Pages of the documentation: their blocks, and a folder in which what they say is done.

A fenced block whose sentence before ends with a file's name is saved under that name. In a `console` block, a line that
begins with `$ ` is a command, and what follows is what it says. There, `…` stands for anything, also for any lines
where it is a line of its own, and HASH, INSTANT and REFERENCE for words that later commands on the page use.
"""

import contextlib
import io
import os
import re
import shlex
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app import cli

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PATIENCE_S = 30
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`([\w./-]+\.\w+)`:\s*\Z")
_NAMES = re.compile("HASH|INSTANT|REFERENCE")
_READING = frozenset({"list", "show", "preview", "expected", "balances", "entries", "tail", "status", "doctor"})
"""What may be asked again until it says what the page shows: a command before it goes on for a moment."""


@dataclass(frozen=True)
class Block:
    """A fenced block; `file` is the name that the sentence before it gives."""

    language: str
    text: str
    file: str = ""

    @property
    def steps(self) -> "list[tuple[str, str]]":
        """The commands of a `console` block, each with what it says."""
        parts = re.split(r"^\$ ", self.text.replace("\\\n", " "), flags=re.MULTILINE)[1:]
        return [(command.strip(), said.rstrip()) for command, _, said in (part.partition("\n") for part in parts)]


def pages() -> list[Path]:
    """Every page: the files at the top of the repository and the documentation."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").rglob("*.md")])


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in its order."""
    text = page.read_text("utf-8")
    found = []
    for each in _BLOCK.finditer(text):
        named = _FILE.search(text[: each.start()])
        found.append(Block(each[2], textwrap.dedent(each[3]) if each[1] else each[3], named[1] if named else ""))
    return found


def pattern(said: str) -> re.Pattern[str]:
    """What matches the output that a page shows."""
    lines = []
    for line in said.splitlines():
        if line.strip() == "…":
            lines.append(r"(?:.*\n)*?")
            continue
        written = r"\s+".join(re.escape(word) for word in line.split())
        written = _NAMES.sub(r"(?P<\g<0>>\\S+)", written.replace("…", ".*?"))
        lines.append(rf"\s*{written}[ ]*\n")
    return re.compile("".join(lines))


@dataclass
class Folder:
    """A folder, the stack in it once `sluice up` was said, and the words that pages give names to."""

    path: Path
    up: "subprocess.Popen[str] | None" = None
    named: dict[str, str] = field(default_factory=dict)
    status: int = 0

    def check_page(self, page: Path) -> None:
        """Save the files of a page and run its commands, in its order."""
        for block in blocks(page):
            if block.file:
                (self.path / block.file).parent.mkdir(parents=True, exist_ok=True)
                (self.path / block.file).write_text(block.text, "utf-8")
            elif block.language == "console":
                for number, (command, said) in enumerate(block.steps):
                    told = block.steps[number + 1 :][:1]
                    self._do(command, said, whatever_status=told == [("echo $?", "1")])

    def _do(self, command: str, said: str, *, whatever_status: bool) -> None:
        for name, word in self.named.items():
            command = command.replace(name, word)
        wanted = pattern(said)
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            found = self.run(command)
            match = wanted.fullmatch(found) if said else re.fullmatch("(?s).*", found)
            if match or not _READING & set(shlex.split(command)) or time.monotonic() > give_up_at:
                break
            time.sleep(0.2)
        assert match, f"{command}\n--- the page says\n{said}\n--- and it says\n{found}"
        assert whatever_status or self.status == ("error: " in found), (command, self.status, found)
        self.named |= match.groupdict()

    def run(self, command: str) -> str:
        """What a command says; on its error stream only if it fails."""
        if command == "echo $?":
            self.status, before = 0, self.status
            return f"{before}\n"
        if command == "sluice up":
            return self._start()
        name, *arguments = shlex.split(os.path.expandvars(command))
        if name == "sluice" and ">" in arguments:
            (self.path / arguments[-1]).write_text(self._sluice(arguments[:-2]), "utf-8")
            return ""
        if name == "sluice":
            return self._sluice(arguments)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.path,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        self.status = done.returncode
        return done.stdout + (done.stderr if self.status else "")

    def _sluice(self, arguments: list[str]) -> str:
        """A command in this process, which is how many can be tried soon."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with (
            pytest.MonkeyPatch.context() as shell,
            contextlib.chdir(self.path),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            shell.setenv("SLUICE_AS", "eun")
            try:
                self.status = cli.execute(arguments)
            except SystemExit as ended:
                self.status = int(ended.code or 0)
        said, failed = (stream.buffer.getvalue().decode() for stream in (out, err))
        return said + (failed if self.status else "")

    def _start(self) -> str:
        self.up = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "up"],
            cwd=ROOT,
            env=os.environ | {"SLUICE_DATA": str(self.path / "data")},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.up.stdout is not None
        said = ""
        while not said.endswith("Ctrl-C stops all of it.\n"):
            line = self.up.stdout.readline()
            assert line, f"`sluice up` ended: {said}"
            said += line
        return said

    def stop(self) -> None:
        """Ctrl-C."""
        if self.up is not None:
            self.up.send_signal(signal.SIGINT)
            self.up.communicate(timeout=60)
