"""The store writes a command's events, entries and snapshots in one transaction. Nothing else writes them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

import sqlalchemy as sa
from psycopg.errors import UniqueViolation
from sqlalchemy import Engine

from adapters.db import people, tables
from adapters.db.append import Append
from adapters.db.arrays import Texts
from adapters.db.connection import at_one_instant
from adapters.db.group_commit import GroupCommit
from adapters.db.records import Records, Selection
from adapters.db.streams import stream_of
from domain.commands import Command
from domain.errors import BadInput, IdempotencyConflict, SluiceError
from domain.events import CommandRefused, Event
from domain.identity.people import People
from domain.ledger import journal
from domain.ledger.journal import Head
from domain.schemas import SCHEMAS, Schemas
from domain.state import State, fold
from domain.values.record import Record


class CommandOutcome(Record):
    """The result of a command: the range of stream numbers that it wrote, empty when there was nothing to do."""

    key: str
    stream: str
    first_seq: int
    last_seq: int

    @property
    def changed(self) -> bool:
        """Whether the command wrote anything."""
        return self.last_seq >= self.first_seq


@dataclass(frozen=True, slots=True)
class Context:
    """The business day on which events count, and the actor's user name."""

    effective_on: date
    actor: str


@dataclass(frozen=True)
class Request:
    """A command, and the functions that carry it out once its stream is locked.

    `selection` names the state to load first; None loads nothing. `context` returns the `Context`. `decide` returns the
    state it decided on, and the events. `day` is the house's day on which a substitute acts.
    """

    command: Command
    context: Callable[["Transaction", State], Context]
    decide: Callable[["Transaction", State, Context], tuple[State, Sequence[Event]]]
    selection: Selection | None = None
    schemas: Schemas = SCHEMAS
    day: date | None = None

    @property
    def stream(self) -> str:
        """The stream of the command's production."""
        return stream_of(self.command.production)

    @property
    def key(self) -> str:
        """The command's key."""
        return self.command.key

    @cached_property
    def payload(self) -> str:
        """The hash of the command's content.

        Raises:
            BadInput: the command holds a NUL character.
        """
        request = journal.canonical(self.command.wish, self.schemas)
        if _NUL in request:
            raise BadInput("One of the texts given holds the character NUL, which is no writing: take it out.")
        return journal.sha256(request)

    @property
    def changes_people(self) -> bool:
        """Whether the command changes who may act. Only a command of the house does."""
        return self.needs_everybody and not self.command.production

    @property
    def needs_everybody(self) -> bool:
        """Whether the rule needs all people of the house."""
        return self.selection is not None and self.selection.people

    def repeats(self, payload: str) -> bool:
        """Return whether a recorded payload is this command's, in today's version or that of an earlier release."""
        return payload == self.payload or payload in self.schemas.earlier_digests(self.command.wish)


@dataclass(frozen=True, slots=True)
class Done:
    """A command that was carried out, now or earlier: its outcome, and the selected state after it."""

    outcome: CommandOutcome
    state: State


class Store:
    """Facts in PostgreSQL. `engine` connects with the application's role, which may only append."""

    def __init__(self, engine: Engine, schemas: Schemas = SCHEMAS) -> None:
        self.engine = engine
        self.schemas = schemas
        self._group: GroupCommit[Request, Done | SluiceError] = GroupCommit(self._together)

    @contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        """Open a database transaction. It commits at the end of the block; any exception rolls it back."""
        with self.engine.begin() as connection:
            yield Transaction(connection)

    @contextmanager
    def reading(self) -> Iterator[Records]:
        """Read the record at one instant, however many queries follow. Nothing can be written.

        Queries that depend on each other need this. Otherwise a stream read before its head would seem to lack facts
        that were appended in between.
        """
        with self.engine.connect() as connection, at_one_instant(connection):
            yield Records(connection)

    def carry_out(
        self, command: Command, context: Context, decide: Callable[["Transaction"], tuple[State, Sequence[Event]]]
    ) -> CommandOutcome:
        """Carry out a command whose business day is known, by a rule that loads what it needs; see `handle`."""
        request = Request(
            command, lambda *_: context, lambda transaction, *_: decide(transaction), schemas=self.schemas
        )
        return self.handle(request).outcome

    def handle(self, request: Request, *, in_company: bool = False) -> Done:
        """Carry out a command exactly once, in one transaction.

        `in_company` allows group commit: waiting commands share one transaction, each with its own key, refusal and
        outcome. It suits quick rules that use only the selected state. Rules that use the transaction, or select by
        long lists, need their own.

        Raises:
            IdempotencyConflict: the key was used for another payload.
            BadInput: the command holds a NUL character.
            SluiceError: the rule refuses. A refusal of a recorded kind is itself appended, and nothing else.
        """
        _ = request.payload
        answer = self._group.join(request) if in_company else None
        if answer is None:
            answer = self._alone(request)
        if isinstance(answer, SluiceError):
            raise answer
        return answer

    def _alone(self, request: Request) -> Done | SluiceError:
        """Carry out one command. A recorded refusal is returned; any other is raised."""
        with self.transaction() as transaction:
            append = Append()
            answer = _carried_out(transaction, request, transaction.take(request), append)
            try:
                append.send(transaction.driver.cursor())
            except UniqueViolation as violation:
                if violation.diag.constraint_name == "command_pkey":  # a command of another production took it
                    raise _taken(request.key) from None
                raise
        return answer

    def _together(self, requests: Sequence[Request]) -> list[Done | SluiceError | None]:
        """Carry out commands of different streams in one transaction. None marks one that must run alone.

        An unforeseen error rolls the transaction back, so all of them must then run alone.
        """
        answers: list[Done | SluiceError | None] = []
        try:
            with self.transaction() as transaction:
                append = Append()
                for request, found in zip(requests, transaction.lock(requests, wait=False), strict=True):
                    answers.append(None if found is None else _attempted(transaction, request, found, append))
                append.send(transaction.driver.cursor())
        except Exception:  # noqa: BLE001 - each then runs alone and raises its own error
            return [None] * len(requests)
        return answers


@dataclass(frozen=True, slots=True)
class Found:
    """What a transaction finds for a command once it has the stream: its head, the database time, and the state.

    `earlier` is the hash and outcome already recorded under the key, if any. `state` is what the request selects.
    """

    head: Head
    now: datetime
    earlier: tuple[str, CommandOutcome] | None
    state: State


class Transaction(Records):
    """Reads and writes inside one database transaction."""

    def lock(self, requests: Sequence[Request], *, wait: bool) -> list[Found | None]:
        """Lock the requests' stream heads for this transaction, and load what each request selects.

        All of it takes one round trip, and everything is read after the locks are taken. The result is None for a
        stream that does not exist yet, or that another transaction holds unless `wait` is set.

        The people are locked first. So they are those in force when the command is recorded, and until it commits.
        """
        changes = any(each.changes_people for each in requests)
        users = {user for each in requests for user in each.command.given_by}
        everybody = any(each.needs_everybody for each in requests)
        streams, keys = Texts({each.stream for each in requests}), Texts(each.key for each in requests)
        heads, commands = self.driver.cursor(), self.driver.cursor()
        with self.driver.pipeline():
            if not wait:
                self.driver.execute(_FIXED_PLANS)
            if everybody or users:
                self.driver.execute(people.HOLD if changes else people.SHARE)
            heads.execute(_LOCK if wait else _LOCK_FREE, (streams,))
            selected = self.ask({r.command.production: r.selection for r in requests if r.selection is not None})
            acting = people.ask(self.driver, None if everybody else users) if everybody or users else None
            commands.execute(_EARLIER, (keys,))
        taken = {stream: (Head(seq, bytes(link)), now) for stream, seq, link, now in heads}
        earlier = {
            key: (payload, CommandOutcome(key=key, stream=stream, first_seq=first, last_seq=last))
            for key, payload, stream, first, last in commands
        }
        states = selected()
        concerned = People() if acting is None else people.answer(acting)
        return [
            Found(
                *taken[each.stream],
                earlier.get(each.key),
                replace(states.get(each.command.production, State()), people=concerned),
            )
            if each.stream in taken
            else None
            for each in requests
        ]

    def take(self, request: Request) -> Found:
        """Lock the head of a request's stream, as `lock` does. A stream that does not exist yet is begun."""
        while (found := self.lock([request], wait=True)[0]) is None:
            self.driver.execute(
                "INSERT INTO stream_head VALUES (%s, 0, %s) ON CONFLICT DO NOTHING", (request.stream, journal.GENESIS)
            )
        return found

    def also(self, request: Request) -> None:
        """Carry out a command of another stream in this transaction: both commands are recorded, or neither is.

        It must be the last thing that a rule does, because what it wrote stays if the rule then refuses. Two commands
        that each wait for the other's stream end in a deadlock that the database breaks: one of them is tried again.

        Raises:
            SluiceError: as `Store.handle` does.
        """
        append = Append()
        answer = _carried_out(self, request, self.take(request), append)
        if isinstance(answer, SluiceError):
            raise answer
        append.send(self.driver.cursor())

    def keep(self, name: str, content: bytes) -> str:
        """Store a document under its SHA-256 and return that. Storing it again changes nothing."""
        digest = journal.sha256(content)
        self.connection.execute(
            sa.text("INSERT INTO document (sha256, name, content) VALUES (:d, :n, :c) ON CONFLICT DO NOTHING"),
            {"d": digest, "n": name, "c": content},
        )
        return digest

    def sent(self, account: str, message_id: str, document: str) -> None:
        """Record which document we send to a bank under a message id.

        Raises:
            BadInput: another document was sent under this id before.
        """
        self._file(account, "out", message_id, message_id, document)

    def received(self, account: str, message_id: str, name: str, document: str) -> None:
        """Record which document a bank sent us under a message id.

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
        """Add an entry to the outbox, to be processed after this transaction has committed."""
        self.connection.execute(sa.insert(tables.outbox).values(kind=kind, target=target, name=name, document=document))


def _attempted(transaction: Transaction, request: Request, found: Found, append: Append) -> Done | SluiceError:
    """Carry out one command of a group. An error is returned, writes nothing, and does not affect the others."""
    its_own = Append()
    try:
        answer = _carried_out(transaction, request, found, its_own)
    except SluiceError as error:
        return error
    append.include(its_own)
    return answer


def _carried_out(transaction: Transaction, request: Request, found: Found, append: Append) -> Done | SluiceError:
    """Decide on a command and gather what is to be written. A refusal that is to be recorded is returned.

    Raises:
        IdempotencyConflict: the key was used for another payload.
        SluiceError: the rule refuses, and refusals of this kind are not recorded.
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
    acted = command.acted_on(request.day)
    facts = journal.chained(
        request.stream,
        head,
        events,
        effective_on=context.effective_on,
        recorded_at=found.now,
        actor=context.actor,
        command_key=command.key,
        acted=b"" if acted is None else journal.canonical(acted, request.schemas),
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
"""JSON's escape of NUL, the one character that PostgreSQL cannot store in a text."""
_LOCK = "SELECT stream, seq, hash, clock_timestamp() FROM stream_head WHERE stream = ANY(%s) ORDER BY stream FOR UPDATE"
_LOCK_FREE = f"{_LOCK} SKIP LOCKED"
_EARLIER = "SELECT key, payload, stream, first_seq, last_seq FROM command WHERE key = ANY(%s)"
_FIXED_PLANS = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)"
)
"""Rows are selected by key, so plans need no statistics and are made once per connection."""


def _taken(key: str) -> IdempotencyConflict:
    return IdempotencyConflict(
        f"The command key {key} was used before for something else: nothing was changed; use a key of its own.", key=key
    )


def _refusal(command: Command, error: SluiceError) -> CommandRefused:
    return CommandRefused(
        command=type(command).__name__, code=error.code, sentence=error.sentence, data=dict(error.data)
    )
