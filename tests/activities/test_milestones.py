"""Decisions on a milestone, and its deadline by the business clock."""

from datetime import date, time

import pytest

from activities.views import MilestoneRef
from domain.commands import PassDeadline, RejectMilestone
from domain.errors import BadInput, IllegalTransition, NotFound, SamePerson, StaleApproval, WrongRole
from tests.world import EVIDENCE, PRODUCTION, approve_command, submit_command


def standing(world, milestone="closing"):
    return world.milestones.milestone_standing(MilestoneRef(production=PRODUCTION, milestone=milestone))


def pass_deadline(world, milestone="closing", round_=1, key="deadline"):
    return world.milestones.pass_deadline(
        PassDeadline(key=key, by="system", production=PRODUCTION, milestone=milestone, round=round_)
    )


def reject(world, by="kenta", round_=1):
    return world.milestones.reject(
        RejectMilestone(
            key=f"reject/{by}", by=by, production=PRODUCTION, milestone="closing", round=round_, reason="page 3 missing"
        )
    )


def test_a_submission_promises_a_deadline_in_business_days_of_all_approvers(registered):
    registered.clock.to(date(2025, 1, 20))
    view = registered.milestones.submit(submit_command("closing"))
    # Ten business days in Seoul and Tokyo: 27 to 30 January are Korean holidays, 11 February a Japanese one.
    assert view.deadline_on == date(2025, 2, 7)
    assert view.seconds_left == (19 * 24 - 9) * 3600
    assert (view.status, view.round, view.approvals) == ("submitted", 1, 0)


def test_two_approvals_accept_and_fix_the_dates_of_the_instalments(registered):
    registered.clock.to(date(2025, 1, 31))
    registered.accept("closing")
    assert standing(registered).status == "accepted"
    state = registered.snapshots()
    assert state.milestones["closing"].accepted_on == date(2025, 1, 31)
    assert state.payments[registered.payment("RI-A")].due_on == date(2025, 2, 25)
    assert registered.events()[-2:] == ["milestone-accepted", "due-dates-set"]


def test_dates_that_were_promised_are_recorded_and_nothing_else(registered):
    registered.clock.to(date(2025, 1, 31))
    registered.accept("closing")
    set_ = registered.newest()
    assert {promise.id for promise in set_.payments} == {registered.payment("RI-A")}
    assert len(set_.receipts) == 2


def test_the_submitter_does_not_approve_and_nobody_approves_twice(registered):
    registered.submit("closing")
    with pytest.raises(WrongRole):
        registered.approve("closing", "seoyeon")
    registered.approve("closing", "jiho")
    with pytest.raises(SamePerson):
        registered.approve("closing", "jiho", key="once-more")
    with pytest.raises(Exception, match="another party"):
        registered.approve("closing", "minji")
    assert standing(registered).approvals == 1


def test_the_same_approval_sent_twice_counts_once(registered):
    registered.submit("closing")
    first = registered.milestones.approve(approve_command("closing", "jiho"))
    assert registered.milestones.approve(approve_command("closing", "jiho")) == first


def test_new_evidence_voids_the_approvals_given(registered):
    registered.submit("closing")
    registered.approve("closing", "jiho")
    registered.submit("closing", EVIDENCE["closing"] | {"finance-plan": "f" * 64}, key="second")
    assert (standing(registered).round, standing(registered).approvals) == (2, 0)
    with pytest.raises(StaleApproval):
        registered.approve("closing", "kenta", round_=1)


def test_the_wrong_documents_are_refused_and_name_what_is_missing(registered):
    with pytest.raises(BadInput, match="finance-plan"):
        registered.submit("closing", {"title-chain": "a" * 64})
    with pytest.raises(BadInput, match="takes no document"):
        registered.submit("closing", EVIDENCE["closing"] | {"more": "a" * 64})


def test_a_milestone_waits_for_those_before_it(registered):
    with pytest.raises(IllegalTransition, match="closing"):
        registered.submit("script-lock")


def test_a_milestone_that_the_agreement_does_not_have_is_named(registered):
    with pytest.raises(NotFound, match="party"):
        registered.submit("party", {"a": "a" * 64})


def test_a_rejected_milestone_can_be_submitted_again(registered):
    registered.submit("closing")
    assert reject(registered).status == "rejected"
    registered.submit("closing", key="second")
    assert (standing(registered).status, standing(registered).round) == ("submitted", 2)


def test_nothing_happens_before_the_deadlines_day_is_over(registered):
    registered.submit("closing")
    registered.clock.to(standing(registered).deadline_on, time(23, 59))
    before = registered.events()
    assert pass_deadline(registered).status == "submitted"
    assert registered.events() == before


def test_a_deadline_that_passed_escalates_and_sets_a_new_one(registered):
    registered.submit("closing")
    first = standing(registered).deadline_on
    registered.clock.to(first, time(23, 59))
    registered.clock.forward(minutes=2)
    view = pass_deadline(registered)
    assert (view.status, view.round) == ("submitted", 1)
    assert view.deadline_on > first
    assert registered.snapshots().milestones["closing"].escalated_to == "broadcaster"
    assert pass_deadline(registered) == view


def test_silence_that_means_yes_accepts(registered):
    for before in ("closing", "script-lock"):
        registered.accept(before)
    registered.submit("shoot-start")
    registered.clock.to(standing(registered, "shoot-start").deadline_on)
    registered.clock.forward(days=1)
    assert pass_deadline(registered, "shoot-start").status == "accepted"
    assert registered.snapshots().payments[registered.payment("PR-B")].due_on is not None


def test_the_deadline_of_a_round_that_is_over_does_nothing(registered):
    registered.submit("closing")
    registered.submit("closing", EVIDENCE["closing"] | {"finance-plan": "f" * 64}, key="second")
    registered.clock.forward(days=60)
    assert pass_deadline(registered, round_=1).round == 2
    assert "milestone-escalated" not in registered.events()


def test_the_business_day_is_that_of_the_agreements_zone(registered):
    registered.clock.to(date(2025, 1, 31), time(0, 30))  # still 30 January in London
    registered.accept("closing")
    assert registered.snapshots().milestones["closing"].accepted_on == date(2025, 1, 31)
