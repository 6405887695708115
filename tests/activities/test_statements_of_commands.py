"""The SQL statements of a command: each query once, and all writes in one statement."""

import re
from contextlib import contextmanager
from datetime import date

import pytest

from app.payments.preview import preview
from domain.commands import ApproveMilestone, HoldPayment, ReleaseRun
from tests.heard import heard
from tests.world import PRODUCTION

READ = re.compile(r"\b(?:FROM|JOIN) (?!unnest)(\w+)")
WHO = "people_change substituted user_account user_account named substituted people_change named"
"""The people whom a command concerns."""
LOCKED = ["settings", "settings", "stream_head"]
WRITTEN = re.compile(r"(?:INSERT INTO|UPDATE) (?!SET|SKIP)(\w+)")


@contextmanager
def counted(world):
    """The statements of a block, each as the tables that it writes to, or else reads."""
    statements = []

    def hear(text):
        statements.append(" ".join(WRITTEN.findall(text) or READ.findall(text)) or "settings")

    with heard(world.store.engine, hear):
        yield statements


@pytest.fixture
def due(registered):
    """The morning on which WR-A falls due; the agreement has been read before."""
    registered.clock.to(date(2025, 2, 14))
    registered.open_day()
    return registered


@pytest.fixture
def hold(due):
    payment = due.payment("WR-A")
    return HoldPayment(key="hold/1", by="eunwoo", production=PRODUCTION, payment=payment, reason="tax form")


def test_holding_a_payment(due, hold):
    with counted(due) as statements:
        due.productions.hold(hold)
    taken = [*LOCKED, "production", "payment", WHO, "command"]
    assert statements == [*taken, "command journal_event payment stream_head"]


def test_holding_a_payment_again_writes_nothing(due, hold):
    view = due.productions.hold(hold)
    with counted(due) as statements:
        assert due.productions.hold(hold) == view
    assert statements == [*LOCKED, "production", "payment", WHO, "command"]


def test_approving_a_milestone(registered):
    registered.submit("closing")
    command = ApproveMilestone(key="approve/1", by="jiho", production=PRODUCTION, milestone="closing", round=1)
    with counted(registered) as statements:
        registered.milestones.approve(command)
    taken = [*LOCKED, "production", "milestone", "payment", "receipt", WHO, "command"]
    assert statements == [*taken, "command journal_event milestone stream_head"]


def test_releasing_a_run(due):
    run = due.prepare().run
    sha256 = preview(due.handler, run).head.sha256
    command = ReleaseRun(key="release/1", by="sora", production=PRODUCTION, run=run, sha256=sha256)
    with counted(due) as statements:
        due.runs.release(command)
    # The payments of the run and of those released that day, and those with an attempt of it in doubt.
    payments = "payment payment jsonb_array_elements run run"
    taken = ["settings", "production", *LOCKED[1:], "production", payments, "run", WHO, "command"]
    booked = "booking journal_event entry of_account of_account corrected"
    there = ["settings", "settings", "production", "bank_statement", "journal_event", booked, "production", "payment"]
    assert statements == [*taken, *there, "command journal_event payment run stream_head"]
