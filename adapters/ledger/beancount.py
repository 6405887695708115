"""The journal as a Beancount file: a transaction for each event, an account opened before its first entry.

`asset:bank:spc-krw` becomes `Assets:Bank:Spc-krw`, because Beancount wants a capital letter or a digit first. Two names
that become one get a number at the end. Each posting keeps the ledger's own name in its metadata. The format is
version 3 of https://beancount.github.io/docs/beancount_language_syntax.html.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from adapters.db.queries.ledger import JournalRow
from adapters.ledger.books import LedgerBooks

_ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
    "suspense": "Liabilities:Suspense",
}
_FOREIGN = re.compile(r"[^A-Za-z0-9-]+")
"""What a component of an account's name cannot have."""


def write_beancount(books: LedgerBooks, file: Path) -> None:
    """Write the journal. Every account is opened on the day of its first entry."""
    names = _Names()
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.write(f'option "title" {_text(books.title)}\noption "operating_currency" "{books.currency}"\n')
        for transaction in _transactions(books.journal, names):
            out.write(transaction)


class _Names:
    """The Beancount account of each ledger account, no two alike."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, account: str) -> str:
        """Return the name of an account."""
        if account not in self.known:
            plain, number = _translated(account), 2
            name = plain
            while name in self._taken:
                name, number = f"{plain}-{number}", number + 1
            self.known[account] = name
            self._taken.add(name)
        return self.known[account]


def _translated(account: str) -> str:
    root, _, rest = account.partition(":")
    parts = [_FOREIGN.sub("-", part).strip("-") or "X" for part in rest.split(":")]
    return ":".join((_ROOTS[root], *(part[0].upper() + part[1:] for part in parts)))


def _transactions(journal: Iterable[JournalRow], names: _Names) -> Iterator[str]:
    for (on, seq, event), rows in groupby(journal, attrgetter("effective_on", "seq", "event")):
        lines = []
        for row in rows:
            if row.account not in names.known:
                yield f"\n{on} open {names.of(row.account)}\n"
            lines.append(_posting(row, names.of(row.account)))
        yield f"\n{on} * {_text(event)}\n  number: {seq}\n" + "".join(lines)


def _posting(row: JournalRow, name: str) -> str:
    kept = f"    account: {_text(row.account)}\n    about: {_text(row.about)}\n"
    return f"  {name}  {row.amount.decimal:f} {row.amount.currency}\n{kept}"


def _text(written: str) -> str:
    plain = "".join(each if each.isprintable() else " " for each in written)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
