"""kill -9 of each process at several moments of a run of 200 payments: it goes on, and nothing is paid twice."""

import asyncio
import os
import signal

import pytest

from adapters.db.streams import stream_of
from adapters.embedded.postgres import DATABASE, OWNER
from app.commands.client import CommandClient
from bench import common
from domain.commands import (
    ReleaseRun,
)
from tests.faults import oracle

pytestmark = pytest.mark.xdist_group("faults-killed")

PAYOUTS = 200
PATIENCE_S = 90


async def released_at_last(services, run, sha256, patience_s=10):
    """Release as a person would who is told that it does not work now: again, until it is done."""
    until = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        try:
            return await asyncio.wait_for(
                CommandClient(services, common.RELEASER).send(ReleaseRun, run=run, sha256=sha256), patience_s
            )
        except Exception:
            if asyncio.get_running_loop().time() > until:
                raise
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("after_s", [0.0, 0.15, 0.35])
@pytest.mark.parametrize("process", ["worker", "sandbox-bank", "postgres", "temporal"])
async def test_a_process_killed_in_the_middle_of_a_run_does_no_harm(stack, services, production, process, after_s):
    await common.register(services, production, PAYOUTS)
    run, sha256 = await common.prepared_run(services, production)
    release = asyncio.create_task(released_at_last(services, run, sha256))
    await asyncio.sleep(after_s)
    os.kill(stack.process(process).pid, signal.SIGKILL)
    await release
    await common.until(lambda: oracle.closed(services, production), PATIENCE_S)
    assert common.statuses(services, production) == {"settled": PAYOUTS}
    oracle.assert_books_agree(stack, services, production, PAYOUTS)


async def test_what_a_killed_worker_was_at_is_done_by_the_next_one_soon(stack, services, production):
    await common.register(services, production, PAYOUTS)
    run, sha256 = await common.prepared_run(services, production)
    with stack.postgres.connect(OWNER, DATABASE) as owner, owner.transaction():
        owner.execute("SELECT FROM stream_head WHERE stream = %s FOR UPDATE", [stream_of(production)])
        release = asyncio.create_task(released_at_last(services, run, sha256, patience_s=60))
        await asyncio.sleep(1)  # the release waits for the lock, however fast this machine is
        os.kill(stack.process("worker").pid, signal.SIGKILL)
    begun = asyncio.get_running_loop().time()
    await release
    assert asyncio.get_running_loop().time() - begun < 25
    await common.until(lambda: oracle.closed(services, production), PATIENCE_S)
    oracle.assert_books_agree(stack, services, production, PAYOUTS)
