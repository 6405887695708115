"""Records of earlier schema versions are read and compared correctly."""

import json

import pytest

from domain.commands import ApproveMilestone, ObjectToDistribution
from domain.events import EntitlementsPosted, MilestoneApproved, MovementUnmatched, read_event
from domain.ledger.journal import canonical, sha256
from domain.schemas import SCHEMAS, Schemas, Unsayable, derived, given, renamed
from domain.sharing.statements import read_statement
from domain.values.money import Money
from tests.domain.event_samples import SAMPLES

APPROVED = MilestoneApproved(milestone="lock", round=1, by="ji", party="mori")
OBJECT = ObjectToDistribution(key="k", by="ji", production="HANA", period="2027", revision=1, reason="too little")
STRANGER = MovementUnmatched(
    account="spc",
    message_id="m",
    booked=Money(5, "KRW"),
    end_to_end_id=None,
    counterparty="A stranger",
    bank_reference="b",
    why="no receipt of that name",
)
LATER = Schemas(
    {
        "MilestoneApproved": (renamed("approver", "party"), given("round", 1)),
        "ObjectToDistribution": (given("positions", []),),
        "MovementUnmatched": (derived("counterparty", None),),
    }
)
"""A registry to which today's models are the second or third version of these."""
FIRST = b'{"acting_for":null,"approver":"mori","by":"ji","milestone":"lock","type":"milestone-approved"}'
SECOND = b'{"acting_for":null,"by":"ji","milestone":"lock","party":"mori","type":"milestone-approved","v":2}'
THIRD = b'{"acting_for":null,"by":"ji","milestone":"lock","party":"mori","round":1,"type":"milestone-approved","v":3}'


def test_bytes_of_the_first_version_name_no_version():
    first = Schemas({})
    assert first.canonical(APPROVED) == THIRD.replace(b',"v":3', b"")
    assert (first.version("MilestoneApproved"), LATER.version("MilestoneApproved")) == (1, 3)


@pytest.mark.parametrize(("version", "stored"), [(1, FIRST), (2, SECOND), (3, THIRD)])
def test_an_event_is_written_and_read_in_every_version(version, stored):
    assert LATER.canonical(APPROVED, version) == stored
    assert read_event(stored, LATER) == APPROVED
    assert LATER.version_of("MilestoneApproved", stored) == version


def test_new_bytes_are_of_todays_version():
    assert LATER.canonical(APPROVED) == THIRD


@pytest.mark.parametrize("event", [one for one in SAMPLES if type(one).__name__ not in LATER.changed | SCHEMAS.changed])
def test_kinds_that_have_not_changed_are_read_and_written_as_before(event):
    assert LATER.canonical(event) == canonical(event)
    assert read_event(canonical(event), LATER) == event


@pytest.mark.parametrize("version", [0, 4, "2", None, -1])
def test_a_version_that_this_release_does_not_know_is_named(version):
    stored = THIRD.replace(b'"v":3', b'"v":' + json.dumps(version).encode())
    with pytest.raises(ValueError, match=r"a MilestoneApproved of schema version .*; this release knows up to 3"):
        read_event(stored, LATER)


@pytest.mark.parametrize("wrong", [b"{}", b'{"payments":null}'])
def test_a_body_that_lacks_what_a_step_needs_is_named(wrong):
    with pytest.raises(ValueError, match="It is no PaymentsScheduled of schema version 1"):
        SCHEMAS.todays("PaymentsScheduled", wrong)


def test_a_release_that_knows_one_version_only_does_not_read_a_later_one():
    with pytest.raises(ValueError, match="v"):
        read_event(SECOND, Schemas({}))


@pytest.mark.parametrize(
    "stored", [b"[]", b"[" + THIRD + b"]", b"1", b"{}", b'{"type":7}', b'{"type":"milestone-approved","v":1}', b"{"]
)
def test_what_is_no_event_is_refused_whichever_versions_there_are(stored):
    for schemas in (SCHEMAS, LATER):
        with pytest.raises(ValueError, match=r".+"):
            read_event(stored, schemas)


def test_a_command_hashed_by_an_earlier_release_is_the_same_command():
    before = sha256(LATER.canonical(OBJECT, 1))
    assert LATER.canonical(OBJECT, 1) == (
        b'{"by":"ji","documents":{},"key":"k","period":"2027","production":"HANA","reason":"too little","revision":1}'
    )
    assert LATER.digests(OBJECT) == {before, sha256(LATER.canonical(OBJECT))}
    assert LATER.earlier_digests(OBJECT) == {before}
    assert Schemas({}).earlier_digests(OBJECT) == frozenset()


def test_a_command_that_an_earlier_version_cannot_express_is_another_command():
    disputed = OBJECT.model_copy(update={"positions": ("fee",)})
    assert LATER.digests(disputed) == {sha256(LATER.canonical(disputed))}
    with pytest.raises(Unsayable, match="positions"):
        LATER.canonical(disputed, 1)


def test_what_is_made_again_is_compared_in_the_version_that_was_recorded():
    recorded = read_event(LATER.canonical(STRANGER, 1), LATER)
    assert recorded != STRANGER
    assert LATER.as_recorded(STRANGER, 1) == recorded
    assert LATER.as_recorded(STRANGER, 2) is STRANGER
    other = STRANGER.model_copy(update={"why": "something else"})
    assert LATER.as_recorded(other, 1) != recorded


def test_what_an_earlier_version_cannot_say_is_as_it_is_and_so_differs_from_what_is_on_record():
    again = APPROVED.model_copy(update={"round": 2})
    assert LATER.as_recorded(again, 1) is again


def test_the_order_of_keys_and_other_scripts_are_as_in_any_canonical_bytes():
    posted = EntitlementsPosted(period="2027", changes=())
    assert Schemas({"EntitlementsPosted": (given("reserves", []),)}).canonical(posted) == (
        b'{"changes":[],"period":"2027","reserves":[],"type":"entitlements-posted","v":2}'
    )
    command = ApproveMilestone(key="k", by="지", production="하나", milestone="lock", round=1)
    assert "하나".encode() in LATER.canonical(command)


def test_a_document_that_is_no_statement_is_refused_whichever_versions_there_are():
    for stored in (b"[]", b"1", b"{"):
        with pytest.raises(ValueError, match=r".+"):
            read_statement(stored, Schemas({"Statement": (derived("fx", []),)}))
