"""Versions are proposed, approved by the parties that the agreement names, and only then in force."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.agreement import productions, proposals
from domain.agreement.clauses import AmendmentTerms, ProvisionalTerms
from domain.agreement.model import Agreement, DueOn
from domain.commands import (
    AmendAgreement,
    ApproveAgreement,
    RefuseAgreement,
    RegisterAgreement,
    WithdrawAgreement,
)
from domain.errors import IllegalTransition, NotFound, Refused, SamePerson, SluiceError, StaleApproval, WrongRole
from domain.events import AgreementAmended, AgreementRestored, Event, PaymentsScheduled, ProposalEnded
from domain.identity import Person, Role
from domain.payments.payments import Status
from domain.state import State
from tests.domain import builders as b

FIRST, SECOND, THIRD = "1" * 64, "2" * 64, "3" * 64
BOTH = AmendmentTerms(parties=("han", "mori"))
URGENT = BOTH.model_copy(update={"provisional": ProvisionalTerms(parties=("han",), business_days=2)})
MAKER = Person("maker", "vendor", frozenset({Role.PRODUCER}))


def terms(version: int = 1, amendments: AmendmentTerms = BOTH, lines=None, on: date = b.TODAY) -> Agreement:
    return b.agreement(version, lines).model_copy(update={"amendments": amendments, "effective_on": on})


def dearer() -> Agreement:
    """Version 2, which pays more for P1, due tomorrow."""
    raised = b.instalment("P1", "spc-krw", "vendor-krw", b.krw(777), DueOn(on=b.TODAY + timedelta(days=1)))
    return terms(2, lines=tuple(raised if line.id == "P1" else line for line in b.schedule()))


class Talks:
    """A production's state, with the documents that are proposed in it."""

    def __init__(self, *, first: Agreement | None = None, in_force: bool = True) -> None:
        self.state = State()
        self.documents = {FIRST: first or terms()}
        self.today = b.TODAY
        self.last: list[Event] = []
        if in_force:
            self.propose(FIRST, b.JI)
            for party in self.state.proposals[FIRST].waits_for:
                self.approve(FIRST, Person(f"{party}-approver", party, frozenset({Role.APPROVER})))

    @property
    def in_force(self) -> str | None:
        return self.state.production.document if self.state.production else None

    def status(self, document: str = SECOND) -> str:
        return self.state.proposals[document].status

    def take(self, events: list[Event]) -> list[Event]:
        self.state, self.last = b.after(self.state, events), events
        return events

    def propose(self, document: str, person: Person, *, provisional: bool = False) -> list[Event]:
        agreement, production = self.documents[document], self.state.production
        previous = self.documents[production.document] if production else None
        command: RegisterAgreement | AmendAgreement
        fields = {"key": "k", "by": person.user, "production": "HANA", "document": document}
        command = AmendAgreement(**fields, provisional=provisional) if previous else RegisterAgreement(**fields)
        return self.take(
            proposals.propose(
                self.state.proposals,
                production,
                agreement,
                previous,
                command,
                person,
                self.today + timedelta(days=7),
                self.today,
                self.put(document),
            )
        )

    def approve(self, document: str, person: Person) -> list[Event]:
        command = ApproveAgreement(key="k", by=person.user, production="HANA", document=document)
        known, agreement = self.state.proposals, self.documents.get(document, terms())
        return self.take(
            proposals.approve(known, self.state.production, agreement, command, person, self.today, self.put(document))
        )

    def refuse(self, document: str, person: Person) -> list[Event]:
        command = RefuseAgreement(key="k", by=person.user, production="HANA", document=document, reason="too dear")
        return self.take(proposals.refuse(self.state.proposals, self.state.production, command, person, self.restore))

    def withdraw(self, document: str, person: Person) -> list[Event]:
        command = WithdrawAgreement(key="k", by=person.user, production="HANA", document=document, reason="a slip")
        return self.take(proposals.withdraw(self.state.proposals, self.state.production, command, person, self.restore))

    def day(self, days: int, document: str = SECOND) -> list[Event]:
        """Let days pass, with their work."""
        self.today += timedelta(days=days)
        agreement, put = self.documents[document], self.put(document)
        return self.take(proposals.pass_day(self.state.proposals, agreement, document, self.today, put, self.restore))

    def put(self, document: str) -> proposals.PutInForce:
        agreement = self.documents.get(document, terms())

        def in_force(approved_by: tuple[str, ...], until: date | None) -> list[Event]:
            if self.state.production is None:
                return productions.register(None, agreement, document, approved_by, b.amounts(agreement), b.due_date)
            return productions.amend(
                self.state.production,
                self.state.payments,
                self.state.receipts,
                {},
                agreement,
                document,
                approved_by,
                b.amounts(agreement),
                b.due_date,
                until,
            )

        return in_force

    def restore(self) -> list[Event]:
        assert self.state.production is not None
        agreement = self.documents[FIRST]
        return productions.restore(
            self.state.production,
            self.state.payments,
            self.state.receipts,
            {},
            agreement,
            FIRST,
            b.amounts(agreement),
            b.due_date,
        )


@pytest.fixture
def talks():
    talks = Talks()
    talks.documents |= {SECOND: terms(2), THIRD: terms(2)}
    return talks


@pytest.fixture
def urgent():
    talks = Talks(first=terms(amendments=URGENT))
    talks.documents[SECOND] = dearer().model_copy(update={"amendments": URGENT})
    return talks


def test_a_registered_agreement_is_in_force_when_its_signing_parties_have_approved_it():
    talks = Talks(in_force=False)
    talks.propose(FIRST, b.JI)
    assert talks.in_force is None
    assert not talks.state.payments
    talks.approve(FIRST, b.AOI)
    assert talks.in_force == FIRST
    assert talks.state.payments["HANA.P1"].status is Status.SCHEDULED


def test_by_default_every_party_of_the_agreement_signs():
    talks = Talks(first=b.agreement(), in_force=False)
    talks.propose(FIRST, b.JI)
    assert talks.state.proposals[FIRST].waits_for == ("mori", "spc", "streamer", "vendor", "tokyo", "agent")


def test_a_vendor_alone_only_proposes(talks):
    talks.propose(SECOND, MAKER)
    assert talks.in_force == FIRST
    assert talks.state.proposals[SECOND].waits_for == ("han", "mori")
    assert talks.status() == "open"


def test_all_who_sign_put_it_in_force_and_each_approval_names_the_document_and_what_it_amends(talks):
    talks.propose(SECOND, MAKER)
    (approved,) = talks.approve(SECOND, b.MIN)
    assert (approved.document, approved.amends, approved.party) == (SECOND, FIRST, "han")
    assert talks.in_force == FIRST
    assert talks.approve(SECOND, b.AOI)[1].approved_by == ("han", "mori")
    assert talks.in_force == SECOND
    assert (talks.status(FIRST), talks.status()) == ("superseded", "in force")


def test_whoever_proposes_has_approved_for_their_own_party(talks):
    talks.propose(SECOND, b.JI)
    assert talks.state.proposals[SECOND].waits_for == ("mori",)
    with pytest.raises(Refused, match="han has approved it already: it waits for mori"):
        talks.approve(SECOND, replace(b.MIN, user="min"))


def test_nobody_approves_for_two_parties(talks):
    talks.propose(SECOND, b.JI)
    with pytest.raises(SamePerson):
        talks.approve(SECOND, Person("ji", "mori", frozenset({Role.APPROVER})))
    with pytest.raises(SamePerson, match="jin, who counts as ji, may not"):
        talks.approve(SECOND, Person("jin", "mori", frozenset({Role.APPROVER}), names=frozenset({"ji"})))
    talks.documents[THIRD] = terms(2)
    talks.propose(THIRD, MAKER)
    with pytest.raises(SamePerson):
        talks.approve(THIRD, Person("maker", "han", frozenset({Role.APPROVER})))


@pytest.mark.parametrize("person", [b.JI, MAKER, Person("x", "vendor", frozenset({Role.APPROVER}))])
def test_only_an_approver_of_a_party_that_signs_approves_and_refuses(talks, person):
    talks.propose(SECOND, b.AOI)
    for act in (talks.approve, talks.refuse):
        with pytest.raises(WrongRole):
            act(SECOND, replace(person, user="other"))


def test_only_a_producer_of_a_party_proposes(talks):
    for person in (b.REN, replace(b.JI, party="stranger")):
        with pytest.raises(WrongRole):
            talks.propose(SECOND, person)


def test_who_signs_by_the_version_in_force_and_who_signs_from_then_on_must_approve(talks):
    talks.documents[SECOND] = terms(2, AmendmentTerms(parties=("streamer",)))
    talks.propose(SECOND, MAKER)
    assert talks.state.proposals[SECOND].needs == ("han", "mori", "streamer")


def test_a_refusal_ends_a_proposal(talks):
    talks.propose(SECOND, MAKER)
    talks.refuse(SECOND, b.AOI)
    with pytest.raises(IllegalTransition, match=r"is refused already \(too dear\)"):
        talks.approve(SECOND, b.MIN)
    assert talks.in_force == FIRST


def test_a_proposal_is_withdrawn_by_the_party_that_made_it(talks):
    talks.propose(SECOND, MAKER)
    with pytest.raises(WrongRole):
        talks.withdraw(SECOND, b.JI)
    talks.withdraw(SECOND, replace(MAKER, user="colleague"))
    assert talks.status() == "withdrawn"


def test_a_proposal_over_an_older_version_is_stale(talks):
    talks.propose(SECOND, MAKER)
    talks.propose(THIRD, b.JI)
    talks.approve(THIRD, b.AOI)
    assert talks.status() == "stale"
    with pytest.raises(StaleApproval, match=r"version 2 \(333333333333…\) came into force first"):
        talks.approve(SECOND, b.MIN)


def test_the_same_document_is_not_proposed_twice(talks):
    talks.propose(SECOND, MAKER)
    talks.refuse(SECOND, b.AOI)
    with pytest.raises(IllegalTransition, match="proposed by maker and is refused"):
        talks.propose(SECOND, b.JI)


def test_what_is_not_proposed_is_not_approved(talks):
    with pytest.raises(NotFound, match="agreement proposals"):
        talks.approve("9" * 64, b.MIN)


def test_what_cannot_be_in_force_is_not_proposed(talks):
    talks.documents[SECOND] = terms(4)
    with pytest.raises(Refused, match="the next is 2, but the document says 4"):
        talks.propose(SECOND, MAKER)


def test_a_proposal_lapses_after_its_last_day(talks):
    talks.propose(SECOND, MAKER)
    assert talks.day(7) == []
    (ended,) = talks.day(1)
    assert (ended.outcome, ended.reason) == ("lapsed", f"not approved by han, mori until {b.TODAY + timedelta(days=7)}")


def test_an_approval_after_the_last_day_does_not_count(talks):
    talks.propose(SECOND, MAKER)
    talks.today += timedelta(days=8)
    with pytest.raises(IllegalTransition, match="It was open until"):
        talks.approve(SECOND, b.MIN)


def test_an_approved_version_waits_for_its_day(talks):
    talks.documents[SECOND] = terms(2, on=b.TODAY + timedelta(days=3))
    talks.propose(SECOND, b.JI)
    talks.approve(SECOND, b.AOI)
    assert (talks.in_force, talks.status()) == (FIRST, "approved")
    with pytest.raises(IllegalTransition, match="approved already"):
        talks.refuse(SECOND, b.REN)
    assert talks.day(2) == []
    talks.day(1)
    assert (talks.in_force, talks.status()) == (SECOND, "in force")


def test_an_approved_version_that_cannot_be_in_force_on_its_day_ends_with_the_reason(talks):
    talks.documents[SECOND] = dearer().model_copy(update={"effective_on": b.TODAY + timedelta(days=1)})
    talks.propose(SECOND, b.JI)
    talks.approve(SECOND, b.AOI)
    talks.take(productions.fall_due(talks.state.payments, talks.state.receipts, b.TODAY))
    (ended,) = talks.day(1)
    assert isinstance(ended, ProposalEnded)
    assert ended.reason == "HANA.P1 is due already: the amendment may not change its terms."


def test_an_urgent_amendment_is_in_force_at_once_and_for_good_when_all_have_approved(urgent):
    urgent.propose(SECOND, b.JI, provisional=True)
    assert (urgent.in_force, urgent.status()) == (SECOND, "provisional")
    assert urgent.state.payments["HANA.P1"].amount == b.krw(777)
    urgent.approve(SECOND, b.AOI)
    assert urgent.status() == "in force"
    assert urgent.day(30) == []


@pytest.mark.parametrize("how", ["lapsed", "refused", "withdrawn"])
def test_a_provisional_amendment_that_is_not_confirmed_falls_back(urgent, how):
    before = urgent.state.payments["HANA.P1"]
    urgent.propose(SECOND, b.JI, provisional=True)
    if how == "lapsed":
        urgent.day(8)
    else:
        urgent.refuse(SECOND, b.AOI) if how == "refused" else urgent.withdraw(SECOND, b.JI)
    assert (urgent.in_force, urgent.status(), urgent.status(FIRST)) == (FIRST, how, "in force")
    assert isinstance(urgent.last[1], AgreementRestored)
    assert urgent.state.payments["HANA.P1"] == before


def test_what_was_done_under_a_provisional_amendment_stands(urgent):
    urgent.propose(SECOND, b.JI, provisional=True)
    urgent.take(productions.fall_due(urgent.state.payments, urgent.state.receipts, b.TODAY + timedelta(days=1)))
    urgent.refuse(SECOND, b.AOI)
    assert urgent.in_force == FIRST
    payment = urgent.state.payments["HANA.P1"]
    assert (payment.amount, payment.status) == (b.krw(777), Status.DUE)
    assert not any(isinstance(event, PaymentsScheduled) for event in urgent.last)


def test_what_a_provisional_amendment_took_out_is_promised_again(urgent):
    without = tuple(line for line in b.schedule() if line.id != "P1")
    urgent.documents[SECOND] = terms(2, URGENT, without)
    urgent.propose(SECOND, b.JI, provisional=True)
    assert urgent.state.payments["HANA.P1"].status is Status.CANCELLED
    urgent.refuse(SECOND, b.AOI)
    assert urgent.state.payments["HANA.P1"].status is Status.SCHEDULED


def test_nothing_amends_a_provisional_version(urgent):
    urgent.propose(SECOND, b.JI, provisional=True)
    urgent.documents[THIRD] = terms(3, URGENT)
    with pytest.raises(IllegalTransition, match="Version 2 is provisional until"):
        urgent.propose(THIRD, b.JI)


def test_the_number_of_a_version_that_fell_back_is_free_again(urgent):
    urgent.propose(SECOND, b.JI, provisional=True)
    urgent.refuse(SECOND, b.AOI)
    urgent.documents[THIRD] = terms(2, URGENT)
    urgent.propose(THIRD, b.JI)
    assert isinstance(urgent.approve(THIRD, b.AOI)[1], AgreementAmended)
    assert urgent.state.production.version == 2


def provisionally(talks: Talks, agreement: Agreement, person: Person = b.JI) -> str:
    talks.documents[SECOND] = agreement
    with pytest.raises(SluiceError) as refused:
        talks.propose(SECOND, person, provisional=True)
    return refused.value.sentence


def test_an_amendment_is_provisional_only_where_the_terms_allow_it(talks, urgent):
    assert "allows no provisional amendments" in provisionally(talks, terms(2))
    assert "Only han may" in provisionally(urgent, terms(2, URGENT), b.AOI)
    assert "takes effect on" in provisionally(urgent, terms(2, URGENT, on=b.TODAY + timedelta(days=1)))


def test_a_provisional_amendment_changes_neither_accounts_nor_parties_nor_who_signs(urgent):
    moved = b.agreement(2, vendor_number="999888777").model_copy(update={"amendments": URGENT})
    assert "may not change accounts" in provisionally(urgent, moved)
    assert "may not change amendments" in provisionally(urgent, terms(2, AmendmentTerms(parties=("han",))))
    fewer = terms(2, URGENT).model_copy(update={"milestones": b.agreement().milestones[:1]})
    assert "may not add or drop milestones" in provisionally(urgent, fewer)
