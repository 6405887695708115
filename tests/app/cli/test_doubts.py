"""A payment in doubt at the command line: whatever shows the payment says so, and its run says why it cannot go."""

import json
from datetime import date

import pytest

from activities.views import RunRef
from app import cli
from tests.doubtful import ACCEPTED, CLOSED, correct, report
from tests.world import EXAMPLES, PRODUCTION, World

SAID = "may still be booked, for the bank rejected it after it had accepted it (AC04: closed); this waits for"


@pytest.fixture(scope="module")
def stack(module_database, tmp_path_factory):
    """WR-A was accepted, rejected, corrected, and gathered into a second run."""
    folder = tmp_path_factory.mktemp("stack")
    world = World(module_database.app_url, folder)
    world.register()
    world.clock.to(date(2025, 2, 14))
    world.run = RunRef(production=PRODUCTION, run=world.send().run)  # type: ignore[attr-defined]
    report(world, "S1", group=ACCEPTED)
    report(world, "S2", first=CLOSED)
    correct(world)
    world.second = world.prepare().run  # type: ignore[attr-defined]
    users = (EXAMPLES / "users.toml").read_text("utf-8")
    (folder / "sluice.toml").write_text(f'database_url = "{module_database.app_url}"\n{users}', "utf-8")
    yield world
    world.close()


@pytest.fixture
def shown(stack, capsys):
    def call(*arguments: str) -> str:
        capsys.readouterr()
        assert cli.execute([*arguments, "--data", str(stack.data)]) == 0
        return capsys.readouterr().out

    return call


def test_lists_and_the_payment_itself_say_that_it_is_in_doubt(stack, shown):
    for told in (
        shown("payment", "list", "--status", "due"),
        shown("payment", "show", stack.payment("WR-A")),
        shown("run", "show", stack.second),
    ):
        assert SAID in told
    (row,) = json.loads(shown("payment", "list", "--status", "due", "--json"))
    assert SAID in row["doubts"][0]
    assert "doubts" not in shown("payment", "list", "--status", "scheduled")


def test_the_preview_of_a_run_says_that_and_why_it_cannot_be_released(stack, shown):
    told = shown("run", "preview", stack.second)
    name = stack.payment("WR-A")
    assert (
        f"Run {stack.second} cannot go because of payment {name}: attempt {name} of run {stack.run.run} {SAID}" in told
    )
    assert f"`sluice payment hold {name}`" in told
    as_json = json.loads(shown("run", "preview", stack.second, "--json"))
    assert SAID in as_json["refused"]
    assert SAID in as_json["payments"][0]["doubts"][0]
