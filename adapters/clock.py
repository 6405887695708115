"""The clock: the system's, or a file that a demonstration moves forward."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from domain.errors import BadInput, Refused


class Clock(Protocol):
    """Returns the current time, always with an offset."""

    def now(self) -> datetime:
        """The instant it is, aware of its time zone."""
        ...


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The instant it is, in UTC."""
        return datetime.now(UTC)


class SandboxClock:
    """A clock set by a file of the form `{"now": "2025-03-04T09:00:00+09:00"}`.

    All processes of an embedded stack read the same file, so a two-year production can run in a minute. Without a file
    it returns the system time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """The instant in the file, in the offset it was set in; the system's in UTC while there is none.

        Raises:
            BadInput: the file is not of the form above.
        """
        return self._set_to() or datetime.now(UTC)

    def set(self, at: datetime) -> None:
        """Move the clock forward. The write is atomic.

        Raises:
            BadInput: the instant has no offset.
            Refused: the instant is before the clock's time, so recorded facts would lie in the future.
        """
        if at.tzinfo is None:
            raise BadInput(f"{at.isoformat()} has no time zone: write an offset, such as +09:00.")
        stands = self._set_to()
        if stands is not None and at < stands:
            raise Refused(
                f"The clock stands at {stands.isoformat()} and is not set back to {at.isoformat()}: "
                "start again with an empty data folder instead."
            )
        staged = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with staged.open("w", encoding="utf-8") as file:
            json.dump({"now": at.isoformat()}, file)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(self._path)

    def _set_to(self) -> datetime | None:
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        try:
            at = datetime.fromisoformat(json.loads(text)["now"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f'{self._path}: write {{"now": "2025-03-04T09:00:00+09:00"}}: {error}.') from error
        if at.tzinfo is None:
            raise BadInput(f"{self._path}: now: {at.isoformat()} has no offset: add one, such as +09:00.")
        return at
