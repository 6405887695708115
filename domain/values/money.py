"""Money: an integer count of minor units plus a currency. Never a float, never rounded implicitly."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any

from msgspec import Struct
from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from domain.errors import BadInput, MoneyFormatError
from domain.values.currency import exponent

_WRITTEN = re.compile(r"([A-Z]{3}) (-?)(\d{1,18})(?:\.(\d{1,4}))?", re.ASCII)

_BOUND = 10**18
"""The bound of recorded amounts in minor units. Database columns and bank files can hold no more."""

_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?")
"""A rational of bounded size. An unbounded 1e999999999 would have a billion digits."""


class Money(Struct, frozen=True, gc=False):
    """An amount: `minor` units (may be negative) of `currency` (ISO 4217).

    Arithmetic between two currencies raises `BadInput`.
    """

    minor: int
    currency: str

    @classmethod
    def parse(cls, written: str) -> "Money":
        """Read `"JPY 90000000"` or `"USD 1250.00"`. Decimals may be left out, but not exceed the currency's.

        Raises:
            MoneyFormatError: not of that form, or more decimals than the currency has.
            UnknownCurrency: the code is not in ISO 4217.
        """
        match = _WRITTEN.fullmatch(written)
        if match is None:
            raise MoneyFormatError(
                f"{written!r} is not an amount: write the currency, a space and plain digits, "
                'such as "JPY 90000000" or "USD 1250.00".'
            )
        code, sign, whole, part = match.groups()
        places = exponent(code)
        part = part or ""
        if len(part) > places:
            raise MoneyFormatError(
                f"{written!r} has {len(part)} decimals, but {code} has {places}: write it in whole minor units."
            )
        minor = int(whole + part.ljust(places, "0"))
        return cls(-minor if sign else minor, code)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Zero in a currency."""
        return cls(0, currency)

    @property
    def decimal(self) -> Decimal:
        """The exact amount in major units, with the currency's number of decimals."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return f"{self.currency} {self.decimal:f}"

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor <= other.minor

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise BadInput(f"{self} and {other} are of two currencies: convert one at a named rate first.")

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """In and out of models and payloads as the written string, and nothing else."""
        from_str = core_schema.no_info_after_validator_function(_parsed, core_schema.str_schema())
        return core_schema.json_or_python_schema(
            json_schema=from_str,
            python_schema=core_schema.union_schema(
                [
                    core_schema.no_info_after_validator_function(_recordable, core_schema.is_instance_schema(cls)),
                    from_str,
                ]
            ),
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": "^[A-Z]{3} -?[0-9]{1,18}([.][0-9]{1,4})?$",
            "examples": ["JPY 90000000", "USD 1250.00"],
        }


def _recordable(amount: Money) -> Money:
    """Check that an amount can be recorded and read back.

    Raises:
        BadInput: it is too large.
    """
    if -_BOUND < amount.minor < _BOUND:
        return amount
    raise BadInput(
        f"An amount of {len(str(abs(amount.minor)))} digits in {amount.currency} is larger than anything that can be "
        "owed: look for a wrong amount, rate or percentage among the facts that it comes from."
    )


@lru_cache(maxsize=10_000)
def _parsed(written: str) -> Money:
    """A parsed amount, cached because the steps of a payment repeat it."""
    try:
        return _recordable(Money.parse(written))
    except BadInput as error:
        raise ValueError(error.sentence) from error


def _rational(written: object) -> object:
    if isinstance(written, str):
        if not _DECIMAL.fullmatch(written):
            raise ValueError(f'{written[:40]!r} is not a decimal number: write it as a string such as "0.0925".')
        return Decimal(written)
    if isinstance(written, Decimal):
        return written
    raise ValueError('write a number as a quoted string such as "148.50", so that no digit is lost.')


Exact = Annotated[
    Decimal,
    BeforeValidator(_rational),
    WithJsonSchema({"type": "string", "pattern": "^-?[0-9]+([.][0-9]+)?$", "examples": ["148.50"]}),
]
"""A decimal that was written as a string (a rate, a percentage); a YAML or JSON float is refused."""


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts of one currency. `currency` is required for an empty sum."""
    result = Money.zero(currency)
    for amount in amounts:
        result += amount
    return result


def totals(amounts: Iterable[Money]) -> Mapping[str, Money]:
    """Sums by currency, sorted by code."""
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return {code: Money(sums[code], code) for code in sorted(sums)}


def allocate(amount: Money, weights: Sequence[Fraction | Decimal | int]) -> tuple[Money, ...]:
    """Share an amount by weights so that the shares add up to it exactly (policy `largest_remainder`).

    Each share is rounded down first. The units left go one each to the largest remainders, ties by declared order. A
    zero weight gets nothing.

    Raises:
        BadInput: a negative amount or weight (reverse by negating what was posted), or no weight above zero.
    """
    parts = [Fraction(weight) for weight in weights]
    whole = sum(parts, Fraction(0))
    if amount.minor < 0 or any(part < 0 for part in parts):
        raise BadInput("Only amounts and weights of zero or more are shared: reverse by negating what was posted.")
    if whole == 0:
        raise BadInput(f"{amount} cannot be shared: no weight is above zero.")
    exact = [amount.minor * part / whole for part in parts]
    shares = [int(share) for share in exact]  # floor: none is negative
    left = amount.minor - sum(shares)
    by_remainder = sorted(range(len(parts)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_remainder[:left]:
        shares[i] += 1
    return tuple(Money(share, amount.currency) for share in shares)


def convert(amount: Money, rate: Decimal | Fraction, currency: str) -> Money:
    """Convert an amount at `rate` (units of `currency` for one unit of the amount's own).

    Rounded once, half to even, to the target's minor unit.
    """
    exact = Fraction(amount.minor, 10 ** exponent(amount.currency)) * Fraction(rate) * 10 ** exponent(currency)
    return Money(round(exact), currency)  # Fraction rounds half to even, exactly
