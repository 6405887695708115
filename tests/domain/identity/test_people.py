"""Who may act: changes under four eyes, what they take away at once, substitutes, and one person behind two names."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.commands import ConfirmPeopleChange, LoadPeople, ProposePeopleChange, RejectPeopleChange
from domain.errors import BadInput, IllegalTransition, NotFound, Refused, SamePerson, StaleApproval, WrongRole
from domain.events import PeopleLoaded
from domain.identity import Role, changes
from domain.identity.folding import apply
from domain.identity.people import People, acting, away, grants_of
from domain.identity.records import Delegation, UserRecord
from domain.identity.rights import with_grant, without

TODAY = date(2026, 5, 4)


def user(name, party="spc", *roles, productions=None, person=""):
    return UserRecord(user=name, person=person or name, grants=(grants_of(party, roles, productions),))


ANN = user("ann", "house", Role.ADMINISTRATOR)
BOB = user("bob", "house", Role.ADMINISTRATOR)
BOB_AGAIN = user("bob2", "house", Role.ADMINISTRATOR, person="bob")
KEN = user("ken", "spc", Role.RELEASER, Role.APPROVER)
DAN = user("dan", "spc", Role.PREPARER)


class House:
    """The people of a house, changed by commands."""

    def __init__(self, *users):
        self.people = People()
        self.take(changes.load(self.people, LoadPeople(key="k", by="system", production="", users=users)))

    def take(self, events):
        for event in events:
            apply(self.people, event)
        return events

    def propose(self, by="ann", **change):
        command = ProposePeopleChange(key="k", by=by, production="", reason="as agreed", **change)
        return self.take(changes.propose(self.people, command))[0].change

    def confirm(self, change, by="bob"):
        command = ConfirmPeopleChange(key="k", by=by, production="", change=change)
        self.take(changes.confirm(self.people, command))

    def reject(self, change, by="bob"):
        command = RejectPeopleChange(key="k", by=by, production="", change=change, reason="no")
        self.take(changes.reject(self.people, command))

    def roles(self, name, production="HANA", on=TODAY, acting_for=None):
        return acting(self.people, name, production, on, acting_for).roles


@pytest.fixture
def house():
    return House(ANN, BOB, BOB_AGAIN, KEN, DAN)


def leave(delegate="dan", days=7, **more):
    return Delegation(delegator="ken", delegate=delegate, since=TODAY, until=TODAY + timedelta(days=days), **more)


def test_the_first_load_brings_everybody_and_later_ones_nobody(house):
    again = LoadPeople(key="k", by="system", production="", users=(user("eve", "spc", Role.RELEASER),))
    assert house.roles("ken") == {Role.RELEASER, Role.APPROVER}
    assert changes.load(house.people, again) == []


def test_an_empty_load_is_no_load():
    assert changes.load(People(), LoadPeople(key="k", by="system", production="", users=())) == []


def test_a_house_without_two_administrators_takes_new_ones_from_its_settings():
    house = House(KEN, ANN)
    settings = (BOB, user("ken", "spc", Role.ADMINISTRATOR), user("eve", "spc", Role.RELEASER))
    command = LoadPeople(key="k", by="system", production="", users=settings)
    assert changes.load(house.people, command) == [PeopleLoaded(users=(BOB,), first=False)]


def test_a_new_user_may_act_once_another_administrator_has_confirmed(house):
    change = house.propose(after=user("eve", "spc", Role.TREASURER))
    with pytest.raises(WrongRole, match="Nobody called 'eve' acts in HANA"):
        house.roles("eve")
    house.confirm(change)
    assert house.roles("eve") == {Role.TREASURER}


def test_nobody_confirms_what_they_proposed_under_another_name_either(house):
    change = house.propose(by="bob", after=user("eve", "spc", Role.TREASURER))
    for name in ("bob", "bob2"):
        with pytest.raises(SamePerson, match="that is the same person"):
            house.confirm(change, by=name)


def test_only_administrators_propose_confirm_and_reject(house):
    with pytest.raises(WrongRole, match="eve may not propose"):
        house.propose(by="eve", after=user("eve", "spc", Role.TREASURER))
    with pytest.raises(WrongRole, match="ken may not propose a change of people: this needs the role administrator"):
        house.propose(by="ken", after=user("eve", "spc", Role.TREASURER))
    change = house.propose(after=user("eve", "spc", Role.TREASURER))
    for decide in (house.confirm, house.reject):
        with pytest.raises(WrongRole, match="administrator"):
            decide(change, by="ken")


def test_what_is_revoked_counts_from_the_proposal_on_and_comes_back_when_it_is_rejected(house):
    change = house.propose(before=KEN, after=without(KEN, [Role.RELEASER], ()))
    assert house.roles("ken") == {Role.APPROVER}
    house.reject(change)
    assert house.roles("ken") == {Role.RELEASER, Role.APPROVER}
    removal = house.propose(before=KEN, after=without(KEN, (), ()))
    with pytest.raises(WrongRole):
        house.roles("ken")
    house.confirm(removal)
    with pytest.raises(WrongRole):
        house.roles("ken")


def test_a_grant_does_not_count_before_it_is_confirmed(house):
    change = house.propose(before=KEN, after=with_grant(KEN, grants_of("spc", [Role.TREASURER], None)))
    assert Role.TREASURER not in house.roles("ken")
    house.confirm(change)
    assert house.roles("ken") == {Role.TREASURER, Role.RELEASER, Role.APPROVER}


def test_one_administrator_alone_stops_no_other_one(house):
    house.propose(before=BOB, after=without(BOB, (), ()))
    assert Role.ADMINISTRATOR in acting(house.people, "bob", "", TODAY).roles


def test_two_administrators_who_are_two_persons_must_remain(house):
    with pytest.raises(Refused, match="Without ann there would be 1 administrator, and a change needs two"):
        house.propose(by="bob", before=ANN, after=without(ANN, (), ()))
    house.confirm(house.propose(after=user("cho", "house", Role.ADMINISTRATOR)))
    house.confirm(house.propose(by="bob", before=ANN, after=without(ANN, (), ())), by="cho")
    with pytest.raises(WrongRole):
        acting(house.people, "ann", "", TODAY)


def test_a_change_is_bound_to_the_record_that_was_looked_at(house):
    grown = with_grant(KEN, grants_of("spc", [Role.TREASURER], None))
    house.confirm(house.propose(before=KEN, after=grown))
    with pytest.raises(StaleApproval, match="The record of ken is another one by now"):
        house.propose(before=KEN, after=without(KEN, [Role.APPROVER], ()))
    with pytest.raises(Refused, match="Nothing would change for ken"):
        house.propose(before=grown, after=grown)
    house.propose(before=grown, after=KEN)
    with pytest.raises(IllegalTransition, match="Change 2 of ken waits for a second administrator"):
        house.propose(before=grown, after=without(grown, [Role.APPROVER], ()))


def test_a_change_is_decided_once(house):
    change = house.propose(after=user("eve", "spc", Role.TREASURER))
    house.confirm(change)
    with pytest.raises(IllegalTransition, match="is confirmed already"):
        house.reject(change)
    with pytest.raises(NotFound, match="There is no change 9 of people"):
        house.confirm(9)


def test_whoever_proposed_a_change_may_take_it_back(house):
    change = house.propose(by="ken", delegation=leave())
    house.reject(change, by="ken")
    with pytest.raises(WrongRole):
        house.roles("dan", acting_for="ken")


def test_a_user_acts_for_one_party_in_a_production(house):
    with pytest.raises(Refused, match="ken would act for spc and studio in one production"):
        house.propose(before=KEN, after=with_grant(KEN, grants_of("studio", [Role.PRODUCER], ["HANA"])))
    with pytest.raises(Refused, match="an administrator is one of the house"):
        house.propose(after=user("eve", "spc", Role.ADMINISTRATOR, productions=["HANA"]))
    with pytest.raises(Refused, match="Sluice's own name"):
        house.propose(after=user("system", "spc", Role.RELEASER))


def test_a_user_acts_for_other_parties_in_other_productions():
    mio = user("mio", "toei", Role.APPROVER, productions=["HANA"])
    mio = with_grant(mio, grants_of("toei-film", [Role.PRODUCER], ["RIVER"]))
    house = House(ANN, BOB, mio)
    assert acting(house.people, "mio", "HANA", TODAY).party == "toei"
    assert acting(house.people, "mio", "RIVER", TODAY).party == "toei-film"
    with pytest.raises(WrongRole, match="acts in every production, as this needs"):
        acting(house.people, "mio", "", TODAY)


def test_a_substitute_has_the_rights_of_who_is_away_on_those_days_only(house):
    change = house.propose(by="ken", delegation=leave(days=7))
    with pytest.raises(WrongRole, match="dan does not stand in for ken"):
        house.roles("dan", acting_for="ken")
    house.confirm(change)
    person = acting(house.people, "dan", "HANA", TODAY + timedelta(days=7), "ken")
    assert (person.user, person.party, person.acting_for) == ("dan", "spc", "ken")
    assert person.roles == {Role.RELEASER, Role.APPROVER}
    assert house.roles("dan") == {Role.PREPARER}
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=8)):
        with pytest.raises(WrongRole):
            house.roles("dan", on=day, acting_for="ken")


def test_a_delegation_may_be_of_some_roles_in_some_productions(house):
    house.confirm(house.propose(delegation=leave(roles=(Role.APPROVER,), productions=("HANA",))))
    assert house.roles("dan", acting_for="ken") == {Role.APPROVER}
    with pytest.raises(WrongRole):
        house.roles("dan", "RIVER", acting_for="ken")


def test_a_substitute_loses_what_the_delegator_loses_and_all_that_is_theirs_when_removed(house):
    house.confirm(house.propose(delegation=leave()))
    house.propose(before=KEN, after=without(KEN, [Role.RELEASER], ()))
    assert house.roles("dan", acting_for="ken") == {Role.APPROVER}
    house.confirm(house.propose(before=DAN, after=without(DAN, (), ())))
    with pytest.raises(WrongRole):
        house.roles("dan", acting_for="ken")


def test_an_administrators_role_is_never_delegated(house):
    house.confirm(
        house.propose(delegation=Delegation(delegator="bob", delegate="dan", since=TODAY, until=TODAY)), by="bob"
    )
    assert Role.ADMINISTRATOR not in house.roles("dan", acting_for="bob")


def test_the_end_of_a_delegation_counts_at_once(house):
    number = house.propose(delegation=leave())
    house.confirm(number)
    ending = house.propose(by="ken", delegation=leave(), ends=number)
    with pytest.raises(WrongRole):
        house.roles("dan", acting_for="ken")
    house.confirm(ending)
    assert not house.people.delegations
    with pytest.raises(NotFound, match="no such delegation"):
        house.propose(by="ken", delegation=leave(), ends=number)


def test_nobody_delegates_to_nobody_known_or_to_themselves(house):
    with pytest.raises(NotFound, match="There is no user 'zoe'"):
        house.propose(delegation=leave("zoe"))
    with pytest.raises(SamePerson, match="are one person"):
        house.propose(delegation=Delegation(delegator="bob", delegate="bob2", since=TODAY, until=TODAY))
    with pytest.raises(BadInput, match="is before the first"):
        house.propose(delegation=leave(days=-1))
    with pytest.raises(BadInput, match="about one user, or about one delegation"):
        house.propose()


def test_a_person_is_behind_all_their_names_and_those_of_whom_they_stand_in_for(house):
    assert acting(house.people, "bob2", "", TODAY).is_behind("bob")
    assert not acting(house.people, "ken", "HANA", TODAY).is_behind("dan")
    house.confirm(house.propose(delegation=leave()))
    assert acting(house.people, "dan", "HANA", TODAY, "ken").is_behind("ken")


def test_a_party_is_away_when_all_who_could_act_are_and_nobody_stands_in(house):
    assert not away(house.people, "spc", "HANA", Role.APPROVER, TODAY)
    absent = house.propose(delegation=leave(None))
    house.confirm(absent)
    assert away(house.people, "spc", "HANA", Role.APPROVER, TODAY)
    assert not away(house.people, "spc", "HANA", Role.APPROVER, TODAY + timedelta(days=8))
    assert not away(house.people, "studio", "HANA", Role.APPROVER, TODAY)
    house.confirm(house.propose(delegation=leave("dan")))
    assert not away(house.people, "spc", "HANA", Role.APPROVER, TODAY)


def test_rights_are_taken_out_of_productions_one_by_one():
    both = user("ken", "spc", Role.RELEASER, productions=["HANA", "RIVER"])
    assert without(both, (), ["HANA"]).grants == (grants_of("spc", [Role.RELEASER], ["RIVER"]),)
    with pytest.raises(BadInput, match="acts for spc in every production"):
        without(KEN, [Role.RELEASER], ["HANA"])
    assert replace(acting(People({"ken": KEN}), "ken", "HANA", TODAY), names=frozenset()).acts_in("HANA")
