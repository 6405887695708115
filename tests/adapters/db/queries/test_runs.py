"""Runs, milestones and versions of an agreement."""

from datetime import date

from adapters.db.queries.agreement import agreement_versions
from adapters.db.queries.milestones import MilestoneFilter, milestone, milestones
from adapters.db.queries.runs import RunFilter, run, runs
from domain.commands import CancelRun, HoldPayment, RejectMilestone
from domain.reads import Sight
from domain.values.money import Money
from tests.world import PRODUCTION


def test_runs_can_be_asked_for_by_status_account_and_day(told, connection):
    assert run(connection, told.run).total == Money(192_000_000, "KRW")
    for chosen in (
        RunFilter(PRODUCTION, status="submitted"),
        RunFilter(account="spc-krw"),
        RunFilter(since=date(2025, 2, 14), until=date(2025, 2, 14)),
    ):
        assert [row.id for row in runs(connection, chosen).items] == [told.run]
    for chosen in (RunFilter(status="cancelled"), RunFilter(account="spc-jpy"), RunFilter(until=date(2025, 2, 13))):
        assert runs(connection, chosen).items == ()


def test_a_run_is_seen_by_who_keeps_its_account(told, connection):
    assert run(connection, told.run, Sight(party="spc", accounts=frozenset({"spc-krw"}))) is not None
    assert run(connection, told.run, Sight(party="spc", accounts=frozenset({"spc-jpy"}))) is None
    assert runs(connection, sight=Sight(party="writer")).items == ()


def test_milestones_are_those_that_something_has_happened_to(connection):
    found = milestones(connection, MilestoneFilter(PRODUCTION)).items
    assert [(one.id, one.accepted_on) for one in found] == [("closing", date(2025, 2, 3))]
    assert milestones(connection, MilestoneFilter(PRODUCTION, "rejected")).items == ()
    assert milestone(connection, PRODUCTION, "wrap") is None


def test_a_milestone_is_seen_by_whom_it_concerns(connection):
    concerned = Sight(party="studio", milestones=frozenset({"closing"}))
    assert len(milestones(connection, MilestoneFilter(PRODUCTION), sight=concerned).items) == 1
    assert milestones(connection, MilestoneFilter(PRODUCTION), sight=Sight(party="writer")).items == ()


def test_agreement_versions_are_those_in_force_on_a_day(connection):
    assert [v.version for v in agreement_versions(connection, PRODUCTION)] == [1]
    assert agreement_versions(connection, PRODUCTION, as_of=date(2025, 1, 5)) == []


def test_the_total_of_a_run_follows_holds_and_its_cancelling_says_why(registered):
    registered.clock.to(date(2025, 2, 14))
    prepared = registered.prepare()
    registered.productions.hold(
        HoldPayment(key="h", by="eunwoo", production=PRODUCTION, payment=registered.payment("WR-A"), reason="no form")
    )
    with registered.store.reading() as records:
        (row,) = runs(records.connection).items
    assert (row.count, row.total, row.left_out) == (0, Money(0, "KRW"), Money(192_000_000, "KRW"))
    registered.runs.cancel(
        CancelRun(key="c", by="dohyun", production=PRODUCTION, run=prepared.run, reason="nothing left")
    )
    with registered.store.reading() as records:
        gone = run(records.connection, prepared.run)
    assert gone is not None
    assert (gone.status, gone.reason, gone.total, gone.left_out) == ("cancelled", "nothing left", prepared.total, None)


def test_a_rejected_milestone_says_why_and_no_longer_once_it_is_handed_in_again(registered):
    registered.submit("closing")
    registered.milestones.reject(
        RejectMilestone(
            key="r", by="kenta", production=PRODUCTION, milestone="closing", round=1, reason="page 3 is missing"
        )
    )
    with registered.store.reading() as records:
        found = milestone(records.connection, PRODUCTION, "closing")
    assert (found.status, found.rejected_by, found.reason) == ("rejected", "kenta", "page 3 is missing")
    registered.submit("closing", key="again")
    with registered.store.reading() as records:
        (found,) = milestones(records.connection, MilestoneFilter(PRODUCTION)).items
    assert (found.status, found.reason) == ("submitted", None)
