"""Finds the share of an entry that each of its transactions has. Banks give it in several ways."""

from collections.abc import Callable, Iterator, Sequence

from adapters.bank.iso20022.details import Charges, Told
from domain.bank.messages import Direction

Shares = tuple[int, ...]


def shares(
    transactions: Sequence[Told], booked: int, way: Direction, charges: Charges, currency: str
) -> tuple[Shares, int] | None:
    """Return the share of each transaction, in minor units, and the part of the entry that is a charge for all of it.

    What is booked on the account counts first. If it does not add up to the entry, the shares may be counter values,
    exclude the charges that the bank names with each, or exclude those that it names for the whole entry. A sole
    transaction without an amount in the account's currency is the entry. None if no way adds up, or two ways do that
    differ.

    Args:
        transactions: at least one.
        booked: the amount of the entry.
        way: the direction of the entry.
        charges: those that the bank names for the whole entry.
        currency: the account's.
    """
    if len(transactions) == 1 and transactions[0].amounts.within(currency) is None:
        return ((booked,), 0) if transactions[0].direction is way else None
    signs = [1 if each.direction is way else -1 for each in transactions]
    found: dict[Shares, int] = {}
    for n, candidate in enumerate(_candidates(transactions, currency)):
        added = sum(sign * share for sign, share in zip(signs, candidate, strict=True))
        if min(candidate) < 0:
            continue
        if added == booked:
            if n == 0:
                return candidate, 0
            found.setdefault(candidate, 0)
        elif charges.inside and added + _with(way, charges.inside) == booked:
            found.setdefault(candidate, charges.inside)
    return next(iter(found.items())) if len(found) == 1 else None


def _candidates(transactions: Sequence[Told], currency: str) -> Iterator[Shares]:
    ways: tuple[Callable[[Told], int | None], ...] = (
        lambda each: each.amounts.within(currency),
        lambda each: _of(each.amounts.transaction, each, currency),
        lambda each: _of(each.amounts.counter, each, currency),
    )
    for share in ways:
        plain = [share(each) for each in transactions]
        if any(each is None for each in plain):
            return
        amounts = [each for each in plain if each is not None]
        yield tuple(amounts)
        yield tuple(
            amount + _with(each.direction, each.charges.inside)
            for amount, each in zip(amounts, transactions, strict=True)
        )


def _of(amount: object, told: Told, currency: str) -> int | None:
    preferred = getattr(amount, "minor", None) if getattr(amount, "currency", None) == currency else None
    return told.amounts.within(currency) if preferred is None else preferred


def _with(way: Direction, charges: int) -> int:
    """Return what charges add to a booked amount: a debit grows by them, a credit shrinks."""
    return charges if way is Direction.DEBIT else -charges
