"""No stored kind changes its shape without a new version and the steps to it."""

import copy
import json

import pytest
from pydantic import TypeAdapter, create_model

from domain.commands import Command
from domain.schemas import SCHEMAS, STEPS, VERSION, Schemas, given
from domain.values.record import Record
from tests.domain.event_samples import SAMPLES
from tests.domain.schemas.shapes import COMMANDS, KINDS, changes, committed, shape
from tests.domain.statement_samples import large

TODAY = {kind: shape(cls) for kind, cls in KINDS.items()}


def test_everything_that_is_stored_has_the_shape_of_its_version():
    assert changes(committed(), TODAY, SCHEMAS) == []


def test_steps_are_of_kinds_that_are_stored():
    assert STEPS.keys() <= KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_takes_the_key_of_the_version(kind):
    assert VERSION not in KINDS[kind].model_fields


@pytest.mark.parametrize("record", [*SAMPLES, large()], ids=lambda record: type(record).__name__)
def test_every_version_has_the_fields_of_its_shape_and_is_read_as_it_was_written(record):
    kind = type(record).__name__
    for version, fields in committed()[kind].items():
        stored = SCHEMAS.canonical(record, int(version))
        assert json.loads(stored).keys() - {VERSION} == fields.keys()
        again = TypeAdapter(type(record)).validate_json(SCHEMAS.todays(kind, stored))
        assert again == SCHEMAS.as_recorded(record, int(version))


def changed(kind, change, schemas=SCHEMAS):
    today = copy.deepcopy(TODAY)
    change(today[kind])
    return changes(committed(), today, schemas)


def test_a_new_field_with_a_default_needs_a_version_and_the_finding_says_what_to_do():
    (finding,) = changed("ApproveMilestone", lambda fields: fields.update(colour="0"))
    assert finding == (
        "ApproveMilestone is another than version 1 in colour, and records of that version exist: give STEPS in "
        "domain/schemas.py the step from version 1 to 2, then python -m tests.domain.schemas.shapes writes the new "
        "shape."
    )
    with_step = Schemas({**STEPS, "ApproveMilestone": (given("colour", ""),)})
    (finding,) = changed("ApproveMilestone", lambda fields: fields.update(colour="0"), with_step)
    assert finding == "ApproveMilestone version 2 is new: python -m tests.domain.schemas.shapes writes its shape."


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields.pop("revision"),
        lambda fields: fields.update(revision="0"),
        lambda fields: fields.update(number=fields.pop("revision")),
    ],
)
def test_a_field_that_is_gone_or_of_another_type_or_name_needs_a_version(change):
    (finding,) = changed("DistributionComputed", change)
    assert "DistributionComputed is another than version 1 in" in finding


def test_a_change_inside_a_nested_record_shows_in_every_kind_that_holds_it():
    class Line(Record):
        amount: int

    class LongerLine(Record):
        amount: int
        note: str = ""

    def holder(line):
        return create_model("Holder", __base__=Record, lines=(tuple[line, ...], ()), other=(int, 1))  # type: ignore[valid-type]

    before, after = shape(holder(Line)), shape(holder(LongerLine))
    assert before["lines"] != after["lines"]
    assert before["other"] == after["other"]


def test_a_kind_that_is_gone_and_steps_that_are_gone_are_named():
    known = {**committed(), "Gone": {"1": {}}}
    assert changes(known, TODAY, SCHEMAS) == ["Gone is gone: keep it for as long as records of it exist."]
    known = {**committed(), "RunCancelled": {"1": TODAY["RunCancelled"], "2": {}}}
    assert changes(known, TODAY, SCHEMAS) == [
        "RunCancelled has had a version after 1: steps are kept for ever, put them back."
    ]


def test_every_command_is_held_to_its_shape():
    assert all(issubclass(cls, Command) for cls in COMMANDS.values())
    assert {"RegisterAgreement", "OrderPayouts", "GiveUpHistory"} <= COMMANDS.keys()
