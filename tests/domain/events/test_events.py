from typing import get_args

import pytest
import rfc8785
from pydantic import BaseModel, ValidationError

from domain import events
from domain.events import EVENT, Event, read_event
from domain.ledger.journal import canonical
from domain.schemas import SCHEMAS, VERSION
from tests.domain.event_samples import SAMPLES

UNION = get_args(get_args(Event)[0])


def name(event: Event) -> str:
    return event.type


def test_every_event_class_of_the_module_is_in_the_union_and_has_a_sample():
    typed = {
        cls
        for cls in vars(events).values()
        if isinstance(cls, type) and issubclass(cls, BaseModel) and "type" in cls.model_fields
    }
    assert set(UNION) == typed
    assert {type(sample) for sample in SAMPLES} == typed


def test_every_type_is_the_name_of_its_class():
    for cls in UNION:
        spelled = "".join(part.title() for part in cls.model_fields["type"].default.split("-"))
        assert spelled == cls.__name__


@pytest.mark.parametrize("event", SAMPLES, ids=name)
def test_an_event_comes_back_from_its_canonical_bytes_as_it_was(event):
    again = read_event(canonical(event))
    assert again == event
    assert canonical(again) == canonical(event)


@pytest.mark.parametrize("event", SAMPLES, ids=name)
def test_canonical_bytes_are_rfc_8785(event):
    version = SCHEMAS.version(type(event).__name__)
    body = event.model_dump(mode="json") | ({VERSION: version} if version > 1 else {})
    assert canonical(event) == rfc8785.dumps(body)


@pytest.mark.parametrize("event", SAMPLES, ids=name)
def test_a_body_with_a_field_that_nobody_knows_is_refused(event):
    body = event.model_dump(mode="json") | {"surprise": "1"}
    with pytest.raises(ValidationError):
        EVENT.validate_python(body)


@pytest.mark.parametrize("event", SAMPLES, ids=name)
def test_an_event_cannot_be_changed(event):
    with pytest.raises(ValidationError):
        event.type = "other"
