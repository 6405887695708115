"""The gateway: what it does with an outbox and with folders in which not everything is as it should be."""

import shutil
from datetime import date

import pytest
import sqlalchemy as sa

from activities.views import RunRef
from adapters.bank import folder as folder_module
from adapters.bank.folder import folder_of
from adapters.db import tables
from app.bootstrap import Services
from app.settings import Settings
from app.worker.gateway import Gateway
from tests.world import PRODUCTION

FOLDER = folder_of(PRODUCTION, "spc-krw")


class Temporal:
    """Takes note of the workflows that are to look again, unless it is down."""

    def __init__(self):
        self.down = False
        self.told = []

    async def start_workflow(self, _run, _argument, *, id, **_more):  # noqa: A002 - the client's own name
        if self.down:
            raise ConnectionError("no Temporal here")
        self.told.append(id)


@pytest.fixture
def world(world):
    world.register()
    world.clock.to(date(2025, 2, 14))
    return world


@pytest.fixture
def temporal():
    return Temporal()


@pytest.fixture
def gateway(world, temporal):
    return Gateway(Services(Settings(data=world.data), world.handler, temporal, world.folder))


def put_in(world, name, raw):
    (world.data / "bank" / FOLDER / "inbox" / name).write_bytes(raw)


def lying_in(world, part):
    return sorted(path.name for path in (world.data / "bank" / FOLDER / part).iterdir())


def still_to_do(world):
    with world.store.reading() as records:
        query = sa.select(tables.outbox.c.kind).where(tables.outbox.c.done_at.is_(None))
        return list(records.connection.execute(query).scalars())


async def test_what_the_outbox_cannot_do_now_does_not_keep_the_rest_waiting(world, gateway, temporal):
    await gateway.step()
    run = world.prepare().run
    world.release(run)
    with world.store.transaction() as transaction:
        transaction.post("run-news", PRODUCTION, run)
    world.runs.send(RunRef(production=PRODUCTION, run=run))
    put_in(world, "answer.xml", b"<no-answer/>")
    temporal.down = True
    with pytest.raises(ExceptionGroup, match="left where it is"):
        await gateway.step()
    assert (len(lying_in(world, "outbox")), lying_in(world, "inbox")) == (1, [])
    assert still_to_do(world) == ["run-news"]
    temporal.down = False
    assert await gateway.step()
    assert (temporal.told, still_to_do(world)) == ([f"run/{run}"], [])


async def test_a_folder_that_cannot_be_used_does_not_keep_the_others_waiting(world, gateway, temporal):
    await gateway.step()
    (first, *_) = sorted(path for path in (world.data / "bank").iterdir() if path.name != FOLDER)
    shutil.rmtree(first)
    first.touch()
    put_in(world, "answer.xml", b"<no-answer/>")
    with pytest.raises(ExceptionGroup, match="left where it is") as told:
        await gateway.step()
    assert [error.__notes__ for error in told.value.exceptions] == [[f"folder {first.name}"]]
    assert lying_in(world, "refused") == ["answer.xml", "answer.xml.why.txt"]


async def test_a_file_too_large_to_be_read_is_kept_aside(world, gateway, monkeypatch):
    await gateway.step()
    monkeypatch.setattr(folder_module, "MAX_BYTES", 3)
    put_in(world, "huge.xml", b"<huge/>")
    assert await gateway.step()
    assert lying_in(world, "inbox") == []
    assert lying_in(world, "refused") == ["huge.xml", "huge.xml.why.txt"]


async def test_a_file_that_another_gateway_took_first_is_no_trouble(world, gateway):
    await gateway.step()
    put_in(world, "answer.xml", b"<no-answer/>")
    world.folder.archive(FOLDER, "answer.xml")

    class SeenBefore:
        """The folder as it was a moment ago."""

        def __getattr__(self, name):
            return (lambda _: ["answer.xml"]) if name == "waiting" else getattr(world.folder, name)

    late = Gateway(Services(Settings(data=world.data), world.handler, Temporal(), SeenBefore()))
    await late.step()
    assert lying_in(world, "archive") == ["answer.xml"]
