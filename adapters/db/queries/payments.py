"""Outgoing payments."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.conditions import any_of
from adapters.db.doubts import doubts_of
from adapters.db.queries.paging import NO_DAY, WHOLE, Order, Page, PageRequest, between, only, paged
from domain.reads import EVERYTHING, Sight
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment. `booked` is what the bank took for it, in the account's currency.

    `doubts` says of each attempt that the bank may still book which it is, why, and what is awaited.
    """

    id: str
    production: str
    instalment: str
    purpose: str
    account: str
    payee: str
    payee_party: str
    currency: str
    milestone: str | None
    due_on: date | None
    status: str
    run: str | None
    attempt: int
    end_to_end_id: str | None
    reason: str | None
    bank_reference: str | None
    amount: Money
    booked: Money | None
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """Selects payments."""

    production: str | None = None
    status: str | None = None
    run: str | None = None
    account: str | None = None
    currency: str | None = None
    payee_party: str | None = None
    due_from: date | None = None
    due_to: date | None = None


_PAYMENT = tables.payment.c
_PAYMENTS = Order("payments", (_PAYMENT.production, sa.func.coalesce(_PAYMENT.due_on, NO_DAY), _PAYMENT.id))


def payments(
    connection: Connection,
    chosen: PaymentFilter | None = None,
    page: PageRequest = WHOLE,
    sight: Sight = EVERYTHING,
) -> Page[PaymentRow]:
    """Return payments by production and due day, those without one last."""
    wanted, table = chosen or PaymentFilter(), _PAYMENT
    query = sa.select(tables.payment).where(
        *only(
            (table.production, wanted.production),
            (table.status, wanted.status),
            (table.run, wanted.run),
            (table.account, wanted.account),
            (table.currency, wanted.currency),
            (table.payee_party, wanted.payee_party),
        ),
        *between(table.due_on, wanted.due_from, wanted.due_to),
    )
    if not sight.everything:
        query = query.where(sa.or_(table.account.in_(sight.accounts), table.payee_party == sight.party))
    return paged(connection, query, _PAYMENTS, _payment, page)


def payment(connection: Connection, payment_id: str, sight: Sight = EVERYTHING) -> PaymentRow | None:
    """Return one payment; None if there is none that the reader may see."""
    row = connection.execute(sa.select(tables.payment).where(_PAYMENT.id == payment_id)).one_or_none()
    found = None if row is None else _payment(row)
    seen = found is not None and (sight.shows(found.payee_party) or found.account in sight.accounts)
    return found if seen else None


def last_paid(connection: Connection, production: str, payees: Collection[str]) -> dict[str, date]:
    """Return the last day on which each of these accounts of payees was paid, for those that ever were."""
    run = tables.run.c
    query = (
        sa.select(_PAYMENT.payee, sa.func.max(sa.func.coalesce(run.released_on, run.execution_on)))
        .join_from(tables.payment, tables.run, run.id == _PAYMENT.run)
        .where(_PAYMENT.production == production, _PAYMENT.status == "settled", any_of(_PAYMENT.payee, payees))
        .group_by(_PAYMENT.payee)
    )
    paid: dict[str, date] = dict(connection.execute(query).all())
    return paid


def ungathered(connection: Connection, production: str | None = None) -> list[str]:
    """Return the productions, or the one named, that have due payments in no run yet."""
    due = sa.and_(_PAYMENT.status == "due", _PAYMENT.run.is_(None), *only((_PAYMENT.production, production)))
    query = sa.select(_PAYMENT.production).where(due).distinct().order_by(_PAYMENT.production)
    return list(connection.execute(query).scalars())


def _payment(row: sa.Row[Any]) -> PaymentRow:
    return PaymentRow(
        id=row.id,
        production=row.production,
        instalment=row.instalment,
        purpose=row.purpose,
        account=row.account,
        payee=row.payee,
        payee_party=row.payee_party,
        currency=row.currency,
        milestone=row.milestone,
        due_on=row.due_on,
        status=row.status,
        run=row.run,
        attempt=row.attempt,
        end_to_end_id=row.end_to_end_id,
        reason=row.reason,
        bank_reference=row.bank_reference,
        amount=Money(row.minor, row.currency),
        booked=Money(row.booked_minor, row.booked_currency) if row.booked_currency else None,
        doubts=tuple(doubt.sentence for doubt in doubts_of(row.doubts)),
    )
