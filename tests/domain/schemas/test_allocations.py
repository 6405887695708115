"""A movement that is allocated was once named by the bank's reference: old commands and payloads say the same."""

import hashlib
import json

import pytest

from domain.commands import AllocateMovement
from domain.events import MovementAllocated, read_event
from domain.schemas import SCHEMAS, Unsayable

FIRST = {
    "key": "allocate/HANA/spc-krw/1",
    "by": "sora",
    "production": "HANA",
    "account": "spc-krw",
    "bank_reference": "B9",
    "to": "receipt",
    "name": "HANA.C1",
    "amount": None,
    "reason": "by its advice",
}


def written(body):
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_an_allocation_of_the_first_release_is_the_same_command_today():
    command = AllocateMovement.model_validate(SCHEMAS.current("AllocateMovement", dict(FIRST), 1))
    assert hashlib.sha256(written(FIRST)).hexdigest() in SCHEMAS.digests(command)


def test_a_history_of_the_first_release_is_read_under_the_former_name():
    body = SCHEMAS.current("AllocateMovement", dict(FIRST), 1)
    assert AllocateMovement.model_validate(body).movement == "B9"


@pytest.mark.parametrize("change", [{"charges": "KRW 5"}, {"further": [{"receipt": "HANA.C2"}]}, {"to": "interest"}])
def test_what_the_first_release_could_not_say_has_no_hash_of_it(change):
    command = AllocateMovement.model_validate(SCHEMAS.current("AllocateMovement", dict(FIRST), 1) | change)
    with pytest.raises(Unsayable):
        SCHEMAS.canonical(command, 1)


def test_an_allocation_of_the_first_release_reverses_nothing_and_says_nothing_of_a_payments_standing():
    told = {"contract_value": "KRW 5", "booked": "KRW 5", "amount": "KRW 5", "party": "mori"}
    same = {name: FIRST[name] for name in ("account", "bank_reference", "to", "name", "by", "reason")}
    event = read_event(written({"type": "movement-allocated", **same, **told}).decode())
    assert isinstance(event, MovementAllocated)
    assert (event.movement, event.reverses, event.then) == ("", "", None)
