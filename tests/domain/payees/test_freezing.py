"""Frozen parties: one person freezes, two let money go again."""

from dataclasses import replace

import pytest

from domain.commands import FreezeParty, UnfreezeParty
from domain.errors import IllegalTransition, NotFound, SamePerson, WrongRole
from domain.identity import Person, Role
from domain.payees import freezing, model
from domain.payees.model import NOTHING
from tests.domain import builders as b

TERMS = b.agreement()
OTHER = Person("tae", "spc", frozenset({Role.TREASURER}))


def freeze(payees=NOTHING, person=b.SORA, party="vendor"):
    command = FreezeParty(key="k", by=person.user, production="HANA", party=party, reason="a suspicion")
    return freezing.freeze(payees, TERMS, command, person)


def unfreeze(payees, person):
    command = UnfreezeParty(key="k", by=person.user, production="HANA", party="vendor", reason="it was not so")
    return freezing.unfreeze(payees, TERMS, command, person)


FROZEN = model.apply(NOTHING, freeze()[0], b.TODAY)


def test_two_people_end_a_freeze():
    [first] = unfreeze(FROZEN, b.SORA)
    approved = model.apply(FROZEN, first, b.TODAY)
    assert "vendor" in approved.frozen
    with pytest.raises(SamePerson, match="a second person must"):
        unfreeze(approved, b.SORA)
    with pytest.raises(SamePerson, match="tae counts as sora, who has approved it"):
        unfreeze(approved, replace(OTHER, names=frozenset({"sora"})))
    [second] = unfreeze(approved, OTHER)
    assert model.apply(approved, second, b.TODAY) == NOTHING


def test_a_party_is_frozen_once_by_a_payers_treasurer():
    with pytest.raises(IllegalTransition, match="frozen already: a suspicion"):
        freeze(FROZEN)
    with pytest.raises(WrongRole):
        freeze(person=b.YUN)
    with pytest.raises(NotFound, match="no party 'nobody'"):
        freeze(party="nobody")
    with pytest.raises(IllegalTransition, match="is not frozen"):
        unfreeze(NOTHING, b.SORA)
