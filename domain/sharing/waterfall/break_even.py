"""How much gross it takes until each claim is recouped, and each party has back what it lays out.

The receipts of a scenario come in by date until the gross is reached. More than they come to comes in on the last day,
in their mix of kinds. All costs, advances and other facts up to that day count from the start. So the answer is the
gross that the terms ask for, to the smallest unit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from math import ceil

from domain.errors import BadInput
from domain.sharing.waterfall.facts import Facts, ReceiptGroup, ordered, part_of
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.network import ReceiptKind
from domain.sharing.waterfall.outlays import outlays
from domain.sharing.waterfall.result import Result
from domain.sharing.waterfall.rules import LATEST
from domain.sharing.waterfall.run import WaterfallVersion, in_force, run

AT_MOST = 1_000
"""Gross is sought up to this multiple of what a scenario brings."""


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where one claim or party stands by gross, in minor units.

    `begins` is the gross from which it gets anything, `reached` that at which `amount` is back; each None if never.
    `on` is the day on which the scenario has reached it. `amount` is the claim, or what the party lays out.
    """

    amount: Fraction
    begins: int | None
    reached: int | None
    on: date | None


@dataclass(frozen=True, slots=True)
class GrossNeeded:
    """The claims and parties of a scenario that brings `gross` in minor units."""

    gross: int
    claims: Mapping[str, BreakEven]
    parties: Mapping[str, BreakEven]


def gross_needed(versions: Sequence[WaterfallVersion], facts: Facts, as_of: date) -> GrossNeeded:
    """How much gross each claim and each party needs, by the receipts of a scenario up to a day and their mix.

    Raises:
        BadInput: no receipts come in, or as `run` does.
    """
    facts = facts.until(as_of)
    rows = [one for one in ordered(facts.receipts) if one.amount > 0]
    gross = int(sum((Fraction(one.amount) for one in rows), ZERO))
    if not gross:
        raise BadInput("No receipts come in, so that nothing says of what mix more gross would be: add some.")
    chain = in_force(versions, LATEST)
    last = chain[-1]
    laid_out = outlays(last.waterfall, last.parties, chain[0].effective_on, facts)
    spent = {party: sum(by_day.values(), ZERO) for party, by_day in laid_out.items()}

    @cache
    def at(amount: int) -> Result:
        """The result with so much gross."""
        cut = replace(facts, receipts=tuple(_first(rows, amount, gross, as_of)))
        return run(versions, cut, as_of, rules=LATEST)

    def stand(amount: Fraction, got: Callable[[Result], Fraction], lacks: Callable[[Result], Fraction]) -> BreakEven:
        """Where something stands of which a result says how much came, and how much of it is still lacking."""
        begins = _least(lambda to: got(at(to)) or Fraction(-1), gross)
        reached = _least(lambda to: -lacks(at(to)), gross) if amount > 0 else begins
        return BreakEven(amount, begins, reached, _day(rows, reached))

    return GrossNeeded(
        gross,
        {
            name: stand(
                status.recouped + status.outstanding,
                lambda found, name=name: found.claims[name].recouped,  # type: ignore[misc]
                lambda found, name=name: found.claims[name].outstanding,  # type: ignore[misc]
            )
            for name, status in at(0).claims.items()
        },
        {
            party: stand(
                spent[party],
                lambda found, party=party: found.parties[party],  # type: ignore[misc]
                lambda found, party=party: spent[party] - found.parties[party],  # type: ignore[misc]
            )
            for party in last.parties
        },
    )


def _first(rows: Sequence[ReceiptGroup], amount: int, gross: int, as_of: date) -> list[ReceiptGroup]:
    """The first receipts that come to an amount; more than there is comes in their mix."""
    found, left = list[ReceiptGroup](), Fraction(amount)
    for row in rows:
        part = min(Fraction(row.amount), left)
        if part:
            found.append(replace(row, amount=part, counts=part_of(row.counts, part, row.amount)))
        left -= part
    if left:
        mix: dict[ReceiptKind, ReceiptGroup] = {}
        for row in rows:
            part = Fraction(row.amount) * left / gross
            more = replace(row, on=as_of, amount=part, counts=part_of(row.counts, part, row.amount))
            known = mix.get(row.kind)
            mix[row.kind] = more if known is None else replace(known, amount=known.amount + part)
        found += mix.values()
    return found


def _least(value: Callable[[int], Fraction], gross: int) -> int | None:
    """The least whole amount whose value is not negative; None if there is none up to `AT_MOST` times the gross.

    Values grow with the amount, in straight pieces: so they are extended from below, and halved where that fails.
    """
    if value(0) >= 0:
        return 0
    low, high = 0, gross
    while value(high) < 0:
        if high >= gross * AT_MOST:
            return None
        low, high = high, min(high * 10, gross * AT_MOST)
    return _narrowed(value, low, high)


def _narrowed(value: Callable[[int], Fraction], low: int, high: int) -> int:
    """The least amount above `low`, at most `high`, whose value is not negative, as that of `low` is."""
    before, halve = low, True
    while high - low > 1:
        width = high - low
        guess = (low + high) // 2 if halve else _extended(value, before, low, high)
        if value(guess) >= 0:
            high = guess
        else:
            before, low = low, guess
        halve = not halve and high - low > width // 2
    return high


def _extended(value: Callable[[int], Fraction], before: int, low: int, high: int) -> int:
    """Where the straight line through two amounts below comes to zero, between `low` and `high`."""
    rise = value(low) - value(before)
    if low == before or rise <= 0:
        return (low + high) // 2
    return min(max(low + ceil(-value(low) * (low - before) / rise), low + 1), high - 1)


def _day(rows: Sequence[ReceiptGroup], amount: int | None) -> date | None:
    """The day on which the receipts of a scenario come to an amount; None if they do not."""
    so_far = ZERO
    for row in rows:
        so_far += Fraction(row.amount)
        if amount is not None and so_far >= amount:
            return row.on
    return None
