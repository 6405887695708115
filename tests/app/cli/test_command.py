"""`sluice command status`: done with its events, refused with why, or not recorded."""

import json

import pytest

from app import cli
from domain.errors import WrongRole
from tests.world import EXAMPLES, PRODUCTION, World, approve_command, submit_command

SUBMITTED, REFUSED = f"submit/{PRODUCTION}/closing/own", f"approve/{PRODUCTION}/closing/1/seoyeon"


@pytest.fixture(scope="module")
def data(module_database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stack")
    world = World(module_database.app_url, folder)
    world.register()
    world.milestones.submit(submit_command("closing", key=SUBMITTED))
    with pytest.raises(WrongRole):
        world.milestones.approve(approve_command("closing", "seoyeon", key=REFUSED))
    users = (EXAMPLES / "users.toml").read_text("utf-8")
    (folder / "sluice.toml").write_text(f'database_url = "{module_database.app_url}"\n{users}', "utf-8")
    yield folder
    world.close()


@pytest.fixture
def status(data, capsys):
    def call(key: str, *arguments: str, code: int = 0):
        capsys.readouterr()
        assert cli.execute(["command", "status", key, *arguments, "--data", str(data)]) == code
        return capsys.readouterr().out

    return call


def test_a_command_that_was_carried_out_shows_its_events(status):
    shown = status(SUBMITTED)
    assert shown.startswith("done at ")
    assert "milestone-submitted" in shown
    (event,) = json.loads(status(SUBMITTED, "--json"))["events"]
    assert event["body"]["milestone"] == "closing"


def test_a_refused_command_says_why_and_one_that_nobody_recorded_says_so(status):
    assert "needs the role approver" in " ".join(status(REFUSED, code=1).split())
    assert json.loads(status(REFUSED, "--json", code=1))["status"] == "refused"
    assert "may still wait for a worker" in status("approve/NOWHERE/1", code=1)


def test_the_sender_and_who_reads_the_journal_learn_it_and_nobody_else(status):
    for user in ("seoyeon", "dohyun", "auditor"):
        assert "done" in status(SUBMITTED, "--as", user)
    for user in ("hyunwoo", "nobody"):
        assert "Nothing is recorded" in status(SUBMITTED, "--as", user, code=1)
