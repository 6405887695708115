"""Tables of steps: what is due, or which part of a sum, from each amount or count on."""

from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from domain.sharing.waterfall.titles import Titled
from domain.values.money import Money
from domain.values.record import Record


def _plain(written: Any) -> Any:
    return str(written) if isinstance(written, int) and not isinstance(written, bool) else written


Threshold = Annotated[
    str,
    StringConstraints(pattern=r"^([A-Z]{3} )?[0-9]{1,18}([.][0-9]{1,4})?$"),
    BeforeValidator(_plain, json_schema_input_type=str | int),
]
"""An amount, such as "USD 1000000", or a count."""


class TableStep(Record):
    """From `at` on: `take` of what lies above it, `adds` to the steps before, or `makes` in all."""

    at: Threshold
    take: Annotated[str, StringConstraints(max_length=40)] | None = None
    adds: Money | None = None
    makes: Money | None = None


class StepTable(Titled):
    """Steps by what the sum `of` has come to, in rising order, all of one kind.

    A table of `take` is a share: `take: by NAME`. One of `adds` or `makes` is an amount, by its name in a sum.
    """

    of: Annotated[str, StringConstraints(max_length=200)]
    steps: tuple[TableStep, ...] = Field(min_length=1, max_length=1000)

    @property
    def is_share(self) -> bool:
        """Whether its steps are parts of the sum."""
        return all(step.take is not None for step in self.steps)

    @property
    def thresholds(self) -> tuple[Fraction, ...]:
        """Where its steps begin, in minor units or as counts."""
        written = (step.at for step in self.steps)
        return tuple(Fraction(Money.parse(at).minor) if " " in at else Fraction(at) for at in written)

    @property
    def shares(self) -> list[tuple[str | None, str]]:
        """Its steps as shares: the condition of each (None of the first), and the phrase."""
        of = f"({self.of})"
        steps = [
            (f"{of} reaches {step.at}" if at else None, f"{step.take} of {of}")
            for at, step in zip(self.thresholds, self.steps, strict=True)
        ]
        return steps if steps[0][0] is None else [(None, f"0 % of {of}"), *steps]
