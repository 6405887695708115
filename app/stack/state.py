"""`state.json` in the data folder: where the embedded stack listens, and which processes it consists of."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from adapters.embedded.process import Identity
from domain.errors import SluiceError

_FILE = "state.json"


class NotUp(SluiceError):
    """A command needs a running stack and there is none on the data folder."""


class ProcessRecord(BaseModel):
    """One process: its id with its time of creation (seconds since 1970), and where it listens, in words."""

    model_config = ConfigDict(frozen=True)

    pid: int
    created: float
    where: str

    @classmethod
    def of(cls, pid: int, where: str) -> "ProcessRecord":
        """Record a process that runs now."""
        identity = Identity.of(pid)
        return cls(pid=identity.pid, created=identity.created, where=where)

    @property
    def identity(self) -> Identity:
        """By which the process is known again."""
        return Identity(self.pid, self.created)


class StackState(BaseModel):
    """Everything another command needs to talk to the stack."""

    model_config = ConfigDict(frozen=True)

    supervisor: ProcessRecord
    processes: dict[str, ProcessRecord]
    database_url: str
    owner_url: str
    auditor_url: str
    temporal_address: str
    temporal_namespace: str
    temporal_ui: str

    def is_up(self) -> bool:
        """Whether the supervisor runs; it brings back whatever of the rest does not."""
        return self.supervisor.identity.running() is not None


def read_state(data: Path) -> StackState | None:
    """What was last written; None if nothing was, or if it is not readable as such (a stack can then only be new)."""
    try:
        return StackState.model_validate_json((data / _FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write_state(data: Path, state: StackState) -> None:
    """Replace the file as a whole; only its owner may read it."""
    part = data / f".{_FILE}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(state.model_dump_json(indent=2))
    part.replace(data / _FILE)


def remove_state(data: Path) -> None:
    """Say that nothing runs."""
    (data / _FILE).unlink(missing_ok=True)


def running_state(data: Path) -> StackState:
    """The state of a stack that is up.

    Raises:
        NotUp: no stack is up on this folder.
    """
    state = read_state(data)
    if state is None or not state.is_up():
        raise NotUp(f"no stack is up on {data}: start one with `sluice up --data {data}`, or name another folder")
    return state
