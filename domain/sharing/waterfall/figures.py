"""Figures: variables that are worked out from others and not summed up by what flows.

Quotients, roundings, counts of full units and tables are no lines. Between two changes a figure stands still, so limits
and conditions may use it as a constant. It changes with the facts of a day, or inside a receipt at one of its `steps`,
where the run splits the receipt.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from domain.errors import BadInput
from domain.sharing.waterfall.linear import ZERO, Atom, Curve, Guard, Linear, plus, value
from domain.values.rounding import Rounding

_MOST_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Quotient:
    """`of` divided by `by`; `otherwise` where that is zero."""

    of: Curve
    by: Curve
    otherwise: Curve

    def at(self, state: Mapping[str, Fraction]) -> Fraction:
        """The value in a state."""
        by = value(self.by, state)
        return value(self.of, state) / by if by else value(self.otherwise, state)

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What it is worked out from."""
        return self.of, self.by, self.otherwise


@dataclass(frozen=True, slots=True)
class Product:
    """A sum multiplied by a number."""

    factor: Curve
    of: Curve

    def at(self, state: Mapping[str, Fraction]) -> Fraction:
        """The value in a state."""
        return value(self.factor, state) * value(self.of, state)

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What it is worked out from."""
        return self.factor, self.of


@dataclass(frozen=True, slots=True)
class UnitCount:
    """How many units a rounded sum has; of full units, as `counted`, never less than none."""

    of: Curve
    rounding: Rounding
    counted: bool = False

    def at(self, state: Mapping[str, Fraction]) -> Fraction:
        """The value in a state."""
        found = self.rounding.units(value(self.of, state))
        return Fraction(max(found, 0) if self.counted else found)

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What it is worked out from."""
        return (self.of,)

    def steps(self, name: str) -> tuple[Guard, ...]:
        """The guard of the next step: where one unit more is counted."""
        unit = self.rounding.unit
        short = plus(self.of, Linear(((name, -unit),)))
        if not isinstance(short, Linear):
            return ()  # of several sums only such as stand still while receipts flow
        match self.rounding.direction:
            case "up":
                return (Atom(short, closed=False),)
            case "down":
                return (Atom(short + Linear((), -unit), closed=True),)
            case "half":
                return (Atom(short + Linear((), -unit / 2), closed=True),)


@dataclass(frozen=True, slots=True)
class LookUp:
    """A table's value: what the reached rows add or, if `replaces`, what the last of them makes."""

    of: Curve
    rows: tuple[tuple[Fraction, Fraction], ...]
    replaces: bool

    def at(self, state: Mapping[str, Fraction]) -> Fraction:
        """The value in a state."""
        height = value(self.of, state)
        reached = [amount for at, amount in self.rows if at <= height]
        return sum(reached[-1:] if self.replaces else reached, ZERO)

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What it is worked out from."""
        return (self.of,)

    def steps(self, _: str) -> tuple[Guard, ...]:
        """The guards of all rows."""
        lines = (plus(self.of, Linear((), -at)) for at, _amount in self.rows)
        return tuple(Atom(line, closed=True) for line in lines if isinstance(line, Linear))


@dataclass(frozen=True, slots=True)
class Scale:
    """A table of parts: each row's part of what lies between it and the next."""

    of: Curve
    rows: tuple[tuple[Fraction, Fraction], ...]

    def at(self, state: Mapping[str, Fraction]) -> Fraction:
        """The value in a state."""
        height = value(self.of, state)
        ends = [*pairwise(at for at, _ in self.rows), (self.rows[-1][0], max(height, self.rows[-1][0]))]
        slices = (max(min(height, end) - start, ZERO) for start, end in ends)
        return sum((part * width for (_, part), width in zip(self.rows, slices, strict=True)), ZERO)

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What it is worked out from."""
        return (self.of,)


Formula = Quotient | Product | UnitCount | LookUp | Scale


@dataclass(frozen=True, slots=True)
class WaterfallFigure:
    """A figure's variable, its formula and, where limits or conditions use it, the guards of its steps."""

    name: str
    formula: Formula
    steps: tuple[Guard, ...] = ()

    @property
    def opens(self) -> Guard | None:
        """The guard of a step that happens with what exceeds a line, and not on it: that of rounding up."""
        up = isinstance(self.formula, UnitCount) and self.formula.rounding.direction == "up"
        return self.steps[0] if up and self.steps else None


class FigureBook:
    """The figures of one network, kept in the run's state."""

    def __init__(self, figures: tuple[WaterfallFigure, ...], state: dict[str, Fraction]) -> None:
        self._figures = figures
        self._state = state
        self._stepped = 0

    def work_out(self) -> bool:
        """Work all figures out anew. Returns whether one has changed.

        Raises:
            BadInput: a figure takes more steps than anybody can follow.
        """
        changed = False
        for figure in self._figures:
            before, found = self._state.get(figure.name), figure.formula.at(self._state)
            if found == before or self._is_opened(figure, before, found):
                continue
            changed = True
            self._state[figure.name] = found
            self._stepped += bool(figure.steps)
            if self._stepped > _MOST_STEPS:
                raise BadInput(
                    f"A limit or a condition counts in more than {_MOST_STEPS} steps: write a greater unit in "
                    "`rounded` or `for each full`."
                )
        return changed

    def open(self, holds: Callable[[Guard], bool]) -> bool:
        """Take the step of figures that the next unit raises. Returns whether there were any."""
        names = [figure.name for figure in self._figures if figure.opens is not None and holds(figure.opens)]
        for name in names:
            self._state[name] += 1
        return bool(names)

    def _is_opened(self, figure: WaterfallFigure, before: Fraction | None, found: Fraction) -> bool:
        """Whether a figure took its step on the line already, since the next unit raises it."""
        if figure.opens is None or before != found + 1 or not isinstance(figure.formula, UnitCount):
            return False
        return value(figure.formula.of, self._state) == found * figure.formula.rounding.unit
