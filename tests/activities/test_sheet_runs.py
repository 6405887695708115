"""Runs of an account whose bank takes sheets: sent as a workbook or text, answered by a sheet of results."""

import io
from datetime import date

import openpyxl
import pytest

from adapters.bank.bulk_sheet import cells
from adapters.bank.folder import folder_of
from adapters.sandbox_bank.dialect import dialect_of
from adapters.sandbox_bank.faults import FaultKind, add_fault
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from domain.commands import CorrectPayment
from domain.errors import InDoubt
from domain.events import AnswerContradicted
from tests.world import PRODUCTION, UNSHARED

FOLDER = folder_of(PRODUCTION, "spc-krw")
PROFILE = (
    b"cut_off: 15:30\n    bank_file:\n      format: kr-bulk-xlsx\n      headings: false\n      columns:\n"
    b"        - {holds: bank}\n        - {holds: account}\n        - {holds: amount}\n        - {holds: holder}\n"
    b"        - {holds: reference}\n"
    b"      result: {reference: our-id, status: result, reason: why, amount: won, done: [\xec\xa0\x95\xec\x83\x81], "
    b"refused: [\xec\x98\xa4\xeb\xa5\x98], waiting: [\xeb\x8c\x80\xea\xb8\xb0]}\n"
)
SHEETS = (
    UNSHARED.replace(b"cut_off: 15:30\n", PROFILE)
    .replace(
        b"external, currency: KRW, bic: SLUAKRSE", b'external, currency: KRW, clearing: {system: KR, member: "004"}'
    )
    .replace(
        b"external, currency: KRW, bic: SLUEKRSE", b'external, currency: KRW, clearing: {system: KR, member: "088"}'
    )
    .replace(b"payer: spc-krw\n    payee: vfx-usd", b"payer: spc-jpy\n    payee: vfx-usd")
    .replace(b"payer: spc-krw\n    payee: dubbing-jpy", b"payer: spc-jpy\n    payee: dubbing-jpy")
    .replace(b"fx:\n", b'fx:\n  - {base: USD, quote: JPY, contract: "150.00", pay_at: contract}\n')
    .replace(b"due: {milestone: script-lock, business_days: 5}", b"due: {on: 2025-02-14}")
)
"""The drama, whose bank in Korea takes sheets. WR-A, WR-B and PR-A are due on one day."""
RESULT = "our-id,result,why,won"
TRAITS = {"sheet": "bank,account,amount,holder,reference", "sheet_result": RESULT}


@pytest.fixture(params=["kr-bulk-xlsx", "kr-bulk-text"])
def due(world, request):
    world.register(SHEETS.replace(b"kr-bulk-xlsx", request.param.encode()))
    dialect(world)
    world.clock.to(date(2025, 2, 14))
    return world


def dialect(world, **more):
    world.their_bank.books.set_dialect(FOLDER, dialect_of(TRAITS | more))


def rejects(world, instalment):
    add_fault(world.their_bank.books.db, world.payment(instalment), FaultKind.REJECT, reason="AC04", seconds=0)


def corrected(world, instalment):
    name = world.payment(instalment)
    command = CorrectPayment(key=f"correct/{name}", by="eunwoo", production=PRODUCTION, payment=name, reason="again")
    world.productions.correct(command)


def result(*lines):
    """A sheet of results as a workbook: our id, status, reason, amount."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (RESULT.split(","), *lines):
        book.active.append(list(row))
    book.save(file)
    return file.getvalue()


def take(world, raw, account="spc-krw"):
    return world.bank.take(PRODUCTION, account, "result.xlsx", raw)


async def findings(world):
    assert world.wrong() == []
    assert world.refolded() == world.snapshots()
    with world.store.reading() as records:
        return list((await audited(records.connection, Scope(PRODUCTION))).findings)


async def test_the_order_goes_out_as_a_sheet_and_is_not_enquired_after(due):
    run = due.send()
    (file,) = (due.data / "bank" / FOLDER / "sent").iterdir()
    assert file.suffix in {".xlsx", ".txt"}
    told = cells(file.read_bytes()) if file.suffix == ".xlsx" else file.read_bytes()
    assert b"LIGHTHOUSE.WR-A" in told
    standing = due.runs.run_standing(run)
    assert (standing.open, standing.silent) == (3, 0)
    assert due.runs.doubt(run).enquiries == 0
    assert await findings(due) == []


async def test_one_line_fails_and_is_corrected_and_paid_and_the_record_passes_the_audit(due):
    rejects(due, "PR-A")
    due.send()
    assert [why for why in due.take() if why is not None] == []
    assert {due.statuses()[one] for one in ("WR-A", "WR-B")} == {"settled"}
    failed = due.snapshots().payments[due.payment("PR-A")]
    assert (failed.status, failed.reason) == ("rejected", "NARR: Rejected on demand")
    corrected(due, "PR-A")
    due.send()
    assert [why for why in due.take() if why is not None] == []
    assert due.statuses()["PR-A"] == "settled"
    assert due.their_bank.effects("LIGHTHOUSE.PR-A.2") == 1
    assert due.their_bank.effects("LIGHTHOUSE.PR-A") == 0
    assert await findings(due) == []


async def test_a_line_called_a_duplicate_is_in_doubt_until_the_statement(due):
    dialect(due, doubts="true", notification="none")
    due.send()
    assert [why for why in due.take() if why is not None] == []
    assert {due.statuses()[one] for one in SENT} == {"unknown"}
    assert await findings(due) == []


@pytest.fixture
def sent(due):
    """WR-A, WR-B and PR-A are at the bank, whose results the test writes."""
    due.run = due.send()
    return due


SENT = ("WR-A", "WR-B", "PR-A")


def line(world, instalment, word="정상", why="", won=None, attempt=""):
    payment = world.snapshots().payments[world.payment(instalment)]
    return (payment.id + attempt, word, why, payment.amount.minor if won is None else won)


async def test_lines_are_known_by_our_id_in_any_order_and_a_missing_one_stays_as_it_is(sent):
    assert take(sent, result(line(sent, "PR-A", "오류", "잔액 부족"), line(sent, "WR-A"))) is None
    assert {one: sent.statuses()[one] for one in SENT} == {"WR-A": "accepted", "WR-B": "submitted", "PR-A": "rejected"}
    assert take(sent, result(line(sent, "WR-B", "대기"), line(sent, "WR-A"))) is None
    assert sent.statuses()["WR-B"] == "submitted"
    assert await findings(sent) == []


async def test_a_rejection_after_acceptance_keeps_a_second_attempt_back(sent):
    assert take(sent, result(line(sent, "WR-A"))) is None
    assert take(sent, result(line(sent, "WR-A", "오류", "계좌 해지"))) is None
    corrected(sent, "WR-A")
    with pytest.raises(InDoubt, match="rejected it after it had accepted it"):
        sent.release(sent.prepare().run)
    assert await findings(sent) == []


async def test_an_earlier_attempt_that_was_done_after_all_is_told_and_stops_the_later_one(sent):
    assert take(sent, result(line(sent, "WR-A", "오류", "점검"), line(sent, "WR-B"))) is None
    corrected(sent, "WR-A")
    assert take(sent, result(line(sent, "WR-A"), line(sent, "WR-B"))) is None
    assert isinstance(sent.newest(), AnswerContradicted)
    with pytest.raises(InDoubt, match=r"attempt LIGHTHOUSE\.WR-A of run"):
        sent.release(sent.prepare().run)
    assert await findings(sent) == []


REFUSED = [
    (lambda w: [line(w, "WR-A"), ("LIGHTHOUSE.NONE", "정상", "", 5)], "result of LIGHTHOUSE.NONE, which is no payment"),
    (lambda w: [line(w, "WR-A"), ("OTHER.WR-B", "오류", "", 5)], "result of OTHER.WR-B, which is no payment of ours"),
    (lambda w: [line(w, "WR-A", attempt=".2")], "result of LIGHTHOUSE.WR-A.2, which is no payment"),
    (lambda w: [line(w, "WR-A", won=5)], "says that LIGHTHOUSE.WR-A is of KRW 5, and it is of KRW"),
    (lambda w: [line(w, "WR-A"), ("", "", "", 5)], "Line 3: won: the sum is KRW 5"),
    (lambda w: [line(w, "VX-A", won=5)], "LIGHTHOUSE.VX-A, which leaves spc-jpy and not spc-krw"),
    (lambda w: [("1", "정상", "", 192000000)], "has a result of 1, which is no payment of ours"),
    (lambda w: [line(w, "PR-B")], "LIGHTHOUSE.PR-B, which was not sent"),
]


@pytest.mark.parametrize(("lines", "why"), REFUSED)
async def test_a_sheet_with_a_line_that_is_not_of_the_order_is_refused_whole(sent, lines, why):
    before = sent.statuses()
    assert why in take(sent, result(*lines(sent)))
    assert sent.statuses() == before
    assert sent.events()[-1] == "bank-file-refused"
    assert await findings(sent) == []


async def test_results_of_two_orders_are_refused_and_so_are_those_of_earlier_attempts_alone(sent):
    rejected, done = line(sent, "WR-A", "오류", "점검"), line(sent, "WR-B")
    assert take(sent, result(rejected)) is None
    corrected(sent, "WR-A")
    sent.send()
    assert "results of two orders, LIGHTHOUSE.WR-A.2 of run" in take(
        sent, result(line(sent, "WR-A", attempt=".2"), done)
    )
    assert "repeats results of earlier attempts, such as LIGHTHOUSE.WR-A" in take(
        sent, result((*rejected[:2], "", 192000000))
    )
    assert "hold the payment until it answered" in take(sent, result(line(sent, "WR-A")))
    assert await findings(sent) == []


async def test_the_same_sheet_again_changes_nothing(sent):
    raw = result(line(sent, "WR-A", "오류", "점검"))
    assert take(sent, raw) is None
    before = sent.events()
    assert sent.bank.take(PRODUCTION, "spc-krw", "again.xlsx", raw) is None
    assert sent.events() == before
    assert await findings(sent) == []


async def test_a_sheet_that_was_taken_is_audited_after_the_profile_has_changed(sent):
    assert take(sent, result(line(sent, "WR-A", "오류", "점검"))) is None
    changed = SHEETS.replace(b"reference: our-id", b"reference: their-id").replace(b"version: 1", b"version: 2")
    sent.amend(changed)
    assert "has the headings their-id" in take(sent, result(line(sent, "WR-B")))
    assert await findings(sent) == []
