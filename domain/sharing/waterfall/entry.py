"""Finds the pool that a receipt enters."""

from collections.abc import Mapping

from domain.errors import BadInput
from domain.sharing.waterfall.model import Match, Waterfall
from domain.sharing.waterfall.network import FIELDS, ReceiptKind


class NoEntry(BadInput):
    """No pool receives a receipt, or several do."""


class Entries:
    """The entry pools of a waterfall. `where` names file and line of the first receipt of each kind."""

    def __init__(self, waterfall: Waterfall, where: Mapping[ReceiptKind, str]) -> None:
        self._where = where
        self._pools = [(pool.id, pool.receives) for pool in waterfall.pools if pool.receives is not None]
        self._known: dict[ReceiptKind, str] = {}

    def pool_of(self, kind: ReceiptKind) -> str:
        """The pool that receives a kind of receipt.

        Raises:
            NoEntry: there is none, or more than one.
        """
        if kind not in self._known:
            self._known[kind] = self._find(kind)
        return self._known[kind]

    def _find(self, kind: ReceiptKind) -> str:
        named = [name for name, receives in self._pools if not isinstance(receives, str) and _fits(kind, receives)]
        named += [name for name, receives in self._pools if receives == "everything"]
        found = named or [name for name, receives in self._pools if receives == "everything else"]
        if len(found) == 1:
            return found[0]
        what = ", ".join(f"{name} {word}" for name, word in zip(FIELDS, kind.fields, strict=True) if word)
        place = f"{self._where[kind]}: receipt: " if kind in self._where else ""
        if found:
            raise NoEntry(f"{place}it is received by {' and '.join(found)} ({what}): let only one pool receive it.")
        raise NoEntry(f"{place}no pool receives it ({what}): correct it, or let a pool receive everything else.")


def _fits(kind: ReceiptKind, receives: Match | tuple[Match, ...] | None) -> bool:
    if isinstance(receives, tuple):
        return any(kind.fits(match) for match in receives)
    return kind.fits(receives)
