"""What the records say of runs that stand still."""

from datetime import date, timedelta

import pytest

from adapters.bank.folder import folder_of
from adapters.db import health as recorded
from adapters.db.queries.bank import unmatched
from adapters.sandbox_bank import admin
from adapters.sandbox_bank.faults import FaultKind, add_fault
from domain import health
from domain.commands import AllocateMovement, CancelRun, HoldPayment
from domain.errors import StaleApproval
from domain.values.money import Money
from tests.world import PRODUCTION, UNSHARED

PAID_ON = date(2025, 2, 14)


@pytest.fixture
def world(world):
    world.register()
    world.clock.to(PAID_ON)
    return world


def read(world, of):
    with world.store.reading() as records:
        return list(of(records.connection))


def minutes_later(world):
    with world.store.reading() as records:
        return recorded.now(records.connection) + health.SENDING_TAKES


def cancel(world, run):
    command = CancelRun(key=f"cancel/{run}", by="dohyun", production=PRODUCTION, run=run, reason="its day is past")
    world.runs.cancel(command)


def test_a_run_that_was_not_released_on_its_day_is_told_until_it_is_cancelled_and_its_payments_go_out_the_next(world):
    run = world.prepare().run
    (waiting,) = read(world, recorded.prepared_runs)
    assert (waiting.production, waiting.account, waiting.run, waiting.on) == (PRODUCTION, "spc-krw", run, PAID_ON)
    assert (waiting.count, waiting.amount, waiting.since) == (1, "KRW 192000000", None)
    world.clock.to(PAID_ON + timedelta(days=3))
    with pytest.raises(StaleApproval):
        world.release(run)
    assert health.unreleased(waiting, PAID_ON + timedelta(days=3)).what == run
    assert read(world, recorded.due_and_alone) == []
    cancel(world, run)
    assert read(world, recorded.prepared_runs) == []
    world.send()
    assert set(world.statuses().values()) >= {"submitted"}


def test_a_prepared_run_whose_payments_are_all_held_has_nothing_in_it(world):
    world.prepare()
    command = HoldPayment(
        key="hold", by="eunwoo", production=PRODUCTION, payment=world.payment("WR-A"), reason="tax form"
    )
    world.productions.hold(command)
    (waiting,) = read(world, recorded.prepared_runs)
    assert (waiting.count, waiting.amount) == (0, "KRW 0")


def test_a_released_run_that_an_amendment_stopped_is_told_until_it_is_cancelled(world):
    run = world.prepare()
    world.release(run.run)
    number = next(a.number for a in world.handler.in_force(PRODUCTION).accounts if a.id == "writer-krw").encode()
    amended = world.keep(UNSHARED.replace(number, number[::-1]))
    with world.store.transaction() as amending:
        amending.connection.exec_driver_sql("UPDATE production SET document = %s", (amended,))
    with pytest.raises(StaleApproval):
        world.runs.send(run)
    (waiting,) = read(world, recorded.unsent_runs)
    assert (waiting.run, waiting.count, waiting.amount, waiting.sent_before) == (run.run, 1, "KRW 192000000", False)
    assert health.unsent(waiting, minutes_later(world)).what == run.run
    cancel(world, run.run)
    assert read(world, recorded.unsent_runs) == []


def test_a_run_that_the_bank_never_saw_is_told_until_it_is_sent_again(world):
    add_fault(world.their_bank.books.db, world.payment("WR-A"), FaultKind.LOSE_FILE, reason="AC04", seconds=0)
    run = world.send()
    world.take()
    (released,) = read(world, lambda connection: [recorded.now(connection)])
    world.runs.doubt(run)
    world.deliver()
    world.take()
    (waiting,) = read(world, recorded.unsent_runs)
    assert (waiting.run, waiting.sent_before) == (run.run, True)
    assert waiting.since > released  # it counts from the bank's word, not from the release
    world.runs.send(run)
    assert read(world, recorded.unsent_runs) == []


def test_only_the_movements_that_nothing_explains_still_are_counted_in_suspense(world):
    for won, reference in ((77, "advice 1"), (5, "advice 2")):
        admin.credit(
            world.their_bank.books,
            folder_of(PRODUCTION, "spc-krw"),
            Money(won, "KRW"),
            "A stranger",
            reference,
            PAID_ON,
        )
        world.take()
    with world.store.reading() as records:
        first, second = unmatched(records.connection).items
    allocate = AllocateMovement(
        key="allocate",
        by="eunwoo",
        production=PRODUCTION,
        account="spc-krw",
        movement=first.movement,
        to="source",
        name="streamer",
        reason="its advice of today",
    )
    (both,) = read(world, recorded.suspended)
    assert (len(both.movements), both.amount) == (2, "KRW 82")
    world.movements.allocate(allocate)
    (left,) = read(world, recorded.suspended)
    assert (len(left.movements), left.amount) == (1, str(second.open))
    assert left.since > both.since
