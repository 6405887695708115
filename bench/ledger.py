"""Posting commands one by one and in batches: idempotency key, hash chain, entries, snapshot, commit.

Two loads: hot, on 50 productions or accounts, and cold, on 1,000. Compared in the same run, on the same server and with
as many clients, with pgbench's TPC-B and, where `--pgledger` names a checkout of pgr0ss/pgledger, with its transfers
between as many accounts; it is not part of this repository. Our clients are threads of one Python process, theirs are
pgbench's.
"""

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

import sqlalchemy as sa

from adapters.db import tables
from adapters.db.records import Selection, given
from adapters.db.store import Context, Request, Store
from adapters.embedded.postgres import APP, OWNER, EmbeddedPostgres
from app.database import upgrade
from app.ledger.verify import verify
from bench import common, pgbench
from domain.commands import FallDue
from domain.events import LINES_PER_EVENT, DuePayment, PaymentsFellDue, ScheduledPayment
from domain.state import State

TODAY = date(2026, 1, 5)
CLIENTS = (1, 4, 20)
LOADS = {"hot": 50, "cold": 1_000}
GOALS = {("hot", 1): 0.8, ("hot", 4): 1.5, ("hot", 20): 1.5, ("cold", 20): 0.9}
"""Goals as multiples of pgledger's transfers per second. The other loads have none."""
ENTRIES_PER_LINE = 2
_OF_COMMAND = tables.payment.c.id.in_(sa.select(sa.func.unnest(sa.cast(given("payments"), sa.ARRAY(sa.Text)))))


@dataclass(frozen=True)
class Post:
    """A command with one event: `lines` payments of a production fall due."""

    production: str
    number: int
    lines: int

    def promised(self) -> list[ScheduledPayment]:
        return [common.payout(f"{self.production}.{self.number}-{line}", line) for line in range(self.lines)]

    def request(self) -> Request:
        """The command loads its payments and lets them fall due."""
        names = [f"{self.production}.{self.number}-{line}" for line in range(self.lines)]
        command = FallDue(
            key=f"bench/{self.production}/{self.number}", by="bench", production=self.production, on=TODAY
        )
        selection = Selection(payments=_OF_COMMAND, values={"payments": names})
        return Request(command, lambda *_: Context(TODAY, "bench"), _fall_due, selection)


def _fall_due(_: object, state: State, __: Context) -> tuple[State, list[PaymentsFellDue]]:
    lines = tuple(
        DuePayment(payment=p.id, purpose=p.purpose, payee_party=p.payee_party, amount=p.amount, due_on=TODAY)
        for p in state.payments.values()
    )
    return state, [PaymentsFellDue(payments=lines)]


def one_each(name: str, productions: int, commands: int, lines: int) -> Iterator[Post]:
    """Return commands on random productions, equal in every run."""
    chance, numbers = random.Random(name), Counter[int]()
    for _ in range(commands):
        production = chance.randrange(productions)
        yield Post(f"{name}{production}", numbers[production], lines)
        numbers[production] += 1


def promise(store: Store, posts: Sequence[Post]) -> None:
    """Promise the payments of the commands."""
    by_production: dict[str, list[Post]] = {}
    for post in posts:
        by_production.setdefault(post.production, []).append(post)
    for production, of_it in by_production.items():
        common.promise(store, production, list(chain.from_iterable(post.promised() for post in of_it)))


def measured(store: Store, posts: Sequence[Post], clients: int) -> dict[str, float]:
    """Carry out the commands from `clients` threads. Each thread takes the next command."""
    promise(store, posts)
    waiting = iter(posts)

    def work(_: int) -> list[float]:
        took = []
        while (post := next(waiting, None)) is not None:
            begun = time.perf_counter()
            store.handle(post.request(), in_company=post.lines == 1)
            took.append(time.perf_counter() - begun)
        return took

    with ThreadPoolExecutor(clients) as threads:
        begun, cpu = time.perf_counter(), time.process_time()
        took = list(chain.from_iterable(threads.map(work, range(clients))))
        wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    percentiles = statistics.quantiles(took, n=100)
    return {
        "commands_per_s": round(len(posts) / wall, 1),
        "p50_ms": round(percentiles[49] * 1e3, 2),
        "p99_ms": round(percentiles[98] * 1e3, 2),
        "python_ms_per_command": round(cpu / len(posts) * 1e3, 2),
    }


def beside(server: EmbeddedPostgres, load: str, clients: int, seconds: int, *, pgledger: bool) -> dict[str, float]:
    """Measure pgbench and pgledger with as many clients."""
    figures = {"tpc_b_per_s": round(pgbench.tpc_b_per_s(server, clients, seconds), 1)}
    if pgledger:
        figures["pgledger_per_s"] = round(pgbench.pgledger_per_s(server, clients, seconds, LOADS[load]), 1)
    return figures


def compared(ours: dict[str, float], others: dict[str, float], goal: float | None) -> dict[str, float | None]:
    ratios = {f"ratio_to_{name[:-6]}": round(ours["commands_per_s"] / per_s, 2) for name, per_s in others.items()}
    return {**ours, **others, **ratios, "ratio_to_pgledger_goal": goal}


def measure(server: EmbeddedPostgres, given_: argparse.Namespace) -> dict[str, object]:
    """Measure everything on one server: for each load and number of clients first the others, then ours."""
    server.create_database()
    upgrade(server.url(OWNER))
    pgbench.prepare_tpc_b(server, given_.scale)
    if given_.pgledger:
        pgbench.prepare_pgledger(server, given_.pgledger)
    store = Store(sa.create_engine(server.url(APP), pool_size=24))
    figures: dict[str, object] = {
        "bench": Path(__file__).stem,
        "pgledger": "compared with" if given_.pgledger else "not compared with: name a checkout by --pgledger",
    }
    measured(store, list(one_each("WARM", 4, 40, 1)), 4)
    for load, productions in LOADS.items():
        for clients in CLIENTS:
            others = beside(server, load, clients, given_.seconds, pgledger=bool(given_.pgledger))
            posts = list(one_each(f"{load.upper()}{clients}-", productions, given_.commands, 1))
            figures[f"{load}_clients_{clients}"] = compared(
                measured(store, posts, clients), others, GOALS.get((load, clients))
            )
    for clients in (1, 2):
        posts = [Post(f"MANY{clients}-{n % clients}", n, LINES_PER_EVENT) for n in range(given_.batches)]
        per_s = measured(store, posts, clients)["commands_per_s"]
        figures[f"batched_clients_{clients}"] = {
            "entries_per_s": round(per_s * LINES_PER_EVENT * ENTRIES_PER_LINE),
            "entries_per_s_goal": 50_000,
        }
    figures.update(proved(store))
    store.engine.dispose()
    return figures


def proved(store: Store) -> dict[str, object]:
    begun = time.perf_counter()
    with store.reading() as records:
        proof = verify(records.connection)
    per_s = round(proof.events / (time.perf_counter() - begun))
    return {"verified_events": proof.events, "verified_events_per_s": per_s, "verified": not proof.wrong}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=4_000, help="commands of one payment")
    parser.add_argument("--batches", type=int, default=60, help=f"commands of {LINES_PER_EVENT} payments")
    parser.add_argument("--seconds", type=int, default=5, help="how long pgbench runs")
    parser.add_argument("--scale", type=int, default=50, help="pgbench's scale")
    parser.add_argument("--pgledger", type=Path, help="a checkout of pgledger")
    arguments = parser.parse_args()
    with common.postgres() as (running, _):
        common.print_json(measure(running, arguments))
