"""What a bank does wrong to runs of 200 payments, and what people do twice: each payment still moves money once."""

import asyncio
import os
import signal
from contextlib import contextmanager
from fractions import Fraction

import pytest

from adapters.sandbox_bank.admin import books_path
from adapters.sandbox_bank.books import BankBooks
from adapters.sandbox_bank.faults import RANDOM_KINDS, FaultKind, add_fault, add_random_faults, clear_faults
from app.commands.client import CommandClient
from bench import common
from domain.commands import (
    CancelRun,
    CorrectPayment,
    ReleaseRun,
)
from domain.errors import IllegalTransition, Refused
from tests.faults import oracle

pytestmark = pytest.mark.xdist_group("faults-bank")

PAYOUTS = 200
PATIENCE_S = 90


@contextmanager
def books_of(stack):
    books = BankBooks(books_path(stack.data))
    try:
        yield books
    finally:
        books.close()


def fault(stack, payment, kind, seconds=1):
    with books_of(stack) as books:
        add_fault(books.db, payment, kind, reason="AC04", seconds=seconds)


async def assert_paid(stack, services, production, **expected):
    """Release a run of all payouts and see it to its end."""
    run, sha256 = await common.prepared_run(services, production)
    await CommandClient(services, common.RELEASER).send(ReleaseRun, run=run, sha256=sha256)
    await ended(services, production, **expected)
    oracle.assert_books_agree(stack, services, production, PAYOUTS)


async def ended(services, production, **expected):
    await common.until(
        lambda: common.statuses(services, production) == expected and oracle.closed(services, production), PATIENCE_S
    )


@pytest.fixture
async def registered(services, production):
    await common.register(services, production, PAYOUTS)


async def test_lost_answers_are_enquired_after(stack, services, production, registered):
    for number in range(PAYOUTS):
        fault(stack, f"{production}.P{number}", FaultKind.LOSE_ANSWER)
    await assert_paid(stack, services, production, settled=PAYOUTS)


async def test_a_lost_answer_to_some_does_not_hold_up_the_others(stack, services, production, registered):
    for number in range(5):
        fault(stack, f"{production}.P{number}", FaultKind.LOSE_ANSWER)
    await assert_paid(stack, services, production, settled=PAYOUTS)


async def test_a_lost_file_is_sent_again_once_the_bank_says_it_never_saw_it(stack, services, production, registered):
    fault(stack, f"{production}.P7", FaultKind.LOSE_FILE)
    await assert_paid(stack, services, production, settled=PAYOUTS)


async def test_answers_that_come_twice_count_once(stack, services, production, registered):
    fault(stack, f"{production}.P7", FaultKind.DUPLICATE_ANSWER)
    await assert_paid(stack, services, production, settled=PAYOUTS)


async def test_a_batch_that_is_taken_in_part_settles_in_part(stack, services, production, registered):
    fault(stack, f"{production}.P0", FaultKind.PARTIAL)
    await assert_paid(stack, services, production, settled=PAYOUTS // 2, rejected=PAYOUTS // 2)


async def test_a_rejected_payment_is_corrected_and_paid_under_a_new_name(stack, services, production, registered):
    fault(stack, f"{production}.P3", FaultKind.REJECT)
    await assert_paid(stack, services, production, settled=PAYOUTS - 1, rejected=1)
    await CommandClient(services, common.PREPARER).send(
        CorrectPayment, payment=f"{production}.P3", reason="the payee's account was closed"
    )
    await assert_paid(stack, services, production, settled=PAYOUTS)


async def test_a_delayed_payment_settles_later(stack, services, production, registered):
    fault(stack, f"{production}.P3", FaultKind.DELAY, seconds=3)
    await assert_paid(stack, services, production, settled=PAYOUTS)


async def test_money_that_comes_back_is_owed_again(stack, services, production, registered):
    fault(stack, f"{production}.P3", FaultKind.RETURN)
    await assert_paid(stack, services, production, settled=PAYOUTS - 1, returned=1)


async def test_a_day_opened_ten_times_at_once_opens_one_run(stack, services, production):
    await asyncio.gather(*(common.register(services, production, PAYOUTS) for _ in range(3)))
    as_user = CommandClient(services, common.PREPARER)
    opened = await asyncio.gather(*(as_user.open_runs(production, common.ACCOUNT) for _ in range(10)))
    (run,) = {run for runs in opened for run in runs}  # who asks once it is prepared hears of none
    await common.until(lambda: common.hash_of(services, run) is not None)
    await CommandClient(services, common.RELEASER).send(ReleaseRun, run=run, sha256=common.hash_of(services, run))
    await ended(services, production, settled=PAYOUTS)
    oracle.assert_books_agree(stack, services, production, PAYOUTS)


async def test_a_release_sent_twenty_times_at_once_is_one_release(stack, services, production, registered):
    run, sha256 = await common.prepared_run(services, production)
    as_user = CommandClient(services, common.RELEASER)
    views = await asyncio.gather(
        *(as_user.send(ReleaseRun, run=run, sha256=sha256) for _ in range(20)), return_exceptions=True
    )
    assert not [view for view in views if isinstance(view, BaseException) and not isinstance(view, Refused)]
    assert any(not isinstance(view, BaseException) for view in views)
    await ended(services, production, settled=PAYOUTS)
    oracle.assert_books_agree(stack, services, production, PAYOUTS)


async def test_a_cancelled_run_is_not_paid_and_its_payments_are_gathered_again(stack, services, production, registered):
    run, sha256 = await common.prepared_run(services, production)
    await CommandClient(services, common.PREPARER).send(CancelRun, run=run, reason="wrong day")
    with pytest.raises(IllegalTransition):
        await CommandClient(services, common.RELEASER).send(ReleaseRun, run=run, sha256=sha256)
    await assert_paid(stack, services, production, settled=PAYOUTS)


async def test_everything_at_once_while_the_worker_is_killed(stack, services, production, registered):
    with books_of(stack) as books:
        add_random_faults(books.db, 1, Fraction(1, 10), RANDOM_KINDS, reason="AC04", seconds=1)
    run, sha256 = await common.prepared_run(services, production)
    await CommandClient(services, common.RELEASER).send(ReleaseRun, run=run, sha256=sha256)
    for _ in range(2):
        await asyncio.sleep(1.5)
        os.kill(stack.process("worker").pid, signal.SIGKILL)
    await common.until(lambda: oracle.closed(services, production), PATIENCE_S)
    await asyncio.sleep(1.5)  # what comes back, comes back a second after it settled
    await common.until(lambda: oracle.closed(services, production), PATIENCE_S)
    with books_of(stack) as books:
        clear_faults(books.db)
    oracle.assert_books_agree(stack, services, production, PAYOUTS)
