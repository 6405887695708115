"""Workflow ids name their production."""

from inspect import getmembers, isfunction, signature

import pytest

from activities.schedules import schedule_id, settlement_schedule_id
from app.worker.archivist import SWEEP
from workflows import names

ID_MAKERS = [
    maker
    for name, maker in getmembers(names, isfunction)
    if name.endswith("_workflow") and maker.__module__ == names.__name__
]


@pytest.mark.parametrize("maker", [*ID_MAKERS, schedule_id, settlement_schedule_id], ids=lambda maker: maker.__name__)
def test_every_id_that_is_made_of_a_production_tells_it(maker):
    arguments = {name: f"PROD-1/a/{name}" if name == "run" else "PROD-1" for name in signature(maker).parameters}
    made = maker(**arguments)
    assert names.production_of(made) == "PROD-1"
    assert names.production_of(f"{made}-2026-04-01T08:00:00Z") == "PROD-1"


@pytest.mark.parametrize("workflow_id", [f"{SWEEP}-2026-04-01T08:00:00Z", SWEEP, "x", "somebody/elses", ""])
def test_what_is_about_no_production_is_of_the_house(workflow_id):
    assert names.production_of(workflow_id) == ""
