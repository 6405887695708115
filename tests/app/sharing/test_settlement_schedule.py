"""The schedules of accounts and of the settlement calendar on a real Temporal server: made, kept, fired, removed."""

from datetime import date, time

import pytest
from temporalio.service import RPCError, RPCStatusCode

from activities.schedules import schedule_id, settlement_schedule_id
from app.commands.client import CommandClient
from app.worker.gateway import Gateway
from domain.commands import (
    ComputeDistribution,
)
from tests.domain.sharing.waterfall.deal import fact, receipt
from tests.world import PRODUCTION, SETTLEMENT, UNSHARED, WATERFALL, eventually
from workflows.names import distribution_workflow, production_workflow

FIRST, Q1 = "2025-02-19", "2025-Q1"
EARNS_ONLY = b"""sluice: 1
production: LIGHTHOUSE
title: A film that is made and paid
version: 1
effective_on: 2025-01-01
time_zone: Asia/Seoul
amendments: {parties: [studio]}
parties:
  - {id: studio, name: Studio, kind: studio}
  - {id: publisher, name: Publisher, kind: agent}
waterfall:
  currency: KRW
  pools: [{id: gross, receives: everything, residue: studio}]
"""
"""It has nothing to accept or to pay: its workflow ends as soon as it is registered."""


@pytest.fixture
def written(tmp_path):
    def write(raw):
        file = tmp_path / "agreement.yaml"
        file.write_bytes(raw)
        return file

    return write


@pytest.fixture
def schedule(services):
    return services.client.get_schedule_handle(settlement_schedule_id(PRODUCTION))


async def exists(schedule):
    try:
        await schedule.describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def comes(schedule):
    for _ in range(600):
        if await exists(schedule):
            return
        await eventually(lambda: True)
    raise AssertionError("it never came to be")


def ended(services):
    return services.client.get_workflow_handle(production_workflow(PRODUCTION)).result()


async def test_it_fires_each_weekday_morning_and_opens_what_is_due_once(services, schedule, written):
    world = services.world
    await CommandClient(services, "seoyeon").register(written(UNSHARED + WATERFALL + SETTLEMENT))
    await comes(schedule)
    spec = (await schedule.describe()).schedule.spec
    (morning,) = spec.calendars
    assert (spec.time_zone_name, [hour.start for hour in morning.hour]) == ("Asia/Seoul", [8])
    world.facts += [receipt("2025-02-03", "KRW 1000"), fact("date", "2025-01-20", "first-broadcast")]
    world.clock.to(date(2025, 4, 1), time(8))
    await schedule.trigger()
    await eventually(lambda: Q1 in world.snapshots().distributions)
    await schedule.trigger()
    await CommandClient(services, "dohyun").send(ComputeDistribution, production=PRODUCTION, period=Q1)
    found = world.snapshots().distributions
    assert {period: (one.status, one.revision) for period, one in found.items()} == {
        FIRST: ("computed", 1),
        Q1: ("computed", 1),
    }
    for period in (FIRST, Q1):
        handle = services.client.get_workflow_handle(distribution_workflow(PRODUCTION, period))
        assert (await handle.describe()).status.name == "RUNNING"
    assert world.events().count("distribution-computed") == 2
    assert world.wrong() == []


async def test_days_are_opened_when_the_agreement_says_on_the_days_on_which_the_accounts_bank_works(services, written):
    earlier = UNSHARED.replace(b"time_zone:", b"opens_at: 07:30\ntime_zone:", 1)
    raw = earlier.replace(b"calendars: [KR]", b"calendars: [SA]", 1) + WATERFALL + SETTLEMENT
    await CommandClient(services, "seoyeon").register(written(raw))
    weekdays = {
        schedule_id(PRODUCTION, "spc-krw"): [0, 1, 2, 3, 4],
        schedule_id(PRODUCTION, "spc-jpy"): [1, 2, 3, 4, 5],
        settlement_schedule_id(PRODUCTION): [1, 2, 3, 4, 5],
    }
    for name, days in weekdays.items():
        schedule = services.client.get_schedule_handle(name)
        await comes(schedule)
        (morning,) = (await schedule.describe()).schedule.spec.calendars
        assert [(each[0].start, each[0].end) for each in (morning.hour, morning.minute)] == [(7, 7), (30, 30)]
        assert sorted(day for each in morning.day_of_week for day in range(each.start, each.end + 1)) == days


async def test_it_outlives_the_production_and_is_made_again_when_it_was_lost(services, schedule, written):
    await CommandClient(services, "seoyeon").register(written(EARNS_ONLY + SETTLEMENT))
    assert (await ended(services))["complete"]
    assert await exists(schedule)
    await schedule.delete()
    await Gateway(services).starts.everything_unfinished()
    await ended(services)
    assert await exists(schedule)


async def test_an_amendment_makes_and_removes_it_also_when_the_production_has_ended(services, schedule, written):
    await CommandClient(services, "seoyeon").register(written(EARNS_ONLY))
    await ended(services)
    assert not await exists(schedule)
    with_calendar = EARNS_ONLY.replace(b"version: 1", b"version: 2") + SETTLEMENT
    await CommandClient(services, "seoyeon").amend(written(with_calendar))
    await ended(services)
    assert await exists(schedule)
    await CommandClient(services, "seoyeon").amend(written(EARNS_ONLY.replace(b"version: 1", b"version: 3")))
    await ended(services)
    assert not await exists(schedule)


async def test_one_that_an_operator_paused_stays_paused_through_an_amendment(services, schedule, written):
    await CommandClient(services, "seoyeon").register(written(EARNS_ONLY + SETTLEMENT))
    await ended(services)
    await schedule.pause(note="the auditors are in")
    moved = EARNS_ONLY.replace(b"version: 1", b"version: 2").replace(b"Asia/Seoul", b"Asia/Tokyo")
    await CommandClient(services, "seoyeon").amend(written(moved + SETTLEMENT))
    await ended(services)
    known = (await schedule.describe()).schedule
    assert (known.state.paused, known.state.note) == (True, "the auditors are in")
    assert known.spec.time_zone_name == "Asia/Tokyo"
