"""Runs of an account whose bank wants a Zengin file by noon of the day before, and answers by its statement only."""

from datetime import date, time, timedelta

import pytest

from activities.views import RunRef
from adapters.agreement.documents import parse_agreement
from adapters.bank.folder import folder_of
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from domain.bank.zengin.transfers import reference
from domain.commands import CancelRun
from domain.errors import BadInput, StaleApproval
from tests.world import PRODUCTION, UNSHARED

ZENGIN = (
    UNSHARED.replace(
        b'bic: SLUBJPJT\n    number: "00170012345"\n    calendars: [JP, KR]\n    cut_off: 14:00\n',
        b'clearing: {system: JPZGN, member: "0005", branch: "001"}\n    kind: ordinary\n    number: "0012345"\n'
        b"    calendars: [JP]\n    cut_off: 12:00\n"
        b'    bank_file: {format: zengin-21, client_code: "0001234567"}\n',
    )
    .replace(
        b'bic: SLUDJPJT, number: "00090024680"',
        b'clearing: {system: JPZGN, member: "0001", branch: "001"}, kind: current, number: "24680"',
    )
    .replace(
        b'bic: SLUBJPJT, number: "00170098765"',
        b'clearing: {system: JPZGN, member: "0005", branch: "002"}, kind: ordinary, number: "98765"',
    )
    .replace(
        b"    payer: spc-jpy\n    payee: production-krw\n",
        b"    payer: spc-krw\n    payee: production-krw\n",
    )
)
DUE = date(2025, 1, 31)
"""The Friday on which RI-A is due: 15 business days after the closing is accepted on 9 January."""
BEFORE = DUE - timedelta(days=1)


def ready(world, agreement=ZENGIN):
    """The morning before RI-A is due."""
    world.register(agreement)
    world.clock.to(date(2025, 1, 9))
    world.accept("closing")
    assert world.snapshots().payments[world.payment("RI-A")].due_on == DUE
    world.clock.to(BEFORE)
    return world


@pytest.fixture
def zengin(world):
    return ready(world)


def cancelled(world, run):
    world.runs.cancel(CancelRun(key="cancel", by="dohyun", production=PRODUCTION, run=run, reason="late"))


def test_the_agreement_has_no_findings():
    assert parse_agreement(ZENGIN, "zengin.yaml").agreement.production == PRODUCTION


def test_a_payment_is_ordered_the_business_day_before_it_is_due_and_executed_when_it_is(zengin):
    run = zengin.runs.prepare(*zengin.open_day("spc-jpy"))
    assert zengin.snapshots().runs[run.run].execution_on == DUE
    assert run.seconds_to_cut_off == 3 * 3600
    assert zengin.statuses()["RI-A"] == "due"


def test_before_that_day_nothing_is_due(zengin):
    zengin.clock.to(BEFORE - timedelta(days=1))
    assert zengin.open_day("spc-jpy") == []
    assert zengin.statuses()["RI-A"] == "scheduled"


def test_the_order_goes_out_as_a_zengin_file_and_the_run_waits_for_the_statement(zengin):
    run = zengin.send("spc-jpy")
    outbox = zengin.data / "bank" / folder_of(PRODUCTION, "spc-jpy") / "sent"
    (file,) = outbox.iterdir()
    assert file.suffix == ".txt"
    lines = [file.read_bytes()[at : at + 120].decode("cp932") for at in range(0, 480, 120)]
    assert [line[0] for line in lines] == ["1", "2", "8", "9"]
    assert reference("LIGHTHOUSE.RI-A") in lines[1]
    standing = zengin.runs.run_standing(run)
    assert (standing.open, standing.silent) == (1, 0)
    assert zengin.runs.doubt(run).enquiries == 0
    assert zengin.statuses()["RI-A"] == "submitted"


@pytest.mark.parametrize(("at", "late"), [(time(11, 59, 59), False), (time(12), True), (time(12, 0, 1), True)])
def test_at_noon_it_is_too_late_to_release(zengin, at, late):
    run = zengin.prepare("spc-jpy").run
    zengin.clock.to(BEFORE, at)
    if late:
        with pytest.raises(StaleApproval, match="before 2025-01-30 12:00, which is past: cancel it"):
            zengin.release(run)
    else:
        assert zengin.release(run).status == "released"


def test_an_order_that_the_format_cannot_carry_is_not_released(world):
    ready(world, ZENGIN.replace(b"amount: JPY 36000000}", b"amount: JPY 400000000000}"))
    run = world.prepare("spc-jpy").run
    with pytest.raises(BadInput, match="this format carries yen, at most 9999999999"):
        world.release(run)
    assert world.snapshots().runs[run].status == "prepared"


def test_what_was_released_in_time_and_not_sent_in_time_is_not_sent(zengin):
    run = zengin.prepare("spc-jpy").run
    zengin.release(run)
    zengin.clock.to(BEFORE, time(12))
    with pytest.raises(StaleApproval, match="which is past"):
        zengin.runs.send(RunRef(production=PRODUCTION, run=run))


def test_after_the_cut_off_the_next_run_is_of_the_next_business_day(zengin):
    late = zengin.prepare("spc-jpy").run
    zengin.clock.to(BEFORE, time(12))
    cancelled(zengin, late)
    run = zengin.prepare("spc-jpy")
    assert zengin.snapshots().runs[run.run].execution_on == date(2025, 2, 3), "the Monday after"
    assert run.seconds_to_cut_off == 24 * 3600
    assert zengin.release(run.run).status == "released"


async def test_the_record_of_a_zengin_run_passes_the_audit(zengin):
    zengin.send("spc-jpy")
    assert zengin.wrong() == []
    with zengin.store.reading() as records:
        report = await audited(records.connection, Scope(PRODUCTION))
    assert list(report.findings) == []
