"""Two years of making the series: accepted milestones, instalments, and the bank's mishaps."""

import hashlib
from datetime import date

from adapters.bank.folder import folder_of
from adapters.sandbox_bank import admin
from adapters.sandbox_bank.faults import FaultKind, add_fault
from app.demo.stage import EXAMPLES, Stage
from domain.agreement.model import MilestoneTerms
from domain.calendar.calendars import Convention
from domain.commands import (
    ApproveAgreement,
    ApproveMilestone,
    RejectMilestone,
    SubmitMilestone,
)
from domain.ledger.journal import sha256

FAULTS = {
    "PR-B": (FaultKind.LOSE_ANSWER, "the bank takes it and its answer is lost"),
    "VX-A": (FaultKind.REJECT, "the bank refuses it (AC04, account closed)"),
    "PR-C": (FaultKind.LOSE_FILE, "the file is lost on its way to the bank"),
    "WR-C": (FaultKind.DUPLICATE_ANSWER, "the bank answers twice"),
}
_REFUSED_FIRST = "rough-cut"
"""The milestone whose first evidence is rejected and handed in again."""


async def make(stage: Stage) -> None:
    """Put the agreement in force, then play day by day until its schedule is done."""
    stage.move_to(stage.today)
    await _put_in_force(stage)
    await stage.until(lambda: stage.bank_accounts() <= set(stage.books.accounts()))
    for instalment, (kind, what) in FAULTS.items():
        with stage.books.transaction() as db:
            add_fault(db, f"{stage.agreement.production}.{instalment}", kind, reason="AC04", seconds=0)
        stage.say(f"planned mishap: {instalment}: {what}")
    for milestone in sorted(stage.agreement.milestones, key=lambda one: one.planned_on):
        await _live_until(stage, milestone.planned_on)
        await _reach(stage, milestone)
    await _live_until(stage, date.max)


async def _put_in_force(stage: Stage) -> None:
    """Propose the agreement for the studio, and approve that very document for the broadcaster."""
    file = EXAMPLES / "drama-manga.yaml"
    await stage.as_("seoyeon").register(file)
    stage.say(f"[bold]{stage.agreement.title}[/bold] is proposed by the studio")
    document = sha256(file.read_bytes())
    await stage.as_("kenta").send(ApproveAgreement, production=stage.agreement.production, document=document)
    stage.say("and in force, as the broadcaster has approved it")


async def _live_until(stage: Stage, end: date) -> None:
    """Open every day before `end` on which something is due, in order."""
    while (due := _next_due(stage)) is not None and due < end:
        stage.move_to(max(due, stage.today))
        await _open_day(stage)


async def _reach(stage: Stage, milestone: MilestoneTerms) -> None:
    """Submit a milestone's evidence and approve it, as the users of both studios."""
    stage.move_to(max(stage.calendars().adjust(milestone.planned_on, Convention.FOLLOWING), stage.today))
    producer = {"studio": "seoyeon", "broadcaster": "haruka"}[milestone.submitter]
    key, name = stage.agreement.production, milestone.id
    if name == _REFUSED_FIRST:
        first = await stage.as_(producer).send(
            SubmitMilestone, production=key, milestone=name, evidence=_evidence(milestone, "first version")
        )
        await stage.as_("kenta").send(
            RejectMilestone, production=key, milestone=name, round=first.round, reason="episode 9 has no sound"
        )
        stage.say(f"{name}: rejected by the broadcaster, handed in again")
    view = await stage.as_(producer).send(
        SubmitMilestone, production=key, milestone=name, evidence=_evidence(milestone, "final")
    )
    await stage.as_("jiho").send(ApproveMilestone, production=key, milestone=name, round=view.round)
    await stage.as_("kenta").send(ApproveMilestone, production=key, milestone=name, round=view.round)
    stage.say(f"[green]{name}[/green] accepted: {milestone.title}")
    stage.bar.advance(stage.task)


async def _open_day(stage: Stage) -> None:
    """Receive what is owed to us. The schedules gather what we owe; release it and wait until it settles."""
    _pay_in(stage)
    waiting = [row for row in (*stage.payments("scheduled"), *stage.payments("due")) if stage.is_due(row)]
    for account in sorted({row.account for row in waiting}) or [stage.agreement.schedule[0].payee]:
        await stage.open_account(account)
    await stage.until(lambda: all(row.status == "received" for row in stage.receipts() if stage.is_due(row)))


def _pay_in(stage: Stage) -> None:
    """Pay in what the partners owe by today."""
    for row in stage.receipts():
        if stage.is_due(row) and row.status != "received":
            folder = folder_of(stage.agreement.production, row.account)
            amount = row.amount
            payer = stage.agreement.party(row.payer_party).name
            admin.credit(stage.books, folder, amount, payer, row.id, stage.today)
            stage.say(f"{row.id} received: {row.amount} from {row.payer_party}")
            stage.bar.advance(stage.task)


def _next_due(stage: Stage) -> date | None:
    """Return the next day on which something dated is due."""
    waiting = (*stage.payments("scheduled"), *stage.payments("due"))
    awaited = (row for row in stage.receipts() if row.status != "received")
    days = (*(row.due_on for row in waiting), *(row.due_on for row in awaited))
    return min((day for day in days if day), default=None)


def _evidence(milestone: MilestoneTerms, content: str) -> dict[str, str]:
    """Return hashes of a milestone's documents, as if each file held `content`."""
    return {
        document.id: hashlib.sha256(f"{document.title}: {content}".encode()).hexdigest()
        for document in milestone.evidence
    }
