"""The bank's silence over a day, in real statement files: what it ends, what only a person ends, and what it is not."""

from datetime import date

import pytest

from activities.views import RunRef
from adapters.bank.folder import folder_of
from adapters.db import health
from adapters.sandbox_bank import admin
from adapters.sandbox_bank.dialect import dialect_of
from adapters.sandbox_bank.faults import FaultKind, add_fault
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from app.health.doctor import silent_payments
from domain.commands import FailPayment
from domain.errors import IllegalTransition, InDoubt, WrongRole
from domain.values.money import Money
from tests.activities.test_sheet_runs import SHEETS, TRAITS, corrected, line, result
from tests.world import PRODUCTION, UNSHARED

FOLDER = folder_of(PRODUCTION, "spc-krw")
DAY, NEXT, LATER = date(2025, 2, 14), date(2025, 2, 17), date(2025, 2, 18)
"""A Friday, and the two business days after it."""


def send(world, agreement, lost=("WR-A",), **traits):
    """Send what is due on the first day. The bank executes it, but for what it loses."""
    world.register(agreement)
    world.their_bank.books.set_dialect(FOLDER, dialect_of(traits))
    world.clock.to(DAY)
    admin.credit(world.their_bank.books, FOLDER, Money.parse("KRW 5000000000"), "The studio", "financing", DAY)
    for one in lost:
        add_fault(world.their_bank.books.db, world.payment(one), FaultKind.DELAY, reason="", seconds=10**9)
    world.run = world.send()
    assert set(world.take()) <= {None}
    return world


@pytest.fixture
def sheets(world):
    """A bank that takes sheets and answers no enquiry has WR-A, and does not execute it. It does WR-B and PR-A."""
    return send(world, SHEETS, **TRAITS)


def statements(world, until):
    """The files with the statements of the days before one, as the bank sends them on it."""
    world.clock.to(until)
    return [raw for name, raw in world.answers() if "053" in name]


def take(world, *files):
    for number, raw in enumerate(files):
        assert world.bank.take(PRODUCTION, "spc-krw", f"statement-{number}.xml", raw) is None


def move_money(world, on):
    """Something else is booked, so that there is a statement of the day."""
    world.clock.to(on)
    admin.credit(world.their_bank.books, FOLDER, Money.parse("KRW 5"), "Somebody", "no reference", on)
    while world.their_bank.step():
        pass


def fail(world, instalment="WR-A", by="eunwoo", key="fail"):
    command = FailPayment(
        key=key, by=by, production=PRODUCTION, payment=world.payment(instalment), reason="Ms Kim of the bank, by phone"
    )
    return world.runs.fail(command)


def told_by_the_doctor(world):
    with world.store.reading() as records:
        return silent_payments(records.connection, list(health.at_the_bank(records.connection)))


async def findings(world):
    assert world.wrong() == []
    assert world.refolded() == world.snapshots()
    with world.store.reading() as records:
        return list((await audited(records.connection, Scope(PRODUCTION))).findings)


async def test_a_payment_that_a_complete_day_lacks_is_told_and_a_person_ends_it_and_it_is_paid(sheets):
    assert told_by_the_doctor(sheets) == set()
    take(sheets, *statements(sheets, NEXT))
    assert sheets.statuses()["WR-A"] == "submitted", "nobody guesses"
    assert told_by_the_doctor(sheets) == {sheets.payment("WR-A")}
    assert sheets.runs.run_standing(sheets.run).open == 1
    assert fail(sheets).status == "rejected"
    assert told_by_the_doctor(sheets) == set()
    assert sheets.runs.run_standing(sheets.run).open == 0
    assert sheets.snapshots().payments[sheets.payment("WR-A")].reason == "Ms Kim of the bank, by phone"
    corrected(sheets, "WR-A")
    sheets.send()
    assert set(sheets.take()) <= {None}
    assert sheets.statuses()["WR-A"] == "settled"
    assert sheets.their_bank.effects("LIGHTHOUSE.WR-A.2") == 1
    assert await findings(sheets) == []


async def test_what_was_given_up_and_is_booked_after_all_settles_and_stops_the_second_attempt(sheets):
    take(sheets, *statements(sheets, NEXT))
    fail(sheets)
    name = sheets.payment("WR-A")
    corrected(sheets, "WR-A")
    second = sheets.prepare()
    sheets.seconds += 10**9
    assert set(sheets.take()) <= {None}
    assert sheets.statuses()["WR-A"] == "settled"
    assert sheets.snapshots().payments[name].end_to_end_id == "LIGHTHOUSE.WR-A"
    assert list(sheets.snapshots().payments.of_run(second.run)) == []
    assert await findings(sheets) == []


def test_only_a_treasurer_gives_up_a_payment_and_only_one_that_the_bank_has(sheets):
    take(sheets, *statements(sheets, NEXT))
    with pytest.raises(WrongRole):
        fail(sheets, by="dohyun")
    with pytest.raises(IllegalTransition, match="is settled: only one that the bank has can fail"):
        fail(sheets, "WR-B", key="other")


# Days that are not complete


def part_of(raw, old, new):
    assert old in raw
    return raw.replace(old, new)


def still_open(world):
    assert told_by_the_doctor(world) == set()
    with pytest.raises(InDoubt, match="do not tell 2025-02-14 completely yet"):
        fail(world, key=f"early/{len(world.events())}")
    return True


def test_a_day_of_which_a_page_is_missing_is_not_complete(world):
    sheets = send(world, SHEETS, page="1", entries="single", **TRAITS)
    pages = statements(sheets, NEXT)
    assert len(pages) > 1
    take(sheets, *pages[:-1])
    assert still_open(sheets)
    take(sheets, pages[-1])
    assert fail(sheets).status == "rejected"


def test_an_intraday_report_is_not_a_day(sheets):
    (whole,) = statements(sheets, NEXT)
    intraday = whole.replace(b"camt.053.001.08", b"camt.052.001.08").replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt")
    intraday = intraday.replace(b"<Stmt>", b"<Rpt>").replace(b"</Stmt>", b"</Rpt>").replace(b"SBX-", b"DAY-")
    take(sheets, intraday)
    assert still_open(sheets)
    take(sheets, whole)
    assert fail(sheets).status == "rejected"


def test_a_statement_of_the_day_so_far_is_not_the_day(sheets):
    admin.request_statement(sheets.their_bank.books, FOLDER, DAY)
    take(sheets, *[raw for name, raw in sheets.answers() if "053" in name])
    assert still_open(sheets)
    take(sheets, *statements(sheets, NEXT))
    assert fail(sheets).status == "rejected"


def test_a_gap_between_statements_is_not_complete(sheets):
    move_money(sheets, NEXT)
    first, *_ = statements(sheets, NEXT)
    move_money(sheets, LATER)
    rest = statements(sheets, date(2025, 2, 19))
    take(sheets, *rest)
    assert still_open(sheets), "the day's own statement is missing"
    take(sheets, first)
    assert fail(sheets).status == "rejected"


# A bank that answers enquiries


@pytest.fixture
def unknown(world):
    """The bank never answered for WR-A, was asked, and WR-A is unknown."""
    world.register(UNSHARED)
    world.clock.to(DAY)
    payment = world.payment("WR-A")
    add_fault(world.their_bank.books.db, payment, FaultKind.LOSE_FILE, reason="", seconds=0)
    world.run = world.send()
    world.runs.doubt(world.run)
    assert world.statuses()["WR-A"] == "unknown"
    return world


async def test_silence_over_a_complete_day_rejects_what_the_bank_was_asked_about(unknown):
    move_money(unknown, DAY)
    take(unknown, *statements(unknown, NEXT))
    found = unknown.snapshots().payments[unknown.payment("WR-A")]
    assert (found.status, found.reason) == ("rejected", "NARR: not in the bank's statement of 2025-02-14")
    assert unknown.runs.run_standing(unknown.run).open == 0
    assert await findings(unknown) == []


async def test_silence_over_a_day_so_far_rejects_nothing(unknown):
    move_money(unknown, DAY)
    admin.request_statement(unknown.their_bank.books, FOLDER, DAY)
    take(unknown, *[raw for name, raw in unknown.answers() if "053" in name])
    assert unknown.statuses()["WR-A"] == "unknown"
    assert await findings(unknown) == []


async def test_silence_over_a_complete_day_ends_a_doubt_and_the_second_attempt_goes(world):
    """A bank that takes sheets did WR-A, then called it rejected: it is corrected, and waits for the statement."""
    sheets = send(world, SHEETS, lost=("WR-A",), **TRAITS)
    for word in ("정상", "오류"):
        raw = result(line(sheets, "WR-A", word))
        assert sheets.bank.take(PRODUCTION, "spc-krw", f"{word}.xlsx", raw) is None
    name = sheets.payment("WR-A")
    corrected(sheets, "WR-A")
    files = statements(sheets, NEXT)
    second = sheets.prepare().run
    with pytest.raises(InDoubt):
        sheets.release(second)
    take(sheets, *files)
    assert sheets.snapshots().payments[name].doubts == ()
    assert sheets.release(second).status == "released"
    assert sheets.runs.send(RunRef(production=PRODUCTION, run=second)).status == "submitted"
    assert await findings(sheets) == []
