"""Posting commands one by one and in batches: idempotency key, hash chain, entries, snapshot, commit.

Compared with pgbench's TPC-B on the same server in the same run, with as many clients and the same settings.
"""

import argparse
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import chain
from pathlib import Path

import sqlalchemy as sa

from adapters.db.store import Context, Store
from adapters.embedded.postgres import APP, OWNER, EmbeddedPostgres
from app.database import upgrade
from app.ledger.verify import verify
from bench import common
from domain.commands import FallDue
from domain.events import LINES_PER_EVENT, DuePayment, PaymentsFellDue, ScheduledPayment
from domain.payments import payments
from domain.state import State

TODAY = date(2026, 1, 5)
PGBENCH = "pgbench"
ENTRIES_PER_LINE = 2


def promised(production: str, number: int, lines: int) -> list[ScheduledPayment]:
    """The payments that a command lets fall due."""
    return [common.payout(f"{production}.{number}-{line}", line) for line in range(lines)]


def post(store: Store, production: str, number: int, lines: int) -> None:
    """One command with one event: `lines` payments fall due."""
    due = [payments.scheduled(line) for line in promised(production, number, lines)]
    fell_due = PaymentsFellDue(
        payments=tuple(
            DuePayment(payment=p.id, purpose=p.purpose, payee_party=p.payee_party, amount=p.amount, due_on=TODAY)
            for p in due
        )
    )
    state = State(payments=payments.Payments(due))
    command = FallDue(key=f"bench/{production}/{number}", by="bench", production=production, on=TODAY)
    store.carry_out(command, Context(effective_on=TODAY, actor="bench"), lambda _: (state, [fell_due]))


def commands_per_s(store: Store, name: str, clients: int, commands: int, lines: int) -> float:
    """Commands in a second from `clients` threads, each on a production, and so a chain, of its own."""

    def one_after_the_other(client: int) -> None:
        for number in range(commands // clients):
            post(store, f"{name}{client}", number, lines)

    for client in range(clients):
        every = (promised(f"{name}{client}", number, lines) for number in range(commands // clients))
        common.promise(store, f"{name}{client}", list(chain.from_iterable(every)))
    with ThreadPoolExecutor(clients) as threads:
        begun = time.perf_counter()
        list(threads.map(one_after_the_other, range(clients)))
        return (commands // clients) * clients / (time.perf_counter() - begun)


def tpc_b_per_s(server: EmbeddedPostgres, clients: int, seconds: int) -> float:
    """Transactions in a second of pgbench's own."""
    host = str(sa.make_url(server.url(OWNER, PGBENCH)).query["host"])
    where = ("-h", host, "-U", OWNER, PGBENCH)
    run = (str(server.binaries / "pgbench"), "-c", str(clients), "-j", str(min(clients, 2)), "-T", str(seconds), *where)
    said = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    (line,) = (line for line in said.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def prepare_tpc_b(server: EmbeddedPostgres, scale: int) -> None:
    server.create_database(PGBENCH)
    host = str(sa.make_url(server.url(OWNER, PGBENCH)).query["host"])
    program = str(server.binaries / "pgbench")
    subprocess.run(
        (program, "-q", "-i", "-s", str(scale), "-h", host, "-U", OWNER, PGBENCH), check=True, capture_output=True
    )


def measure(server: EmbeddedPostgres, commands: int, batches: int, seconds: int, scale: int) -> dict[str, object]:
    """Everything, on one server: first TPC-B, then ours, for each number of clients."""
    server.create_database()
    upgrade(server.url(OWNER))
    prepare_tpc_b(server, scale)
    store = Store(sa.create_engine(server.url(APP), pool_size=8))
    figures: dict[str, object] = {"bench": Path(__file__).stem}
    commands_per_s(store, "WARM", 4, 40, 1)
    for clients in (1, 4):
        tpc_b = tpc_b_per_s(server, clients, seconds)
        ours = commands_per_s(store, f"ONE{clients}", clients, commands, 1)
        figures[f"clients_{clients}"] = {
            "commands_per_s": round(ours, 1),
            "tpc_b_per_s": round(tpc_b, 1),
            "ratio": round(ours / tpc_b, 2),
            "ratio_goal": 1,
        }
    per_batch = LINES_PER_EVENT * ENTRIES_PER_LINE
    for clients in (1, 2):
        batched = commands_per_s(store, f"MANY{clients}", clients, batches, LINES_PER_EVENT)
        figures[f"batched_clients_{clients}"] = {
            "entries_per_s": round(batched * per_batch),
            "entries_per_s_goal": 20_000,
        }
    begun = time.perf_counter()
    with store.reading() as records:
        proof = verify(records.connection)
    figures["verified_events"] = proof.events
    figures["verified_events_per_s"] = round(proof.events / (time.perf_counter() - begun))
    figures["verified"] = not proof.wrong
    store.engine.dispose()
    return figures


def main(commands: int, batches: int, seconds: int, scale: int) -> None:
    with common.postgres() as (server, _):
        common.print_json(measure(server, commands, batches, seconds, scale))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=4_000, help="commands of one payment")
    parser.add_argument("--batches", type=int, default=60, help=f"commands of {LINES_PER_EVENT} payments")
    parser.add_argument("--seconds", type=int, default=5, help="how long pgbench runs")
    parser.add_argument("--scale", type=int, default=10, help="pgbench's scale")
    given = parser.parse_args()
    main(given.commands, given.batches, given.seconds, given.scale)
