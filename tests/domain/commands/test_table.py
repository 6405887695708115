"""Every command is declared once, and everything made from its declaration agrees with it."""

import string

import click
import pytest
from pydantic import ValidationError

from activities.carriers import activity_of
from adapters.temporal.internals import workflow_types
from app.cli import cli
from app.worker.worker import WORKFLOWS
from domain.commands import (
    TABLE,
    ApproveMilestone,
    Command,
    ComputeDistribution,
    HoldPayment,
    PostDistribution,
    ReleaseRun,
    declared,
    make,
    require,
)
from domain.errors import WrongRole
from domain.identity import Person, Role

BESIDES_COMMANDS = {("Production", "open_runs")}
"""Updates that carry no command: opening a day starts workflows, whose commands are theirs."""


def every_command():
    found, waiting = set(), [Command]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind.__module__.startswith("domain.commands."):
                found.add(kind)
            waiting.append(kind)
    return found


def test_every_command_is_declared_once():
    assert {one.command for one in TABLE} == every_command()
    assert len({one.command for one in TABLE}) == len(TABLE)


@pytest.mark.parametrize("one", TABLE, ids=lambda one: one.name)
def test_a_command_is_given_by_people_with_a_role_or_by_sluice_itself(one):
    assert one.system or one.role is not None
    assert bool(one.role) == bool(one.parties)


@pytest.mark.parametrize("one", TABLE, ids=lambda one: one.name)
def test_who_may_not_act_learns_it_from_the_table(one):
    nobody = Person("kim", "studio", frozenset(set(Role) - {one.role}))
    with pytest.raises(WrongRole) as refused:
        require(nobody, one.command, ("studio",), "do that")
    assert refused.value.data.get("needed") == one.role


@pytest.mark.parametrize("one", [one for one in TABLE if one.workflow], ids=lambda one: one.name)
def test_a_commands_workflow_has_its_update_and_an_activity_carries_it_out(one):
    (carrier,) = [each for each in WORKFLOWS if each.__name__ == f"{one.workflow}Workflow"]
    assert one.update in workflow_types(carrier)[2]
    assert activity_of(one).__name__ == one.activity


def test_no_workflow_has_an_update_that_is_not_declared():
    there = {
        (each.__name__.removesuffix("Workflow"), update) for each in WORKFLOWS for update in workflow_types(each)[2]
    }
    assert there - BESIDES_COMMANDS == {(one.workflow, one.update) for one in TABLE if one.workflow}


@pytest.mark.parametrize("one", [one for one in TABLE if one.cli], ids=lambda one: one.name)
def test_the_command_line_has_every_command_of_people_with_a_key_where_it_counts(one):
    group, verb = one.cli.split()
    context = click.Context(cli)
    found = cli.get_command(context, group).get_command(context, verb)
    assert found is not None
    names = {parameter.name for parameter in found.params}
    assert "user" in names
    assert "key" in names or one.cli == "history give-up"


@pytest.mark.parametrize("one", TABLE, ids=lambda one: one.name)
def test_what_a_key_names_is_a_field_of_the_command_or_is_given_beside_it(one):
    named = {name for _, name, _, _ in string.Formatter().parse(one.key) if name}
    fields = set(one.command.model_fields)
    assert named - fields <= {
        *("deadline_on", "digest", "times_sent", "enquiries", "intake", "folder", "revision"),
        *("kind", "source", "statement", "workflow", "run_id", "lost", "allocation"),
    }


@pytest.mark.parametrize("one", [one for one in TABLE if one.repeated_in], ids=lambda one: one.name)
def test_the_event_that_repeats_a_command_has_every_field_of_it(one):
    assert set(one.fields) <= one.repeated_in.model_fields.keys()


def test_the_keys_of_recorded_commands_stay_what_they_are():
    run = "LIGHTHOUSE/spc-krw/KRW/2025-02-14/1"
    assert make(ReleaseRun, by="sora", production="LIGHTHOUSE", run=run, sha256="a" * 64).key == (
        f"release/{run}/{'a' * 16}/sora"
    )
    approval = make(ApproveMilestone, by="jiho", production="HANA", milestone="lock", round=2)
    assert approval.key == "approve/HANA/lock/2/jiho"
    posted = make(PostDistribution, beside={"revision": 3}, by="system", production="HANA", period="2027-Q1")
    assert posted.key == "post/HANA/2027-Q1/3"


def test_a_repeatable_command_means_something_new_each_time():
    first, again = (make(HoldPayment, nonce=n, by="eunwoo", production="H", payment="H.P1", reason="x") for n in "ab")
    assert (first.key, again.key) == ("hold/H.P1/a", "hold/H.P1/b")


def test_a_callers_own_key_counts_for_that_caller_alone():
    def keyed(by):
        return make(ComputeDistribution, key="order-17", nonce="n", by=by, production="H", period="2027").key

    assert keyed("dohyun") == "given/dohyun/order-17"
    assert keyed("dohyun") != keyed("sora")


def test_a_key_with_blanks_is_refused():
    with pytest.raises(ValidationError, match="key"):
        make(HoldPayment, key="a b", by="eunwoo", production="H", payment="H.P1", reason="x")


def test_a_declaration_is_found_by_its_command():
    assert declared(ReleaseRun).role is Role.RELEASER
