"""Gathers what commands write to records and snapshots, and sends it to the database in one statement."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from psycopg import Cursor
from sqlalchemy.dialects.postgresql import JSONB

from adapters.db import people, rows, tables
from adapters.db.arrays import Blobs, Ints, Texts
from adapters.db.dealings import credit_row
from adapters.db.distribution_rows import distribution_row
from domain.bank.record import bookings
from domain.bank.statements import statements
from domain.events import Event
from domain.ledger.entries import postings
from domain.ledger.journal import Fact
from domain.state import State

_ARRAYS: Mapping[type, Callable[[Iterable[Any]], list[Any]]] = {
    sa.BigInteger: Ints,
    sa.Integer: Ints,
    sa.LargeBinary: Blobs,
}
"""How columns of a type are sent. All others are sent as texts."""
_CASTS: Mapping[type, str] = {
    sa.Boolean: "::boolean[]",
    sa.Date: "::date[]",
    sa.DateTime: "::timestamptz[]",
    JSONB: "::jsonb[]",
}
"""Casts of columns sent as texts. Without a cast, a text that is too long for its column is an error."""
_SNAPSHOTS = (
    "production",
    "milestone",
    "payment",
    "receipt",
    "run",
    "distribution",
    "credit",
    "proposal",
    "user_account",
    "people_change",
)


class Append:
    """Rows by table, of one command or of several on different streams."""

    def __init__(self) -> None:
        self.written: dict[str, list[Sequence[Any]]] = {}

    def facts(self, facts: Sequence[Fact], events: Sequence[Event]) -> None:
        """Add facts, the entries of their events, and the stream's new head."""
        if not facts:
            return
        stream, day = facts[0].stream, facts[0].effective_on.isoformat()
        self._add("journal_event", [_of_fact(fact) for fact in facts])
        self._add(
            "entry",
            [
                (stream, fact.seq, line, e.account, e.amount.currency, e.amount.minor, e.about, day)
                for fact, event in zip(facts, events, strict=True)
                for line, e in enumerate(postings(event), start=1)
            ],
        )
        self._add("stream_head", [(stream, facts[-1].seq, facts[-1].hash)])
        self._fill("booking", rows.booking_rows(stream, bookings(events)))
        stated = (statements(fact.seq, fact.effective_on, event) for fact, event in zip(facts, events, strict=True))
        self._fill("bank_statement", (rows.bank_statement_row(stream, one) for each in stated for one in each))

    def outcome(self, key: str, payload: str, stream: str, first_seq: int, last_seq: int) -> None:
        """Record the answer to a key for later repeats."""
        self._add("command", [(key, payload, stream, first_seq, last_seq)])

    def snapshots(self, production: str, before: State, after: State) -> None:
        """Add the snapshots that the fold changed."""
        if after.production is not None and after.production is not before.production:
            self._fill("production", [rows.production_row(after.production)])
        for table, made in (
            ("milestone", (rows.milestone_row(production, m) for m in _changed(before.milestones, after.milestones))),
            ("payment", (rows.payment_row(production, p) for p in _changed(before.payments, after.payments))),
            ("receipt", (rows.receipt_row(production, r) for r in _changed(before.receipts, after.receipts))),
            ("run", (rows.run_row(production, r) for r in _changed(before.runs, after.runs))),
            (
                "distribution",
                (distribution_row(production, d) for d in _changed(before.distributions, after.distributions)),
            ),
            ("proposal", (rows.proposal_row(production, p) for p in _changed(before.proposals, after.proposals))),
            ("user_account", map(people.user_row, _changed(before.people.users, after.people.users))),
            ("people_change", map(people.change_row, _changed(before.people.changes, after.people.changes))),
            ("credit", (credit_row(production, c) for c in _changed(before.credits, after.credits))),
        ):
            self._fill(table, made)

    def include(self, other: "Append") -> None:
        """Add what another command writes."""
        for table, added in other.written.items():
            self._add(table, added)

    def send(self, cursor: Cursor[Any]) -> None:
        """Write everything in one statement."""
        if not self.written:
            return
        names = tuple(sorted(self.written))
        parameters: list[list[Any]] = []
        for name in names:
            columns = tables.metadata.tables[name].columns
            values = zip(*self.written[name], strict=True)
            parameters += [
                _ARRAYS.get(type(column.type), Texts)(of_column)
                for column, of_column in zip(columns, values, strict=True)
            ]
        cursor.execute(_statement(names), parameters)

    def _fill(self, table: str, made: Iterable[Mapping[str, Any]]) -> None:
        columns = tables.metadata.tables[table].columns
        in_order = itemgetter(*columns.keys())
        documents = [column.name for column in columns if isinstance(column.type, JSONB)]
        for row in made:
            texts = {name: json.dumps(row[name]) for name in documents if row[name] is not None}
            self.written.setdefault(table, []).append(in_order({**row, **texts}))

    def _add(self, table: str, added: Iterable[Sequence[Any]]) -> None:
        if found := list(added):
            self.written.setdefault(table, []).extend(found)


def _of_fact(fact: Fact) -> Sequence[Any]:
    day, instant = fact.effective_on.isoformat(), fact.recorded_at.isoformat()
    who = (fact.actor, fact.command_key)
    return (
        fact.stream,
        fact.seq,
        fact.type,
        fact.body.decode(),
        day,
        instant,
        *who,
        fact.prev_hash,
        fact.hash,
        fact.acted.decode(),
    )


def _changed(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> list[Any]:
    return [item for name, item in after.items() if before.get(name) is not item]


@lru_cache
def _statement(names: tuple[str, ...]) -> str:
    """Return one statement that writes to all these tables. Its parameters are their columns, in order."""
    parts = ", ".join(f"{name}_ AS ({_part(tables.metadata.tables[name])})" for name in names)
    return f"WITH {parts} SELECT"


def _part(table: sa.Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    placeholders = ", ".join(f"%s{_CASTS.get(type(column.type), '')}" for column in table.columns)
    if table is tables.stream_head:
        moved = f"FROM unnest({placeholders}) n ({names}) WHERE h.stream = n.stream"
        return f"UPDATE stream_head h SET seq = n.seq, hash = n.hash {moved}"  # noqa: S608 - names of our own tables
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({placeholders}) {_on_conflict(table)}"  # noqa: S608 - as above


def _on_conflict(table: sa.Table) -> str:
    if table.name not in _SNAPSHOTS:
        return ""
    key = ", ".join(column.name for column in table.primary_key)
    kept = ", ".join(f"{c.name} = excluded.{c.name}" for c in table.columns if not c.primary_key)
    return f"ON CONFLICT ({key}) DO UPDATE SET {kept}"
