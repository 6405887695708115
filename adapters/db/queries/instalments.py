"""All instalments, out and in: payments that we make and receipts that we expect, also those not due yet."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.queries.paging import NO_DAY, WHOLE, Order, Page, PageRequest, between, only, paged
from domain.reads import EVERYTHING, Sight
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class InstalmentRow:
    """A payment (`out`) or an expected receipt (`in`). `party` is who is paid or pays, `moved` what has moved of it."""

    id: str
    production: str
    direction: str
    instalment: str
    purpose: str
    account: str
    party: str
    currency: str
    milestone: str | None
    due_on: date | None
    status: str
    run: str | None
    reason: str | None
    amount: Money
    moved: Money


@dataclass(frozen=True, slots=True)
class InstalmentFilter:
    """Selects instalments. `id` is that of a payment or receipt."""

    production: str | None = None
    id: str | None = None
    direction: str | None = None
    status: str | None = None
    account: str | None = None
    currency: str | None = None
    party: str | None = None
    milestone: str | None = None
    due_from: date | None = None
    due_to: date | None = None


_PAYMENT, _RECEIPT = tables.payment.c, tables.receipt.c
_SHARED = ("id", "production", "instalment", "purpose", "account", "currency", "milestone", "due_on", "status", "minor")


def instalments(
    connection: Connection,
    chosen: InstalmentFilter | None = None,
    page: PageRequest = WHOLE,
    payments: Sight = EVERYTHING,
    receipts: Sight = EVERYTHING,
) -> Page[InstalmentRow]:
    """Return instalments by production and due day, those without one last."""
    wanted = chosen or InstalmentFilter()
    moved = sa.case((_PAYMENT.status == "settled", _PAYMENT.minor), else_=0)
    outgoing = _selected(_PAYMENT, _PAYMENT.payee_party, payments, "out", _PAYMENT.run, _PAYMENT.reason, moved)
    nothing = sa.null()
    incoming = _selected(_RECEIPT, _RECEIPT.payer_party, receipts, "in", nothing, nothing, _RECEIPT.received_minor)
    every = sa.union_all(*_filtered(wanted, (outgoing, _PAYMENT.payee_party), (incoming, _RECEIPT.payer_party)))
    table = every.subquery("instalment")
    order = Order("instalments", (table.c.production, sa.func.coalesce(table.c.due_on, NO_DAY), table.c.id))
    return paged(connection, sa.select(table), order, _row, page)


def _selected(
    table: Any, party: sa.Column[str], sight: Sight, direction: str, run: Any, reason: Any, moved: Any
) -> sa.Select[Any]:
    query = sa.select(
        *(table[name] for name in _SHARED),
        sa.literal(direction).label("direction"),
        party.label("party"),
        sa.cast(run, sa.Text).label("run"),
        sa.cast(reason, sa.Text).label("reason"),
        sa.cast(moved, sa.BigInteger).label("moved_minor"),
    )
    return query if sight.everything else query.where(sa.or_(table.account.in_(sight.accounts), party == sight.party))


def _filtered(wanted: InstalmentFilter, *sides: tuple[sa.Select[Any], sa.Column[str]]) -> list[sa.Select[Any]]:
    """Return the sides that the filter leaves, with its conditions."""
    found = []
    for query, party in sides:
        columns = query.selected_columns
        if wanted.direction in {None, "out" if party is _PAYMENT.payee_party else "in"}:
            table = party.table.c
            shared = ("id", "production", "status", "account", "currency", "milestone")
            conditions = only(*((table[name], getattr(wanted, name)) for name in shared), (party, wanted.party))
            found.append(query.where(*conditions, *between(columns.due_on, wanted.due_from, wanted.due_to)))
    return found


def _row(row: sa.Row[Any]) -> InstalmentRow:
    shared = {name: getattr(row, name) for name in _SHARED if name != "minor"}
    return InstalmentRow(
        **shared,
        direction=row.direction,
        party=row.party,
        run=row.run,
        reason=row.reason,
        amount=Money(row.minor, row.currency),
        moved=Money(row.moved_minor, row.currency),
    )
