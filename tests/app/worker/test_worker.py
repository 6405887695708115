"""A worker as the process that serves: it works only while its machine's clock is the database's."""

import asyncio
import dataclasses
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from adapters.clock import SystemClock
from adapters.db.store import Store
from app.worker import worker
from app.worker.worker import check_clock, serve
from domain.errors import ClockOff


class Jumping:
    """The machine's clock, until it jumps."""

    def __init__(self, off=timedelta(0)):
        self.off = off

    def now(self):
        return SystemClock().now() + self.off


@pytest.fixture
def idle(services):
    """The services of a worker that nobody gives work to."""
    settings = services.settings.model_copy(update={"task_queue": f"q-{uuid.uuid4().hex[:8]}"})
    return dataclasses.replace(services, settings=settings)


@pytest.mark.parametrize(("days", "said"), [(1, "ahead of"), (-1, "behind")])
async def test_a_worker_whose_clock_is_a_day_off_does_not_start(idle, days, said):
    with pytest.raises(ClockOff, match=f"1 day, 0:00:00 {said} the database's"):
        await asyncio.wait_for(serve(idle, Jumping(timedelta(days=days))), 10)


async def test_a_worker_whose_clock_jumps_while_it_works_ends_itself(idle, monkeypatch):
    monkeypatch.setattr(worker, "CLOCK_IS_CHECKED_EVERY_S", 0.1)
    clock = Jumping()
    serving = asyncio.create_task(serve(idle, clock))
    await asyncio.sleep(1)
    assert not serving.done()
    clock.off = timedelta(days=1)
    with pytest.raises(ClockOff):
        await asyncio.wait_for(serving, 10)


def on(services, engine):
    return dataclasses.replace(services, handler=dataclasses.replace(services.handler, store=Store(engine)))


async def test_while_the_database_does_not_answer_nothing_is_said_of_the_clock(idle, tmp_path):
    nowhere = sa.create_engine(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}")
    await check_clock(on(idle, nowhere), Jumping(timedelta(days=1)))


async def test_while_every_connection_is_in_use_nothing_is_said_of_the_clock(idle, database):
    busy = sa.create_engine(database.app_url, pool_size=1, max_overflow=0, pool_timeout=0.1)
    with busy.connect():
        await check_clock(on(idle, busy), Jumping(timedelta(days=1)))
    busy.dispose()
