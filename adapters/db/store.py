"""The store: one transaction from a command to its events, entries and snapshots. Nothing else writes them."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import Cursor
from psycopg.errors import UniqueViolation
from sqlalchemy import Engine

from adapters.db import rows, tables
from adapters.db.records import Records, at_one_instant
from domain.bank.answers import movements
from domain.commands import Command
from domain.errors import BadInput, IdempotencyConflict, SluiceError
from domain.events import CommandRefused, Event
from domain.ledger import journal
from domain.ledger.entries import postings
from domain.ledger.journal import Fact, Head
from domain.schemas import SCHEMAS, Schemas
from domain.state import State, fold
from domain.values.record import Record


class CommandOutcome(Record):
    """What carrying out a command came to: the stretch of the stream that it wrote, empty when nothing needed doing."""

    key: str
    stream: str
    first_seq: int
    last_seq: int

    @property
    def changed(self) -> bool:
        """Whether it wrote anything."""
        return self.last_seq >= self.first_seq


@dataclass(frozen=True, slots=True)
class Context:
    """Who and when: the business day on which events count, and the actor's user name."""

    effective_on: date
    actor: str


class Store:
    """Facts in PostgreSQL. `engine` connects as the application's role, which may only append."""

    def __init__(self, engine: Engine, schemas: Schemas = SCHEMAS) -> None:
        self.engine = engine
        self.schemas = schemas

    @contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        """One database transaction, committed at the end of the block, rolled back by any exception."""
        with self.engine.begin() as connection:
            yield Transaction(connection)

    @contextmanager
    def reading(self) -> Iterator[Records]:
        """The record as it is at one instant, however much is asked; nothing can be written.

        Who asks twice needs this: what is due, asked before the runs that are prepared, would seem to be in none of
        them; a stream read before its head would seem to lack what was appended in between.
        """
        with self.engine.connect() as connection, at_one_instant(connection):
            yield Records(connection)

    def carry_out(
        self, command: Command, context: Context, decide: Callable[["Transaction"], tuple[State, Sequence[Event]]]
    ) -> CommandOutcome:
        """Carry out a command exactly once, in one transaction.

        `decide` loads the part of the state that the command concerns, and answers with it and the events.

        Raises:
            IdempotencyConflict: the key was used for another payload.
            BadInput: the command holds a NUL character.
            SluiceError: whatever `decide` refuses; a refusal of a recorded kind is itself appended, and nothing else.
        """
        stream, request = stream_of(command.production), journal.canonical(command, self.schemas)
        if _NUL in request:
            raise BadInput("One of the texts given holds the character NUL, which is no writing: take it out.")
        payload = journal.sha256(request)
        payloads = self.schemas.earlier_digests(command) | {payload}
        refused: SluiceError | None = None
        with self.transaction() as transaction:
            head, now, earlier = transaction.lock(stream, command.key, payloads)
            if earlier is not None:
                return earlier
            try:
                state, events = decide(transaction)
            except SluiceError as error:
                if not error.recorded:
                    raise
                refused = error
                state, events = State(), [_refusal(command, error)]
            facts = journal.chained(
                stream,
                head,
                events,
                effective_on=context.effective_on,
                recorded_at=now,
                actor=context.actor,
                command_key=command.key,
                schemas=self.schemas,
            )
            after = fold(state, [(event, context.effective_on) for event in events])
            outcome = CommandOutcome(
                key=command.key, stream=stream, first_seq=head.seq + 1, last_seq=head.seq + len(events)
            )
            with transaction.writing(command.key):
                transaction.append(facts, events)
                transaction.snapshot(command.production, state, after)
                if refused is None and outcome.changed:
                    transaction.remember(outcome, payload)
        if refused is not None:
            raise refused
        return outcome


class Transaction(Records):
    """What can be done inside one database transaction."""

    def lock(self, stream: str, key: str, payloads: Collection[str]) -> tuple[Head, datetime, CommandOutcome | None]:
        """Take the end of a stream for this transaction alone; with it, the database's clock once we have it.

        And, looked up after that, the outcome that a command's key had before, if any. `payloads` are the hashes of the
        command in every version of its schema: an earlier release may have carried it out.

        Raises:
            IdempotencyConflict: the key was used for another payload.
        """
        heads, commands = self._cursor(), self._cursor()
        with self._driver.pipeline():
            heads.execute(_LOCK, (stream,))
            commands.execute(_EARLIER, (key,))
        row = heads.fetchone()
        if row is None:
            heads.execute(
                "INSERT INTO stream_head VALUES (%s, 0, %s) ON CONFLICT DO NOTHING", (stream, journal.GENESIS)
            )
            return self.lock(stream, key, payloads)
        earlier = commands.fetchone()
        if earlier is not None and earlier[0] not in payloads:
            raise _taken(key)
        outcome = (
            None
            if earlier is None
            else CommandOutcome(key=key, stream=earlier[1], first_seq=earlier[2], last_seq=earlier[3])
        )
        return Head(row[0], bytes(row[1])), row[2], outcome

    @contextmanager
    def writing(self, key: str) -> Iterator[None]:
        """Inside, what is written goes to the database at once, and its answers are awaited once, at the end.

        Raises:
            IdempotencyConflict: a command of another production took the key in the meantime.
        """
        try:
            with self._driver.pipeline():
                yield
        except UniqueViolation as violation:
            if violation.diag.constraint_name == "command_pkey":
                raise _taken(key) from None
            raise

    def append(self, facts: Sequence[Fact], events: Sequence[Event]) -> None:
        """Append facts with the entries of their events, and move the stream's head."""
        if not facts:
            return
        stream, effective_on, last, execute = facts[0].stream, facts[0].effective_on, facts[-1], self._cursor().execute
        for fact in facts:
            execute(_APPEND, fact._asdict())
        entries = [
            (fact.seq, line, e.account, e.amount.currency, e.amount.minor, e.about)
            for fact, event in zip(facts, events, strict=True)
            for line, e in enumerate(postings(event), start=1)
        ]
        if entries:
            execute(_POST, (stream, effective_on, json.dumps(entries)))
        execute("UPDATE stream_head SET seq = %s, hash = %s WHERE stream = %s", (last.seq, last.hash, stream))
        self._movements(stream, events)

    def remember(self, outcome: CommandOutcome, payload: str) -> None:
        """Make an outcome the answer to its key from now on."""
        self._cursor().execute(
            "INSERT INTO command VALUES (%s, %s, %s, %s, %s)",
            (outcome.key, payload, outcome.stream, outcome.first_seq, outcome.last_seq),
        )

    def snapshot(self, production: str, before: State, after: State) -> None:
        """Store what the fold changed."""
        if after.production is not None and after.production is not before.production:
            self._upsert("production", "key", [rows.production_row(after.production)])
        changed = _changed(before.milestones, after.milestones)
        self._upsert("milestone", "production, id", [rows.milestone_row(production, m) for m in changed])
        self._upsert(
            "payment", "id", [rows.payment_row(production, p) for p in _changed(before.payments, after.payments)]
        )
        self._upsert(
            "receipt", "id", [rows.receipt_row(production, r) for r in _changed(before.receipts, after.receipts)]
        )
        self._upsert("run", "id", [rows.run_row(production, r) for r in _changed(before.runs, after.runs)])
        changed = _changed(before.distributions, after.distributions)
        self._upsert("distribution", "production, period", [rows.distribution_row(production, d) for d in changed])

    def keep(self, name: str, content: bytes) -> str:
        """Keep a document under its SHA-256 and answer with that; keeping it again is nothing new."""
        digest = journal.sha256(content)
        self.connection.execute(
            sa.text("INSERT INTO document (sha256, name, content) VALUES (:d, :n, :c) ON CONFLICT DO NOTHING"),
            {"d": digest, "n": name, "c": content},
        )
        return digest

    def sent(self, account: str, message_id: str, document: str) -> None:
        """Remember which document we send to a bank under which message id."""
        self._file(account, "out", message_id, message_id, document)

    def received(self, account: str, message_id: str, name: str, document: str) -> None:
        """Remember which document a bank sent us under which message id.

        Raises:
            BadInput: it sent another document under this id before.
        """
        self._file(account, "in", message_id, name, document)

    def _file(self, account: str, direction: str, message_id: str, name: str, document: str) -> None:
        table = tables.bank_file
        known = self.connection.execute(
            sa.select(table.c.sha256).where(
                table.c.account == account, table.c.direction == direction, table.c.message_id == message_id
            )
        ).scalar_one_or_none()
        if known is None:
            self.connection.execute(
                sa.insert(table).values(
                    account=account, direction=direction, message_id=message_id, name=name, sha256=document
                )
            )
        elif known != document:
            raise BadInput(
                f"Message {message_id} of {account} is known with other content: ask the bank which of the two holds.",
                message_id=message_id,
            )

    def post(self, kind: str, target: str, name: str, document: str | None = None) -> None:
        """Put something in the outbox, to be done after this transaction has committed."""
        self.connection.execute(sa.insert(tables.outbox).values(kind=kind, target=target, name=name, document=document))

    def _upsert(self, table: str, key: str, changed: Sequence[Mapping[str, Any]]) -> None:
        """Insert or update snapshot rows, ten thousand in one statement, unpacked from one JSON value."""
        if not changed:
            return
        names = [column.name for column in tables.metadata.tables[table].columns]
        kept = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key.split(", "))
        self._cursor().execute(
            f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) "  # noqa: S608
            f"ON CONFLICT ({key}) DO UPDATE SET {kept}",
            (json.dumps(list(changed)),),
        )

    def _movements(self, stream: str, events: Sequence[Event]) -> None:
        """Remember which of the bank's movements are in the books, so that a repeated one is known."""
        known = [pair for event in events for pair in movements(event)]
        if known:
            self._cursor().execute(
                "INSERT INTO movement SELECT %s, m->>0, m->>1 FROM json_array_elements(%s::json) m"
                " ON CONFLICT DO NOTHING",
                (stream, json.dumps(known)),
            )

    def _cursor(self) -> Cursor[Any]:
        return self._driver.cursor()

    @property
    def _driver(self) -> psycopg.Connection[Any]:
        driver: Any = self.connection.connection.driver_connection
        connection: psycopg.Connection[Any] = driver
        return connection


_NUL = b"\\u0000"
"""As JSON writes the one character that PostgreSQL keeps in no text."""
_LOCK = "SELECT seq, hash, clock_timestamp() FROM stream_head WHERE stream = %s FOR UPDATE"
_EARLIER = "SELECT payload, stream, first_seq, last_seq FROM command WHERE key = %s"
_APPEND = (
    "INSERT INTO journal_event"
    " (stream, seq, type, body, effective_on, recorded_at, actor, command_key, prev_hash, hash)"
    " VALUES (%(stream)s, %(seq)s, %(type)s, convert_from(%(body)s, 'UTF8'), %(effective_on)s, %(recorded_at)s,"
    " %(actor)s, %(command_key)s, %(prev_hash)s, %(hash)s)"
)
_POST = """
INSERT INTO entry (stream, effective_on, seq, line, account, currency, minor, about)
SELECT %s, %s, (e->>0)::bigint, (e->>1)::int, e->>2, e->>3, (e->>4)::bigint, e->>5 FROM json_array_elements(%s::json) e
"""


HOUSE = "sluice"
"""The stream of what concerns no production: sweeps, an auditor's reads, anchors."""
_OF_PRODUCTIONS = "production/"


def stream_of(production: str) -> str:
    """The stream that holds everything about a production; that of the house itself for none (`""`)."""
    return f"{_OF_PRODUCTIONS}{production}" if production else HOUSE


def production_of(stream: str) -> str:
    """The production that a stream is about; `""` for the stream of the house."""
    return "" if stream == HOUSE else stream.removeprefix(_OF_PRODUCTIONS)


def _taken(key: str) -> IdempotencyConflict:
    return IdempotencyConflict(
        f"The command key {key} was used before for something else: nothing was changed; use a key of its own.", key=key
    )


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Any]:
    return [item for name, item in after.items() if before.get(name) is not item]


def _refusal(command: Command, error: SluiceError) -> CommandRefused:
    return CommandRefused(
        command=type(command).__name__, code=error.code, sentence=error.sentence, data=dict(error.data)
    )
