"""Which waterfall engines are still needed, and for what."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from domain.health.ailment import Ailment, AilmentKind


@dataclass(frozen=True, slots=True)
class ComputedBy:
    """A distribution and the engine that computed it.

    `goes_on` is true while it is open or disputed, and while the next statement starts from it. Other distributions are
    recomputed only by audits and explanations.
    """

    production: str
    period: str
    engine: str
    goes_on: bool

    @property
    def name(self) -> str:
        """The distribution's name for people."""
        return f"{self.production} {self.period}"


def engines_missing(computed: Iterable[ComputedBy], kept: Collection[str]) -> list[Ailment]:
    """Engines that computed a record and that this release does not have."""
    found: dict[str, list[ComputedBy]] = {}
    for one in computed:
        if one.engine not in kept:
            found.setdefault(one.engine, []).append(one)
    return [_missing(engine, needs) for engine, needs in sorted(found.items())]


def _missing(engine: str, needs: list[ComputedBy]) -> Ailment:
    stopped = [one.name for one in needs if one.goes_on]
    if stopped:
        why = f"this release does not have it, and without it no payout follows {', '.join(stopped)}"
    else:
        why = f"this release does not have it, and cannot audit {', '.join(one.name for one in needs)}"
    todo = "deploy a release that has this engine, or put it back into the registry of engines"
    return Ailment(AilmentKind.ENGINE_MISSING, f"engine {engine}", None, why, todo, wrong=bool(stopped))
