"""Events of the books."""

from typing import Literal

from domain.values.record import Day, Record


class BooksClosed(Record):
    """The books are closed until a day: nothing counts from that day or an earlier one any more."""

    type: Literal["books-closed"] = "books-closed"
    until: Day
    reason: str = ""


LedgerEvent = BooksClosed
"""Every event of this module."""
