"""An audit proves that every version in force had its approvals, over that very document."""

import pytest

from domain.agreement.clauses import AmendmentTerms
from domain.audit.approvals import Approvals
from domain.events import (
    AgreementAmended,
    AgreementApproved,
    AgreementProposed,
    AgreementRegistered,
    AgreementRestored,
    Event,
)
from tests.domain import builders as b
from tests.domain.agreement.test_proposals import FIRST, SECOND, URGENT, Talks, dearer, terms


def life(*, provisional: bool = False) -> tuple[list[Event], Talks]:
    """The events of a registration and of an amendment by two parties, which may be confirmed afterwards."""
    talks = Talks(first=terms(amendments=URGENT), in_force=False)
    talks.documents[SECOND] = dearer().model_copy(update={"amendments": URGENT})
    events: list[Event] = []
    for document, urgent in ((FIRST, False), (SECOND, provisional)):
        events += talks.propose(document, b.JI, provisional=urgent)
        events += talks.approve(document, b.AOI)
    return events, talks


def wrong(events: list[Event], talks: Talks, version: int | None = 2) -> list[str]:
    approvals = Approvals(lambda document: talks.documents[document])
    return [said for event in events for said, _, _ in approvals.take(event, version, b.TODAY)]


def forged(events: list[Event], kind: type, number: int = -1, **fields: object) -> list[Event]:
    event = [each for each in events if isinstance(each, kind)][number]
    return [each.model_copy(update=fields) if each is event else each for each in events]


@pytest.mark.parametrize("provisional", [False, True])
def test_what_was_approved_is_faithful(provisional):
    events, talks = life(provisional=provisional)
    assert wrong(events, talks) == []


@pytest.mark.parametrize("ended", ["refuse", "withdraw"])
def test_a_provisional_version_that_fell_back_is_faithful(ended):
    events, talks = life()
    talks = Talks(first=terms(amendments=URGENT), in_force=False)
    talks.documents[SECOND] = dearer().model_copy(update={"amendments": URGENT})
    events = [*talks.propose(FIRST, b.JI), *talks.approve(FIRST, b.AOI)]
    events += talks.propose(SECOND, b.JI, provisional=True)
    events += talks.refuse(SECOND, b.AOI) if ended == "refuse" else talks.withdraw(SECOND, b.JI)
    assert wrong(events, talks) == []
    assert "restores another version than the one before" in wrong(
        forged(events, AgreementRestored, document=SECOND), talks
    )


def test_an_approval_that_is_missing_is_found():
    events, talks = life()
    without = [each for each in events if not isinstance(each, AgreementApproved)]
    assert wrong(without, talks).count("is in force without the approval of parties that must") == 2


def test_a_version_that_nobody_proposed_is_found():
    events, talks = life()
    kept = [each for each in events if not (isinstance(each, AgreementProposed) and each.document == SECOND)]
    found = wrong(kept, talks)
    assert "approves what is not proposed" in found
    assert "is in force and was not proposed" in found


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        (AgreementApproved, {"document": FIRST}, "approves what is not proposed"),
        (AgreementApproved, {"amends": SECOND}, "approves over another version than was proposed"),
        (AgreementApproved, {"party": "vendor"}, "is by a party that is not asked"),
        (AgreementApproved, {"by": "ji"}, "is by somebody who acted for another party"),
        (AgreementProposed, {"needs": ("han",)}, "asks others than the documents name"),
        (AgreementProposed, {"amends": None}, "amends another version than that in force"),
        (AgreementProposed, {"version": 3}, "proposes what its document does not say"),
        (AgreementProposed, {"party": "stranger"}, "is by a party that is not of the agreement"),
        (AgreementAmended, {"approved_by": ("han",)}, "names others than have approved it"),
        (AgreementAmended, {"document": FIRST}, "is in force and was not proposed"),
        (AgreementAmended, {"provisional_until": b.TODAY}, "is provisional for another time than was proposed"),
    ],
)
def test_a_forged_approval_is_found(kind, fields, said):
    events, talks = life()
    assert said in wrong(forged(events, kind, **fields), talks)


def test_a_provisional_version_against_the_terms_is_found():
    talks = Talks(first=terms(amendments=URGENT), in_force=False)
    talks.documents[SECOND] = dearer().model_copy(update={"amendments": URGENT})
    events = [*talks.propose(FIRST, b.JI), *talks.approve(FIRST, b.AOI)]
    events += talks.propose(SECOND, b.JI, provisional=True)
    talks.documents[FIRST] = terms()
    (found,) = [said for said in wrong(events, talks) if "provisional" in said]
    assert found.startswith("is provisional against the terms in force: The agreement in force allows no provisional")


def test_what_the_first_release_put_in_force_stands_but_not_after_a_proposal():
    events, talks = life()
    alone = AgreementRegistered(production="HANA", title="하나 / はな", version=1, document=FIRST)
    amended = AgreementAmended(production="HANA", title="하나 / はな", version=2, document=SECOND)
    assert wrong([alone, amended], talks, version=1) == []
    assert wrong([alone], talks) == ["is in force and was not proposed"]
    assert "is in force without the approval of parties that must" in wrong([*events[:1], alone], talks, version=1)


def test_who_signs_is_read_in_the_documents_themselves():
    events, talks = life()
    talks.documents[SECOND] = terms(2, AmendmentTerms(parties=("han", "streamer")))
    assert "asks others than the documents name" in wrong(events, talks)
