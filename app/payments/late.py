"""What others owe and what was planned: receipts that are late, and milestones whose planned day is over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from adapters.command_handler import CommandHandler
from adapters.db.queries.receipts import ReceiptFilter, ReceiptRow, reminders
from adapters.db.records import Records
from app.bootstrap import handler_on
from app.payments.overdue import expected
from app.reads import reads
from domain.agreement.model import MilestoneTerms
from domain.payments.receipts import WAITING
from domain.reads import Resource
from domain.state import State
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class LateReceipt:
    """Money that should have come. `late_interest` is a claim that people may raise; None if there is none.

    `reminded_on` and `reminders` say when the payer was reminded last, and how often.
    """

    production: str
    id: str
    payer_party: str
    amount: Money
    outstanding: Money
    due_on: date
    days_late: int
    late_interest: Money | None
    account: str
    reminded_on: date | None
    reminders: int


@dataclass(frozen=True, slots=True)
class LateMilestone:
    """A milestone whose planned day is over, and what waits for it: payments and receipts by instalment."""

    production: str
    id: str
    title: str
    status: str
    submitter: str
    planned_on: date
    days_late: int
    waits: tuple[str, ...]


def late_receipts_of(data: Path | None, production: str | None, user: str) -> list[LateReceipt]:
    """Return late receipts on a data folder's stack that the user may read, the latest first."""
    with reads(data, production, user) as reading:
        from adapters.db.queries.paging import WHOLE

        found = reading.receipts(ReceiptFilter(production=production), WHOLE).items
    with handler_on(data) as handler:
        return late_receipts(handler, found)


def late_receipts(handler: CommandHandler, rows: Iterable[ReceiptRow]) -> list[LateReceipt]:
    """Return those of some receipts that are late, the latest first."""
    late = [row for row in expected(handler, _waiting(rows)) if row.days_late is not None and row.due_on is not None]
    with handler.store.reading() as records:
        reminded = reminders(records.connection, {row.production for row in late})
    found = []
    for row in late:
        days = reminded.get(row.id, [])
        assert row.due_on is not None  # noqa: S101 - late receipts have a day
        assert row.days_late is not None  # noqa: S101
        found.append(
            LateReceipt(
                production=row.production,
                id=row.id,
                payer_party=row.payer_party,
                amount=row.amount,
                outstanding=row.outstanding,
                due_on=row.due_on,
                days_late=row.days_late,
                late_interest=row.late_interest,
                account=row.account,
                reminded_on=max(days, default=None),
                reminders=len(days),
            )
        )
    return sorted(found, key=lambda one: (-one.days_late, one.id))


def _waiting(rows: Iterable[ReceiptRow]) -> list[ReceiptRow]:
    return [row for row in rows if row.status in WAITING and row.outstanding.minor > 0]


def late_milestones_of(data: Path | None, production: str, user: str) -> list[LateMilestone]:
    """Return late milestones of a production on a data folder's stack that the user may read."""
    with reads(data, production, user) as reading:
        sight = reading.sight(Resource.MILESTONES)
    with handler_on(data) as handler, handler.store.reading() as records:
        found = list(late_milestones(handler, records, production))
    return [one for one in found if sight.everything or one.id in sight.milestones]


def late_milestones(handler: CommandHandler, records: Records, production: str) -> Iterator[LateMilestone]:
    """Yield a production's milestones that should have been accepted, by their planned day."""
    agreement, state = handler.agreement(records, production), records.state(production, milestones=True)
    today = handler.today(agreement)
    for terms in sorted(agreement.milestones, key=lambda one: (one.planned_on, one.id)):
        status = _status(state, terms)
        if terms.planned_on < today and status != "accepted":
            yield LateMilestone(
                production=production,
                id=terms.id,
                title=terms.title,
                status=status,
                submitter=terms.submitter,
                planned_on=terms.planned_on,
                days_late=(today - terms.planned_on).days,
                waits=tuple(one.id for one in agreement.schedule if getattr(one.due, "milestone", None) == terms.id),
            )


def _status(state: State, terms: MilestoneTerms) -> str:
    known = state.milestones.get(terms.id)
    return known.status if known is not None else "open"
