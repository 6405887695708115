"""Receipts that enter a pool for want of a word: told to people, because a blank is as often a slip as it is meant."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from unicodedata import normalize

from domain.sharing.waterfall.entry import Entries
from domain.sharing.waterfall.model import Match, Waterfall
from domain.sharing.waterfall.network import FIELDS, ReceiptKind, selector
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class KindTotal:
    """How many rows of receipts are of a kind, and what they come to in their own currency."""

    kind: ReceiptKind
    rows: int
    amount: Money


def unplaced(waterfall: Waterfall, totals: Iterable[KindTotal]) -> list[str]:
    """Return a sentence for each pool and reason: a field that some pool reads is empty, or its word is written alike.

    Raises:
        NoEntry: no pool receives a kind of receipt, or several do.
    """
    entries, read = Entries(waterfall, {}), _read(waterfall)
    rows: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    sums: dict[tuple[str, str, str], Money] = {}
    for total in totals:
        if because := _because(total.kind, read):
            key = (entries.pool_of(total.kind), because, total.amount.currency)
            rows[key] += total.rows
            sums[key] = sums.get(key, Money.zero(total.amount.currency)) + total.amount
    return [
        f"{_counted(rows[key])}, {amount.currency} {amount.decimal:,f}, {'goes' if rows[key] == 1 else 'go'} to "
        f"{key[0]} because {key[1]}"
        for key, amount in sorted(sums.items())
    ]


def _read(waterfall: Waterfall) -> Mapping[str, dict[str, str]]:
    """Return the words that pools receive, by field; each by the form in which people take it for the same."""
    found: dict[str, dict[str, str]] = {}
    for pool in waterfall.pools:
        matches = pool.receives if isinstance(pool.receives, tuple) else (pool.receives,)
        selectors = [selector(match, waterfall.words) for match in matches if isinstance(match, Match)]
        for name, selection in ((name, one) for each in selectors for name, one in zip(FIELDS, each, strict=True)):
            for word in selection.words if selection is not None else ():
                found.setdefault(name, {})[_alike(word)] = word
    return found


def _because(kind: ReceiptKind, read: Mapping[str, dict[str, str]]) -> str:
    reasons = []
    for name, actual in zip(FIELDS, kind.fields, strict=True):
        words = read.get(name, {})
        meant = words.get(_alike(actual))
        if words and not actual:
            reasons.append(f"{name} is empty")
        elif meant is not None and actual not in words.values():
            reasons.append(f"{name} is {actual!r}, and the agreement has {meant!r}")
    return " and ".join(reasons)


def _alike(word: str) -> str:
    return "".join(normalize("NFKC", word).casefold().split())


def _counted(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"
