"""Expected receipts, reminders of them, and credits."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from adapters.db import rows, tables
from adapters.db.conditions import any_of
from adapters.db.queries.paging import NO_DAY, WHOLE, Order, Page, PageRequest, between, only, paged
from adapters.db.streams import stream_of
from domain.payments.receipts import WAITING, Receipt
from domain.reads import EVERYTHING, Sight
from domain.values.money import Money

_RECEIPT = tables.receipt.c


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """An expected receipt. `received` is what has arrived of its amount, `outstanding` what is not settled yet.

    `settled` says how it was settled otherwise, by kind: by a credit, a deduction for tax or charges, a write-off.
    `claimed` is the late interest that was claimed of it, and `proposed` a write-off that waits for a second person.
    `settled_on` is the last day on which something of it was settled.
    """

    id: str
    production: str
    instalment: str
    purpose: str
    account: str
    payer_party: str
    currency: str
    milestone: str | None
    due_on: date | None
    status: str
    amount: Money
    received: Money
    settled: Mapping[str, Money]
    outstanding: Money
    claimed: Money | None
    proposed: Money | None
    settled_on: date | None


@dataclass(frozen=True, slots=True)
class CreditRow:
    """What stands to the credit of a party, or is owed to another production, on an account."""

    production: str
    account: str
    party: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ReceiptFilter:
    """Selects receipts."""

    production: str | None = None
    status: str | None = None
    account: str | None = None
    currency: str | None = None
    payer_party: str | None = None
    due_from: date | None = None
    due_to: date | None = None


_RECEIPTS = Order("receipts", (_RECEIPT.production, sa.func.coalesce(_RECEIPT.due_on, NO_DAY), _RECEIPT.id))


def receipts(
    connection: Connection,
    chosen: ReceiptFilter | None = None,
    page: PageRequest = WHOLE,
    sight: Sight = EVERYTHING,
) -> Page[ReceiptRow]:
    """Return expected receipts by production and due day, those without one last."""
    wanted, table = chosen or ReceiptFilter(), _RECEIPT
    query = sa.select(tables.receipt).where(
        *only(
            (table.production, wanted.production),
            (table.status, wanted.status),
            (table.account, wanted.account),
            (table.currency, wanted.currency),
            (table.payer_party, wanted.payer_party),
        ),
        *between(table.due_on, wanted.due_from, wanted.due_to),
    )
    if not sight.everything:
        query = query.where(sa.or_(table.account.in_(sight.accounts), table.payer_party == sight.party))
    return paged(connection, query, _RECEIPTS, _receipt, page)


def receipt(connection: Connection, receipt_id: str) -> ReceiptRow | None:
    """Return one expected receipt; None if there is none."""
    row = connection.execute(sa.select(tables.receipt).where(_RECEIPT.id == receipt_id)).one_or_none()
    return None if row is None else _receipt(row)


def reminders(connection: Connection, productions: Collection[str]) -> dict[str, list[date]]:
    """Return the days on which payers of receipts were reminded, by receipt, of some productions."""
    event = tables.journal_event.c
    query = sa.select(sa.cast(event.body, JSONB).op("->>")("receipt"), event.effective_on).where(
        any_of(event.stream, [stream_of(one) for one in productions]), event.type == "receipt-reminded"
    )
    found: dict[str, list[date]] = {}
    for name, on in connection.execute(query.order_by(event.stream, event.seq)):
        found.setdefault(name, []).append(on)
    return found


def expecting(
    connection: Connection, productions: Collection[str], sight: Sight = EVERYTHING
) -> Mapping[tuple[str, Money], Sequence[str]]:
    """Return the receipts for which money may still come, by production and by what is outstanding, by due day.

    They may be expected on another account than the one that got such an amount: a person who looks at both decides.
    """
    waiting = sa.select(tables.receipt).where(
        any_of(_RECEIPT.production, productions), _RECEIPT.status.in_(sorted(WAITING))
    )
    found: dict[tuple[str, Money], list[str]] = defaultdict(list)
    if not sight.everything:
        waiting = waiting.where(_RECEIPT.account.in_(sight.accounts))
    for row in connection.execute(waiting.order_by(_RECEIPT.due_on.nulls_last(), _RECEIPT.id)):
        found[row.production, _receipt(row).outstanding].append(row.id)
    return found


def credits_of(connection: Connection, production: str, sight: Sight = EVERYTHING) -> list[CreditRow]:
    """Return the credits of a production that are not used up, by account and party."""
    table = tables.credit.c
    query = sa.select(tables.credit).where(table.production == production, table.minor != 0)
    if not sight.everything:
        query = query.where(sa.or_(table.account.in_(sight.accounts), table.party == sight.party))
    return [
        CreditRow(row.production, row.account, row.party, Money(row.minor, row.currency))
        for row in connection.execute(query.order_by(table.account, table.party))
    ]


def _receipt(row: sa.Row[Any]) -> ReceiptRow:
    receipt = rows.receipt_of({column.name: getattr(row, column.name) for column in tables.receipt.columns})
    return ReceiptRow(
        id=row.id,
        production=row.production,
        instalment=row.instalment,
        purpose=row.purpose,
        account=row.account,
        payer_party=row.payer_party,
        currency=row.currency,
        milestone=row.milestone,
        due_on=row.due_on,
        status=row.status,
        amount=receipt.amount,
        received=receipt.received,
        settled=_settled(receipt),
        outstanding=receipt.outstanding,
        claimed=receipt.claimed,
        proposed=receipt.proposed.amount if receipt.proposed is not None else None,
        settled_on=max((on for on, _ in receipt.by_day()), default=None),
    )


def _settled(receipt: Receipt) -> Mapping[str, Money]:
    """What settled a receipt otherwise than by money, by kind."""
    settled: dict[str, Money] = {}
    for one in receipt.standing():
        settled[one.to] = settled.get(one.to, Money.zero(one.amount.currency)) + one.amount
    return settled
