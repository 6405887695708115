"""The outbox and the bank's folders: everything happens, and happens once, wherever it was cut off."""

import asyncio
import os
from datetime import date

import pytest

from activities.views import RunRef
from adapters.bank.folder import folder_of
from adapters.bank.xml import MAX_BYTES
from app.worker.gateway import Gateway
from tests.world import PRODUCTION, eventually
from workflows.names import production_workflow, run_workflow

FOLDER = folder_of(PRODUCTION, "spc-krw")


@pytest.fixture
def world(services):
    services.world.register()
    services.world.clock.to(date(2025, 2, 14))
    return services.world


@pytest.fixture
def gateway(services):
    return Gateway(services)


def ordered(world):
    """A released run whose order is in the outbox; nobody has delivered it."""
    run = world.prepare().run
    world.release(run)
    world.runs.send(RunRef(production=PRODUCTION, run=run))
    return run


def files(world, part):
    return sorted(path.name for path in (world.data / "bank" / FOLDER / part).iterdir())


async def test_an_order_is_delivered_once_though_it_was_marked_late(world, gateway, services):
    ordered(world)
    rows = gateway.relay.waiting()
    gateway.relay.deliver(rows[0])  # and then the worker was killed
    world.their_bank.step()
    assert await Gateway(services).step()
    assert files(world, "outbox") == []
    assert [row for row in gateway.relay.waiting() if row.kind == "bank-file"] == []
    assert len(files(world, "sent")) == 1


async def test_two_gateways_deliver_an_order_once(world, gateway, services):
    ordered(world)
    await asyncio.gather(gateway.step(), Gateway(services).step())
    assert len(files(world, "outbox")) == 1


async def test_an_answer_that_was_taken_but_not_put_away_is_taken_once(world, gateway, services):
    ordered(world)
    await gateway.step()
    world.their_bank.step()
    name = world.folder.waiting(FOLDER)[0]
    services.bank.take(PRODUCTION, "spc-krw", name, world.folder.read(FOLDER, name))  # and then it was killed
    await gateway.step()
    assert world.statuses()["WR-A"] == "settled"
    assert world.events().count("run-accepted") == 1
    assert files(world, "inbox") == []


async def test_news_starts_the_workflow_of_a_run_that_was_lost(world, gateway, services):
    run = ordered(world)
    await gateway.step()
    world.their_bank.step()
    while await gateway.step():
        pass
    handle = services.client.get_workflow_handle(run_workflow(run))
    assert (await asyncio.wait_for(handle.result(), 20))["status"] == "submitted"


async def test_after_all_histories_were_lost_everything_unfinished_is_started(world, gateway, services):
    run = world.prepare().run
    await gateway.starts.everything_unfinished()
    for name in (production_workflow(PRODUCTION), run_workflow(run)):
        assert (await services.client.get_workflow_handle(name).describe()).status.name == "RUNNING"
    await gateway.starts.everything_unfinished()  # again, with all of them running


async def test_an_answer_that_is_still_being_written_is_left_until_it_is_whole(world, gateway):
    ordered(world)
    await gateway.step()
    world.their_bank.step()
    inbox = world.data / "bank" / FOLDER / "inbox"
    whole = {path: path.read_bytes() for path in inbox.iterdir()}
    for path, raw in whole.items():
        path.write_bytes(raw[: len(raw) // 2])
    assert not await gateway.step()
    assert (files(world, "refused"), len(files(world, "inbox"))) == ([], len(whole))
    for path, raw in whole.items():
        path.write_bytes(raw)
    await gateway.step()
    assert (files(world, "refused"), files(world, "inbox")) == ([], [])
    assert world.statuses()["WR-A"] == "settled"


async def test_a_file_that_is_refused_is_kept_aside_with_why_and_the_next_is_taken(world, gateway):
    inbox = world.data / "bank" / FOLDER / "inbox"
    ordered(world)
    await gateway.step()
    (inbox / "0000-bad.xml").write_bytes(b"<not-xml")
    os.utime(inbox / "0000-bad.xml", (0, 0))  # nobody is writing it any more
    world.their_bank.step()
    await gateway.step()
    assert files(world, "refused") == ["0000-bad.xml", "0000-bad.xml.why.txt"]
    assert world.statuses()["WR-A"] == "settled"
    assert world.events().count("bank-file-refused") == 1


async def test_a_file_too_large_to_be_a_banks_does_not_stop_the_others(world, gateway):
    inbox = world.data / "bank" / FOLDER / "inbox"
    ordered(world)
    await gateway.step()
    with (inbox / "0000-huge.xml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    world.their_bank.step()
    await gateway.step()
    assert files(world, "refused") == ["0000-huge.xml", "0000-huge.xml.why.txt"]
    assert world.statuses()["WR-A"] == "settled"


async def test_the_same_answer_under_two_names_does_not_stop_the_others(world, gateway):
    ordered(world)
    await gateway.step()
    world.their_bank.step()
    inbox = world.data / "bank" / FOLDER / "inbox"
    for path in list(inbox.iterdir()):
        (inbox / f"again-{path.name}").write_bytes(path.read_bytes())
    while await gateway.step():
        pass
    assert files(world, "inbox") == []
    await eventually(lambda: world.statuses()["WR-A"] == "settled")
