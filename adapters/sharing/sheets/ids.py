"""The ids of rows, each used once, and receipts that later rows take back."""

import re
from datetime import date

from adapters.sharing.sheets.cells import BadCell
from adapters.sharing.sheets.mapping import LAYOUTS
from adapters.sharing.sheets.reader import FactRow
from domain.events import StatementKind
from domain.values.money import Money

_PLAIN_ID = re.compile(r"[A-Za-z0-9][!-\[\]-~]{0,99}")
"""An id that needs no trimming and no other form."""


class Ids:
    """The ids of rows. No two have the same."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def add(self, name: str) -> None:
        """Keep the id of a row; one that is empty is none.

        Raises:
            BadCell: another row has the same.
        """
        if name in self._seen:
            raise BadCell("id", f"{name!r} was used before: each row has its own.")
        if name:
            self._seen.add(name)

    def take(self, written: str) -> bool:
        """Keep a cell's id, if that is plain and new. It is False if the cell has to be read with care."""
        if written and (written in self._seen or not _PLAIN_ID.fullmatch(written)):
            return False
        if written:
            self._seen.add(written)
        return True


class Firsts:
    """Receipts by their ids, for the rows that take them back. These may stand above or below."""

    def __init__(self) -> None:
        self._receipts: dict[str, FactRow] = {}
        self._taken_back: dict[str, str] = {}

    def add(self, row: FactRow) -> None:
        """Keep a receipt, if it has an id."""
        if row.id and row.kind == StatementKind.RECEIPT and not row.reverses:
            self._receipts[row.id] = row

    def reversal(self, row: FactRow, where: str) -> FactRow:
        """Return what a row with `reverses` comes to: its receipt, on its day, with the opposite amount and counts.

        Raises:
            BadCell: there is no such receipt, or the row does not take all of it back, or not for the first time.
        """
        first = self._receipts.get(row.reverses)
        if first is None:
            words = f"no receipt {row.reverses!r} was read with it: correct the id, or restate what has that receipt."
            raise BadCell("reverses", words)
        if row.reverses in self._taken_back:
            raise BadCell("reverses", f"{row.reverses!r} was taken back before, in {self._taken_back[row.reverses]}.")
        if (row.currency, row.minor) != (first.currency, -first.minor):
            said = Money(first.minor, first.currency)
            raise BadCell("amount", f"receipt {row.reverses!r} is {said}: take back all of it.")
        if date.fromisoformat(row.on) < date.fromisoformat(first.on):
            raise BadCell("on", f"receipt {row.reverses!r} is of {first.on}: nothing is taken back before it came.")
        for name, own, word in zip(LAYOUTS[first.kind].words, row.words, first.words, strict=True):
            if own not in {"", word}:
                raise BadCell(name, f"receipt {row.reverses!r} has {word!r}: write the same, or leave the cell empty.")
        if row.rate and row.rate != first.rate:
            raise BadCell("rate", f"receipt {row.reverses!r} has {first.rate!r}: write the same, or leave it empty.")
        counts = tuple((metric, -count) for metric, count in first.counts)
        if not set(row.counts) <= set(counts):
            field = next(metric for metric, count in row.counts if (metric, count) not in counts)
            raise BadCell(field, f"receipt {row.reverses!r} counts {dict(first.counts)[field]}: take back all of it.")
        self._taken_back[row.reverses] = where
        return first._replace(minor=-first.minor, counts=counts, id=row.id, reverses=row.reverses)
