from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Broken
from domain.events import PaymentResumed
from domain.ledger.journal import (
    GENESIS,
    Fact,
    Head,
    broken_links,
    canonical,
    chained,
    sha256,
)
from tests.domain.event_samples import SAMPLES

AT = datetime(2026, 4, 1, 3, 0, 0, 123456, tzinfo=UTC)


def chain(count: int = 6, stream: str = "HANA") -> list[Fact]:
    return chained(
        stream,
        Head(),
        SAMPLES[:count],
        effective_on=date(2026, 4, 1),
        recorded_at=AT,
        actor="ji",
        command_key="k1",
    )


def head(facts: list[Fact]) -> Head:
    return Head(facts[-1].seq, facts[-1].hash)


def findings_in(facts: list[Fact], end: Head | None = None) -> list[str]:
    return list(broken_links("HANA", facts, end))


def test_a_stream_counts_from_one_and_starts_at_genesis():
    facts = chain()
    assert [fact.seq for fact in facts] == [1, 2, 3, 4, 5, 6]
    assert facts[0].prev_hash == GENESIS
    assert [fact.prev_hash for fact in facts[1:]] == [fact.hash for fact in facts[:-1]]


def test_a_whole_chain_verifies():
    facts = chain()
    assert findings_in(facts, head(facts)) == []
    assert findings_in([], Head()) == []


def test_a_chain_written_in_two_commits_verifies_as_one():
    first = chain(3)
    second = chained(
        "HANA", head(first), SAMPLES[3:5], effective_on=date(2026, 5, 1), recorded_at=AT, actor="x", command_key="k2"
    )
    assert findings_in([*first, *second], head(second)) == []
    assert [fact.seq for fact in second] == [4, 5]


def test_the_same_instant_in_another_zone_is_the_same_fact():
    facts = chain()
    seoul = AT.astimezone(timezone(timedelta(hours=9)))
    assert findings_in([fact._replace(recorded_at=seoul) for fact in facts]) == []


def test_the_hash_of_a_known_fact_never_changes():
    day = date(2026, 4, 1)
    event = PaymentResumed(payment="HANA.P1")
    [fact] = chained("HANA", Head(), [event], effective_on=day, recorded_at=AT, actor="ji", command_key="k1")
    framed = b"4:HANA1:115:payment-resumed10:2026-04-0132:2026-04-01T03:00:00.123456+00:002:ji2:k1"
    assert fact.body == b'{"payment":"HANA.P1","type":"payment-resumed"}'
    assert fact.hash.hex() == sha256(GENESIS + framed + b"46:" + fact.body)


def test_a_fact_gives_back_its_event():
    assert [fact.event for fact in chain(len(SAMPLES))] == list(SAMPLES)


def test_a_body_that_is_no_event_is_broken():
    [fact] = chain(1)
    with pytest.raises(Broken, match="Event 1 of HANA cannot be read"):
        _ = fact._replace(body=b'{"type":"nonsense"}').event


CHANGES = {
    "stream": "OTHER",
    "type": "payment-held",
    "body": canonical(SAMPLES[-1]),
    "effective_on": date(2026, 4, 2),
    "recorded_at": AT + timedelta(microseconds=1),
    "actor": "jI",
    "command_key": "k2",
    "prev_hash": bytes(31) + b"\x01",
    "hash": bytes(32),
    "acted": b"{}",
    "seq": 9,
}


def test_every_field_of_a_fact_has_a_change_tried_on_it():
    assert set(CHANGES) == set(Fact._fields)


@pytest.mark.parametrize("position", [0, 2, 5])
@pytest.mark.parametrize("field", CHANGES)
def test_any_changed_field_of_any_fact_is_named(field, position):
    facts = chain()
    whole = head(facts)
    facts[position] = facts[position]._replace(**{field: CHANGES[field]})
    findings = findings_in(facts, whole)
    assert findings
    named = CHANGES["seq"] if field == "seq" else position + 1
    assert findings[0].startswith(f"HANA event {named}:")


@pytest.mark.parametrize("position", range(5))
def test_a_dropped_fact_is_missed(position):
    facts = chain()
    del facts[position]
    assert findings_in(facts)[0] == f"HANA event {position + 2}: event {position + 1} is missing before it"


def test_a_cut_end_is_missed_where_the_head_is_known():
    facts = chain()
    assert findings_in(facts[:-1], head(facts)) == ["HANA: ends at event 5, but its head says event 6"]
    assert findings_in(facts[:-1]) == []


@pytest.mark.parametrize("position", range(5))
def test_two_facts_in_each_others_place_are_named(position):
    facts = chain()
    facts[position], facts[position + 1] = facts[position + 1], facts[position]
    assert findings_in(facts)


def test_a_repeated_fact_is_reported():
    facts = chain()
    assert findings_in([*facts[:3], facts[2], *facts[3:]])


def test_a_fact_of_another_stream_is_named():
    ours, theirs = chain(), chain(stream="YUKI")
    assert findings_in([*ours[:2], theirs[2], *ours[3:]])
    assert findings_in(theirs)


@settings(max_examples=60)
@given(st.data())
def test_any_flipped_bit_of_any_body_is_named(data):
    facts = chain()
    position = data.draw(st.integers(0, len(facts) - 1))
    body = bytearray(facts[position].body)
    body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    facts[position] = facts[position]._replace(body=bytes(body))
    assert findings_in(facts) == [f"HANA event {position + 1}: its content is not what was hashed"]


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8))
def test_text_moved_from_one_field_to_the_next_is_another_fact(actor, key):
    [fact] = chain(1)
    one, two = (
        chained(
            "HANA", Head(), SAMPLES[:1], effective_on=fact.effective_on, recorded_at=AT, actor=who, command_key=what
        )[0].hash
        for who, what in ((actor, key), (actor + key[:1], key[1:]))
    )
    assert one != two


def test_sha256_is_in_lower_case_hexadecimal():
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
