"""Movements on our accounts with all that was said of them, read for commands."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from adapters.db import rows, tables
from adapters.db.streams import stream_of
from adapters.db.suspense import in_suspense, of_movements
from domain.bank.movements import BankMovement, movement_of, undoes
from domain.events import Event, read_event

_BOOKING, _ENTRY, _JOURNAL = tables.booking.c, tables.entry.c, tables.journal_event.c


def movement(connection: Connection, production: str, account: str, name: str) -> BankMovement | None:
    """Return a movement by its id, with the one that reversed it if any. None if there is no such booking."""
    stream = stream_of(production)
    found = _movements(connection, stream, account, _BOOKING.movement == name)
    if not found:
        return None
    [own] = found
    return replace(own, reversed_by=_reversed_by(connection, stream, account, own))


def _reversed_by(connection: Connection, stream: str, account: str, own: BankMovement) -> str | None:
    """The movement that undid this one. The bank said so, or a person of a movement that was in suspense."""
    by_bank = sa.and_(_BOOKING.fate == "reverses", _BOOKING.about == own.id)
    may_be = sa.and_(
        _BOOKING.minor == -own.booking.amount.minor,
        _BOOKING.currency == own.booking.amount.currency,
        sa.or_(_BOOKING.fate == "suspense", by_bank),
    )
    others = _movements(connection, stream, account, may_be)
    return next((other.id for other in others if undoes(other, own.id)), None)


def _movements(
    connection: Connection, stream: str, account: str, chosen: sa.ColumnElement[bool]
) -> Sequence[BankMovement]:
    here = sa.select(tables.booking).where(_BOOKING.stream == stream, _BOOKING.account == account, chosen)
    found = [rows.booking_of(dict(row)) for row in connection.execute(here).mappings()]
    names = [booking.movement for booking in found]
    if not names:
        return ()
    left = in_suspense(connection, stream, account, names)
    events = _events(connection, stream, account, names)
    return [movement_of(one, left.get(one.movement), events.get(one.movement, ())) for one in found]


def _events(connection: Connection, stream: str, account: str, names: Collection[str]) -> Mapping[str, Sequence[Event]]:
    """The events that put movements into suspense or took them out, in order."""
    same = sa.and_(_ENTRY.stream == _JOURNAL.stream, _ENTRY.seq == _JOURNAL.seq)
    query = (
        sa.select(_ENTRY.about, _JOURNAL.body)
        .join_from(tables.entry, tables.journal_event, same)
        .where(of_movements(stream, account, names))
        .order_by(_JOURNAL.seq)
    )
    found: dict[str, list[Event]] = defaultdict(list)
    for about, body in connection.execute(query):
        found[about].append(read_event(body))
    return found
