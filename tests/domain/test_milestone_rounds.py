from datetime import timedelta

import pytest

from domain.agreement.model import OnDeadline
from domain.events import (
    EvidenceKept,
    MilestoneAccepted,
    MilestoneApproved,
    MilestoneEscalated,
    MilestoneRejected,
    MilestoneSubmitted,
)
from domain.milestone_rounds import approval_terms, deadline_terms, next_step, rounds
from domain.milestones import Milestone
from tests.domain import builders as b

SHA, LATER = "a" * 64, b.TODAY + timedelta(days=3)
TERMS = b.agreement().milestone("lock")


def submitted(number: int) -> MilestoneSubmitted:
    return MilestoneSubmitted(
        milestone="lock", round=number, by="ji", party="han", evidence={"script": SHA}, deadline_on=LATER
    )


def test_each_round_has_what_came_of_it_with_reasons():
    first, second = rounds(
        [
            (submitted(1), b.TODAY),
            (EvidenceKept(milestone="lock", round=1, evidence="script", sha256=SHA, name="s", size=1), b.TODAY),
            (MilestoneApproved(milestone="lock", round=1, by="aoi", party="mori"), b.TODAY),
            (MilestoneRejected(milestone="lock", round=1, by="ren", reason="page 3 is missing"), LATER),
            (submitted(2), LATER),
            (MilestoneEscalated(milestone="lock", round=2, to="streamer", deadline_on=LATER), LATER),
            (MilestoneAccepted(milestone="lock", round=2, deemed=True), LATER),
        ]
    )
    assert [(one.what, one.by, one.reason) for one in first.steps] == [
        ("approved", "aoi", None),
        ("rejected", "ren", "page 3 is missing"),
    ]
    assert [(one.what, one.by, one.party, one.reason) for one in second.steps] == [
        ("escalated", None, "streamer", f"until {LATER}"),
        ("accepted", None, None, "nobody answered in time"),
    ]
    assert (second.number, second.submitted_by, second.deadline_on) == (2, "ji", LATER)


@pytest.mark.parametrize("on_deadline", OnDeadline)
def test_the_terms_of_approval_are_in_words(on_deadline):
    terms = b.milestone("lock", on_deadline=on_deadline, escalate_to="streamer")
    assert deadline_terms(terms).startswith(f"{terms.approval.business_days} business days, then ")
    assert deadline_terms(terms).endswith(" to streamer") is (on_deadline is OnDeadline.ESCALATE)
    assert approval_terms(terms).startswith(f"{terms.approval.approvals} of ")


def test_what_is_next_names_who_acts():
    terms = TERMS.model_copy(update={"after": ("closing",)})
    assert next_step(terms, Milestone("lock"), [], [], "Asia/Seoul") == "closing must be accepted first"
    assert next_step(terms, Milestone("lock"), ["closing"], [], "Asia/Seoul") == "han hands in script"
    waiting = Milestone("lock", "submitted", 1, "ji", deadline_on=LATER, escalated_to="streamer")
    said = next_step(TERMS, waiting, [], [], "Asia/Seoul")
    assert "more of" in said
    assert "or streamer approve" in said
    assert said.endswith("(Asia/Seoul)")
    assert "hands in other evidence" in next_step(TERMS, Milestone("lock", "rejected", 1), [], [], "Asia/Seoul")
    assert next_step(TERMS, Milestone("lock", "accepted", 1), [], [], "Asia/Seoul") == "nothing"
    assert "falls due" in next_step(TERMS, Milestone("lock", "accepted", 1), [], ["A"], "Asia/Seoul")
