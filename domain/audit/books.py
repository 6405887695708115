"""Compares tables that follow from a stream with the events, row by row, while the stream is refolded.

Each comparison takes its recorded rows in journal order and the batches in the same order. It holds one row at a time.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import groupby, zip_longest
from typing import NamedTuple

from domain.audit.findings import Finding, unfaithful
from domain.audit.refold import CommandBatch, DecodedFact, posted
from domain.bank.identity import KnownBooking
from domain.bank.record import bookings
from domain.bank.statements import BankStatement, statements
from domain.errors import SluiceError
from domain.ledger.entries import Entry
from domain.values.money import Money


class Entered(NamedTuple):
    """A recorded ledger entry."""

    seq: int
    line: int
    account: str
    currency: str
    minor: int
    about: str
    effective_on: date


class Commanded(NamedTuple):
    """The recorded outcome of a command."""

    key: str
    payload: str
    first_seq: int
    last_seq: int


class Ledger:
    """Compares recorded entries with what the events post. `balances` are those of the events, in minor units."""

    def __init__(self, stream: str, recorded: Iterable[Entered]) -> None:
        self.balances: dict[tuple[str, str], int] = {}
        self._stream = stream
        self._recorded = groupby(recorded, key=lambda entry: entry.seq)
        self._at: tuple[int | None, list[Entered]] = (None, [])
        self._next()

    def take(self, batch: CommandBatch) -> Iterator[Finding]:
        """Compare the entries of a batch."""
        for decoded in batch.facts:
            seq, found = self._at
            if seq is not None and seq < decoded.fact.seq:
                yield from self._skip_to(decoded.fact.seq)
                seq, found = self._at
            if seq == decoded.fact.seq:
                self._next()
            else:
                found = []
            expected = posted(decoded)
            if isinstance(expected, SluiceError):
                yield unfaithful(decoded.record, expected.sentence)
            elif expected or found:
                yield from self._compare(decoded, expected, found)

    def end(self) -> Iterator[Finding]:
        """Report the remaining entries, which follow from no event."""
        return self._skip_to(None)

    def _compare(self, decoded: DecodedFact, expected: tuple[Entry, ...], found: list[Entered]) -> Iterator[Finding]:
        on = decoded.fact.effective_on
        for line, (right, entry) in enumerate(zip_longest(expected, found), start=1):
            if right is not None:
                key = (right.account, right.amount.currency)
                self.balances[key] = self.balances.get(key, 0) + right.amount.minor
            if (
                right is None
                or entry is None
                or entry.line != line
                or entry.minor != right.amount.minor
                or entry.account != right.account
                or entry.currency != right.amount.currency
                or entry.about != right.about
                or entry.effective_on != on
            ):
                difference = f"its entries are not what a {decoded.fact.type} event posts"
                yield unfaithful(decoded.record, difference, _expected(line, right, on), _found(entry))

    def _skip_to(self, seq: int | None) -> Iterator[Finding]:
        while self._at[0] is not None and (seq is None or self._at[0] < seq):
            yield unfaithful(self._stream, f"entries name event {self._at[0]}, which is not in the journal")
            self._next()

    def _next(self) -> None:
        seq, group = next(self._recorded, (None, iter(())))
        self._at = (seq, list(group))


Payloads = Callable[[CommandBatch], frozenset[str] | None]
"""The possible hashes of a batch's command; None if its events do not determine the command."""


class Commands:
    """Compares recorded commands with the events they wrote. Refused commands are not recorded there."""

    def __init__(self, stream: str, recorded: Iterator[Commanded], payloads: Payloads = lambda _: None) -> None:
        self._stream, self._payloads = stream, payloads
        self._recorded = recorded
        self._at = next(recorded, None)

    def take(self, batch: CommandBatch) -> Iterator[Finding]:
        """Compare the command of a batch."""
        if batch.refused:
            return
        first = batch.first
        while self._at is not None and self._at.first_seq < first.seq:
            yield self._without_event(self._at)
        at = self._at
        if at is None or at.first_seq != first.seq:
            difference = f"the commands table has no command {first.command_key}, which wrote it"
            yield unfaithful(batch.facts[0].record, difference)
            return
        self._at = next(self._recorded, None)
        if (at.key, at.last_seq) != (first.command_key, batch.last_seq):
            difference = f"differs from event {first.seq} of {self._stream} in its key or its events"
            wrote = f"{first.command_key}, events {first.seq} to {batch.last_seq}"
            yield unfaithful(f"command {at.key}", difference, wrote, _command_span(at))
        payload = self._payloads(batch)
        if payload is not None and at.payload not in payload:
            difference = f"has another payload than {batch.facts[0].record} follows from"
            yield unfaithful(f"command {at.key}", difference, " or ".join(sorted(payload)), at.payload)

    def end(self) -> Iterator[Finding]:
        """Report the remaining commands, which wrote no event."""
        while self._at is not None:
            yield self._without_event(self._at)

    def _without_event(self, at: Commanded) -> Finding:
        self._at = next(self._recorded, None)
        difference = f"is recorded, but no event of {self._stream} was written by it"
        return unfaithful(f"command {at.key}", difference, "", _command_span(at))


Recorded = tuple[str, KnownBooking]
"""A booking on record, with the id of its account."""


class Bookings:
    """Compares the recorded bookings with those that the events tell."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._told: dict[tuple[str, str], KnownBooking] = {}

    def take(self, batch: CommandBatch) -> tuple[Finding, ...]:
        """Collect the bookings that a batch tells."""
        self._told |= bookings(batch.events)
        return ()

    def compared(self, recorded: Iterable[Recorded]) -> Iterator[Finding]:
        """The differences from the recorded bookings."""
        missing = self._told
        for account, booking in recorded:
            told = missing.pop((account, booking.movement), None)
            if told is None:
                yield unfaithful(self._named(account, booking.movement), "is on record, and no event books it")
            elif told != booking:
                different = [name for name in told.__struct_fields__ if getattr(told, name) != getattr(booking, name)]
                words = f"is on record with another {' and '.join(different)} than its event tells"
                yield unfaithful(self._named(account, booking.movement), words, str(told), str(booking))
        for account, movement in sorted(missing):
            yield unfaithful(self._named(account, movement), "is booked by an event, and not on record")

    def _named(self, account: str, movement: str) -> str:
        return f"movement {movement} on {account} of {self._stream}"


class BankStatements:
    """Compares the recorded statements of banks with those that the events tell."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._told: dict[tuple[int, int], BankStatement] = {}

    def take(self, batch: CommandBatch) -> tuple[Finding, ...]:
        """Collect the statements that a batch tells."""
        for decoded in batch.facts:
            if decoded.event is not None:
                told = statements(decoded.fact.seq, decoded.fact.effective_on, decoded.event)
                self._told |= {(one.seq, one.place): one for one in told}
        return ()

    def compared(self, recorded: Iterable[BankStatement]) -> Iterator[Finding]:
        """The differences from the recorded statements."""
        missing = self._told
        for one in recorded:
            told = missing.pop((one.seq, one.place), None)
            if told is None:
                yield unfaithful(self._named(one), "is on record, and no event tells it")
            elif told != one:
                yield unfaithful(self._named(one), "is on record otherwise than its event tells", str(told), str(one))
        for _, one in sorted(missing.items()):
            yield unfaithful(self._named(one), "is told by an event, and not on record")

    def _named(self, one: BankStatement) -> str:
        return f"statement {one.report} on {one.account}, number {one.place} of event {one.seq} of {self._stream}"


def balance_findings(
    stream: str, expected: dict[tuple[str, str], int], found: Iterable[tuple[str, str, int]]
) -> Iterator[Finding]:
    """Recorded balances, as (account, currency, minor), that differ from those of the events."""
    left = {key: minor for key, minor in expected.items() if minor}
    for account, currency, minor in found:
        right = left.pop((account, currency), 0)
        if minor != right:
            record = f"balance of {account} in {stream}"
            yield unfaithful(record, "is not what the events make it", _money(right, currency), _money(minor, currency))
    for (account, currency), minor in sorted(left.items()):
        yield unfaithful(f"balance of {account} in {stream}", "is missing", _money(minor, currency))


def _money(minor: int, currency: str) -> str:
    try:
        return str(Money(minor, currency))
    except SluiceError:  # the currency does not exist
        return f"{currency} {minor} minor units"


def _expected(line: int, entry: Entry | None, on: date) -> str:
    return "" if entry is None else f"line {line}: {entry.amount} on {entry.account} for {entry.about}, {on}"


def _found(entry: Entered | None) -> str:
    if entry is None:
        return ""
    amount = _money(entry.minor, entry.currency)
    return f"line {entry.line}: {amount} on {entry.account} for {entry.about}, {entry.effective_on}"


def _command_span(at: Commanded) -> str:
    return f"{at.key}, events {at.first_seq} to {at.last_seq}"
