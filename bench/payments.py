"""A payment run from its release until the last payment is settled: Temporal, database and bank files together.

Compared, on the same servers in the same run, with a bare workflow that runs one trivial activity for each payment, and
with COPY of the very rows that the run left in the database.
"""

import argparse
import asyncio
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from adapters.bank.folder import folder_of
from app.bootstrap import Services
from app.commands.client import CommandClient
from app.stack.stack import WORKER, EmbeddedStack
from bench import common
from domain.commands import (
    ReleaseRun,
)

PRODUCTION = "BENCH"
BARE_AT_ONCE = 100
COPIED = ("journal_event", "entry", "payment")


@activity.defn
async def nothing(payment: str) -> str:
    return payment


@workflow.defn
class Bare:
    """The minimal cost of a payment as a workflow of its own."""

    @workflow.run
    async def run(self, payment: str) -> str:
        """Pay nothing."""
        return await workflow.execute_activity(nothing, payment, start_to_close_timeout=timedelta(seconds=30))


async def bare_workflows_per_s(stack: EmbeddedStack, count: int) -> float:
    """Return how many bare workflows of one activity complete in a second, with many at a time."""
    client = await Client.connect(stack.temporal_address, namespace=stack.temporal.namespace)
    at_once = asyncio.Semaphore(BARE_AT_ONCE)

    async def one(number: int) -> None:
        async with at_once:
            await client.execute_workflow(Bare.run, f"P{number}", id=f"bare/{number}", task_queue="bare")

    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue="bare", workflows=[Bare], activities=[nothing], workflow_runner=runner):
        begun = time.perf_counter()
        await asyncio.gather(*(one(number) for number in range(count)))
        return count / (time.perf_counter() - begun)


def copy_seconds(stack: EmbeddedStack, first_seq: int) -> tuple[int, float]:
    """Return the run's number of rows, and the seconds that COPY takes to write them into identical tables."""
    with psycopg.connect(stack.owner_url.replace("+psycopg", ""), autocommit=True) as owner:
        written = {}
        for table in COPIED:
            owner.execute(f"CREATE TABLE copied_{table} (LIKE {table} INCLUDING ALL)")
            chosen = "" if table == "payment" else f" WHERE seq >= {first_seq}"
            with owner.cursor().copy(f"COPY (SELECT * FROM {table}{chosen}) TO STDOUT") as rows:
                written[table] = b"".join(rows)
        begun = time.perf_counter()
        with owner.transaction(), owner.cursor() as cursor:
            for table, content in written.items():
                with cursor.copy(f"COPY copied_{table} FROM STDIN") as copy:
                    copy.write(content)
        seconds = time.perf_counter() - begun
        return sum(content.count(b"\n") for content in written.values()), seconds


def phases(stack: EmbeddedStack, first_seq: int, begun: datetime, ended: datetime) -> dict[str, float]:
    """Return the seconds of each phase, in order."""
    home = stack.data / "bank" / folder_of(PRODUCTION, common.ACCOUNT) / "archive"
    answers = [datetime.fromtimestamp(file.stat().st_mtime, begun.tzinfo) for file in home.iterdir()]
    with psycopg.connect(stack.auditor_url.replace("+psycopg", "")) as auditor:
        recorded: dict[str, Any] = dict(
            auditor.execute(
                "SELECT type, min(recorded_at) FROM journal_event WHERE seq >= %s GROUP BY type", [first_seq]
            ).fetchall()
        )
        (sent,) = auditor.execute("SELECT min(done_at) FROM outbox WHERE kind = 'bank-file'").fetchone() or (ended,)
    moments = {
        "release": recorded["run-submitted"],
        "send, until the bank has the file": sent,
        "the bank, until its last answer is there": max(answers),
        "pain.002 waits and is taken in": recorded["payments-settled"],
        "camt.054 is taken in": ended,
    }
    seconds, before = {}, begun
    for phase, moment in moments.items():
        seconds[phase] = round((moment - before).total_seconds(), 3)
        before = moment
    return seconds


async def measure(stack: EmbeddedStack, payments: int, bare: int) -> dict[str, object]:
    """Measure everything in one run."""
    async with common.connected(stack) as services:
        return await _measure(stack, services, payments, bare)


async def _measure(stack: EmbeddedStack, services: Services, payments: int, bare: int) -> dict[str, object]:
    await common.register(services, PRODUCTION, payouts=1)
    payouts = [common.payout(f"{PRODUCTION}.S{number}", number) for number in range(payments - 1)]
    await asyncio.to_thread(common.promise, services.store, PRODUCTION, payouts)
    run, sha256 = await common.prepared_run(services, PRODUCTION)
    with psycopg.connect(stack.auditor_url.replace("+psycopg", "")) as auditor:
        (last_seq,) = auditor.execute("SELECT seq FROM stream_head").fetchone() or (0,)
    begun, began_at = time.perf_counter(), datetime.now().astimezone()
    await CommandClient(services, common.RELEASER).send(ReleaseRun, run=run, sha256=sha256)
    await common.until(lambda: common.statuses(services, PRODUCTION) == {"settled": payments}, patience_s=600)
    seconds, ended_at = time.perf_counter() - begun, datetime.now().astimezone()
    bare_per_s = await bare_workflows_per_s(stack, bare)
    rows, copy_s = await asyncio.to_thread(copy_seconds, stack, last_seq + 1)
    return {
        "bench": Path(__file__).stem,
        "payments": payments,
        "seconds": round(seconds, 3),
        "payments_per_s": round(payments / seconds),
        "bare_workflow_per_s": round(bare_per_s, 1),
        "ratio_to_bare": round(payments / seconds / bare_per_s, 1),
        "ratio_to_bare_goal": 50,
        "rows": rows,
        "copy_s": round(copy_s, 3),
        "ratio_to_copy": round(copy_s / seconds, 3),
        "ratio_to_copy_goal": 0.5,
        "phases_s": phases(stack, last_seq + 1, began_at, ended_at),
        "worker_peak_rss_mb": common.peak_rss_mb(stack.process(WORKER).pid),
    }


def main(payments: int, bare: int) -> None:
    with common.new_stack() as stack:
        common.print_json(asyncio.run(measure(stack, payments, bare)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=10_000)
    parser.add_argument("--bare", type=int, default=1_000, help="how many bare workflows to measure with")
    given = parser.parse_args()
    main(given.payments, given.bare)
