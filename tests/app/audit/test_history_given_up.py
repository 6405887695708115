"""What is lost for good is given up by an auditor: on record, missed no more, and told by every audit."""

import uuid
from dataclasses import fields, replace

import pytest

from adapters.db.queries import chain
from adapters.db.streams import stream_of
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from app.commands.client import CommandClient
from app.health.doctor import examine
from domain.errors import BadInput, IllegalTransition, NotFound, WrongRole
from domain.health import AilmentKind
from domain.identity import Role
from domain.identity.people import grants_of
from domain.identity.records import UserRecord
from tests.app.worker.test_archivist import (
    after_retention,
    archived,
    chains,
    registered_without_a_workflow,
    until_archived,
)
from workflows.sweep_histories import SweepHistoriesWorkflow

WHY = "the journal has facts that only this workflow makes"
REASON = "Temporal's disk was lost on 3 May"


def with_histories(services, histories):
    """The same services with an archive of the test's choice."""

    class Forgetting(type(services)):
        pass

    Forgetting.histories = histories
    return Forgetting(**{each.name: getattr(services, each.name) for each in fields(services)})


def journalled(services, production):
    with services.store.reading() as records:
        return [(fact.type, fact.actor) for fact in chain.facts(records.connection, stream_of(production))]


async def missing(services):
    return [gap.workflow_id for gap in await services.histories.gaps()]


async def notes(services, production):
    with services.store.reading() as records:
        report = await audited(records.connection, Scope(production))
    assert [finding.full for finding in report.findings] == []
    return report.notes


async def test_a_production_without_its_history_is_missed_until_an_auditor_gives_it_up(services):
    registered_without_a_workflow(services, "LOST")
    registered_without_a_workflow(services, "OTHER")
    as_user = CommandClient(services, "auditor")
    (lost,) = await as_user.give_up_history("production/LOST", None, REASON)
    assert (lost.workflow_id, lost.run_id, lost.why) == ("production/LOST", "", WHY)
    assert await missing(services) == ["production/OTHER"]
    told = [one.what for one in (await examine(services)).ailments if one.kind is AilmentKind.HISTORY_UNARCHIVED]
    assert told == ["production/OTHER"]
    assert journalled(services, "LOST")[-1] == ("history-given-up", "auditor")
    await as_user.give_up_history("production/OTHER", None, REASON)
    view = await services.client.execute_workflow(
        SweepHistoriesWorkflow.run, id=f"sweep-{uuid.uuid4().hex}", task_queue=services.settings.task_queue
    )
    assert view.gaps == 0
    assert services.world.wrong() == []


async def test_an_audit_notes_who_gave_up_what_and_why_and_finds_no_difference(services):
    registered_without_a_workflow(services, "LOST")
    assert not any("is lost" in note for note in await notes(services, "LOST"))
    await CommandClient(services, "auditor").give_up_history("production/LOST", None, REASON)
    (note,) = [note for note in await notes(services, "LOST") if "is lost" in note]
    assert note == f"the history of production/LOST is lost ({WHY}): auditor gave it up: {REASON}"


async def test_giving_up_again_changes_nothing_and_what_was_said_first_stands(services):
    registered_without_a_workflow(services, "LOST")
    as_user = CommandClient(services, "auditor")
    await as_user.give_up_history("production/LOST", None, REASON)
    before = journalled(services, "LOST")
    await as_user.give_up_history("production/LOST", None, REASON)
    assert journalled(services, "LOST") == before
    with pytest.raises(IllegalTransition, match="was given up before"):
        await as_user.give_up_history("production/LOST", None, "it was never needed")
    assert journalled(services, "LOST") == before


async def test_who_is_no_auditor_is_refused_on_record_and_it_is_missed_still(services):
    registered_without_a_workflow(services, "LOST")
    with pytest.raises(WrongRole, match="this needs the role auditor; ask one of"):
        await CommandClient(services, "dohyun").give_up_history("production/LOST", None, REASON)
    assert journalled(services, "LOST")[-1] == ("command-refused", "dohyun")
    with pytest.raises(BadInput, match="The reason is empty"):
        await CommandClient(services, "auditor").give_up_history("production/LOST", None, "")
    assert await missing(services) == ["production/LOST"]


async def test_who_acts_in_one_production_only_gives_up_nothing_of_the_house(services):
    lost = UserRecord(user="ines", person="ines", grants=(grants_of("spc", {Role.AUDITOR}, {"LOST"}),))
    handler = replace(services.handler, first_users=(lost,))
    async with chains(services) as chain:
        newest, oldest = await chain("house", 1)
        after = with_histories(services, replace(after_retention(services, oldest), handler=handler))
        await after.histories.sweep_histories()
        with pytest.raises(WrongRole, match="Nobody called 'ines' acts in every production, as this needs"):
            await CommandClient(after, "ines").give_up_history("house", oldest, REASON)
    assert [row.run_id for row in archived(services)] == [newest]


async def test_a_run_that_is_gone_from_a_chain_is_given_up_by_its_id_and_no_other_is(services):
    async with chains(services) as chain:
        newest, middle, oldest = await chain("house", 2)
        after = with_histories(services, after_retention(services, middle))
        await after.histories.sweep_histories()
        as_user = CommandClient(after, "auditor")
        for run_id in (newest, oldest):
            with pytest.raises(IllegalTransition, match="is archived"):
                await as_user.give_up_history("house", run_id, REASON)
        (gap,) = await as_user.give_up_history("house", middle, REASON)
        assert (gap.run_id, gap.why) == (middle, f"the run {newest} continues it")
        assert await after.histories.gaps() == []
        # Once Temporal has nothing of it at all, another link is seen to be missing: it has to be given up by itself.
        later = with_histories(services, after_retention(services, newest, middle, oldest))
        (gap,) = await later.histories.gaps()
        assert (gap.run_id, gap.why) == ("", f"the run {oldest} was continued as a new one")
        await CommandClient(later, "auditor").give_up_history("house", None, REASON)
        assert await later.histories.gaps() == []
    assert journalled(services, "").count(("history-given-up", "auditor")) == 2


async def test_what_turns_up_after_all_is_archived_and_told_as_lost_no_more(services):
    async def lost():
        with services.store.reading() as records:
            return [note for note in (await audited(records.connection, Scope(""))).notes if "is lost" in note]

    async with chains(services) as chain:
        _, middle, _ = await chain("house", 2)
        after = with_histories(services, after_retention(services, middle))
        await after.histories.sweep_histories()
        await CommandClient(after, "auditor").give_up_history("house", middle, REASON)
        assert len(await lost()) == 1
        assert (await services.histories.sweep_histories()).archived == 1
    assert await lost() == []


async def test_what_temporal_still_has_is_not_given_up(services):
    async with chains(services) as chain:
        (run_id,) = await chain("house", 0)
        for one in (run_id, None):
            with pytest.raises(IllegalTransition, match="Temporal still has house"):
                await CommandClient(services, "auditor").give_up_history("house", one, REASON)
        await until_archived(services, 1)
    assert [row.run_id for row in archived(services)] == [run_id]


async def test_what_never_was_is_not_given_up_and_leaves_nothing_behind(services):
    with pytest.raises(NotFound, match="Nothing says that there was a history of run/NEVER/x"):
        await CommandClient(services, "auditor").give_up_history("run/NEVER/x", None, REASON)
    assert journalled(services, "NEVER") == []
