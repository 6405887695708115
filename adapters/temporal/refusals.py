"""Counts the payloads that a process refused, until they are recorded."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from adapters.temporal.seals import PayloadPlace


@dataclass
class Refusals:
    """The refused payloads since the last `taken`, by reason, with the last one's workflow. Any thread may note."""

    _counts: Counter[str] = field(default_factory=Counter)
    _last: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, place: PayloadPlace | None, why: str) -> None:
        """Count a payload that was refused."""
        with self._lock:
            self._counts[why] += 1
            self._last[why] = place.workflow_id if place else ""

    def taken(self) -> list[tuple[str, int, str]]:
        """Return each reason with its count and its last workflow, and begin anew."""
        with self._lock:
            found = [(why, count, self._last[why]) for why, count in sorted(self._counts.items())]
            self._counts.clear()
            return found
