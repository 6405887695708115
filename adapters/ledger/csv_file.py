"""The journal as CSV: a line for each entry, amounts with the currency's decimals and a point."""

import csv
from pathlib import Path

from adapters.ledger.books import LedgerBooks

_COLUMNS = ("date", "number", "line", "event", "account", "debit", "credit", "currency", "about")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet program calculate a text instead of showing it."""


def write_csv(books: LedgerBooks, file: Path) -> None:
    """Write the journal, in UTF-8 with a byte order mark, by which spreadsheet programs know it."""
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(_COLUMNS)
        for row in books.journal:
            amount = row.amount.decimal
            debit, credit = (amount, "") if row.amount.minor >= 0 else ("", -amount)
            of = (row.effective_on.isoformat(), row.seq, row.line, row.event, plain_text(row.account))
            lines.writerow((*of, debit, credit, row.amount.currency, plain_text(row.about)))


def plain_text(written: str) -> str:
    """A text that no spreadsheet program takes for a formula: with an apostrophe before it if it could be one."""
    return f"'{written}" if written.startswith(_FORMULA) else written
