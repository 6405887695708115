"""A payment that the bank refuses after it had it: asked about, not released again, until the doubt ends."""

from datetime import date

import pytest

from activities.views import RunRef
from adapters.db import health, tables
from adapters.db.queries.payments import payment as payment_row
from adapters.db.records import doubted
from app.payments.preview import preview
from domain.commands import HoldPayment
from domain.errors import InDoubt
from tests.doubtful import ACCEPTED, CLOSED, DUPLICATE, NOT_FOUND, correct, report, statement
from tests.world import PRODUCTION

PAID_ON = date(2025, 2, 14)


@pytest.fixture
def sent(registered):
    """WR-A is at the bank, which is silent."""
    registered.clock.to(PAID_ON)
    registered.run = RunRef(production=PRODUCTION, run=registered.prepare().run)
    registered.release(registered.run.run)
    registered.runs.send(registered.run)
    registered.deliver()
    return registered


def payment(world):
    return world.snapshots().payments[world.payment("WR-A")]


def test_a_duplicate_is_asked_about_at_once_and_never_sent_again(sent):
    report(sent, "S1", group=DUPLICATE)
    view = sent.runs.run_standing(sent.run)
    assert (view.open, view.silent, view.unasked, view.unsent) == (1, 1, 1, 0)
    view = sent.runs.doubt(sent.run)
    assert (view.open, view.silent, view.unasked, view.enquiries) == (1, 1, 0, 1)
    assert sent.deliver() == 1
    assert (payment(sent).status, payment(sent).doubts[0].asked) == ("unknown", True)
    report(sent, "S2", first=NOT_FOUND)
    assert (payment(sent).status, payment(sent).doubts) == ("rejected", ())
    assert sent.runs.run_standing(sent.run).open == 0
    assert sent.runs.send(sent.run).times_sent == 1
    assert sent.wrong() == []
    assert sent.refolded() == sent.snapshots()


@pytest.fixture
def doubtful(sent):
    """The bank accepted WR-A, then rejected it; it was corrected and gathered again. With the second run."""
    report(sent, "S1", group=ACCEPTED)
    report(sent, "S2", first=CLOSED)
    correct(sent)
    sent.second = sent.prepare().run
    return sent


def refused(world):
    """What a release and the preview say."""
    with pytest.raises(InDoubt) as error:
        world.release(world.second)
    assert preview(world.handler, world.second).refused == error.value.sentence
    (line,) = preview(world.handler, world.second).lines
    assert line.doubts
    return error.value.sentence


def test_a_second_attempt_is_released_once_the_bank_has_answered_the_enquiry(doubtful):
    first = doubtful.payment("WR-A")
    assert f"attempt {first} of run {doubtful.run.run} may still be booked" in refused(doubtful)
    assert doubtful.runs.run_standing(doubtful.run).unasked == 1
    view = doubtful.runs.doubt(doubtful.run)
    assert (view.open, view.silent, view.unasked) == (1, 1, 0)
    assert doubtful.deliver() == 1
    assert "its answer to the enquiry" in refused(doubtful)
    report(doubtful, "S3", first=CLOSED)
    assert doubtful.runs.run_standing(doubtful.run).open == 0
    assert preview(doubtful.handler, doubtful.second).refused is None
    assert doubtful.release(doubtful.second).status == "released"
    assert doubtful.runs.send(RunRef(production=PRODUCTION, run=doubtful.second)).status == "submitted"
    assert doubtful.wrong() == []
    assert doubtful.refolded() == doubtful.snapshots()


def test_a_second_attempt_is_released_once_the_statement_of_the_day_lacks_the_first(doubtful):
    statement(doubtful, date(2025, 2, 13), "M1")
    refused(doubtful)
    statement(doubtful, PAID_ON, "M2")
    assert doubtful.release(doubtful.second).status == "released"
    assert doubtful.refolded() == doubtful.snapshots()


def test_a_held_payment_keeps_its_doubt_and_what_is_shown_says_so(doubtful):
    name = doubtful.payment("WR-A")
    hold = HoldPayment(key="h", by="eunwoo", production=PRODUCTION, payment=name, reason="in doubt")
    doubtful.productions.hold(hold)
    with doubtful.store.reading() as records:
        row = payment_row(records.connection, name)
        assert row is not None
        (sentence,) = row.doubts
        assert "rejected it after it had accepted it (AC04: closed)" in sentence
        assert [(one, doubt.run) for one, doubt in health.doubts(records.connection)] == [(name, doubtful.run.run)]
        assert doubtful.run.run in health.unfinished_runs(records.connection)


def test_the_attempts_in_doubt_of_a_run_are_found_though_their_payments_have_left_it(doubtful):
    found = doubted(tables.run.c.id == doubtful.run.run)
    other = doubted(tables.run.c.id == doubtful.second)
    with doubtful.store.reading() as records:
        assert list(records.state(PRODUCTION, payments=found).payments) == [doubtful.payment("WR-A")]
        assert list(records.state(PRODUCTION, payments=other).payments) == []
