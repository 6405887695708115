"""The store: one transaction from a command to its events, entries and snapshots. Nothing else writes them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import sqlalchemy as sa
from psycopg.errors import UniqueViolation
from sqlalchemy import Engine

from adapters.db import tables
from adapters.db.append import Append
from adapters.db.arrays import Texts
from adapters.db.connection import at_one_instant
from adapters.db.group_commit import GroupCommit
from adapters.db.records import Records, Selection
from adapters.db.streams import stream_of
from domain.commands import Command
from domain.errors import BadInput, IdempotencyConflict, SluiceError
from domain.events import CommandRefused, Event
from domain.ledger import journal
from domain.ledger.journal import Head
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


@dataclass(frozen=True)
class Request:
    """A command, with how it is carried out once its stream is ours alone.

    `selection` is what is loaded of the state before anything is asked of it; without one nothing is. `context` says
    who and when; `decide` answers with the state that it decided on, and the events.
    """

    command: Command
    context: Callable[["Transaction", State], Context]
    decide: Callable[["Transaction", State, Context], tuple[State, Sequence[Event]]]
    selection: Selection | None = None
    schemas: Schemas = SCHEMAS

    @property
    def stream(self) -> str:
        """The stream that the command is about."""
        return stream_of(self.command.production)

    @property
    def key(self) -> str:
        """The command's key."""
        return self.command.key

    @cached_property
    def payload(self) -> str:
        """The hash of what the command says.

        Raises:
            BadInput: it holds a NUL character.
        """
        request = journal.canonical(self.command, self.schemas)
        if _NUL in request:
            raise BadInput("One of the texts given holds the character NUL, which is no writing: take it out.")
        return journal.sha256(request)

    def repeats(self, payload: str) -> bool:
        """Whether a payload on record is this command's, in the version of today or of an earlier release."""
        return payload == self.payload or payload in self.schemas.earlier_digests(self.command)


@dataclass(frozen=True, slots=True)
class Done:
    """A command that was carried out, now or before: its outcome, and the state selected as it is after it."""

    outcome: CommandOutcome
    state: State


class Store:
    """Facts in PostgreSQL. `engine` connects as the application's role, which may only append."""

    def __init__(self, engine: Engine, schemas: Schemas = SCHEMAS) -> None:
        self.engine = engine
        self.schemas = schemas
        self._group: GroupCommit[Request, Done | SluiceError] = GroupCommit(self._together)

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
        """Carry out a command that counts on a day known before, by a rule that loads what it needs; see `handle`."""
        request = Request(
            command, lambda *_: context, lambda transaction, *_: decide(transaction), schemas=self.schemas
        )
        return self.handle(request).outcome

    def handle(self, request: Request, *, in_company: bool = False) -> Done:
        """Carry out a command exactly once, in one transaction.

        A rule that only decides, by what the request selects, and soon, may do so `in_company`: commands that come
        while others are being written then share one transaction, each with its own key, refusal and outcome. A rule
        that uses the transaction itself, or selects by long lists, has it alone.

        Raises:
            IdempotencyConflict: the key was used for another payload.
            BadInput: the command holds a NUL character.
            SluiceError: whatever the rule refuses; a refusal of a recorded kind is itself appended, and nothing else.
        """
        _ = request.payload
        answer = self._group.join(request) if in_company else None
        if answer is None:
            answer = self._alone(request)
        if isinstance(answer, SluiceError):
            raise answer
        return answer

    def _alone(self, request: Request) -> Done | SluiceError:
        """Carry out one command; answers with a refusal that is recorded, and raises any other."""
        with self.transaction() as transaction:
            append = Append()
            answer = _carried_out(transaction, request, transaction.take(request), append)
            try:
                append.send(transaction.driver.cursor())
            except UniqueViolation as violation:
                if violation.diag.constraint_name == "command_pkey":  # another production's command took it meanwhile
                    raise _taken(request.key) from None
                raise
        return answer

    def _together(self, requests: Sequence[Request]) -> list[Done | SluiceError | None]:
        """Carry out commands of different streams in one transaction; None for one that has to be done alone.

        Such are all if anything unforeseen happens to one, for then nothing of this transaction is kept.
        """
        answers: list[Done | SluiceError | None] = []
        try:
            with self.transaction() as transaction:
                append = Append()
                for request, found in zip(requests, transaction.lock(requests, wait=False), strict=True):
                    answers.append(None if found is None else _attempted(transaction, request, found, append))
                append.send(transaction.driver.cursor())
        except Exception:  # noqa: BLE001 - alone, each meets what is its own, and raises it to its own caller
            return [None] * len(requests)
        return answers


@dataclass(frozen=True, slots=True)
class Found:
    """What a transaction has of a command once it has its stream: where that ends, when that was, and the rest.

    `earlier` is the hash and outcome that the command's key had before, if any; `state` what the request selects.
    """

    head: Head
    now: datetime
    earlier: tuple[str, CommandOutcome] | None
    state: State


class Transaction(Records):
    """What can be done inside one database transaction."""

    def lock(self, requests: Sequence[Request], *, wait: bool) -> list[Found | None]:
        """Take the ends of the requests' streams for this transaction alone, and load what each request selects.

        All of it is one way to the database and back; everything is looked up after the streams were taken. None for a
        stream that has no beginning yet, or that another transaction has, unless we `wait` for it.
        """
        streams, keys = Texts({each.stream for each in requests}), Texts(each.key for each in requests)
        heads, commands = self.driver.cursor(), self.driver.cursor()
        with self.driver.pipeline():
            if not wait:
                self.driver.execute(_FIXED_PLANS)
            heads.execute(_LOCK if wait else _LOCK_FREE, (streams,))
            selected = self.ask({r.command.production: r.selection for r in requests if r.selection is not None})
            commands.execute(_EARLIER, (keys,))
        taken = {stream: (Head(seq, bytes(link)), now) for stream, seq, link, now in heads}
        earlier = {
            key: (payload, CommandOutcome(key=key, stream=stream, first_seq=first, last_seq=last))
            for key, payload, stream, first, last in commands
        }
        states = selected()
        return [
            Found(*taken[each.stream], earlier.get(each.key), states.get(each.command.production, State()))
            if each.stream in taken
            else None
            for each in requests
        ]

    def take(self, request: Request) -> Found:
        """Take the end of a request's stream as `lock` does, and begin the stream if there is none yet."""
        while (found := self.lock([request], wait=True)[0]) is None:
            self.driver.execute(
                "INSERT INTO stream_head VALUES (%s, 0, %s) ON CONFLICT DO NOTHING", (request.stream, journal.GENESIS)
            )
        return found

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


def _attempted(transaction: Transaction, request: Request, found: Found, append: Append) -> Done | SluiceError:
    """Carry out one command of several; an error is its own, leaves nothing, and keeps no other from going on."""
    its_own = Append()
    try:
        answer = _carried_out(transaction, request, found, its_own)
    except SluiceError as error:
        return error
    append.include(its_own)
    return answer


def _carried_out(transaction: Transaction, request: Request, found: Found, append: Append) -> Done | SluiceError:
    """Decide on a command, and gather what is to be written; answers with a refusal if that is to be recorded.

    Raises:
        IdempotencyConflict: the key was used for another payload.
        SluiceError: whatever the rule refuses, of a kind that is not recorded.
    """
    command, head = request.command, found.head
    if found.earlier is not None:
        payload, outcome = found.earlier
        if not request.repeats(payload):
            raise _taken(command.key)
        return Done(outcome, found.state)
    context = request.context(transaction, found.state)
    refused: SluiceError | None = None
    try:
        state, events = request.decide(transaction, found.state, context)
    except SluiceError as error:
        if not error.recorded:
            raise
        refused = error
        state, events = State(), [_refusal(command, error)]
    facts = journal.chained(
        request.stream,
        head,
        events,
        effective_on=context.effective_on,
        recorded_at=found.now,
        actor=context.actor,
        command_key=command.key,
        schemas=request.schemas,
    )
    after = fold(state, [(event, context.effective_on) for event in events])
    outcome = CommandOutcome(
        key=command.key, stream=request.stream, first_seq=head.seq + 1, last_seq=head.seq + len(events)
    )
    append.facts(facts, events)
    append.snapshots(command.production, state, after)
    if refused is None and outcome.changed:
        append.outcome(outcome.key, request.payload, outcome.stream, outcome.first_seq, outcome.last_seq)
    return refused or Done(outcome, after)


_NUL = b"\\u0000"
"""As JSON writes the one character that PostgreSQL keeps in no text."""
_LOCK = "SELECT stream, seq, hash, clock_timestamp() FROM stream_head WHERE stream = ANY(%s) ORDER BY stream FOR UPDATE"
_LOCK_FREE = f"{_LOCK} SKIP LOCKED"
_EARLIER = "SELECT key, payload, stream, first_seq, last_seq FROM command WHERE key = ANY(%s)"
_FIXED_PLANS = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)"
)
"""What is only selected is found by keys: its plans need no statistics, and are made once a connection."""


def _taken(key: str) -> IdempotencyConflict:
    return IdempotencyConflict(
        f"The command key {key} was used before for something else: nothing was changed; use a key of its own.", key=key
    )


def _refusal(command: Command, error: SluiceError) -> CommandRefused:
    return CommandRefused(
        command=type(command).__name__, code=error.code, sentence=error.sentence, data=dict(error.data)
    )
