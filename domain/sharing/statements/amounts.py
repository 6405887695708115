"""Exact amounts in statements."""

from fractions import Fraction
from typing import Annotated

from pydantic import StringConstraints, model_validator

from domain.values.currency import exponent
from domain.values.record import Record

_PLACES = 10
"""The decimals of an amount whose exact value has more."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


def _spelled(value: Fraction) -> str:
    """A decimal of at most ten places, rounded half to even, without trailing zeros."""
    scaled = round(value * 10**_PLACES)
    whole, part = divmod(abs(scaled), 10**_PLACES)
    sign = "-" if scaled < 0 else ""
    return sign + f"{whole}.{part:0{_PLACES}d}".rstrip("0").rstrip(".")


class Amount(Record):
    """An exact amount in major units: `exact` in lowest terms such as `"12345/7"`, `decimal` for reading."""

    exact: Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,2000}(/[1-9][0-9]{0,1999})?$")]
    decimal: str

    @classmethod
    def of(cls, value: Fraction | int) -> "Amount":
        """Make an amount of major units."""
        exact = Fraction(value)
        return cls(exact=str(exact), decimal=_spelled(exact))

    @classmethod
    def of_minor(cls, minor: Fraction | int, currency: str) -> "Amount":
        """Make an amount of minor units, as the waterfall counts."""
        return cls.of(Fraction(minor) / 10 ** exponent(currency))

    @property
    def value(self) -> Fraction:
        """The exact amount, in major units."""
        return Fraction(self.exact)

    @model_validator(mode="after")
    def _one_number(self) -> "Amount":
        value = self.value
        if (self.exact, self.decimal) != (str(value), _spelled(value)):
            raise ValueError(f"{self.exact} is spelled {value} and, as a decimal, {_spelled(value)}.")
        return self
