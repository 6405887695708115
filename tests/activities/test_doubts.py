"""A payment that the bank refuses after it had it: asked about, not released again, until the doubt ends."""

from datetime import date

import pytest
import sqlalchemy as sa

from activities.views import RunRef
from adapters.db import health, tables
from adapters.db.queries.payments import payment as payment_row
from adapters.db.records import Selection, doubted
from app.payments.preview import preview
from domain.bank.messages import BankVerdict
from domain.bank.reports import GivenStatus, InstructionStatus, StatusReport, TransferStatus
from domain.bank.statuses import reported
from domain.commands import CorrectPayment, HoldPayment, TakeBankFile
from domain.errors import InDoubt
from domain.payments.doubts import silent_over
from tests.world import PRODUCTION

PAID_ON = date(2025, 2, 14)
ACCEPTED = GivenStatus(BankVerdict.ACCEPTED)
CLOSED = GivenStatus(BankVerdict.REJECTED, "AC04", "closed")
DUPLICATE = GivenStatus(BankVerdict.REJECTED, "DU01", "Duplicate message id")
NOT_FOUND = GivenStatus(BankVerdict.NOT_FOUND)
EVERY = Selection(payments=sa.true(), runs=sa.true())


@pytest.fixture
def sent(registered):
    """WR-A is at the bank, which is silent."""
    registered.clock.to(PAID_ON)
    registered.run = RunRef(production=PRODUCTION, run=registered.prepare().run)
    registered.release(registered.run.run)
    registered.runs.send(registered.run)
    registered.deliver()
    return registered


def tell(world, rule, message):
    """Record what follows from a bank's message."""
    command = TakeBankFile(
        key=message, by="system", production=PRODUCTION, account="spc-krw", file=message.encode().hex().zfill(64)
    )
    world.handler.carry_out(command, EVERY, lambda _, state, __: rule(state))


def report(world, message, group=None, **named):
    """The bank reports on the first run's order; transfers by end-to-end id, with the dots left out."""

    def _rule(state):
        run = state.runs[world.run.run]
        first = world.payment("WR-A")
        transfers = tuple(TransferStatus(first, None, status) for status in named.values())
        block = InstructionStatus(run.message_id, None, transfers)
        told = StatusReport("pain.002", message, None, run.message_id, group, (block,))
        return reported(run, state.payments, told)

    tell(world, _rule, message)


def statement(world, day, message):
    """The bank's complete statement of a day has nothing of us."""
    tell(world, lambda state: silent_over(state.payments, state.runs, "spc-krw", day, message), message)


def correct(world):
    name = world.payment("WR-A")
    world.productions.correct(
        CorrectPayment(key="correct", by="eunwoo", production=PRODUCTION, payment=name, reason="new account")
    )


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
    assert "the bank's answer to the enquiry" in refused(doubtful)
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
