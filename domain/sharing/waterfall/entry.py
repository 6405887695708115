"""Finds the pool that a receipt enters."""

from collections.abc import Mapping

from domain.errors import CannotShare
from domain.sharing.waterfall.model import Match, Waterfall
from domain.sharing.waterfall.network import FIELDS, ReceiptKind, selector
from domain.sharing.waterfall.words import unlisted


class NoEntry(CannotShare):
    """No pool receives a receipt, or several do."""


class Entries:
    """The entry pools of a waterfall. `where` names file and line of the first receipt of each kind."""

    def __init__(self, waterfall: Waterfall, where: Mapping[ReceiptKind, str]) -> None:
        self._where = where
        self._lists = waterfall.words
        self._everything = [pool.id for pool in waterfall.pools if pool.receives == "everything"]
        self._else = [pool.id for pool in waterfall.pools if pool.receives == "everything else"]
        matches = [
            (pool.id, pool.receives if isinstance(pool.receives, tuple) else (pool.receives,))
            for pool in waterfall.pools
            if isinstance(pool.receives, Match | tuple)
        ]
        self._pools = [(name, [selector(match, waterfall.words) for match in each]) for name, each in matches]
        self._known: dict[ReceiptKind, str] = {}

    def pool_of(self, kind: ReceiptKind) -> str:
        """The pool that receives a kind of receipt.

        Raises:
            NoEntry: there is none, or more than one, or the receipt has a word that is not on the agreement's list.
        """
        if kind not in self._known:
            self._known[kind] = self._find(kind)
        return self._known[kind]

    def _find(self, kind: ReceiptKind) -> str:
        place = f"{self._where[kind]}: receipt: " if kind in self._where else ""
        self._check_words(kind, place)
        named = [name for name, selectors in self._pools if any(kind.fits(each) for each in selectors)]
        found = named + self._everything or self._else
        if len(found) == 1:
            return found[0]
        what = ", ".join(f"{name} {word}" for name, word in zip(FIELDS, kind.fields, strict=True) if word)
        if found:
            raise NoEntry(f"{place}it is received by {' and '.join(found)} ({what}): let only one pool receive it.")
        raise NoEntry(f"{place}no pool receives it ({what}): correct it, or let a pool receive everything else.")

    def _check_words(self, kind: ReceiptKind, place: str) -> None:
        """Refuse a word that is not on the agreement's list of its column."""
        for field, word in zip(FIELDS, kind.fields, strict=True):
            if sentence := unlisted(self._lists, field, word):
                raise NoEntry(f"{place}{sentence}")
