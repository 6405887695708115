"""The injected faults and their outcomes, by kind."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Count:
    """Faults of one kind. After the `survived` ones every invariant held."""

    injected: int = 0
    survived: int = 0
    lost: int = 0
    doubled: int = 0
    stuck: int = 0
    broken: int = 0
    """Any other broken invariant: a chain, a balance, a refusal that came as a traceback."""

    @property
    def harm(self) -> int:
        return self.lost + self.doubled + self.stuck + self.broken


@dataclass
class Harm:
    """The damage after a fault, one sentence for each item."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.sentences)

    @property
    def sentences(self) -> list[str]:
        return [f"{name}: {one}" for name in ("lost", "doubled", "stuck", "broken") for one in getattr(self, name)]

    def and_also(self, other: "Harm") -> "Harm":
        return Harm(
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.stuck + other.stuck,
            self.broken + other.broken,
        )


@dataclass
class Tally:
    """Counts by kind, and notes."""

    kinds: dict[str, Count] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    """Kinds that this machine cannot play, and why."""

    def add(self, kind: str, injected: int, harm: Harm | None = None) -> None:
        """Count `injected` faults of a kind, whose invariants were checked together."""
        harm, count = harm or Harm(), self.kinds.setdefault(kind, Count())
        count.injected += injected
        count.lost += len(harm.lost)
        count.doubled += len(harm.doubled)
        count.stuck += len(harm.stuck)
        count.broken += len(harm.broken)
        count.survived += max(0, injected - len(harm.sentences))
        self.notes += [f"{kind}: {one}" for one in harm.sentences]

    def merge(self, other: "Tally") -> None:
        for kind, count in other.kinds.items():
            known = self.kinds.setdefault(kind, Count())
            for name, value in asdict(count).items():
                setattr(known, name, getattr(known, name) + value)
        self.notes += other.notes
        self.skipped |= other.skipped

    @property
    def total(self) -> Count:
        return Count(**{name: sum(getattr(c, name) for c in self.kinds.values()) for name in asdict(Count())})

    @property
    def harmless(self) -> bool:
        return not self.total.harm

    def report(self, **head: Any) -> Mapping[str, Any]:
        kinds = {kind: asdict(self.kinds[kind]) for kind in sorted(self.kinds)}
        return {**head, "total": asdict(self.total), "kinds": kinds, "notes": self.notes, "skipped": self.skipped}


def merged(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.merge(tally)
    return whole
