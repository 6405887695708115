"""One stream of the journal, proved in one pass: its chain, and every table that follows from it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from adapters.db import audit, queries, rows
from adapters.db.store import production_of
from app.audit.replay.scope import Scope
from domain.audit.books import Commands, Ledger, Movements, Payloads, balance_findings
from domain.audit.findings import Finding, broken, differing, unfaithful
from domain.audit.refold import UNFIT, Check, Refold, Stretch, stretches
from domain.ledger.journal import Fact, Head, broken_links
from domain.schemas import SCHEMAS, Schemas
from domain.sharing.participation import untied
from domain.state import State
from domain.values.money import Money

EVERYTHING = Scope()

Heard = Callable[[State, Stretch], None]


@dataclass
class StreamProof:
    """A stream as it was looked at: where it ends, and what does not hold."""

    stream: str
    head: Head
    events: int = 0
    findings: list[Finding] = field(default_factory=list)


def prove(
    connection: Connection,
    stream: str,
    checks: Iterable[Check] = (),
    heard: Heard | None = None,
    tick: Callable[[int], None] = lambda _: None,
    scope: Scope = EVERYTHING,
    payloads: Payloads = lambda _: None,
    schemas: Schemas = SCHEMAS,
) -> StreamProof:
    """Prove a stream and all that follows from it; `connection` should see one instant, as `Store.reading` gives it.

    `checks` are asked of every stretch before it is folded, `heard` hears of it after, `tick` of how many events were
    looked at; `payloads` says what the command behind a stretch must have been.
    """
    proof = StreamProof(stream, queries.head(connection, stream))
    ledger = Ledger(stream, audit.entries(connection, stream))
    commands = Commands(stream, audit.commands(connection, stream), payloads)
    movements, refold = Movements(stream), Refold(checks, heard)
    said: list[Finding] = []

    def retold() -> Iterator[Fact]:
        """Every fact in order, once all books have judged the stretch that it is in."""
        for stretch in stretches(queries.facts(connection, stream), said, schemas):
            for book in (ledger, commands, movements, refold):
                said.extend(book.take(stretch))
            if scope.covers(stretch.first.effective_on):
                proof.findings += said
            said.clear()
            for told in stretch.told:
                yield told.fact
            proof.events += len(stretch.told)
            tick(len(stretch.told))

    links = [_link(sentence) for sentence in broken_links(stream, retold(), proof.head)]
    proof.findings = [*links, *proof.findings, *ledger.end(), *commands.end()]
    if scope.whole:
        proof.findings += movements.compared(audit.movements(connection, stream))
        proof.findings += balance_findings(stream, ledger.balances, audit.balances(connection, stream))
        proof.findings += _untied(stream, refold.state, ledger.balances)
        proof.findings += _snapshots(connection, production_of(stream), refold.state)
    return proof


def _link(sentence: str) -> Finding:
    record, _, said = sentence.partition(": ")
    return broken(record, said)


def _untied(stream: str, state: State, balances: Mapping[tuple[str, str], int]) -> Iterator[Finding]:
    """What is owed of the earnings, by ledger, payments and waterfall alike."""
    try:
        books = [(account, Money(minor, currency)) for (account, currency), minor in balances.items()]
        for sentence in untied(state.distributions, state.payments, books):
            yield unfaithful(f"participation in {stream}", sentence)
    except UNFIT as error:
        yield unfaithful(f"participation in {stream}", f"cannot be tied out: {error}")


def _snapshots(connection: Connection, production: str, state: State) -> Iterator[Finding]:
    """Rows of the snapshot tables that are not what the fold makes them."""
    folded: Mapping[str, Iterable[Mapping[str, Any]]] = {
        "production": [] if state.production is None else [rows.production_row(state.production)],
        "milestone": (rows.milestone_row(production, each) for each in state.milestones.values()),
        "payment": (rows.payment_row(production, each) for each in state.payments.values()),
        "receipt": (rows.receipt_row(production, each) for each in state.receipts.values()),
        "run": (rows.run_row(production, each) for each in state.runs.values()),
        "distribution": (rows.distribution_row(production, each) for each in state.distributions.values()),
    }
    for table, key in audit.SNAPSHOTS.items():
        expected = {row[key]: row for row in folded[table]}
        for found in audit.snapshots(connection, table, production):
            name = f"{table} {found[key]} of {production}"
            right = expected.pop(found[key], None)
            if right is None:
                yield unfaithful(name, "is on record, and no event made it")
            elif right != found:
                yield from differing(name, right, found)
        for missing in expected:
            yield unfaithful(f"{table} {missing} of {production}", "is not on record, though events made it")
