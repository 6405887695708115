"""The doctor on real servers: everything that can stick is found, and nothing else."""

import asyncio
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import date, timedelta

import pytest

from activities.schedules import schedule_id
from adapters.bank.folder import folder_of
from app.cli.doctor import as_row
from app.commands.client import CommandClient
from app.health import metrics
from app.health.doctor import NoRoom, examine, examined
from app.stack.state import NotUp
from app.worker.archivist import keep_sweeping
from domain.commands import (
    CancelRun,
    SubmitMilestone,
)
from domain.errors import SluiceError, WrongRole
from domain.health import AilmentKind, files
from tests.world import EVIDENCE, PRODUCTION, SIGNED_ALONE, eventually
from workflows.names import milestone_workflow, production_workflow

FOLDER = folder_of(PRODUCTION, "spc-krw")
OF_CASH = {AilmentKind.BALANCE_UNKNOWN, AilmentKind.RECEIPT_LATE, AilmentKind.MILESTONE_LATE}


@pytest.fixture
async def world(services, tmp_path):
    """The drama, registered as people do it, with all its workflows and schedules."""
    await keep_sweeping(services)
    agreement = tmp_path / "drama.yaml"
    agreement.write_bytes(SIGNED_ALONE)
    await CommandClient(services, "seoyeon").register(agreement)
    await found_in_the_end(services, set())
    return services.world


async def beside_cash(services):
    """What the doctor finds, but for its notes of cash: nobody tells the balance here, and what is promised is late."""
    return [one for one in (await examine(services)).ailments if one.kind not in OF_CASH]


async def found_in_the_end(services, kinds):
    """Wait until the doctor finds exactly these kinds of ailments: Temporal's lists lag behind."""
    for _ in range(60):
        found = await beside_cash(services)
        if {one.kind for one in found} == kinds:
            return found
        await asyncio.sleep(0.25)
    raise AssertionError(found)


async def test_a_workflow_that_was_ended_by_hand_and_a_schedule_that_is_gone_are_missed(services, world):
    await services.client.get_workflow_handle(production_workflow(PRODUCTION)).terminate("by hand")
    await services.client.get_schedule_handle(schedule_id(PRODUCTION, "spc-krw")).delete()
    found = await found_in_the_end(services, {AilmentKind.WORKFLOW_MISSING, AilmentKind.SCHEDULE})
    assert {one.what for one in found} == {production_workflow(PRODUCTION), schedule_id(PRODUCTION, "spc-krw")}


async def test_the_workflow_of_a_submitted_milestone_is_missed(services, world):
    await CommandClient(services, "seoyeon").send(
        SubmitMilestone, production=PRODUCTION, milestone="closing", evidence=EVIDENCE["closing"]
    )
    await services.client.get_workflow_handle(milestone_workflow(PRODUCTION, "closing")).terminate("by hand")
    (found,) = await found_in_the_end(services, {AilmentKind.WORKFLOW_MISSING})
    assert found.what == milestone_workflow(PRODUCTION, "closing")


async def test_a_workflow_that_no_worker_knows_is_stuck_and_one_with_a_poisoned_input_has_failed(services, world):
    queue = services.settings.task_queue
    await services.client.start_workflow("Nonsense", 1, id="nonsense", task_queue=queue)
    await services.client.start_workflow("Production", 1, id="poisoned", task_queue=queue)
    found = await found_in_the_end(services, {AilmentKind.WORKFLOW_STUCK, AilmentKind.WORKFLOW_FAILED})
    by_name = {one.what: one.why for one in found}
    assert "Workflow class Nonsense is not registered" in by_name["nonsense"]
    assert "ProductionRef" in by_name["poisoned"]


async def test_what_a_bank_said_that_nothing_explains_is_told(services, world):
    with services.store.transaction() as transaction:
        transaction.post("run-news", PRODUCTION, "R")
    home = world.data / "bank" / FOLDER / "refused"
    home.mkdir(parents=True, exist_ok=True)
    (home / "bad.xml").write_text("x")
    (home / "bad.xml.why.txt").write_text("It is no XML.\n")
    (home / "taken-away.xml.why.txt").write_text("It was.\n")
    (found,) = await found_in_the_end(services, {AilmentKind.FILE_REFUSED})  # news of this very minute is no lag
    assert (found.what, found.why) == (f"{FOLDER} bad.xml", "It is no XML")
    examination = await examine(services)
    assert (examination.outbox_waiting, examination.wrong) == (1, True)


async def test_where_nothing_can_be_examined_a_full_disk_is_told_as_what_may_be_the_reason(tmp_path, monkeypatch):
    with pytest.raises(NotUp):
        await examined(tmp_path)
    monkeypatch.setattr(files, "LEAST_FREE", 10**18)
    with pytest.raises(NoRoom, match=rf"{tmp_path}: its disk has \d+ MB left: free space") as as_row:
        await examined(tmp_path)
    assert isinstance(as_row.value.__cause__, NotUp)


async def test_a_file_that_nobody_takes_in_and_a_full_disk_are_told(services, world, monkeypatch):
    inbox = world.data / "bank" / FOLDER / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / ".half.xml").write_text("<still-being-written")
    (inbox / "answer.xml").write_text("<answer/>")
    assert await beside_cash(services) == []  # of this very minute
    monkeypatch.setattr(files, "INBOX_PATIENCE", timedelta(0))
    monkeypatch.setattr(files, "LEAST_FREE", 10**18)
    found = await found_in_the_end(services, {AilmentKind.INBOX, AilmentKind.DISK})
    assert {one.what for one in found} == {f"{FOLDER} answer.xml", str(world.data)}


async def test_a_payment_that_is_held_or_forgotten_at_the_bank_is_told(services, world):
    world.clock.to(date(2025, 2, 14))
    (run,) = await CommandClient(services, "dohyun").open_runs(PRODUCTION, "spc-krw")
    await eventually(lambda: run in world.snapshots().runs)
    world.release(run)
    await services.client.get_workflow_handle(f"run/{run}").signal("look_again")
    await eventually(lambda: "submitted" in world.statuses().values())
    world.clock.to(date(2025, 2, 14) + timedelta(days=5))
    (found,) = await found_in_the_end(services, {AilmentKind.UNSETTLED})
    assert found.since == date(2025, 2, 14)
    assert as_row(found)["since"] == "2025-02-14"
    slow_bank = services.settings.model_copy(update={"settling_takes_days": 5})
    assert await beside_cash(replace(services, settings=slow_bank)) == []


async def test_a_run_that_was_not_released_on_its_day_is_told_until_it_is_cancelled(services, world):
    world.clock.to(date(2025, 2, 14))
    as_user = CommandClient(services, "dohyun")
    (run,) = await as_user.open_runs(PRODUCTION, "spc-krw")
    await eventually(lambda: run in world.snapshots().runs)
    await found_in_the_end(services, set())
    world.clock.to(date(2025, 2, 15))
    (found,) = await found_in_the_end(services, {AilmentKind.UNRELEASED})
    assert (found.what, found.since) == (run, date(2025, 2, 14))
    await as_user.send(CancelRun, run=run, reason="nobody released it")
    await found_in_the_end(services, set())


async def test_a_worker_serves_what_the_doctor_finds_and_says_when_it_cannot_look(services, world):
    figures = metrics.Gauges()
    with metrics.served("127.0.0.1:0", figures) as port:
        fresh = asyncio.create_task(metrics.keep_fresh(services, figures, 0.1))
        url = f"http://127.0.0.1:{port}/metrics"
        try:
            await eventually(lambda: "sluice_doctor_up 1.0" in read(url))
            assert 'sluice_ailments{kind="workflow-stuck",wrong="true"} 0.0' in read(url)
            assert "sluice_workflows_running" in read(url)
        finally:
            fresh.cancel()
            await asyncio.gather(fresh, return_exceptions=True)
        figures.take(None)
        assert "sluice_doctor_up 0.0" in read(url)
        assert "sluice_outbox_waiting 0.0" in read(url)
    with pytest.raises(urllib.error.URLError):
        read(url)


def read(url):
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
        return answer.read().decode()


async def test_what_was_refused_to_a_person_is_a_note_and_the_doctor_is_well(services, world):
    world.clock.to(date(2025, 2, 14))
    with pytest.raises(WrongRole):
        await CommandClient(services, "sora").open_runs(PRODUCTION, "spc-krw")
    with pytest.raises(SluiceError, match="nowhere"):
        await CommandClient(services, "dohyun").open_runs(PRODUCTION, "nowhere")
    found = await found_in_the_end(services, {AilmentKind.REFUSED})
    assert len(found) == 2
    assert "the role preparer" in str(found)
    assert (await examine(services)).wrong is False
