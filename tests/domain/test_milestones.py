from dataclasses import replace
from datetime import timedelta

import pytest

from domain import milestones
from domain.agreement.model import Agreement, OnDeadline
from domain.commands import ApproveMilestone, PassDeadline, RejectMilestone, SubmitMilestone
from domain.errors import BadInput, IllegalTransition, NotFound, Refused, SamePerson, StaleApproval, WrongRole
from domain.events import (
    Event,
    MilestoneAccepted,
    MilestoneApproved,
    MilestoneEscalated,
    MilestoneRejected,
    MilestoneSubmitted,
)
from domain.identity import Person, Role
from domain.state import State
from tests.domain import builders as b

TERMS = b.agreement()
OTHER_SCRIPT = {"script": "b" * 64}
LATE = b.deadline(TERMS.milestone("lock")) + timedelta(days=1)


def submit(
    state: State, name: str = "lock", person: Person = b.JI, evidence: dict[str, str] | None = None
) -> list[Event]:
    command = SubmitMilestone(key="k", by=person.user, production="HANA", milestone=name, evidence=evidence or b.SCRIPT)
    return milestones.submit(state.milestones, TERMS, command, person, b.deadline)


def approve(state: State, person: Person, round_: int = 1, terms: Agreement = TERMS) -> list[Event]:
    command = ApproveMilestone(key="k", by=person.user, production="HANA", milestone="lock", round=round_)
    return milestones.approve(state.milestones, terms, command, person)


def reject(state: State, person: Person, round_: int = 1) -> list[Event]:
    command = RejectMilestone(key="k", by=person.user, production="HANA", milestone="lock", round=round_, reason="no")
    return milestones.reject(state.milestones, TERMS, command, person)


def pass_deadline(state: State, policy: OnDeadline, today=LATE, round_: int = 1, to: str | None = "streamer"):
    terms = b.agreement(milestones=(b.milestone("lock", on_deadline=policy, escalate_to=to),))
    command = PassDeadline(key="k", by="system", production="HANA", milestone="lock", round=round_)
    return milestones.pass_deadline(state.milestones, terms, command, today, b.deadline)


def waiting() -> State:
    return b.after(State(), submit(State()))


def accepted(name: str = "lock") -> State:
    state = b.after(State(), submit(State(), name))
    return b.after(state, [MilestoneAccepted(milestone=name, round=1, deemed=False)])


def test_submitting_opens_the_first_round_and_promises_its_deadline():
    assert submit(State()) == [
        MilestoneSubmitted(
            milestone="lock",
            round=1,
            by="ji",
            party="han",
            evidence=b.SCRIPT,
            deadline_on=b.TODAY + timedelta(days=5),
        )
    ]


def test_only_a_producer_of_the_submitting_party_submits():
    with pytest.raises(WrongRole, match="needs the role producer"):
        submit(State(), person=b.REN)
    with pytest.raises(WrongRole, match="aoi of mori may not submit lock"):
        submit(State(), person=b.AOI)


def test_a_milestone_that_the_agreement_does_not_have_is_named_with_those_it_has():
    with pytest.raises(NotFound, match=r"no milestone 'premiere': it has lock, wrap, delivery"):
        submit(State(), "premiere")


def test_missing_evidence_is_named():
    command = SubmitMilestone(key="k", by="ji", production="HANA", milestone="lock", evidence={})
    with pytest.raises(BadInput, match="needs the document 'script'"):
        milestones.submit({}, TERMS, command, b.JI, b.deadline)


def test_evidence_that_is_not_required_is_refused_by_name():
    with pytest.raises(BadInput, match="takes no document 'poster': it takes script"):
        submit(State(), evidence={**b.SCRIPT, "poster": "c" * 64})


def test_a_milestone_waits_for_those_it_comes_after():
    with pytest.raises(IllegalTransition, match="comes after lock and wrap, not accepted yet: submit lock first"):
        submit(State(), "delivery")
    assert submit(accepted("lock"), "wrap")


def test_the_same_evidence_is_not_submitted_twice_while_it_waits():
    with pytest.raises(IllegalTransition, match="waiting for approval already"):
        submit(waiting())


def test_changed_evidence_opens_a_round_in_which_earlier_approvals_are_void():
    state = waiting()
    state = b.after(state, approve(state, b.MIN))
    state = b.after(state, submit(state, evidence=OTHER_SCRIPT))
    assert (state.milestones["lock"].round, state.milestones["lock"].approvals) == (2, ())
    with pytest.raises(StaleApproval, match="round 2, not 1"):
        approve(state, b.AOI, 1)
    assert [event.type for event in approve(state, b.AOI, 2)] == ["milestone-approved"]


def test_an_accepted_milestone_takes_no_more_evidence_and_no_more_decisions():
    with pytest.raises(IllegalTransition, match="accepted already"):
        submit(accepted())
    with pytest.raises(IllegalTransition, match="lock is accepted: only a submitted milestone"):
        approve(accepted(), b.AOI)
    with pytest.raises(IllegalTransition, match="lock is accepted: only a submitted milestone"):
        reject(accepted(), b.AOI)


def test_nothing_is_decided_before_it_is_submitted():
    with pytest.raises(IllegalTransition, match="lock is open"):
        approve(State(), b.AOI)


def test_the_approval_that_completes_the_policy_accepts():
    state = waiting()
    first = approve(state, b.MIN)
    assert first == [MilestoneApproved(milestone="lock", round=1, by="min", party="han")]
    state = b.after(state, first)
    second = approve(state, b.AOI)
    assert second == [
        MilestoneApproved(milestone="lock", round=1, by="aoi", party="mori"),
        MilestoneAccepted(milestone="lock", round=1, deemed=False),
    ]
    reached = b.after(state, second).milestones["lock"]
    assert (reached.status, reached.accepted_on, reached.deadline_on) == ("accepted", b.TODAY, None)


def test_nobody_approves_what_they_submitted():
    state = b.after(State(), submit(State(), person=b.MIN))
    with pytest.raises(SamePerson, match="min submitted lock"):
        approve(state, b.MIN)


def test_one_person_approves_once_even_where_one_party_may_approve_twice():
    terms = b.agreement(milestones=(b.milestone("lock", distinct_parties=False),))
    state = waiting()
    state = b.after(state, approve(state, b.AOI, terms=terms))
    with pytest.raises(SamePerson, match="aoi has approved lock already"):
        approve(state, b.AOI, terms=terms)
    assert [event.type for event in approve(state, b.REN, terms=terms)] == ["milestone-approved", "milestone-accepted"]


def test_one_party_approves_once_where_the_policy_wants_distinct_parties():
    state = waiting()
    state = b.after(state, approve(state, b.AOI))
    with pytest.raises(Refused, match="mori has approved lock already"):
        approve(state, b.REN)


def test_only_an_approver_of_an_approving_party_decides():
    with pytest.raises(WrongRole, match="needs the role approver"):
        approve(waiting(), b.JI)
    with pytest.raises(WrongRole, match="ada of streamer may not approve lock"):
        approve(waiting(), b.ADA)
    with pytest.raises(WrongRole, match="ada of streamer may not reject lock"):
        reject(waiting(), b.ADA)


def test_a_rejected_round_is_over_and_the_next_can_begin_with_any_evidence():
    state = waiting()
    state = b.after(state, reject(state, b.AOI))
    assert state.milestones["lock"].status == "rejected"
    with pytest.raises(IllegalTransition, match="lock is rejected"):
        approve(state, b.MIN)
    assert submit(state)[0].round == 2


def test_a_stale_round_is_not_rejected_either():
    with pytest.raises(StaleApproval):
        reject(waiting(), b.AOI, 7)


@pytest.mark.parametrize("policy", OnDeadline)
def test_a_deadline_does_nothing_before_it_has_passed(policy):
    assert pass_deadline(waiting(), policy, today=LATE - timedelta(days=1)) == []


@pytest.mark.parametrize("policy", OnDeadline)
def test_a_deadline_does_nothing_for_another_round_or_a_milestone_not_waiting(policy):
    assert pass_deadline(waiting(), policy, round_=2) == []
    assert pass_deadline(State(), policy) == []
    assert pass_deadline(accepted(), policy) == []


def test_a_deadline_rejects_where_the_policy_says_so():
    [event] = pass_deadline(waiting(), OnDeadline.REJECT)
    assert event == MilestoneRejected(
        milestone="lock", round=1, by=None, reason=f"not approved by {LATE - timedelta(days=1)}"
    )


def test_silence_is_acceptance_where_the_policy_says_so():
    assert pass_deadline(waiting(), OnDeadline.DEEM_ACCEPTED) == [
        MilestoneAccepted(milestone="lock", round=1, deemed=True)
    ]


def test_an_escalation_sets_a_new_deadline_and_lets_another_party_approve():
    state = waiting()
    events = pass_deadline(state, OnDeadline.ESCALATE)
    assert events == [
        MilestoneEscalated(milestone="lock", round=1, to="streamer", deadline_on=LATE - timedelta(days=1))
    ]
    state = b.after(state, events)
    assert approve(state, b.ADA)[0].party == "streamer"


def test_an_escalation_that_names_nobody_goes_to_the_submitter():
    [event] = pass_deadline(waiting(), OnDeadline.ESCALATE, to=None)
    assert event.to == "han"


def test_an_escalation_goes_past_a_party_that_is_away():
    terms = b.agreement(milestones=(b.milestone("lock", escalate_to="streamer", then_to=("mori",)),))
    command = PassDeadline(key="k", by="system", production="HANA", milestone="lock", round=1)

    def escalated_to(*gone: str) -> str:
        state = waiting().milestones
        [event] = milestones.pass_deadline(state, terms, command, LATE, b.deadline, lambda party: party in gone)
        assert isinstance(event, MilestoneEscalated)
        return event.to

    assert (escalated_to(), escalated_to("streamer"), escalated_to("streamer", "mori")) == (
        "streamer",
        "mori",
        "streamer",
    )


def test_a_policy_may_name_people_and_roles():
    terms = b.agreement(milestones=(b.milestone("lock", people=("aoi",), roles=(Role.PRODUCER,)),))
    with pytest.raises(WrongRole, match="ren may not approve lock: this needs the role producer"):
        approve(waiting(), b.REN, terms=terms)
    with pytest.raises(WrongRole, match="min may not approve lock: the agreement names aoi for it"):
        approve(waiting(), b.MIN, terms=terms)
    assert approve(waiting(), b.AOI, terms=terms)[0].type == "milestone-approved"
    assert approve(waiting(), replace(b.MIN, party="mori", acting_for="aoi"), terms=terms)[0].acting_for == "aoi"


def test_nobody_approves_twice_or_what_they_submitted_under_another_name():
    terms = b.agreement(milestones=(b.milestone("lock", distinct_parties=False),))
    with pytest.raises(SamePerson, match="min counts as ji, who submitted lock"):
        approve(waiting(), replace(b.MIN, names=frozenset({"ji"})))
    state = b.after(waiting(), approve(waiting(), b.AOI, terms=terms))
    with pytest.raises(SamePerson, match="ren counts as aoi, who has approved lock already"):
        approve(state, replace(b.REN, names=frozenset({"aoi"})), terms=terms)


def test_who_is_away_and_their_substitute_have_one_approval_between_them():
    terms = b.agreement(milestones=(b.milestone("lock", distinct_parties=False),))
    stand_in = replace(b.REN, names=frozenset({"aoi"}), acting_for="aoi")
    state = b.after(waiting(), approve(waiting(), stand_in, terms=terms))
    assert state.milestones["lock"].approvals == (("ren", "mori", "aoi"),)
    with pytest.raises(SamePerson, match="aoi has approved lock already"):
        approve(state, b.AOI, terms=terms)


def test_a_new_round_forgets_the_escalation_of_the_last():
    state = waiting()
    state = b.after(state, pass_deadline(state, OnDeadline.ESCALATE))
    state = b.after(state, submit(state, evidence=OTHER_SCRIPT))
    with pytest.raises(WrongRole):
        approve(state, b.ADA, 2)


def test_a_role_is_good_for_its_own_party_only():
    person = Person("x", "han", frozenset({Role.APPROVER}))
    person.require(Role.APPROVER, ("mori", "han"), "approve")
    with pytest.raises(WrongRole, match="ask one of mori or spc") as refused:
        person.require(Role.RELEASER, ("mori", "spc"), "release")
    assert refused.value.data == {"user": "x", "needed": "releaser"}
    with pytest.raises(WrongRole, match="this is for mori to do") as refused:
        person.require(Role.APPROVER, ("mori",), "approve")
    assert refused.value.data == {"user": "x", "needed": "approver", "party": "han"}


def test_an_amendment_may_drop_a_milestone_only_while_nothing_has_happened_to_it():
    amended = b.agreement(2)
    milestones.refuse_dropped({"LOCK": milestones.Milestone(amended.milestones[0].id, "submitted")}, amended)
    with pytest.raises(Refused, match="gone is submitted already: the amendment may not drop it"):
        milestones.refuse_dropped({"gone": milestones.Milestone("gone", "submitted")}, amended)
