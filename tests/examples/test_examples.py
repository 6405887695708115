import json
import pathlib
import tomllib
from datetime import date, timedelta

import pytest

from adapters.agreement.documents import agreement_schema, load_agreement
from adapters.rates import read_csv, read_ecb
from domain.agreement.schedule import (
    InstalmentDirection,
    amounts,
    direction,
    due_date,
)
from domain.calendar.calendars import Calendars

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"
FILES = ["drama-manga.yaml", "film-mg.yaml", "film-four-countries.yaml", "film-release.yaml"]


@pytest.mark.parametrize("name", FILES)
def test_each_example_passes_the_checks_and_names_its_schema(name):
    load_agreement(EXAMPLES / name)
    first_line = (EXAMPLES / name).read_text(encoding="utf-8").splitlines()[0]
    assert first_line == "# yaml-language-server: $schema=agreement.schema.json"


@pytest.mark.parametrize("name", FILES)
def test_every_instalment_of_an_example_resolves_to_an_amount_and_a_date(name):
    plan = load_agreement(EXAMPLES / name).agreement
    assert all(amount.minor > 0 for amount in amounts(plan).values())
    for each in plan.schedule:
        assert date(2025, 1, 1) < due_date(plan, each, date(2026, 11, 2)) < date(2027, 2, 1)


def test_the_drama_has_the_size_of_a_real_one():
    plan = load_agreement(EXAMPLES / "drama-manga.yaml").agreement
    assert len(plan.milestones) >= 8
    assert len(plan.schedule) >= 14
    assert {amount.currency for amount in amounts(plan).values()} == {"JPY", "KRW", "USD"}
    assert {direction(plan, each) for each in plan.schedule} == set(InstalmentDirection)


def test_the_guarantee_is_paid_20_to_80():
    plan = load_agreement(EXAMPLES / "film-mg.yaml").agreement
    assert [str(amounts(plan)[name]) for name in ("MG-A", "MG-B")] == ["USD 700000.00", "USD 2800000.00"]


def test_the_grant_waits_for_the_inspection():
    plan = load_agreement(EXAMPLES / "film-four-countries.yaml").agreement
    grant = next(each for each in plan.schedule if each.id == "GRANT")
    assert grant.due.milestone == "inspection"
    assert direction(plan, grant) is InstalmentDirection.INCOMING


def test_the_committed_schema_is_what_the_models_say_now():
    committed = json.loads((EXAMPLES / "agreement.schema.json").read_text(encoding="utf-8"))
    assert committed == agreement_schema(), "run: sluice agreement schema > examples/agreement.schema.json"


@pytest.mark.parametrize("file", FILES)
def test_the_users_of_the_examples_can_play_each_agreement_through(file):
    users = tomllib.loads((EXAMPLES / "users.toml").read_text(encoding="utf-8"))["users"]
    agreement = load_agreement(EXAMPLES / file).agreement
    acting = [user for user in users.values() if agreement.production in user.get("productions", ())]
    held = {(user["party"], role) for user in acting for role in user["roles"]}
    assert {user["party"] for user in acting} <= {party.id for party in agreement.parties}
    for milestone in agreement.milestones:
        assert (milestone.submitter, "producer") in held
        assert {(party, "approver") for party in milestone.approval.parties} <= held
    assert {("spc", role) for role in ("preparer", "releaser", "treasurer")} <= held


def test_there_are_reference_rates_for_every_target_day_of_the_two_years():
    rates = read_ecb((EXAMPLES / "rates" / "ecb-illustrative.xml").read_bytes())
    published = {(rate.on, rate.quote) for rate in rates}
    target, day = Calendars.of(["TARGET"]), date(2025, 1, 1)
    while day.year < 2027:
        if target.is_business_day(day):
            assert {(day, "USD"), (day, "JPY"), (day, "KRW")} <= published
        day += timedelta(days=1)


def test_the_house_banks_rates_can_be_read():
    assert read_csv((EXAMPLES / "rates" / "house-bank.csv").read_bytes())
