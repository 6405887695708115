"""Matches with lists of names: found once, decided by two people, asked again if the entry changes."""

import dataclasses
from datetime import date

import pytest

from domain.commands import ClearMatch
from domain.errors import IllegalTransition, NotFound, SamePerson
from domain.identity import Person, Role
from domain.payees import model, screening
from domain.payees.model import NOTHING
from domain.payees.screening import ListedEntry, ScreenedParty
from domain.payments.holds import hindrances
from tests.domain import builders as b

TERMS = b.agreement()
MATCH = "un/KPe.010/vendor"
OTHER = Person("tae", "spc", frozenset({Role.TREASURER}))


def matched(payees, *names, document="a" * 64):
    entry = ListedEntry("KPe.010", names)
    return screening.matched(payees, [ScreenedParty("vendor", "un", entry, names[0], 93, document, date(2026, 11, 20))])


def clear(payees, person, match=MATCH):
    command = ClearMatch(key="k", by=person.user, production="HANA", match=match, reason="another town")
    return screening.clear(payees, TERMS, command, person)


def after(payees, events):
    for event in events:
        payees = model.apply(payees, event, b.TODAY)
    return payees


FOUND = after(NOTHING, matched(NOTHING, "VENDOR"))
HALF = after(FOUND, clear(FOUND, b.SORA))
CLEARED = after(HALF, clear(HALF, OTHER))
EVENTS = (*matched(NOTHING, "VENDOR"), *clear(FOUND, b.SORA), *clear(HALF, OTHER))
"""A match and both approvals."""


def why(payees):
    return [one.reason for one in hindrances("vendor-krw", "vendor", payees, b.TODAY)]


def test_a_match_hinders_payments_until_two_people_cleared_it():
    [reason] = why(FOUND)
    assert reason.startswith("its name is like 'VENDOR' (93 of 100) on the list un")
    assert why(HALF) == [reason]
    with pytest.raises(SamePerson, match="a second person must"):
        clear(HALF, b.SORA)
    with pytest.raises(SamePerson, match="counts as sora, who has approved it"):
        clear(HALF, dataclasses.replace(OTHER, names=frozenset({"sora"})))
    assert why(CLEARED) == []
    with pytest.raises(IllegalTransition, match="cleared already"):
        clear(CLEARED, OTHER)
    with pytest.raises(NotFound, match="no match"):
        clear(FOUND, OTHER, "un/x/vendor")


def test_a_decision_holds_in_later_versions_in_which_the_entry_reads_the_same():
    assert matched(CLEARED, "VENDOR", document="b" * 64) == []


def test_an_entry_that_changes_is_decided_again():
    changed = after(CLEARED, matched(CLEARED, "VENDOR", "VENDOR CO", document="b" * 64))
    assert len(why(changed)) == 1
    assert changed.matches[MATCH].cleared_by is None
