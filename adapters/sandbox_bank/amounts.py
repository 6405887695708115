"""Amounts as bank files write them."""

from decimal import Decimal

from domain.values.currency import exponent


def written(minor: int, currency: str) -> str:
    """Format minor units for bank files: JPY 1000 is `1000`, USD 1000 is `10.00`."""
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"
