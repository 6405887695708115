"""Checks that the columns of a statement add up, and lead from the entitlement to what is due."""

import re
from collections.abc import Iterator
from fractions import Fraction

from .bundle import Bad, Json
from .postings import money, places

_EXACT = re.compile(r"-?[0-9]{1,2000}(/[1-9][0-9]{0,1999})?")
_COLUMNS = ("opening", "period", "to_date")


def untied(said: Json) -> Iterator[str]:
    """Yield a sentence for each sum in a statement that does not tie."""
    yield from _lines(said)
    own = [line["figures"] for pool in said["pools"] for line in pool["own"]]
    own += [line["figures"] for line in said["adjustments"]]
    end, currency = said["settlement"], said["currency"]
    amounts = {name: _minor(end[name], currency) for name in _MONEY}
    if sum(_exact(line["to_date"]) for line in own) != _exact(end["exact"]):
        yield "its lines do not make the exact entitlement"
    if _exact(end["exact"]) + _exact(end["rounding"]) != Fraction(amounts["entitlement"], 10 ** places(currency)):
        yield "the exact entitlement and its rounding do not make the entitlement"
    for name, part, whole in (
        ("reserves", "held", "reserved"),
        ("holds", "amount", "held"),
        ("withholdings", "amount", "withheld"),
    ):
        if sum(_minor(one[part], currency) for one in said[name]) != amounts[whole]:
            yield f"its {name} do not make what is {whole}"
    payable = amounts["entitlement"] - amounts["paid_before"] - amounts["reserved"] - amounts["held"]
    if payable != amounts["payable"] or payable - amounts["carried_forward"] - amounts["withheld"] != amounts["due"]:
        yield "what is taken off the entitlement does not leave what is due"


def _lines(said: Json) -> Iterator[str]:
    """Check the lines of pools and adjustments, across and down."""
    for pool in said["pools"]:
        lines = [line["figures"] for line in (*pool["own"], *pool["others"])]
        for figures in (pool["inflow"], *lines):
            yield from _across(figures, f"pool {pool['id']}")
        for column in _COLUMNS:
            if _exact(pool["inflow"][column]) != sum(_exact(line[column]) for line in lines):
                yield f"pool {pool['id']} does not give in {column} what entered it"
    for line in said["adjustments"]:
        yield from _across(line["figures"], f"adjustment {line['position']}")


_MONEY = ("entitlement", "paid_before", "reserved", "held", "payable", "carried_forward", "withheld", "due", "paid")


def _across(figures: Json, what: str) -> Iterator[str]:
    if _exact(figures["opening"]) + _exact(figures["period"]) != _exact(figures["to_date"]):
        yield f"{what}: opening and period do not make what is to date"


def _exact(amount: Json) -> Fraction:
    if not _EXACT.fullmatch(amount["exact"]):
        raise Bad("an amount is no fraction")
    return Fraction(amount["exact"])


def _minor(amount: str, currency: str) -> int:
    minor, code = money(amount)
    if code != currency:
        raise Bad(f"{amount} is not in {currency}")
    return minor
