"""The dishonest insider of the fault programme gives every kind of command that people give."""

import json
from random import Random

import pytest
from pydantic import ValidationError

from domain.commands import make
from tests.domain.event_samples import SAMPLES
from tests.faults.programme.plays.random_commands import by_people, fields_of, known_in


class Recorded:
    """A fact of which only the body counts."""

    def __init__(self, event):
        self.body = json.dumps(event.model_dump(mode="json"))


KNOWN = known_in(map(Recorded, SAMPLES)) | {"production": ["P"]}


def drawn(kind, dice):
    for _ in range(400):
        try:
            return make(kind, key="k", by="insider", **fields_of(kind, dice, KNOWN))
        except (ValidationError, KeyError):
            continue
    return None


@pytest.mark.parametrize("declaration", by_people(), ids=lambda one: one.name)
def test_every_command_that_people_give_is_drawn_one_day(declaration):
    assert isinstance(drawn(declaration.command, Random(1)), declaration.command)


def test_what_is_drawn_is_mostly_about_what_is_on_record():
    payments = {fields_of(by_people()[-1].command, Random(n), KNOWN).get("production") for n in range(50)}
    assert "P" in payments
