"""Intake of statements of what a work earned and cost.

It is no Temporal activity, because the rows stream from a file where the caller is. It is one transaction all the same.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from adapters.agreement.documents import BadDocument, Located
from adapters.command_handler import CommandHandler
from adapters.db import facts
from adapters.db.records import Records, Selection
from adapters.db.store import CommandOutcome, Transaction
from adapters.sharing.entitlements import entitled, versions_by
from adapters.sharing.receipt_rates import ReceiptRates
from adapters.sharing.sheets.rows import Checked, Tick
from domain.agreement.model import Agreement
from domain.commands import ImportStatement, make
from domain.errors import BadInput, RateMissing
from domain.events import Event, StatementKind
from domain.events.revenue import Confirmed
from domain.identity.authentication import Authentication
from domain.sharing import revenue
from domain.sharing.waterfall.run import WaterfallVersion, in_force
from domain.sharing.waterfall.words import WordLists
from domain.state import State
from domain.values.currency import exponent
from domain.values.money import Money

LATEST_DAYS = 366
"""How far ahead a fact may lie. A later date is a typing error that would never count."""
KEPT_BYTES = 16_000_000
"""Larger files are not stored in the database. The journal has their name and SHA-256, and the table every row."""

_BATCH = 20_000
_MAX_CACHED = 50_000
_NULL = "\\N"


@dataclass(frozen=True, slots=True)
class ImportNotes:
    """What somebody says of an import: what they confirm, and why it restates what was reported before."""

    confirms: Confirmed | None = None
    reason: str | None = None


NO_NOTES = ImportNotes()


class FactActivities:
    """Takes in statements, all rows or none.

    `authentication` says who was trusted to say who takes them in; a substitute does so for `acting_for`.
    """

    def __init__(
        self, handler: CommandHandler, authentication: Authentication | None = None, acting_for: str | None = None
    ) -> None:
        self._handler = handler
        self._envelope = {"authentication": authentication, "acting_for": acting_for}

    def latest(self, production: str) -> date:
        """The latest date that a row may have.

        Raises:
            NotFound: the production is not registered.
        """
        return self._handler.today(self._handler.in_force(production)) + timedelta(days=LATEST_DAYS)

    def metrics(self, production: str, latest: date) -> tuple[str, ...]:
        """The metrics that may be counted with a receipt: those of all versions that a run uses until `latest`.

        A statement from before an amendment can so still be restated with its counts.
        """
        known = (metric for version in self._versions(production, latest) for metric in version.waterfall.metrics)
        return tuple(dict.fromkeys(known))

    def words(self, production: str, latest: date) -> WordLists:
        """The lists of words that a run until `latest` checks receipts against."""
        versions = self._versions(production, latest)
        return WordLists([(version.effective_on, version.waterfall.words) for version in versions])

    def _versions(self, production: str, latest: date) -> list[WaterfallVersion]:
        with self._handler.store.reading() as records:
            return in_force([version for _, version in versions_by(self._handler, records, production, latest)])

    def counts(self, production: str, kind: StatementKind, source: str, statement: str) -> bool:
        """Whether a statement is on record, with or without rows."""
        with self._handler.store.reading() as records:
            return facts.standing(records, production, kind, source, statement) is not None

    def check(self, production: str, by: str, checked: Checked, notes: ImportNotes = NO_NOTES) -> None:
        """Raise what `take` would, and record nothing. A file of several kinds is so taken as a whole.

        Raises:
            SluiceError: as `take` does.
        """
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, production)
            command = self._command(records, production, by, checked, notes)
            if self._decide(records, command, agreement):
                currency = revenue.shared_currency(agreement)
                convert = _RowConverter(0, ReceiptRates(records, agreement, currency, self._handler.overrides), checked)
                for line in checked.lines():
                    convert(line.decode())

    def take(
        self,
        production: str,
        by: str,
        checked: Checked,
        mapping: bytes | None = None,
        tick: Tick = lambda _: None,
        notes: ImportNotes = NO_NOTES,
    ) -> CommandOutcome:
        """Take in a statement: a new one, a restatement, or nothing if its rows count already.

        Raises:
            WrongRole: the user is no treasurer of a party whose account we instruct; the refusal is recorded.
            RateMissing: an amount's rate has not been imported.
            BadInput: the agreement does not say how a row's currency is converted, or has no waterfall; or the import
                looks like a mistake that nobody confirmed.
        """
        rows = checked.rows
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, production)
            command = self._command(records, production, by, checked, notes)

        def _rule(transaction: Transaction, _: State, in_force: Agreement) -> list[Event]:
            events = self._taken(transaction, command, in_force, checked, tick)
            if events:
                self._keep(transaction, checked, mapping)
            return events

        today = self._handler.today(agreement)
        return self._handler.carry_out(command, Selection(), _rule, min(today, rows.to_on or today)).outcome

    def change(
        self, production: str, by: str, statements: Sequence[tuple[Checked, ImportNotes]]
    ) -> dict[str, tuple[Money, Money]]:
        """What statements would make of each party's entitlement to date: before and with them. Nothing is recorded.

        Figures are cumulative, so the difference is by how much the next payout changes. The day is today, or that of
        the last row if that is later.

        Raises:
            SluiceError: a statement could not be taken in, or nothing can be shared with it.
        """
        with self._handler.store.engine.connect() as connection, connection.begin() as undone:
            transaction = Transaction(connection)
            agreement = self._handler.agreement(transaction, production)
            today = self._handler.today(agreement)
            until = max(today, *(checked.rows.to_on or today for checked, _ in statements))
            before = entitled(self._handler, transaction, agreement, until)
            for checked, notes in statements:
                command = self._command(transaction, production, by, checked, notes)
                self._taken(transaction, command, agreement, checked)
            after = entitled(self._handler, transaction, agreement, until)
            undone.rollback()
        nothing = Money.zero(revenue.shared_currency(agreement))
        return {party: (before.get(party, nothing), after.get(party, nothing)) for party in {**before, **after}}

    def _command(
        self, records: Records, production: str, by: str, checked: Checked, notes: ImportNotes
    ) -> ImportStatement:
        rows = checked.rows
        known = facts.standing(records, production, rows.kind, rows.source, rows.statement)
        version = known.version + 1 if known else 1
        named = {"kind": rows.kind, "source": rows.source, "statement": rows.statement, "digest": rows.sha256}
        own: dict[str, Any] = {"by": by, "production": production, **self._envelope}
        said: dict[str, Any] = {"confirms": notes.confirms, "reason": notes.reason}
        return make(ImportStatement, beside=named, version=version, rows=rows, **said, **own)

    def _decide(self, records: Records, command: ImportStatement, agreement: Agreement) -> list[Event]:
        rows, production = command.rows, command.production
        standing = facts.standing(records, production, rows.kind, rows.source, rows.statement)
        known = facts.known_statements(records, production, rows.kind)
        return revenue.take(
            command, standing, agreement, self._handler.person(command, records.people(*command.given_by)), known
        )

    def _taken(
        self,
        transaction: Transaction,
        command: ImportStatement,
        in_force: Agreement,
        checked: Checked,
        tick: Tick = lambda _: None,
    ) -> list[Event]:
        """Write a statement's rows, if they are new. The events record it."""
        events = self._decide(transaction, command, in_force)
        if events:
            currency = revenue.shared_currency(in_force)
            rates = ReceiptRates(transaction, in_force, currency, self._handler.overrides)
            number = facts.open_version(transaction, command.production, command.version, command.rows, currency)
            _write(transaction, checked, _RowConverter(number, rates, checked), tick)
        return events

    def _keep(self, transaction: Transaction, checked: Checked, mapping: bytes | None) -> None:
        if mapping is not None:
            transaction.keep(f"{checked.rows.source}.yaml", mapping)
        if checked.path.stat().st_size <= KEPT_BYTES:
            transaction.keep(checked.rows.file, checked.path.read_bytes())


class _RowConverter:
    """Converts spooled rows to table rows, with the amount in the waterfall's currency and its provenance."""

    def __init__(self, number: int, rates: ReceiptRates, checked: Checked) -> None:
        self._number, self._rates, self._checked = number, rates, checked
        self._known: dict[tuple[str, str, str], tuple[int, str]] = {}

    def __call__(self, spooled: str) -> str:
        line, on, currency, amount, rate, *words = spooled.rstrip("\n").split("\t")
        named = "\t".join(words)
        head = f"{self._number}\t{line}\t{on}"
        if not currency:
            return f"{head}\t{_NULL}\t{_NULL}\t{_NULL}\t{named}\t{amount or 0}\t{_NULL}\t{_NULL}\t{_NULL}\t{_NULL}\n"
        key = (currency, on, rate)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MAX_CACHED:  # with a bank's own rates, every row may have another one
                self._known.clear()
            known = self._known[key] = self._conversion(line, currency, on, rate)
        factor, tail = known
        return f"{head}\t{currency}\t{amount}\t{rate or _NULL}\t{named}\t{int(amount) * factor}{tail}\n"

    def _conversion(self, line: str, currency: str, on: str, rate: str) -> tuple[int, str]:
        """A whole factor for minor units, with its power of ten, and the rate's provenance."""
        source = self._checked.rows.source
        try:
            found = self._rates.of(currency, date.fromisoformat(on), Decimal(rate) if rate else None, source)
        except RateMissing as error:
            raise RateMissing(f"{self._checked.path}:{line}: {error.sentence}", **error.data) from error
        except BadInput as error:
            raise BadDocument([Located(str(self._checked.path), int(line), "currency", error.sentence)]) from None
        places = exponent(currency)
        if found is None:
            return 1, f"e-{places}\t{_NULL}\t{_NULL}\t{_NULL}\t{_NULL}"
        _, digits, power = found.rate.as_tuple()
        factor, shift = int("".join(map(str, digits))), int(power) - places
        return factor, f"e{shift}\t{found.rule}\t{found.source}\t{found.fixing_on}\t{found.rate:f}"


def _write(transaction: Transaction, checked: Checked, converted: Callable[[str], str], tick: Tick) -> None:
    """Write rows in batches. A conversion may look up a rate, which is impossible during a COPY."""
    done = 0
    for batch in _batches(checked.lines()):
        text = "".join([converted(line.decode()) for line in batch])
        facts.copy_in(transaction, checked.rows.kind, text, counted=bool(checked.rows.counts))
        done += len(batch)
        tick(done)


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in lines:
        batch.append(line)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
