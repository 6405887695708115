"""What a late fact would change is shown before it is taken in, and nothing is recorded."""

from datetime import date

import pytest

from app.sharing.import_preview import preview_on
from app.sharing.imports import Import
from domain.errors import WrongRole
from tests import revenue
from tests.statements import Q1, distribute, first_quarter, register
from tests.world import PRODUCTION


@pytest.fixture
def earned(world, tmp_path):
    register(world)
    first_quarter(world, tmp_path)
    distribute(world, Q1)
    world.clock.to(date(2025, 7, 1))
    return world


def preview(world, file, statement="S1", by=revenue.TREASURER):
    return preview_on(world.handler, Import("receipt", PRODUCTION, "tidewater", statement, by), file).parties


def changes(parties):
    return {party: str(after - before) for party, (before, after) in parties.items() if before != after}


def test_a_late_receipt_shows_whose_next_payout_it_changes_and_by_how_much(earned, tmp_path):
    before = earned.events()
    file = revenue.csv_file(tmp_path, ("2025-03-30,KRW 1000000,tidewater,KR,svod,first",), name="late.csv")
    found = preview(earned, file, "S9")
    assert changes(found)["writer"] == "KRW 42500"
    assert sum(after.minor - before_.minor for before_, after in found.values()) == 1_000_000
    assert earned.events() == before
    assert preview(earned, file, "S9") == found
    revenue.take(earned, file, "S9")
    assert changes(preview(earned, file, "S9")) == {}


def test_a_restatement_shows_the_difference_to_what_it_replaces(earned, tmp_path):
    rows = ("2025-01-31,KRW 5000000,tidewater,KR,svod,first",)
    found = changes(preview(earned, revenue.csv_file(tmp_path, rows, name="again.csv")))
    assert all(amount.startswith("KRW -") for amount in found.values())


def test_who_may_not_import_gets_no_preview(earned, tmp_path):
    file = revenue.csv_file(tmp_path, ("2025-03-30,KRW 1,tidewater,KR,svod,first",), name="late.csv")
    with pytest.raises(WrongRole):
        preview(earned, file, "S9", by="jiho")
