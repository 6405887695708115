"""What people ask for, through the real Temporal server: it is done, or refused by name."""

import asyncio
from datetime import date

import pytest
from temporalio.client import WorkflowUpdateFailedError

from app.office import Office
from app.preview import preview
from domain.commands import SubmitMilestone
from domain.errors import (
    BadInput,
    IllegalTransition,
    NotFound,
    SamePerson,
    SluiceError,
    StaleApproval,
    WrongRole,
)
from tests.world import DRAMA, EVIDENCE, PRODUCTION, eventually
from workflows.milestone import Milestone
from workflows.names import milestone_workflow, production_workflow, run_workflow


@pytest.fixture
def office(services):
    def of(user):
        return Office(services, user)

    return of


@pytest.fixture
async def registered(services, office):
    await office("seoyeon").register(DRAMA)
    return services.world


@pytest.fixture
async def prepared(registered, office):
    """The run of WR-A, opened by hand by the preparer."""
    registered.clock.to(date(2025, 2, 14))
    (run,) = await office("dohyun").open_runs(PRODUCTION, "spc-krw")
    await eventually(lambda: run in registered.snapshots().runs)
    return run


async def test_an_agreement_is_registered_once_and_its_milestones_wait(services, office, registered):
    view = await office("seoyeon").register(DRAMA)
    assert (view.version, view.open_milestones) == (1, tuple(EVIDENCE))
    with pytest.raises(IllegalTransition, match="amend"):
        await office("haruka").register(DRAMA)
    assert registered.events().count("agreement-registered") == 1


async def test_an_amendment_is_put_in_force(tmp_path, office, registered):
    file = tmp_path / "v2.yaml"
    file.write_bytes(
        DRAMA.read_bytes().replace(b"version: 1", b"version: 2", 1).replace(b"JPY 18500000", b"JPY 19000000", 1)
    )
    assert (await office("seoyeon").amend(file)).version == 2


async def test_a_milestone_goes_from_evidence_to_acceptance(office, registered):
    assert (await office("seoyeon").submit(PRODUCTION, "closing", EVIDENCE["closing"])).status == "submitted"
    assert (await office("jiho").approve(PRODUCTION, "closing", 1)).approvals == 1
    assert (await office("kenta").approve(PRODUCTION, "closing", 1)).status == "accepted"
    with pytest.raises(IllegalTransition):  # its workflow has ended, and is started again to say so
        await office("yui").approve(PRODUCTION, "closing", 1)


async def test_a_rejection_is_told_and_the_same_evidence_may_come_again(office, registered):
    await office("seoyeon").submit(PRODUCTION, "closing", EVIDENCE["closing"])
    assert (await office("kenta").reject(PRODUCTION, "closing", 1, "page 3 is missing")).status == "rejected"
    assert (await office("seoyeon").submit(PRODUCTION, "closing", EVIDENCE["closing"])).round == 2


async def test_refusals_come_back_as_the_errors_that_they_are_and_are_recorded(office, registered):
    await office("seoyeon").submit(PRODUCTION, "closing", EVIDENCE["closing"])
    with pytest.raises(WrongRole):
        await office("seoyeon").approve(PRODUCTION, "closing", 1)
    with pytest.raises(StaleApproval):
        await office("jiho").approve(PRODUCTION, "closing", 7)
    with pytest.raises(WrongRole, match="somebody"):
        await office("somebody").approve(PRODUCTION, "closing", 1)
    assert registered.events().count("command-refused") == 3


async def test_a_refusal_whose_cause_is_put_right_is_not_repeated(office, registered):
    with pytest.raises(IllegalTransition):
        await office("jiho").approve(PRODUCTION, "closing", 1)
    await office("seoyeon").submit(PRODUCTION, "closing", EVIDENCE["closing"])
    assert (await office("jiho").approve(PRODUCTION, "closing", 1)).approvals == 1


async def test_a_run_is_released_by_another_person_than_its_preparer(registered, office, prepared):
    sha256 = preview(registered.desk, prepared).head["sha256"]
    with pytest.raises((SamePerson, WrongRole)):
        await office("dohyun").release(prepared, sha256)
    with pytest.raises(StaleApproval):
        await office("sora").release(prepared, "0" * 64)
    assert (await office("sora").release(prepared, sha256)).status in {"released", "submitted"}
    await eventually(lambda: registered.statuses()["WR-A"] == "submitted")


async def test_a_run_is_cancelled_and_the_day_opened_again(registered, office, prepared):
    assert (await office("dohyun").cancel(prepared, "wrong day")).status == "cancelled"
    (again,) = await office("dohyun").open_runs(PRODUCTION, "spc-krw")
    assert again.endswith("/2")


async def test_who_may_not_prepare_opens_no_day_and_keeps_nobody_from_it(registered, office):
    registered.clock.to(date(2025, 2, 14))
    with pytest.raises(WrongRole):
        await office("sora").open_runs(PRODUCTION, "spc-krw")
    (run,) = await office("dohyun").open_runs(PRODUCTION, "spc-krw")
    await eventually(lambda: run in registered.snapshots().runs)


async def test_payments_are_held_resumed_and_only_then_paid(registered, office):
    registered.clock.to(date(2025, 2, 14))
    registered.open_day()
    payment = registered.payment("WR-A")
    assert (await office("eunwoo").hold(payment, "no tax form")).status == "held"
    assert (await office("eunwoo").resume(payment)).status == "due"
    assert (await office("eunwoo").hold(payment, "still none")).status == "held"
    with pytest.raises(IllegalTransition):
        await office("eunwoo").correct(payment, "x")


async def test_what_does_not_exist_is_named_before_any_workflow_is_started(services, office, registered):
    for wish in (
        office("jiho").approve("NOWHERE", "closing", 1),
        office("sora").release("no/run", "0" * 64),
        office("eunwoo").hold("no-payment", "x"),
        office("dohyun").open_runs("NOWHERE", "a"),
    ):
        with pytest.raises(NotFound):
            await wish
    for name in (production_workflow("NOWHERE"), milestone_workflow("NOWHERE", "closing"), run_workflow("no/run")):
        with pytest.raises(Exception, match="not found"):
            await services.client.get_workflow_handle(name).describe()


async def test_nobody_acts_in_the_systems_name(office, registered):
    with pytest.raises(SluiceError, match="Sluice's own name"):
        await office("system").open_runs(PRODUCTION, "spc-krw")


async def test_a_crowd_gets_in_one_after_the_other(office, registered):
    """Temporal lets ten updates of one workflow in at a time, and turns the others away."""
    await office("seoyeon").submit(PRODUCTION, "closing", EVIDENCE["closing"])
    crowd = (office("jiho").approve(PRODUCTION, "closing", 1) for _ in range(60))
    assert {view.approvals for view in await asyncio.gather(*crowd)} == {1}


async def test_what_no_history_could_hold_is_refused_and_the_milestone_goes_on(office, registered, services):
    huge = {f"{n:064}": "f" * 64 for n in range(20_000)}
    with pytest.raises(BadInput, match="at most 100,000 are taken"):
        await office("seoyeon").submit(PRODUCTION, "closing", huge)
    assert (await office("seoyeon").submit(PRODUCTION, "closing", EVIDENCE["closing"])).status == "submitted"
    wish = SubmitMilestone(
        key="k", by="seoyeon", production=PRODUCTION, milestone="closing", evidence=dict([*huge.items()][:1_000])
    )
    handle = services.client.get_workflow_handle(milestone_workflow(PRODUCTION, "closing"))
    with pytest.raises(WorkflowUpdateFailedError):  # nor from another client
        await asyncio.wait_for(handle.execute_update(Milestone.submit, wish), 10)
    assert (await office("jiho").approve(PRODUCTION, "closing", 1)).approvals == 1
