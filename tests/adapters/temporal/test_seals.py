"""Payloads are sealed for one place, and whatever is not is refused without a stop."""

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext

from adapters.temporal.seals import REFUSED, Keys, PayloadPlace, Sealing, is_sealed, why_refused

OLD, NEW = {"old": bytes(32)}, {"new": bytes([1]) * 32}
PLACE = PayloadPlace("sluice", "run/DRAMA-1")
PAYLOAD = Payload(metadata={"encoding": b"json/plain", "sluice-kind": b"RunRef"}, data=b'{"run":"secret"}')


def test_a_sealed_payload_says_nothing_and_is_opened_where_it_belongs():
    sealed = Keys(NEW).sealed(PAYLOAD, PLACE)
    assert b"secret" not in sealed.SerializeToString()
    assert Keys(NEW).opened(sealed, PLACE) == PAYLOAD


def test_equal_payloads_are_sealed_differently():
    assert Keys(NEW).sealed(PAYLOAD, PLACE).data != Keys(NEW).sealed(PAYLOAD, PLACE).data


@pytest.mark.parametrize(
    "elsewhere",
    [
        PayloadPlace("sluice", "run/DRAMA-2"),
        PayloadPlace("other", "run/DRAMA-1"),
        PayloadPlace("sluice", "run/DRAMA-1", "release"),
        PayloadPlace("sluice", "run/DRAMA-1\x00"),
        None,
    ],
)
def test_a_sealed_payload_is_refused_in_another_place(elsewhere):
    opened = Keys(NEW).opened(Keys(NEW).sealed(PAYLOAD, PLACE), elsewhere)
    assert why_refused(opened) == "its seal is broken, or is of another workflow or activity"


def test_what_one_activity_was_given_is_not_for_another():
    given = Keys(NEW).sealed(PAYLOAD, PayloadPlace("sluice", "run/DRAMA-1", "cancel"))
    assert why_refused(Keys(NEW).opened(given, PayloadPlace("sluice", "run/DRAMA-1", "release")))


def test_the_runs_of_a_schedule_are_one_place():
    sealed = Keys(NEW).sealed(PAYLOAD, PayloadPlace("sluice", "open-runs/P/a"))
    assert Keys(NEW).opened(sealed, PayloadPlace("sluice", "open-runs/P/a-2025-02-14T08:00:00Z")) == PAYLOAD
    assert why_refused(Keys(NEW).opened(sealed, PayloadPlace("sluice", "open-runs/P/b-2025-02-14T08:00:00Z")))


def test_a_plain_payload_stays_as_it_is_and_is_marked():
    opened = Keys(NEW).opened(PAYLOAD, PLACE)
    assert why_refused(opened) == "it is not sealed"
    assert (opened.data, opened.metadata["encoding"]) == (PAYLOAD.data, b"json/plain")


@pytest.mark.parametrize("at", [0, 11, 12, -1])
def test_a_changed_byte_breaks_the_seal(at):
    sealed = Keys(NEW).sealed(PAYLOAD, PLACE)
    data = bytearray(sealed.data)
    data[at] ^= 1
    assert why_refused(Keys(NEW).opened(Payload(metadata=sealed.metadata, data=bytes(data)), PLACE))


@pytest.mark.parametrize("data", [b"", b"short", bytes(12), bytes(28)])
def test_nonsense_that_says_it_is_sealed_is_refused(data):
    nonsense = Payload(metadata={"encoding": b"binary/sluice-sealed", "sluice-key": b"new"}, data=data)
    assert is_sealed(nonsense)
    assert why_refused(Keys(NEW).opened(nonsense, PLACE))


def test_a_new_key_seals_and_the_old_one_still_opens():
    before = Keys(OLD).sealed(PAYLOAD, PLACE)
    both = Keys(NEW | OLD)
    assert both.opened(before, PLACE) == PAYLOAD
    after = both.sealed(PAYLOAD, PLACE)
    assert after.metadata["sluice-key"] == b"new"
    assert why_refused(Keys(OLD).opened(after, PLACE)) == "it is sealed with a key that is not among the keys here"


async def test_the_codec_seals_for_the_place_that_temporal_names_and_counts_what_it_refuses():
    refused = []
    codec = Sealing(Keys(NEW), lambda place, why: refused.append((place, why)))
    here = codec.with_context(WorkflowSerializationContext(namespace="sluice", workflow_id="run/DRAMA-1"))
    context = ActivitySerializationContext(
        namespace="sluice",
        workflow_id="run/DRAMA-1",
        workflow_type="PaymentRun",
        activity_id="1",
        activity_type="release",
        activity_task_queue="q",
        is_local=False,
    )
    (sealed,) = await here.encode([PAYLOAD])
    assert await here.decode([sealed]) == [PAYLOAD]
    assert refused == []
    (there,) = await codec.with_context(context).decode([sealed])
    assert REFUSED in there.metadata
    assert refused == [(PayloadPlace("sluice", "run/DRAMA-1", "release"), why_refused(there))]


async def test_what_belongs_nowhere_is_not_sealed():
    with pytest.raises(ValueError, match="of no workflow"):
        await Sealing(Keys(NEW)).encode([PAYLOAD])
