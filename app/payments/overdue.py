"""Expected receipts. Late ones have the interest that the agreement sets."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.db.queries.paging import Page, PageRequest
from adapters.db.queries.payments import ReceiptFilter, ReceiptRow
from app.reads import reads
from domain.values.money import Money

if TYPE_CHECKING:
    from adapters.command_handler import CommandHandler
    from domain.agreement.model import Agreement


@dataclass(frozen=True, slots=True)
class ExpectedRow(ReceiptRow):
    """An expected receipt. A late one has the simple interest on what is outstanding today."""

    days_late: int | None = None
    late_interest: Money | None = None


def expected_of(data: Path | None, chosen: ReceiptFilter, page: PageRequest, user: str) -> Page[ExpectedRow]:
    """Return expected receipts on a data folder's stack that the user may read; see `expected`."""
    with reads(data, chosen.production, user) as reading:
        found = reading.receipts(chosen, page)
    if any(row.status == "owed" for row in found.items):  # parsing agreements is slow, so only if needed
        from app.bootstrap import handler_on

        with handler_on(data) as handler:
            items = expected(handler, found.items)
    else:
        items = tuple(_row(row) for row in found.items)
    return Page(items, found.next_cursor, found.total)


def expected(handler: "CommandHandler", rows: Iterable[ReceiptRow]) -> tuple[ExpectedRow, ...]:
    """Add days and interest to late receipts. The interest is a claim that people may raise, and is not posted."""
    receipts = tuple(rows)
    with handler.store.reading() as records:
        agreements = {key: handler.agreement(records, key) for key in {row.production for row in receipts}}
    return tuple(_with_interest(row, agreements[row.production], handler) for row in receipts)


def _with_interest(row: ReceiptRow, agreement: "Agreement", handler: "CommandHandler") -> ExpectedRow:
    from domain.agreement.schedule import late_interest

    today = handler.today(agreement)
    if row.status != "owed" or row.due_on is None or row.due_on >= today:
        return _row(row)
    terms = next(one for one in agreement.schedule if one.id == row.instalment)
    interest = late_interest(terms, row.amount - row.received, row.due_on, today)
    return _row(row, (today - row.due_on).days, interest if interest.minor else None)


def _row(row: ReceiptRow, days_late: int | None = None, interest: Money | None = None) -> ExpectedRow:
    columns = {field.name: getattr(row, field.name) for field in fields(ReceiptRow)}
    return ExpectedRow(**columns, days_late=days_late, late_interest=interest)
