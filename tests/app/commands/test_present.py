"""Without a worker, a command is not sent, and the user learns so within seconds."""

import asyncio
import base64
import uuid

import pytest
from temporalio.client import Client

from app.bootstrap import Services
from app.cli import session
from app.cli.errors import sentence
from app.commands import present
from app.commands.client import CommandClient
from app.commands.present import NoWorker
from app.health.temporal import still_running
from app.settings import Settings
from app.worker.plugin import SluicePlugin
from domain.commands import HoldPayment
from tests.world import PRODUCTION
from workflows.names import production_workflow


@pytest.fixture
async def unserved(registered, temporal):
    """A registered production whose task queue no worker asks."""
    client = await Client.connect(temporal.address, plugins=[SluicePlugin()])
    settings = Settings(data=registered.data, task_queue=f"q-{uuid.uuid4().hex[:8]}", worker_versioning=False)
    return Services(settings=settings, handler=registered.handler, client=client, folder=registered.folder)


async def test_a_command_that_no_worker_would_take_is_not_sent(unserved, registered, monkeypatch):
    monkeypatch.setattr(present, "_PATIENCE_S", 0.0)
    keys = []
    as_user = CommandClient(unserved, "eunwoo", sending=keys.append)
    with pytest.raises(NoWorker) as refused:
        await as_user.send(HoldPayment, payment=registered.payment("WR-A"), reason="no tax form")
    assert "no worker asks for work" in sentence(refused.value)
    assert "`sluice worker`" in sentence(refused.value)
    assert [key.rpartition("/")[0] for key in keys] == [f"hold/{PRODUCTION}.WR-A"]
    assert await still_running(unserved.client, [production_workflow(PRODUCTION)]) == set()


@pytest.fixture
def outside(registered, database, temporal):
    keys = registered.data / "keys"
    keys.write_text(f"{base64.b64encode(bytes(32)).decode()}\n", "utf-8")
    keys.chmod(0o600)
    (registered.data / "sluice.toml").write_text(
        f'database_url = "{database.app_url}"\ntemporal_address = "{temporal.address}"\npayload_keys = "{keys}"\n',
        "utf-8",
    )
    return registered.data


async def _waits(client: CommandClient) -> str:
    client.sending("hold/X.A/1")
    for _ in range(3):
        await asyncio.sleep(0)
    return "held"


async def _is_interrupted(client: CommandClient) -> str:
    client.sending("hold/X.A/1")
    raise asyncio.CancelledError


def test_who_waits_without_an_answer_learns_how_to_ask_later(outside, monkeypatch, capsys):
    monkeypatch.setattr(session, "_SILENCE_S", 0)
    assert session.ask(outside, "eunwoo", _waits) == "held"
    assert "no answer yet, and still waiting; `sluice command status hold/X.A/1` shows" in capsys.readouterr().err


def test_who_stops_waiting_learns_how_to_ask_what_became_of_it(outside, capsys):
    with pytest.raises(KeyboardInterrupt):
        session.ask(outside, "eunwoo", _is_interrupted)
    told = capsys.readouterr().err
    assert "may still be carried out; `sluice command status hold/X.A/1` shows what became of it" in told
