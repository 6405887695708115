"""Folds a stream again from its journal, batch by batch: one batch is what one command wrote."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from msgspec import Struct

from domain.audit.findings import Finding, unfaithful
from domain.errors import SluiceError
from domain.events import BooksClosed, CommandRefused, Event, kind_of
from domain.ledger.entries import Entry, postings
from domain.ledger.journal import Fact
from domain.schemas import SCHEMAS, Schemas
from domain.state import State, apply

UNFIT = (SluiceError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError, AssertionError)
"""Errors that the rules raise on facts that no command can have written."""


class DecodedFact(Struct, frozen=True):
    """A fact with its decoded event, None if the body is unreadable. `version` is the schema version of the body."""

    fact: Fact
    event: Event | None
    version: int = 1

    @property
    def record(self) -> str:
        """The fact's name in findings."""
        return f"{self.fact.stream} event {self.fact.seq}"


class CommandBatch(Struct, frozen=True):
    """The facts that one command wrote in one transaction: never empty, one key, one instant."""

    facts: tuple[DecodedFact, ...]
    first: Fact
    """The first fact. Actor, time and key are those of all."""
    last_seq: int
    """The number of the last fact."""

    @property
    def events(self) -> list[Event]:
        """The events that could be read."""
        return [each.event for each in self.facts if each.event is not None]

    @property
    def refused(self) -> bool:
        """Whether the batch only records a refusal. The key may then be used again."""
        return isinstance(self.facts[0].event, CommandRefused)


Check = Callable[[State, CommandBatch], Iterable[Finding]]
"""Returns the findings of a batch, given the state before it."""


class Refold:
    """Folds one stream. `checks` run before each batch is folded, `after` is called after it."""

    def __init__(
        self, checks: Iterable[Check] = (), after: Callable[[State, CommandBatch], None] | None = None
    ) -> None:
        self.state = State()
        self._checks = tuple(checks)
        self._after = after

    def take(self, batch: CommandBatch) -> Iterator[Finding]:
        """Fold a batch. What does not fit is reported, and the rest is still folded."""
        yield from _consistent(batch)
        for check in self._checks:
            try:
                yield from check(self.state, batch)
            except UNFIT as error:
                yield unfaithful(batch.facts[0].record, f"does not follow from the record: {_why(error)}")
        for decoded in batch.facts:
            if decoded.event is not None:
                yield from _in_open_books(self.state, decoded)
                try:
                    self.state = apply(self.state, decoded.event, decoded.fact.effective_on)
                except UNFIT as error:
                    yield unfaithful(decoded.record, f"does not follow from the events before it: {_why(error)}")
        if self._after is not None:
            self._after(self.state, batch)


def _in_open_books(state: State, decoded: DecodedFact) -> Iterator[Finding]:
    """Check that a fact counts from a day on which the books were open, and closes them for days that were over."""
    closed = state.production.books_closed_until if state.production is not None else None
    on, event = decoded.fact.effective_on, decoded.event
    if closed is not None and on <= closed:
        yield unfaithful(decoded.record, f"counts from {on}, when the books were closed until {closed}")
    if isinstance(event, BooksClosed) and not (closed or date.min) < event.until < on:
        yield unfaithful(decoded.record, f"closes the books until {event.until} on {on}, after {closed or 'nothing'}")


def _why(error: Exception) -> str:
    return error.sentence if isinstance(error, SluiceError) else f"{type(error).__name__} {error}"


def batches(facts: Iterable[Fact], findings: list[Finding], schemas: Schemas = SCHEMAS) -> Iterator[CommandBatch]:
    """Group the facts of a stream by the command that wrote them. Unreadable facts are added to `findings`."""
    decoded: list[DecodedFact] = []
    for fact in facts:
        if decoded and (fact.command_key, fact.recorded_at) != (
            decoded[0].fact.command_key,
            decoded[0].fact.recorded_at,
        ):
            yield CommandBatch(tuple(decoded), decoded[0].fact, decoded[-1].fact.seq)
            decoded = []
        decoded.append(_read(fact, findings, schemas))
    if decoded:
        yield CommandBatch(tuple(decoded), decoded[0].fact, decoded[-1].fact.seq)


def posted(decoded: DecodedFact) -> tuple[Entry, ...] | SluiceError:
    """The entries of an event, or the error that prevents them. None for an unreadable event."""
    if decoded.event is None:
        return ()
    try:
        return postings(decoded.event)
    except SluiceError as error:
        return error


def _read(fact: Fact, findings: list[Finding], schemas: Schemas) -> DecodedFact:
    try:
        event = fact.read(schemas)
    except SluiceError as error:
        findings.append(unfaithful(f"{fact.stream} event {fact.seq}", error.sentence))
        return DecodedFact(fact, None)
    decoded = DecodedFact(fact, event, schemas.version_of(kind_of(event.type), fact.body) if schemas.changed else 1)
    if event.type != fact.type:
        findings.append(unfaithful(decoded.record, "its type is not that of its body", event.type, fact.type))
    return decoded


def _consistent(batch: CommandBatch) -> Iterator[Finding]:
    """Check that a batch has one actor and one business day, and that its events name that actor."""
    first = batch.first
    for decoded in batch.facts:
        by = None if decoded.event is None else vars(decoded.event).get("by")
        if by is not None and by != decoded.fact.actor:
            yield unfaithful(decoded.record, "says another name than its actor's", decoded.fact.actor, by)
    for decoded in batch.facts[1:]:
        fact = decoded.fact
        if (fact.actor, fact.effective_on) != (first.actor, first.effective_on):
            yield unfaithful(
                decoded.record,
                f"its actor or day is not that of event {first.seq}, written by the same command",
                f"{first.actor} {first.effective_on}",
                f"{fact.actor} {fact.effective_on}",
            )
