"""Bank accounts of payees: proposed, confirmed by a second person after a call, in force after a cooling-off."""

import dataclasses
from datetime import date, timedelta

import pytest

from domain.agreement.model import Contact
from domain.commands import ConfirmAccount, ProposeAccount, RefuseAccount
from domain.errors import BadInput, IllegalTransition, NotFound, SamePerson, WrongRole
from domain.events import AgreementAmended
from domain.identity import Person, Role
from domain.payees import accounts, model
from domain.payees.model import NOTHING
from tests.domain import builders as b

TERMS = b.agreement()
NEW = "10020077700099"
TREASURER = Person("tae", "spc", frozenset({Role.TREASURER}))


def propose(payees=NOTHING, person=b.SORA, terms=TERMS, on=b.TODAY, **changes):
    wish = {"account": "vendor-krw", "number": NEW, "bic": "SLUAKRSE", "evidence": {"letter": "a" * 64}} | changes
    command = ProposeAccount(key="k", by=person.user, production="HANA", reason="a new bank", **wish)
    return accounts.propose(payees, terms, command, person, on)


def confirm(payees, person=TREASURER, terms=TERMS, on=b.TODAY, **changes):
    told = {"called": "Ms Han", "phone": "+82 2 123 4567", "known_from": "the contract", "said": "yes, by her"}
    call = told | {"called_on": on} | changes
    command = ConfirmAccount(key="k", by=person.user, production="HANA", change="vendor-krw/1", **call)
    return accounts.confirm(payees, terms, command, person, on)


def refuse(payees, person=TREASURER, on=b.TODAY):
    command = RefuseAccount(key="k", by=person.user, production="HANA", change="vendor-krw/1", reason="a fraud")
    return accounts.refuse(payees, TERMS, command, person, on)


def after(payees, events, on=b.TODAY):
    for event in events:
        payees = model.apply(payees, event, on)
    return payees


def number(payees, on):
    return accounts.in_force(TERMS, payees, on).account("vendor-krw").number


PROPOSED = after(NOTHING, propose())
CONFIRMED = after(PROPOSED, confirm(PROPOSED))
IN_FORCE_ON = b.TODAY + timedelta(days=5)


def test_a_confirmed_change_is_in_force_when_the_cooling_off_is_over_and_not_a_day_before():
    before = TERMS.account("vendor-krw").number
    assert number(PROPOSED, IN_FORCE_ON) == before, "nobody confirmed it"
    assert number(CONFIRMED, IN_FORCE_ON - timedelta(days=1)) == before
    assert number(CONFIRMED, IN_FORCE_ON) == NEW
    assert number(CONFIRMED, None) == before, "the document says what it said"


def test_the_cooling_off_is_a_term_of_the_agreement():
    controls = TERMS.payment_controls.model_copy(update={"cooling_off_days": 9})
    [event] = confirm(PROPOSED, terms=TERMS.model_copy(update={"payment_controls": controls}))
    assert event.in_force_on == b.TODAY + timedelta(days=9)


def test_who_proposed_a_change_may_not_confirm_it():
    with pytest.raises(SamePerson, match="sora proposed"):
        confirm(PROPOSED, b.SORA)
    with pytest.raises(SamePerson, match="counts as sora, who proposed"):
        confirm(PROPOSED, dataclasses.replace(TREASURER, names=frozenset({"sora"})))


@pytest.mark.parametrize("person", [b.JI, Person("ven", "vendor", frozenset(Role))])
def test_only_people_of_a_payer_propose_and_confirm(person):
    with pytest.raises(WrongRole):
        propose(person=person)
    with pytest.raises(WrongRole):
        confirm(PROPOSED, person)


@pytest.mark.parametrize("called_on", [b.TODAY - timedelta(days=1), b.TODAY + timedelta(days=1)])
def test_the_call_is_made_after_the_proposal_and_not_in_the_future(called_on):
    with pytest.raises(BadInput, match="call-back"):
        confirm(PROPOSED, called_on=called_on)


def test_only_a_number_that_the_agreement_knows_is_called_if_it_knows_any():
    contacts = (Contact(name="Ms Han", phone="+82 2 555 0000"), Contact(name="Mr Oh", email="oh@example.com"))
    parties = tuple(
        one.model_copy(update={"contacts": contacts}) if one.id == "vendor" else one for one in TERMS.parties
    )
    terms = TERMS.model_copy(update={"parties": parties})
    with pytest.raises(BadInput, match=r"call \+82 2 555 0000, never"):
        confirm(PROPOSED, terms=terms)
    assert confirm(PROPOSED, terms=terms, phone="+82-2-5550000")


def test_a_second_change_waits_until_the_first_is_decided():
    with pytest.raises(IllegalTransition, match="vendor-krw/1 is proposed"):
        propose(PROPOSED, number="10020077700100")
    refused = after(PROPOSED, refuse(PROPOSED))
    [event] = propose(refused, number="10020077700100")
    assert event.change == "vendor-krw/2"


def test_a_change_can_be_refused_until_it_is_in_force():
    refused = after(CONFIRMED, refuse(CONFIRMED))
    assert number(refused, IN_FORCE_ON) == TERMS.account("vendor-krw").number
    with pytest.raises(IllegalTransition, match="is in force"):
        refuse(CONFIRMED, on=IN_FORCE_ON)
    with pytest.raises(IllegalTransition, match="is refused"):
        confirm(refused)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"account": "spc-krw"}, NotFound, "of ours is changed by an amendment"),
        ({"account": "nobody"}, NotFound, "no payee's account"),
        ({"bic": None}, BadInput, "bank of 'vendor-krw' is not named"),
        ({"number": "DE00500105175407324931", "iban": True}, BadInput, "check digits"),
        ({"number": TERMS.account("vendor-krw").number, "bic": "HVBKKRSE"}, BadInput, "nothing changes"),
    ],
)
def test_what_is_no_other_account_is_refused(changes, error, words):
    with pytest.raises(error, match=words):
        propose(**changes)


def test_an_account_that_is_added_for_a_known_payee_waits_for_the_same_confirmation():
    more = (*TERMS.accounts, b.account("vendor-2", "vendor", "KRW"), b.account("new-krw", "newcomer", "KRW"))
    later = TERMS.model_copy(update={"version": 2, "accounts": more})
    events = list(accounts.added(NOTHING, TERMS, later, [], "d" * 64, "ji"))
    assert [(event.change, event.added) for event in events] == [("vendor-2/1", True)]
    payees = after(NOTHING, events)
    assert payees.waiting("vendor-2", b.TODAY)
    refused = model.apply(payees, refuse(PROPOSED)[0].model_copy(update={"change": "vendor-2/1"}), b.TODAY)
    assert refused.waiting("vendor-2", b.TODAY), "no account of that name was ever confirmed"


def test_a_party_that_was_ever_paid_is_known_though_an_amendment_took_its_account_out():
    fewer = TERMS.model_copy(update={"accounts": tuple(a for a in TERMS.accounts if a.owner != "vendor")})
    assert list(accounts.added(NOTHING, fewer, TERMS, [], "d" * 64, "ji")) == []
    [event] = accounts.added(NOTHING, fewer, TERMS, ["vendor"], "d" * 64, "ji")
    assert event.account == "vendor-krw"


def test_an_account_is_new_until_it_was_paid_once():
    assert accounts.is_new(NOTHING, "vendor-krw", b.TODAY, None)
    assert not accounts.is_new(NOTHING, "vendor-krw", b.TODAY, date(2026, 3, 1))
    assert accounts.is_new(CONFIRMED, "vendor-krw", IN_FORCE_ON, b.TODAY), "the one before was paid"
    assert not accounts.is_new(CONFIRMED, "vendor-krw", IN_FORCE_ON, IN_FORCE_ON)


def test_an_amendment_keeps_what_is_on_record_about_payees():
    state = b.after(b.registered(), propose())
    amended = AgreementAmended(production="HANA", title="HANA", version=2, document="e" * 64)
    assert b.after(state, [amended]).production.payees == PROPOSED
