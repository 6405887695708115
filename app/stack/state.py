"""`state.json` in the data folder: the embedded stack's addresses and processes."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from adapters.embedded.process import Identity
from domain.errors import SluiceError

_FILE = "state.json"


class NotUp(SluiceError):
    """A command needs a running stack, and none is up on the data folder."""


class ProcessRecord(BaseModel):
    """One process: its id, its time of creation (seconds since 1970), and where it listens, in words."""

    model_config = ConfigDict(frozen=True)

    pid: int
    created: float
    where: str

    @classmethod
    def of(cls, pid: int, where: str) -> "ProcessRecord":
        """Record a running process."""
        identity = Identity.of(pid)
        return cls(pid=identity.pid, created=identity.created, where=where)

    @property
    def identity(self) -> Identity:
        """The identity that distinguishes the process from a later one with its id."""
        return Identity(self.pid, self.created)


class StackState(BaseModel):
    """What another command needs to connect to the stack."""

    model_config = ConfigDict(frozen=True)

    supervisor: ProcessRecord
    processes: dict[str, ProcessRecord]
    database_url: str
    owner_url: str
    auditor_url: str
    temporal_address: str
    temporal_namespace: str

    def is_up(self) -> bool:
        """Return whether the supervisor runs; it restarts the other processes."""
        return self.supervisor.identity.running() is not None


def read_state(data: Path) -> StackState | None:
    """Return the last written state; None if there is none or the file is invalid."""
    try:
        return StackState.model_validate_json((data / _FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write_state(data: Path, state: StackState) -> None:
    """Replace the whole file. Only its owner may read it."""
    part = data / f".{_FILE}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(state.model_dump_json(indent=2))
    part.replace(data / _FILE)


def remove_state(data: Path) -> None:
    """Remove the file: nothing runs."""
    (data / _FILE).unlink(missing_ok=True)


def running_state(data: Path) -> StackState:
    """Return the state of a stack that is up.

    Raises:
        NotUp: no stack is up on this folder.
    """
    state = read_state(data)
    if state is None or not state.is_up():
        raise NotUp(f"no stack is up on {data}: start one with `sluice up --data {data}`, or name another folder")
    return state
