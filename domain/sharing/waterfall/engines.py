"""The engines that can be called, by number.

An engine is everything that figures follow from: a way to run a waterfall, and a way to hash what a run found. Its
number is recorded with what it computed, and that is recomputed, restated, stated, explained and audited by the engine
of that number. What is computed for the first time, or anew, is computed by the current engine.

The code is one: `domain.sharing.waterfall.run` and what it imports. A corrected rule becomes a switch there, an
argument of `run` whose default is what the rule said before; engine 3 stays `run`, and the corrected engine is
`functools.partial(run, ...)` with the switch set. A correction too wide for a switch is a module of its own, with only
what differs. `docs/how-to/change-the-engine.md` says how it is done, and when an engine may be dropped.

    3   the first that was released; its fingerprint covers the labels of crossings
    4   finds the same figures; its fingerprint covers figures only
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from domain.errors import UnknownEngine
from domain.sharing.waterfall.facts import Facts
from domain.sharing.waterfall.fingerprint import of_figures, of_figures_and_labels
from domain.sharing.waterfall.outcome import Slice
from domain.sharing.waterfall.result import Result
from domain.sharing.waterfall.run import WaterfallVersion, run


class Run(Protocol):
    """Runs facts through the versions of an agreement, as `domain.sharing.waterfall.run.run` does."""

    def __call__(
        self,
        versions: Sequence[WaterfallVersion],
        facts: Facts,
        as_of: date,
        view: str | None = None,
        trace: Callable[[Slice], None] | None = None,
    ) -> Result:
        """The result."""
        ...


@dataclass(frozen=True, slots=True)
class WaterfallEngine:
    """An engine of a number. Neither its figures nor its hashes ever change: a test holds them to a corpus."""

    number: str
    run: Run
    fingerprint: Callable[[Result], str]


class Engines:
    """The engines of a release, oldest first; the last is the current one."""

    def __init__(self, kept: Iterable[WaterfallEngine]) -> None:
        self._kept = {engine.number: engine for engine in kept}

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of all of them."""
        return tuple(self._kept)

    @property
    def current(self) -> WaterfallEngine:
        """The engine that computes what is new."""
        return self._kept[self.numbers[-1]]

    def of(self, number: str, what: str) -> WaterfallEngine:
        """The engine of a number that is recorded of `what`.

        Raises:
            UnknownEngine: this release does not have it.
        """
        engine = self._kept.get(number)
        if engine is None:
            raise UnknownEngine(
                f"{what} was computed by engine {number}, and this release has {', '.join(self.numbers)}: use a "
                "release that has it (`sluice deployment engines` says what else needs it).",
                engine=number,
            )
        return engine


ENGINES = Engines(
    (
        WaterfallEngine("3", run, of_figures_and_labels),
        WaterfallEngine("4", run, of_figures),
    )
)
"""Those of this release."""
