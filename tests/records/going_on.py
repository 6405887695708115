"""Continues a recorded production: open work ends, and the next period is distributed and paid."""

from functools import partial
from pathlib import Path

from adapters.db.histories import archived
from adapters.db.queries.statements import StatementFilter, statements
from app.demo.figures import same_as_bank
from app.payments.preview import preview
from domain.calendar.dates import period_end
from domain.commands import (
    ApproveMilestone,
    ReleaseRun,
)
from tests.records.restored import Recorded
from tests.records.stage import Production, Statement, all_archived, production_on

_UNDER_WAY = {"released", "submitted", "accepted", "unknown"}


async def go_on(record: Recorded, data: Path) -> set[tuple[str, str]]:
    """Continue on the running stack of a data folder until nothing is left to pay.

    Returns the workflow runs that were under way in the record and have ended since.
    """
    left = record.goes_on
    async with production_on(data, record.production, record.home / "goes-on", left["approvers"]) as stage:
        await _ends(stage, left["milestone"], left["approver"])
        await stage.pay_until(period_end(left["period"]))
        stage.move_to(period_end(left["period"]))
        for one in left["statements"]:
            stage.take_in(Statement(**one))
        await stage.distribute(left["period"])
        assert stage.payments("scheduled"), "the next period has nothing to pay"
        await stage.pay_until(period_end("2099"))
        assert {row.status for row in stage.payments()} <= {"settled", "cancelled"}
        await all_archived(stage.services)
        with stage.services.store.reading() as records:
            assert statements(records.connection, StatementFilter(stage.key, left["period"])).items
            assert same_as_bank(records.connection, stage.agreement, stage.books) == []
            return set(archived(records.connection, list(record.manifest["under_way"].items())))


async def _ends(stage: Production, milestone: str, approver: str) -> None:
    """Await the bank's answers, release the waiting run, and accept the milestone."""
    await stage.until(lambda: not any(row.status in _UNDER_WAY for row in stage.payments()))
    (run,) = stage.runs("prepared")
    await stage.as_("sora").send(ReleaseRun, run=run, sha256=preview(stage.services.handler, run).head.sha256)
    await stage.until(partial(stage.is_over, run))
    round_ = stage.milestone(milestone).round
    await stage.as_(approver).send(ApproveMilestone, production=stage.key, milestone=milestone, round=round_)
    await stage.until(lambda: stage.milestone(milestone).status == "accepted")
