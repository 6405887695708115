"""The life of one movement: what the bank told of it, what people said of it, and what the ledger has of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import rows, tables
from adapters.db.movements import movement
from adapters.db.queries.receipts import expecting
from adapters.db.streams import stream_of
from domain.audit.sentences import sentence
from domain.bank.identity import KnownBooking
from domain.bank.movements import BankMovement
from domain.events import read_event
from domain.ledger.accounts import suspense
from domain.reads import EVERYTHING, Sight
from domain.values.money import Money

_JOURNAL, _ENTRY, _BOOKING = tables.journal_event.c, tables.entry.c, tables.booking.c


@dataclass(frozen=True, slots=True)
class Telling:
    """One report's words of a booking: of which kind and name, in the file of which hash."""

    movement: str
    kind: str | None
    report: str
    file: str
    counterparty: str | None
    remittance: str | None
    references: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """What was said of a movement, by number: to what it was allocated, and whether that was taken back."""

    number: int
    to: str
    name: str
    amount: Money
    booked: Money
    charges: Money | None
    by: str
    reason: str
    undone: bool


@dataclass(frozen=True, slots=True)
class MovementEvent:
    """An event that posted something about a movement, as a sentence, with its entries: amounts by ledger account."""

    effective_on: date
    recorded_at: datetime
    actor: str
    what: str
    entries: tuple[tuple[str, Money], ...]


@dataclass(frozen=True, slots=True)
class MovementLife:
    """A movement with everything that was told and said of it. `open` is None if it never was in suspense.

    `suggests` are the receipts that expect exactly what is open.
    """

    production: str
    account: str
    movement: str
    entry: str
    booked_on: date | None
    value_on: date | None
    amount: Money
    open: Money | None
    fate: str
    about: str
    reversed_by: str | None
    told: tuple[Telling, ...]
    allocations: tuple[AllocationRow, ...]
    history: tuple[MovementEvent, ...]
    suggests: tuple[str, ...]


def movement_life(
    connection: Connection, production: str, account: str, name: str, sight: Sight = EVERYTHING
) -> MovementLife | None:
    """Return a movement of an account with its history; None if there is no such booking."""
    found = movement(connection, production, account, name)
    if found is None:
        return None
    booking = found.booking
    return MovementLife(
        production=production,
        account=account,
        movement=name,
        entry=booking.entry,
        booked_on=booking.booked_on,
        value_on=booking.value_on,
        amount=booking.amount,
        open=found.open,
        fate=booking.fate,
        about=booking.about,
        reversed_by=found.reversed_by,
        told=tuple(_told(connection, stream_of(production), account, booking)),
        allocations=tuple(_allocations(found)),
        history=tuple(_history(connection, stream_of(production), account, booking)),
        suggests=tuple(expecting(connection, [production], sight).get((production, found.open), ()))
        if found.open
        else (),
    )


def _told(connection: Connection, stream: str, account: str, booking: KnownBooking) -> Iterator[Telling]:
    """The booking as it was told first, then each report that told it again."""
    again = sa.and_(_BOOKING.fate == "known", _BOOKING.about.in_([booking.movement, booking.entry]))
    query = sa.select(tables.booking).where(
        _BOOKING.stream == stream,
        _BOOKING.account == account,
        sa.or_(_BOOKING.movement == booking.movement, again),
    )
    for row in connection.execute(query.order_by(again, _BOOKING.movement)).mappings():
        told = rows.booking_of(dict(row))
        yield Telling(
            movement=told.movement,
            kind=told.kind.value if told.kind is not None else None,
            report=told.report,
            file=told.file,
            counterparty=told.counterparty,
            remittance=told.remittance,
            references={**told.entry_references, **told.references},
        )


def _allocations(found: BankMovement) -> Iterator[AllocationRow]:
    for number, one in enumerate(found.allocations, 1):
        yield AllocationRow(
            number=number,
            to=one.to,
            name=one.name,
            amount=one.amount,
            booked=one.booked,
            charges=one.charges,
            by=one.by,
            reason=one.reason,
            undone=number in found.undone,
        )


def _history(connection: Connection, stream: str, account: str, booking: KnownBooking) -> Iterator[MovementEvent]:
    """The events that posted the movement on the bank account or in suspense, in order, with their entries.

    What the bank itself explained is posted about the payment or receipt; of that, the events that name the movement.
    """
    about = _ENTRY.about.in_(sorted({booking.movement, booking.about} - {""}))
    posted = sa.select(_ENTRY.seq).where(
        _ENTRY.stream == stream, _ENTRY.account.in_([f"asset:bank:{account}", suspense(account)]), about
    )
    naming = sa.func.strpos(_JOURNAL.body, json.dumps(booking.movement, ensure_ascii=False)) > 0
    events = connection.execute(
        sa.select(_JOURNAL.seq, _JOURNAL.body, _JOURNAL.effective_on, _JOURNAL.recorded_at, _JOURNAL.actor)
        .where(_JOURNAL.stream == stream, _JOURNAL.seq.in_(posted), naming)
        .order_by(_JOURNAL.seq)
    ).all()
    lines = sa.select(_ENTRY.account, _ENTRY.currency, _ENTRY.minor).where(_ENTRY.stream == stream, about)
    for row in events:
        entries = connection.execute(lines.where(_ENTRY.seq == row.seq).order_by(_ENTRY.line))
        yield MovementEvent(
            row.effective_on,
            row.recorded_at,
            row.actor,
            sentence(read_event(row.body), booking.about or booking.movement),
            tuple((name, Money(int(minor), currency)) for name, currency, minor in entries),
        )
