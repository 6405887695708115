"""What people ask for, through the real Temporal server: it is done, or refused by name."""

import asyncio
from datetime import date

import pytest
from temporalio.client import WorkflowUpdateFailedError

from app.commands.client import CommandClient
from app.payments.preview import preview
from domain.commands import (
    ApproveMilestone,
    CancelRun,
    CorrectPayment,
    HoldPayment,
    RejectMilestone,
    ReleaseRun,
    ResumePayment,
    SubmitMilestone,
)
from domain.errors import (
    BadInput,
    IllegalTransition,
    NotFound,
    SamePerson,
    SluiceError,
    StaleApproval,
    WrongRole,
)
from tests.world import EVIDENCE, PRODUCTION, SIGNED_ALONE, eventually
from workflows.milestone import MilestoneWorkflow
from workflows.names import milestone_workflow, production_workflow, run_workflow
from workflows.updates import update_of


@pytest.fixture
def as_user(services):
    def of(user):
        return CommandClient(services, user)

    return of


@pytest.fixture
def agreement(tmp_path):
    file = tmp_path / "drama.yaml"
    file.write_bytes(SIGNED_ALONE)
    return file


@pytest.fixture
async def registered(services, as_user, agreement):
    await as_user("seoyeon").register(agreement)
    return services.world


@pytest.fixture
async def prepared(registered, as_user):
    """The run of WR-A, opened by hand by the preparer."""
    registered.clock.to(date(2025, 2, 14))
    (run,) = await as_user("dohyun").open_runs(PRODUCTION, "spc-krw")
    await eventually(lambda: run in registered.snapshots().runs)
    return run


async def test_an_agreement_is_registered_once_and_its_milestones_wait(as_user, registered, agreement):
    view = await as_user("seoyeon").register(agreement)
    assert (view.version, view.open_milestones) == (1, tuple(EVIDENCE))
    with pytest.raises(IllegalTransition, match="amend"):
        await as_user("haruka").register(agreement)
    assert registered.events().count("agreement-registered") == 1


async def test_an_amendment_is_put_in_force(tmp_path, as_user, registered):
    file = tmp_path / "v2.yaml"
    file.write_bytes(SIGNED_ALONE.replace(b"version: 1", b"version: 2", 1).replace(b"JPY 18500000", b"JPY 19000000", 1))
    assert (await as_user("seoyeon").amend(file)).version == 2


async def test_a_milestone_goes_from_evidence_to_acceptance(as_user, registered):
    assert (
        await as_user("seoyeon").send(
            SubmitMilestone, production=PRODUCTION, milestone="closing", evidence=EVIDENCE["closing"]
        )
    ).status == "submitted"
    assert (
        await as_user("jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    ).approvals == 1
    assert (
        await as_user("kenta").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    ).status == "accepted"
    with pytest.raises(IllegalTransition):  # its workflow has ended, and is started again to say so
        await as_user("yui").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)


async def test_a_rejection_is_told_and_the_same_evidence_may_come_again(as_user, registered):
    await as_user("seoyeon").send(
        SubmitMilestone, production=PRODUCTION, milestone="closing", evidence=EVIDENCE["closing"]
    )
    assert (
        await as_user("kenta").send(
            RejectMilestone, production=PRODUCTION, milestone="closing", round=1, reason="page 3 is missing"
        )
    ).status == "rejected"
    assert (
        await as_user("seoyeon").send(
            SubmitMilestone, production=PRODUCTION, milestone="closing", evidence=EVIDENCE["closing"]
        )
    ).round == 2


async def test_refusals_come_back_as_the_errors_that_they_are_and_are_recorded(as_user, registered):
    await as_user("seoyeon").send(
        SubmitMilestone, production=PRODUCTION, milestone="closing", evidence=EVIDENCE["closing"]
    )
    with pytest.raises(WrongRole):
        await as_user("seoyeon").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    with pytest.raises(StaleApproval):
        await as_user("jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=7)
    with pytest.raises(WrongRole, match="somebody"):
        await as_user("somebody").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    assert registered.events().count("command-refused") == 3


async def test_a_refusal_whose_cause_is_put_right_is_not_repeated(as_user, registered):
    with pytest.raises(IllegalTransition):
        await as_user("jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    await as_user("seoyeon").send(
        SubmitMilestone, production=PRODUCTION, milestone="closing", evidence=EVIDENCE["closing"]
    )
    assert (
        await as_user("jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    ).approvals == 1


async def test_a_run_is_released_by_another_person_than_its_preparer(registered, as_user, prepared):
    sha256 = preview(registered.handler, prepared).head.sha256
    with pytest.raises((SamePerson, WrongRole)):
        await as_user("dohyun").send(ReleaseRun, run=prepared, sha256=sha256)
    with pytest.raises(StaleApproval):
        await as_user("sora").send(ReleaseRun, run=prepared, sha256="0" * 64)
    assert (await as_user("sora").send(ReleaseRun, run=prepared, sha256=sha256)).status in {"released", "submitted"}
    await eventually(lambda: registered.statuses()["WR-A"] == "submitted")


async def test_a_run_is_cancelled_and_the_day_opened_again(registered, as_user, prepared):
    assert (await as_user("dohyun").send(CancelRun, run=prepared, reason="wrong day")).status == "cancelled"
    (again,) = await as_user("dohyun").open_runs(PRODUCTION, "spc-krw")
    assert again.endswith("/2")


async def test_who_may_not_prepare_opens_no_day_and_keeps_nobody_from_it(registered, as_user):
    registered.clock.to(date(2025, 2, 14))
    with pytest.raises(WrongRole):
        await as_user("sora").open_runs(PRODUCTION, "spc-krw")
    (run,) = await as_user("dohyun").open_runs(PRODUCTION, "spc-krw")
    await eventually(lambda: run in registered.snapshots().runs)


async def test_payments_are_held_resumed_and_only_then_paid(registered, as_user):
    registered.clock.to(date(2025, 2, 14))
    registered.open_day()
    payment = registered.payment("WR-A")
    assert (await as_user("eunwoo").send(HoldPayment, payment=payment, reason="no tax form")).status == "held"
    assert (await as_user("eunwoo").send(ResumePayment, payment=payment)).status == "due"
    assert (await as_user("eunwoo").send(HoldPayment, payment=payment, reason="still none")).status == "held"
    with pytest.raises(IllegalTransition):
        await as_user("eunwoo").send(CorrectPayment, payment=payment, reason="x")


async def test_what_does_not_exist_is_named_before_any_workflow_is_started(services, as_user, registered):
    for request in (
        as_user("jiho").send(ApproveMilestone, production="NOWHERE", milestone="closing", round=1),
        as_user("sora").send(ReleaseRun, run="no/run", sha256="0" * 64),
        as_user("eunwoo").send(HoldPayment, payment="no-payment", reason="x"),
        as_user("dohyun").open_runs("NOWHERE", "a"),
    ):
        with pytest.raises(NotFound):
            await request
    for name in (production_workflow("NOWHERE"), milestone_workflow("NOWHERE", "closing"), run_workflow("no/run")):
        with pytest.raises(Exception, match="not found"):
            await services.client.get_workflow_handle(name).describe()


async def test_nobody_acts_in_the_systems_name(as_user, registered):
    with pytest.raises(SluiceError, match="Sluice's own name"):
        await as_user("system").open_runs(PRODUCTION, "spc-krw")


async def test_a_crowd_gets_in_one_after_the_other(as_user, registered):
    """Temporal lets ten updates of one workflow in at a time, and turns the others away."""
    await as_user("seoyeon").send(
        SubmitMilestone, production=PRODUCTION, milestone="closing", evidence=EVIDENCE["closing"]
    )
    crowd = (
        as_user("jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1) for _ in range(60)
    )
    assert {view.approvals for view in await asyncio.gather(*crowd)} == {1}


async def test_what_no_history_could_hold_is_refused_and_the_milestone_goes_on(as_user, registered, services):
    huge = {f"{n:064}": "f" * 64 for n in range(20_000)}
    with pytest.raises(BadInput, match="at most 100,000 are taken"):
        await as_user("seoyeon").send(SubmitMilestone, production=PRODUCTION, milestone="closing", evidence=huge)
    assert (
        await as_user("seoyeon").send(
            SubmitMilestone, production=PRODUCTION, milestone="closing", evidence=EVIDENCE["closing"]
        )
    ).status == "submitted"
    request = SubmitMilestone(
        key="k", by="seoyeon", production=PRODUCTION, milestone="closing", evidence=dict([*huge.items()][:1_000])
    )
    handle = services.client.get_workflow_handle(milestone_workflow(PRODUCTION, "closing"))
    with pytest.raises(WorkflowUpdateFailedError):  # nor from another client
        await asyncio.wait_for(handle.execute_update(update_of(MilestoneWorkflow, SubmitMilestone), request), 10)
    assert (
        await as_user("jiho").send(ApproveMilestone, production=PRODUCTION, milestone="closing", round=1)
    ).approvals == 1
