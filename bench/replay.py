"""Verifying chains and refolding: every event's link, the entries it posts, the command behind it, the snapshots.

Compared in the same run with a plain read of the same rows, hashing their bytes. Productions are made by the domain's
own rules, and put into the tables as they would have come to be there.
"""

import argparse
import hashlib
import json
import os
import resource
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from adapters.db.append import Append
from adapters.db.queries.chain import streamed
from adapters.db.rows import booking_rows
from adapters.db.store import Store
from adapters.db.streams import stream_of
from adapters.embedded.postgres import APP, OWNER
from app.audit.replay.parallel import proved
from app.database import upgrade
from app.worker.collector import collect_seldom
from bench import common
from domain import commands
from domain.agreement.model import Purpose
from domain.bank.identity import KnownBooking
from domain.bank.record import bookings
from domain.commands import Command
from domain.events import (
    DuePayment,
    Event,
    GatheredPayment,
    PaymentsFellDue,
    PaymentsGathered,
    PaymentsScheduled,
    PaymentsSettled,
    RunAccepted,
    RunPrepared,
    RunReleased,
    RunSubmitted,
    SettledPayment,
)
from domain.ledger.entries import postings
from domain.ledger.journal import (
    Head,
    canonical,
    chained,
    sha256,
)
from domain.state import State, fold
from domain.values.money import Money

TODAY = date(2026, 1, 5)
NOW = datetime(2026, 1, 5, tzinfo=UTC)
PAYMENTS = 100
"""Payments of a production. Each goes through its life in a run of its own."""
EVENTS_OF_A_LIFE = 8
HASH = "0" * 64


def life(production: str, number: int) -> Iterator[tuple[Command, list[Event]]]:
    """Return the eight commands of one payment's life, with the events they write."""
    name, run = f"{production}.{number}", f"{production}/spc-krw/KRW/{TODAY}/{number}"
    amount, by = Money(10_000 + number, "KRW"), {"by": "bench", "production": production}
    scheduled = common.payout(name, number)
    due = DuePayment(payment=name, purpose=Purpose.PRODUCTION, payee_party="vendor", amount=amount, due_on=TODAY)
    settled = SettledPayment(
        payment=name,
        payee_party="vendor",
        amount=amount,
        booked=amount,
        contract_value=amount,
        bank_reference=name,
    )
    about = {"run": run, "account": "spc-krw", "currency": "KRW"}
    yield common.PromisePayouts(key=f"promise/{name}", count=1, **by), [PaymentsScheduled(payments=(scheduled,))]
    yield commands.FallDue(key=f"due/{name}", on=TODAY, **by), [PaymentsFellDue(payments=(due,))]
    yield (
        commands.PrepareRun(key=f"prepare/{run}", on=TODAY, **about, **by),
        [
            RunPrepared(**about, execution_on=TODAY, by="bench", count=1, total=amount, sha256=HASH),
            PaymentsGathered(run=run, payments=(GatheredPayment(payment=name, end_to_end_id=name),)),
        ],
    )
    yield (
        commands.ReleaseRun(key=f"release/{run}", run=run, sha256=HASH, **by),
        [RunReleased(run=run, by="bench", sha256=HASH)],
    )
    yield (
        commands.SubmitRun(key=f"send/{run}", run=run, **by),
        [RunSubmitted(run=run, message_id=f"M-{name}", file=HASH)],
    )
    taken = {"account": "spc-krw", "file": HASH}
    yield (
        commands.TakeBankFile(key=f"accepted/{name}", **taken, **by),
        [RunAccepted(run=run, message_id=name)],
    )
    yield (
        commands.TakeBankFile(key=f"settled/{name}", **taken, **by),
        [PaymentsSettled(account="spc-krw", message_id=name, booked_on=TODAY, payments=(settled,))],
    )


def record(store: Store, production: str, payments: int = PAYMENTS) -> int:
    """Record a production's life in one transaction, and return its number of events."""
    stream, head, state = stream_of(production), Head(), State()
    facts, entries, remembered = [], [], []
    told: dict[tuple[str, str], KnownBooking] = {}
    for number in range(payments):
        for command, events in life(production, number):
            about: dict[str, Any] = {
                "effective_on": TODAY,
                "recorded_at": NOW,
                "actor": "bench",
                "command_key": command.key,
            }
            written = chained(stream, head, events, **about)
            head = Head(written[-1].seq, written[-1].hash)
            facts += written
            remembered.append((command.key, sha256(canonical(command)), stream, written[0].seq, head.seq))
            for fact, event in zip(written, events, strict=True):
                entries += [
                    (stream, fact.seq, line, e.account, e.amount.currency, e.amount.minor, e.about, TODAY)
                    for line, e in enumerate(postings(event), start=1)
                ]
            told |= bookings(events)
    state = fold(state, [(fact.event, TODAY) for fact in facts])
    journal = [
        (
            f.stream,
            f.seq,
            f.type,
            f.body.decode(),
            TODAY,
            NOW,
            f.actor,
            f.command_key,
            f.prev_hash,
            f.hash,
            f.acted.decode(),
        )
        for f in facts
    ]
    with store.transaction() as transaction:
        driver: Any = transaction.connection.connection.driver_connection
        for table, rows in (
            ("journal_event", journal),
            ("entry", entries),
            ("command", remembered),
            ("booking", [(*list(row.values())[:-1], json.dumps(row["told"])) for row in booking_rows(stream, told)]),
            ("stream_head", [(stream, head.seq, head.hash)]),
        ):
            with driver.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        snapshots = Append()
        snapshots.snapshots(production, State(), state)
        snapshots.send(driver.cursor())
    return len(facts)


def plainly_read(store: Store, only: str = "%") -> float:
    """Return the seconds to read the journal, or only the stream `only`, and to hash each row's bytes."""
    query = "SELECT * FROM journal_event WHERE stream LIKE %s ORDER BY stream, seq"
    begun = time.perf_counter()
    with store.reading() as records:
        for row in streamed(records.connection, query, (only,)):
            digest = hashlib.sha256(row[8])
            digest.update(row[3].encode())
            digest.digest()
    return time.perf_counter() - begun


def verified(store: Store, processes: int, read: float, streams: list[str]) -> dict[str, object]:
    """Verify streams once with `processes` processes. `read` is the seconds of a plain read of them."""
    begun, busy = time.perf_counter(), cpu_s()
    with store.reading() as records:
        proofs = list(proved(records.connection, streams, processes))
    took, busy = time.perf_counter() - begun, cpu_s() - busy
    events = sum(proof.events for proof in proofs)
    return {
        "events_per_s": round(events / took),
        "events_per_s_of_cpu": round(events / busy),
        "ratio_to_plain_read": round(read / took, 3),
        "holds": not any(proof.findings for proof in proofs),
        "peak_rss_mb": common.peak_rss_mb(os.getpid()),
    }


def of_one_stream(store: Store, size: int) -> dict[str, object]:
    """Verify one production as long as all others together. A lower rate means a cost that grows with length."""
    events, stream = record(store, "LONG", size // EVENTS_OF_A_LIFE), stream_of("LONG")
    analysed(store)
    read = plainly_read(store, stream)
    return {
        "events": events,
        "plain_read_events_per_s": round(events / read),
        **{f"processes_{n}": verified(store, n, read, [stream]) for n in (1, 2)},
    }


def analysed(store: Store) -> None:
    """Run ANALYZE, as autovacuum would after a while."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def cpu_s() -> float:
    """Return CPU seconds of this process and its ended children."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def measure(store: Store, sizes: list[int]) -> dict[str, object]:
    """Measure each size on top of the one before, on one server."""
    figures: dict[str, object] = {"bench": Path(__file__).stem, "events_per_s_goal": 100_000, "ratio_goal": 0.6}
    events = productions = 0
    for size in sizes:
        while events < size:
            events += record(store, f"P{productions}")
            productions += 1
        analysed(store)
        read = plainly_read(store)
        streams = [stream_of(f"P{number}") for number in range(productions)]
        figures[f"events_{events}"] = {
            "productions": productions,
            "plain_read_events_per_s": round(events / read),
            **{f"processes_{n}": verified(store, n, read, streams) for n in (1, 2)},
        }
    figures["one_stream"] = of_one_stream(store, sizes[-1])
    return figures


def main(sizes: list[int]) -> None:
    collect_seldom()
    with common.postgres() as (server, _):
        server.create_database()
        upgrade(server.url(OWNER))
        store = Store(sa.create_engine(server.url(APP)))
        common.print_json(measure(store, sizes))
        store.engine.dispose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--events", type=int, nargs="+", default=[10_000, 100_000], help="how many, one size after the other"
    )
    main(parser.parse_args().events)
