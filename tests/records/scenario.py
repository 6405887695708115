"""The scenario of a record: a production that meets something of every kind, and is left in the middle of its life.

Older records were played by older scenarios. Each record's `manifest.json` says how it continues.
"""

import hashlib
import os
from contextlib import suppress
from datetime import date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from activities.proposals import ProposalActivities
from adapters.agreement.documents import load_agreement
from adapters.bank.folder import folder_of
from adapters.clock import SandboxClock
from adapters.db.rates import keep_rates
from adapters.rates import read_rates
from adapters.sandbox_bank.faults import FaultKind, add_fault
from app.audit.evidence import heads
from app.audit.evidence.keys import signing_key
from app.audit.evidence.reading import instant_of
from app.bootstrap import Services, connect
from app.commands.client import CommandClient
from app.endpoints import endpoints
from app.payments.preview import preview
from app.settings import load_settings
from domain.commands import (
    AllocateMovement,
    ApproveAgreement,
    ApproveMilestone,
    CancelRun,
    CorrectPayment,
    HoldPayment,
    RegisterAgreement,
    RejectMilestone,
    ReleaseRun,
    ResolveObjection,
    ResumePayment,
    SubmitMilestone,
)
from domain.errors import WrongRole
from domain.values.money import Money
from tests.records.stage import Production, Statement, all_archived, production_on

FILES = Path(__file__).parent / "played"
KEY, LOST = "LANTERN", "ADRIFT"
APPROVERS = {
    "studio": "jiho",
    "broadcaster": "kenta",
    "publisher": "naoko",
    "writer": "hyunwoo",
    "spc": "minseo",
}
GOES_ON: dict[str, Any] = {
    "production": KEY,
    "milestone": "restoration",
    "approver": "kenta",
    "period": "2027-Q2",
    "statements": [
        {"kind": "receipt", "source": "tidewater", "statement": "2027Q2", "file": "tidewater-2027Q2.csv"},
        {
            "kind": "receipt",
            "source": "minato",
            "statement": "2027Q2",
            "file": "minato-2027Q2.csv",
            "mapping": "minato.yaml",
        },
    ],
    "approvers": APPROVERS,
}
"""The remaining steps for the manifest. Their files are kept with the record."""

_FAULTS = {
    "PR-A": (FaultKind.LOSE_ANSWER, 0),
    "PR-B": (FaultKind.LOSE_FILE, 0),
    "RI-A": (FaultKind.REJECT, 0),
    "VX-A": (FaultKind.RETURN, 3),
}
_LATE_S = 30
"""How long the bank delays the payment that is under way when the stack stops."""
_EVIDENCE = hashlib.sha256(b"evidence").hexdigest()
_BEGINS = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Asia/Seoul"))
_LAST_SECOND = day_time(23, 59, 59)


async def play(data: Path, anchors: Path) -> dict[str, str]:
    """Play on the running stack of a data folder, and write an anchor of its middle to `anchors`.

    Returns the id of each workflow that is under way at the end, with its run's id.
    """
    settings = load_settings(data)
    services = await connect(settings, endpoints(settings))
    SandboxClock(data / "clock.json").set(_BEGINS)
    raw, rates = read_rates(FILES / "rates.xml")
    with services.store.transaction() as transaction:
        keep_rates(transaction, "rates.xml", raw, rates)
    await CommandClient(services, "seoyeon").register(FILES / "lantern.yaml")
    await _approve_version(services)
    async with production_on(data, KEY, FILES, APPROVERS) as stage:
        await stage.until(lambda: stage.bank_accounts() <= set(stage.books.accounts()))
        await _first_payments(stage)
        await _amended(stage, data)
        await _closing(stage)
        await _bank_says_nonsense(stage, data)
        await _passed_deadlines(stage)
        await _first_distribution(stage)
        with services.store.reading() as records:
            heads.anchor(records.connection, signing_key(settings), anchors, instant_of(records.connection))
        await _second_distribution(stage)
        await _left_open(stage)
    await _adrift(services)
    await all_archived(services)
    services.store.engine.dispose()
    return {workflow: run async for workflow, run in services.histories.executions.running()}


async def _first_payments(stage: Production) -> None:
    """Receive equity. Cancel a run whose payment is held, and open it again after the hold."""
    for instalment, (kind, seconds) in _FAULTS.items():
        with stage.books.transaction() as db:
            add_fault(db, f"{KEY}.{instalment}", kind, reason="AC04", seconds=seconds)
    stage.move_to(date(2026, 1, 12))
    stage.credit("spc-krw", Money.parse("KRW 300000000"), "studio", f"{KEY}.EQ-A")
    await stage.open_account("spc-krw")
    await stage.until(lambda: any(row.status == "received" for row in stage.receipts()))
    stage.move_to(date(2026, 1, 19))
    (run,) = await stage.as_("dohyun").open_runs(KEY, "spc-krw")
    await stage.until(lambda: run in stage.runs("prepared"))
    treasurer = stage.as_("eunwoo")
    await treasurer.send(HoldPayment, payment=f"{KEY}.WR-A", reason="the tax form is missing")
    await stage.as_("dohyun").send(CancelRun, run=run, reason="its payment is held")
    await treasurer.send(ResumePayment, payment=f"{KEY}.WR-A")
    await stage.open_account("spc-krw")


async def _amended(stage: Production, data: Path) -> None:
    """Amend the agreement: version 2 drops a receipt and a payment."""
    stage.move_to(date(2026, 1, 26))
    lines = (FILES / "lantern.yaml").read_text("utf-8").replace("\nversion: 1", "\nversion: 2").splitlines(True)
    second = data / "lantern-2.yaml"
    second.write_text("".join(line for line in lines if "version 1 only" not in line), "utf-8")
    await stage.as_("seoyeon").amend(second)
    await _approve_version(stage.services)


async def _approve_version(services: Services) -> None:
    """Approve the proposed version for the broadcaster, which puts it in force."""
    with services.store.reading() as records:
        proposals = records.state(KEY, proposals=True).proposals.values()
    (document,) = [proposal.document for proposal in proposals if proposal.waits]
    await CommandClient(services, "kenta").send(ApproveAgreement, production=KEY, document=document)


async def _submit(stage: Production, milestone: str) -> int:
    evidence = {one.id: _EVIDENCE for one in stage.agreement.milestone(milestone).evidence}
    return (
        await stage.as_("seoyeon").send(SubmitMilestone, production=KEY, milestone=milestone, evidence=evidence)
    ).round


async def _closing(stage: Production) -> None:
    """Refuse, reject, resubmit and accept a milestone. Its instalments meet mishaps."""
    stage.move_to(date(2026, 1, 30))
    with suppress(WrongRole):
        await stage.as_("dohyun").send(
            ApproveMilestone, production=KEY, milestone="closing", round=await _submit(stage, "closing")
        )
    await stage.as_("kenta").send(
        RejectMilestone, production=KEY, milestone="closing", round=1, reason="page 3 is missing"
    )
    again = await _submit(stage, "closing")
    for person in ("jiho", "kenta"):
        await stage.as_(person).send(ApproveMilestone, production=KEY, milestone="closing", round=again)
    stage.move_to(date(2026, 2, 6))
    await stage.open_account("spc-krw")
    await stage.open_account("spc-jpy")
    stage.credit("spc-jpy", Money.parse("JPY 23990000"), "broadcaster", "licence fee of February")
    await stage.until(lambda: bool(stage.unmatched()))
    (row,) = stage.unmatched()
    receipt, why = f"{KEY}.TV-A", "their letter of 5 February"
    await stage.as_("eunwoo").send(
        AllocateMovement,
        production=KEY,
        account=row.account,
        movement=row.movement,
        to="receipt",
        name=receipt,
        amount=None,
        reason=why,
    )


async def _bank_says_nonsense(stage: Production, data: Path) -> None:
    """Let the bank reject what it had settled, send half a file, and book unknown money."""
    folder = data / "bank" / folder_of(KEY, "spc-jpy")
    for path in sorted((folder / "archive").glob("*pain.002*")):
        if b"RJCT" in (raw := path.read_bytes()):
            said = raw.replace(b"ACSP", b"RJCT").replace(b"<MsgId>", b"<MsgId>X", 1)
            (folder / "inbox" / "again.xml").write_bytes(said)
    half = folder / "inbox" / "half.xml"
    half.write_bytes(b"<Document")
    os.utime(half, (0, 0))
    stage.credit("spc-jpy", Money.parse("JPY 1234"), "publisher", "a mystery")
    await stage.until(lambda: bool(stage.unmatched()) and not any((folder / "inbox").glob("*.xml")))


async def _passed_deadlines(stage: Production) -> None:
    """Escalate one milestone and accept another by its deadline. Their payments meet a loss and a return."""
    round_ = await _silence(stage, date(2026, 3, 31), "script-lock")
    await stage.until(lambda: stage.milestone("script-lock").escalated_to is not None)
    await stage.as_("kenta").send(ApproveMilestone, production=KEY, milestone="script-lock", round=round_)
    await stage.until(lambda: stage.milestone("script-lock").status == "accepted")
    await stage.pay_until(date(2026, 5, 31))
    await _silence(stage, date(2026, 6, 1), "shoot-start")
    await stage.until(lambda: stage.milestone("shoot-start").status == "accepted")
    await stage.pay_until(date(2026, 7, 31))
    await stage.until(lambda: next(row.status for row in stage.payments() if row.id == f"{KEY}.VX-A") == "returned")
    await stage.as_("eunwoo").send(
        CorrectPayment, payment=f"{KEY}.VX-A", reason="the bank's clerk mistyped the account"
    )
    await stage.open_account("spc-krw")


async def _silence(stage: Production, day: date, milestone: str) -> int:
    """Submit evidence, let one of two approve in the last second, and pass the deadline."""
    stage.move_to(day)
    round_ = await _submit(stage, milestone)
    deadline = stage.milestone(milestone).deadline_on
    assert deadline is not None
    stage.move_on(deadline, _LAST_SECOND)
    await stage.as_("jiho").send(ApproveMilestone, production=KEY, milestone=milestone, round=round_)
    stage.move_on(deadline + timedelta(days=1), day_time(0, 5))
    return round_


async def _first_distribution(stage: Production) -> None:
    """Distribute the first months' earnings and costs. The publisher disputes its share."""
    stage.move_to(date(2027, 1, 18))
    for kind, source, file in (
        ("date", "spc", "dates.csv"),
        ("cost", "spc", "costs.csv"),
        ("advance", "broadcaster", "advances.csv"),
        ("metric", "studio", "metrics.csv"),
        ("receipt", "tidewater", "tidewater-2026Q4.csv"),
    ):
        stage.take_in(Statement(kind, source, "2026Q4", file))
    earned = stage.take_in(Statement("receipt", "minato", "2026Q4", "minato-2026Q4.csv", "minato.yaml"))
    await stage.remitted(earned, "minato", "minato 2026Q4")
    await stage.distribute("2027-01-17", objects=("author",))
    await stage.pay_until(date(2027, 3, 30))


async def _second_distribution(stage: Production) -> None:
    """Restate a quarter, distribute the next one, and end the dispute. Nothing of it is paid yet."""
    await _silence(stage, date(2027, 3, 24), "restoration")
    await stage.until(lambda: stage.milestone("restoration").status == "rejected")
    stage.move_to(date(2027, 4, 1))
    stage.take_in(Statement("receipt", "tidewater", "2026Q4", "tidewater-2026Q4-restated.csv"))
    stage.take_in(Statement("receipt", "tidewater", "2027Q1", "tidewater-2027Q1.csv"))
    earned = stage.take_in(Statement("receipt", "minato", "2027Q1", "minato-2027Q1.csv", "minato.yaml"))
    await stage.remitted(earned, "minato", "minato 2027Q1")
    await stage.distribute("2027-Q1")
    await stage.as_("naoko").send(ResolveObjection, production=KEY, period="2027-01-17", reason="music is counted now")


async def _left_open(stage: Production) -> None:
    """Leave one run with a slow bank, and one waiting for its release past the cut-off.

    A milestone has one approval of two. Payouts and an instalment are not yet due.
    """
    await stage.until(lambda: any(stage.is_due(row) for row in stage.payments("scheduled")))
    (late,) = [row.id for row in stage.payments("scheduled") if stage.is_due(row)]
    with stage.books.transaction() as db:
        add_fault(db, late, FaultKind.DELAY, reason="", seconds=_LATE_S)
    (run,) = await stage.as_("dohyun").open_runs(KEY, "spc-krw")
    await stage.until(lambda: run in stage.runs("prepared"))
    await stage.as_("sora").send(ReleaseRun, run=run, sha256=preview(stage.services.handler, run).head.sha256)
    await stage.until(lambda: next(row.status for row in stage.payments() if row.id == late) == "unknown")
    stage.move_on(date(2027, 4, 12), day_time(13, 59, 59))
    (run,) = await stage.as_("dohyun").open_runs(KEY, "spc-jpy")
    await stage.until(lambda: run in stage.runs("prepared"))
    stage.move_on(date(2027, 4, 12), day_time(14, 5))
    await stage.until(lambda: "run-escalated" in stage.events())
    round_ = await _submit(stage, "restoration")
    await stage.as_("jiho").send(ApproveMilestone, production=KEY, milestone="restoration", round=round_)


async def _adrift(services: Services) -> None:
    """Register a production without a workflow. An auditor gives its history up."""
    loaded = load_agreement(FILES / "adrift.yaml")
    with services.store.transaction() as transaction:
        digest = transaction.keep("adrift.yaml", loaded.raw)
    request = RegisterAgreement(key=f"register/{LOST}", by="nabi", production=LOST, document=digest)
    ProposalActivities(services.handler).register(request)
    await CommandClient(services, "nabi").give_up_history(f"production/{LOST}", None, "it was never begun")
