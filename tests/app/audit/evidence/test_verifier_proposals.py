"""The verifier of bundles folds proposals as the domain does, and finds versions in force without approvals."""

import json

import pytest

from adapters.db.rows import proposal_row
from app.audit.evidence.verifier.books import Books
from app.audit.evidence.verifier.bundle import Bad
from domain.events import AgreementAmended, AgreementApproved, AgreementRegistered
from domain.ledger.journal import canonical
from tests.domain import builders as b
from tests.domain.agreement.test_proposals import FIRST, SECOND
from tests.domain.audit.test_approvals import forged, life


def folded(events):
    books = Books("HANA")
    for event in events:
        books.take(json.loads(canonical(event)), b.TODAY.isoformat())
    return books.rows["proposal"]


@pytest.mark.parametrize("provisional", [False, True])
def test_it_folds_proposals_as_the_domain_does(provisional):
    events, talks = life(provisional=provisional)
    assert folded(events) == {
        document: proposal_row("HANA", proposal) for document, proposal in talks.state.proposals.items()
    }


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        (AgreementApproved, {"document": FIRST}, "which is not proposed"),
        (AgreementApproved, {"amends": SECOND}, "over another version than it was proposed over"),
        (AgreementApproved, {"party": "vendor"}, "an approval of vendor, who is not asked"),
        (AgreementApproved, {"by": "ji"}, "a second approval by ji"),
        (AgreementAmended, {"approved_by": ("han",)}, "names other parties than have approved"),
        (AgreementAmended, {"document": FIRST}, "in force that was not proposed"),
    ],
)
def test_it_finds_a_forged_approval(kind, fields, said):
    events, _ = life()
    with pytest.raises(Bad, match=said):
        folded(forged(events, kind, **fields))


def test_it_finds_a_version_in_force_without_its_approvals():
    events, _ = life()
    with pytest.raises(Bad, match="puts a version in force that mori did not approve"):
        folded([each for each in events if not isinstance(each, AgreementApproved)])


def test_it_accepts_what_the_first_release_put_in_force():
    old = AgreementRegistered(production="HANA", title="x", version=1, document=FIRST)
    books = Books("HANA")
    books.take({"type": old.type, "production": "HANA", "title": "x", "version": 1, "document": FIRST}, "2026-04-01")
    assert books.rows["production"]["HANA"]["document"] == FIRST
