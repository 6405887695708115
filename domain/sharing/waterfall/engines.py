"""The registry of waterfall engines, by number.

An engine is everything that determines figures: how a waterfall is run, and how the result is hashed. Its number is
recorded with what it computed. Recomputing, restating, explaining and auditing use the recorded engine; everything new
uses the current one.

All engines share the code of `domain.sharing.waterfall.run`. A corrected rule is asked for by its number in `Rules`,
the argument `rules` of `run`, whose default is the old one. A correction too large for that is a module with only what
differs. See `docs/how-to/change-the-engine.md`, also for when an engine may be dropped.

    3   the first released engine; its fingerprint covers the labels of crossings
    4   finds the same figures; its fingerprint covers figures only
    5   refuses what would be decided in silence, and takes back what was declared: see `Rules.FIFTH`
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Protocol

from domain.errors import UnknownEngine
from domain.sharing.waterfall.facts import Facts
from domain.sharing.waterfall.fingerprint import of_figures, of_figures_and_labels
from domain.sharing.waterfall.outcome import Slice
from domain.sharing.waterfall.result import Result
from domain.sharing.waterfall.rules import Rules
from domain.sharing.waterfall.run import WaterfallVersion, run


class RunFunction(Protocol):
    """The signature of `domain.sharing.waterfall.run.run`."""

    def __call__(
        self,
        versions: Sequence[WaterfallVersion],
        facts: Facts,
        as_of: date,
        view: str | None = None,
        trace: Callable[[Slice], None] | None = None,
    ) -> Result:
        """Run facts through the versions of an agreement."""
        ...


@dataclass(frozen=True, slots=True)
class WaterfallEngine:
    """A numbered engine. Its figures and hashes never change: a test compares them with a corpus."""

    number: str
    run: RunFunction
    fingerprint: Callable[[Result], str]


class Engines:
    """The engines of a release, oldest first. The last is the current one."""

    def __init__(self, kept: Iterable[WaterfallEngine]) -> None:
        self._kept = {engine.number: engine for engine in kept}

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of all engines."""
        return tuple(self._kept)

    @property
    def current(self) -> WaterfallEngine:
        """The engine for everything new."""
        return self._kept[self.numbers[-1]]

    def of(self, number: str, what: str) -> WaterfallEngine:
        """The engine with the number that is recorded of `what`.

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
        WaterfallEngine("5", partial(run, rules=Rules.FIFTH), of_figures),
    )
)
"""The engines of this release."""
