"""An audit proves who acted: by the people in force when it was recorded, and by what was said about who they are."""

import json

import pytest
from sqlalchemy import text

from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from domain.commands import ProposePeopleChange, make
from domain.errors import SamePerson, WrongRole
from domain.identity import Role
from domain.identity.records import Delegation
from tests.world import approve_command


async def findings(world):
    with world.store.reading() as records:
        return [finding.sentence for finding in (await audited(records.connection, Scope())).findings]


@pytest.fixture
def submitted(world):
    world.register()
    world.submit("closing")
    return world


async def test_a_user_who_was_taken_out_is_refused_at_once_and_what_they_did_before_stands(submitted):
    submitted.approve("closing", "jiho")
    submitted.dismiss("kenta")
    with pytest.raises(WrongRole, match="Nobody called 'kenta' acts in LIGHTHOUSE"):
        submitted.approve("closing", "kenta")
    submitted.dismiss("jiho")
    assert await findings(submitted) == []


async def test_one_person_with_two_names_decides_once(submitted):
    submitted.employ("kenta2", "studio", Role.APPROVER, person="kenta")
    submitted.approve("closing", "kenta2")
    with pytest.raises(SamePerson, match="kenta counts as kenta2, who has approved closing already"):
        submitted.approve("closing", "kenta")
    assert await findings(submitted) == []


async def test_a_substitutes_act_says_for_whom_and_how_it_is_known_who_they_are(submitted):
    today = submitted.handler.house_day
    leave = Delegation(delegator="kenta", delegate="jiho", since=today, until=today)
    submitted.change_people(delegation=leave)
    command = approve_command("closing", "jiho", key="approve/for").model_copy(update={"acting_for": "kenta"})
    submitted.milestones.approve(command)
    with submitted.store.reading() as records:
        row = records.connection.execute(
            text("SELECT body, acted FROM journal_event WHERE type = 'milestone-approved'")
        ).one()
    assert (json.loads(row.body)["party"], json.loads(row.body)["acting_for"]) == ("broadcaster", "kenta")
    assert json.loads(row.acted) == {
        "subject": "jiho",
        "method": "sandbox-name",
        "issuer": "",
        "acting_for": "kenta",
        "on": today.isoformat(),
    }
    assert await findings(submitted) == []


async def test_an_act_of_somebody_without_the_right_is_named_though_its_chain_holds(submitted, postgres, database):
    """Whoever writes the database removes a user from before their act, consistently but for the order of things."""
    submitted.approve("closing", "jiho")
    submitted.dismiss("kenta")
    with postgres.connect(database=database.name) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE journal_event SET actor = 'kenta' WHERE type = 'milestone-approved'")
        connection.execute(
            "UPDATE journal_event SET recorded_at = now() + interval '1 hour' WHERE type = 'milestone-approved'"
        )
    found = await findings(submitted)
    assert any("was done by nobody who could: Nobody called 'kenta' acts in LIGHTHOUSE" in each for each in found)
    assert any("was done by another than who was trusted to be" in each for each in found)


async def test_a_change_of_people_that_nobody_confirmed_is_named(submitted, postgres, database):
    with postgres.connect(database=database.name) as connection:
        connection.execute("UPDATE user_account SET body = jsonb_set(body, '{person}', '\"jiho\"') WHERE id = 'kenta'")
    assert any(each.startswith("user_account kenta") for each in await findings(submitted))


def test_a_change_of_people_waits_for_no_workflow_and_is_refused_for_who_is_no_administrator(submitted):
    mine = make(
        ProposePeopleChange,
        by="jiho",
        nonce="1",
        production="",
        reason="for me",
        before=submitted.people.people().users["jiho"],
        after=submitted.people.people().users["jiho"].model_copy(update={"person": "somebody"}),
    )
    with pytest.raises(WrongRole, match="administrator"):
        submitted.people.propose_people_change(mine)
    with submitted.store.reading() as records:
        refused = records.connection.execute(
            text("SELECT count(*) FROM journal_event WHERE stream = 'sluice' AND type = 'command-refused'")
        ).scalar_one()
    assert refused == 1
