"""Expected receipts. Late ones have the interest that the agreement sets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.db.queries.paging import Page, PageRequest
from adapters.db.queries.receipts import ReceiptFilter, ReceiptRow
from app.reads import reads
from domain.values.money import Money

if TYPE_CHECKING:
    from adapters.command_handler import CommandHandler


@dataclass(frozen=True, slots=True)
class ExpectedRow(ReceiptRow):
    """An expected receipt. One that is or was late has the interest on what was outstanding each day, until today.

    What was claimed of it is in `claimed`.
    """

    days_late: int | None = None
    late_interest: Money | None = None


def expected_of(data: Path | None, chosen: ReceiptFilter, page: PageRequest, user: str) -> Page[ExpectedRow]:
    """Return expected receipts on a data folder's stack that the user may read; see `expected`."""
    with reads(data, chosen.production, user) as reading:
        found = reading.receipts(chosen, page)
    if any(_maybe_late(row) for row in found.items):  # parsing agreements is slow, so only if needed
        from app.bootstrap import handler_on

        with handler_on(data) as handler:
            items = expected(handler, found.items)
    else:
        items = tuple(_row(row) for row in found.items)
    return Page(items, found.next_cursor, found.total)


def _maybe_late(row: ReceiptRow) -> bool:
    """Whether a receipt is owed, or was settled after its due day."""
    if row.status == "received":
        return row.due_on is not None and row.settled_on is not None and row.settled_on > row.due_on
    return row.status == "owed"


def expected(handler: "CommandHandler", rows: Iterable[ReceiptRow]) -> tuple[ExpectedRow, ...]:
    """Add days and interest to late receipts. What of it is not claimed yet is not posted."""
    receipts, found = tuple(rows), dict[str, ExpectedRow]()
    for production in {row.production for row in receipts if _maybe_late(row)}:
        late = [row for row in receipts if row.production == production and _maybe_late(row)]
        found |= {row.id: row for row in _with_interest(handler, production, late)}
    return tuple(found.get(row.id) or _row(row) for row in receipts)


def _with_interest(handler: "CommandHandler", production: str, rows: Sequence[ReceiptRow]) -> Iterator[ExpectedRow]:
    from adapters.db import tables
    from adapters.db.conditions import any_of
    from domain.payments.late_interest import accrued

    with handler.store.reading() as records:
        agreement, named = handler.agreement(records, production), any_of(tables.receipt.c.id, [one.id for one in rows])
        state = records.state(production, receipts=named, milestones=True)
    today = handler.today(agreement)
    for row in rows:
        interest = accrued(state.receipts[row.id], agreement, state.milestones, today)
        until = row.settled_on if row.status == "received" else today
        days = (until - row.due_on).days if until is not None and row.due_on is not None else 0
        yield _row(row, days if days > 0 else None, interest if interest.minor else None)


def _row(row: ReceiptRow, days_late: int | None = None, interest: Money | None = None) -> ExpectedRow:
    columns = {field.name: getattr(row, field.name) for field in fields(ReceiptRow)}
    return ExpectedRow(**columns, days_late=days_late, late_interest=interest)
