"""Finds the share of an entry that each of its transactions has. Banks give it in several ways."""

from collections.abc import Iterator, Sequence

from adapters.bank.iso20022.details import NamedCharges, ReportedTransaction
from domain.bank.messages import Direction
from domain.values.money import Money

Shares = tuple[int, ...]


def shares(
    transactions: Sequence[ReportedTransaction], booked: Money, way: Direction, charges: NamedCharges
) -> tuple[Shares, int] | None:
    """Return the share of each transaction, in minor units, and the part of the entry that is a charge for all of it.

    Shares and charge add up to the entry, so the charge on a credit is negative.

    What is booked on the account counts first. If it does not add up to the entry, the shares may be counter values,
    exclude the charges that the bank names with each, or exclude those that it names for the whole entry. A sole
    transaction without an amount in the account's currency is the entry. None if no way adds up, or two ways do that
    differ.

    Args:
        transactions: at least one.
        booked: the amount of the entry, in the account's currency.
        way: the direction of the entry.
        charges: those that the bank names for the whole entry.
    """
    given = [each.amounts.within(booked.currency) for each in transactions]
    known = tuple([each for each in given if each is not None])
    if len(known) < len(given):
        sole = len(given) == 1 and transactions[0].direction is way
        return ((booked.minor,), 0) if sole else None
    signs = [1 if each.direction is way else -1 for each in transactions]
    if _total(signs, known) == booked.minor:
        return known, 0
    found: dict[Shares, int] = {}
    for candidate in _candidates(transactions, known, booked.currency):
        added = _total(signs, candidate)
        if min(candidate) < 0:
            continue
        if added == booked.minor:
            found.setdefault(candidate, 0)
        elif charges.inside and added + effect(way, charges.inside) == booked.minor:
            found.setdefault(candidate, booked.minor - added)
    return next(iter(found.items())) if len(found) == 1 else None


def _total(signs: Sequence[int], amounts: Shares) -> int:
    return sum([sign * amount for sign, amount in zip(signs, amounts, strict=True)])


def _candidates(transactions: Sequence[ReportedTransaction], known: Shares, currency: str) -> Iterator[Shares]:
    """Yield the amounts in each way that a bank may mean them, without and with the charges named with each."""
    for way in (
        known,
        _preferred([each.amounts.transaction for each in transactions], known, currency),
        _preferred([each.amounts.counter for each in transactions], known, currency),
    ):
        yield way
        yield tuple(
            amount + effect(each.direction, each.charges.inside) for amount, each in zip(way, transactions, strict=True)
        )


def _preferred(amounts: Sequence[Money | None], known: Shares, currency: str) -> Shares:
    return tuple(
        each.minor if each is not None and each.currency == currency else otherwise
        for each, otherwise in zip(amounts, known, strict=True)
    )


def effect(way: Direction, charges: int) -> int:
    """Return what charges add to a booked amount: a debit grows by them, a credit shrinks."""
    return charges if way is Direction.DEBIT else -charges
