"""Currencies and their number of decimals, from ISO 4217 as the `iso4217` package carries it."""

from functools import cache

from iso4217 import Currency

from domain.errors import UnknownCurrency


@cache
def exponent(code: str) -> int:
    """Decimal places of a currency: JPY and KRW 0, USD 2, BHD 3.

    Raises:
        UnknownCurrency: the code is not in ISO 4217, or has no minor unit (gold, test codes).
    """
    try:
        places = Currency(code).exponent
    except ValueError:
        places = None
    if places is None:
        raise UnknownCurrency(
            f"{code!r} is not an ISO 4217 currency that can be paid in: write a code such as JPY, KRW or USD."
        )
    return int(places)
