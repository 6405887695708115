"""Distributions, statements, explanations and audits across a change of the waterfall's engine."""

from dataclasses import replace
from datetime import date

import pytest

from activities.distributions import DistributionActivities
from adapters.db import health as recorded
from adapters.db.audited_reads import BankData
from adapters.db.facts import facts_of
from app.audit.evidence.statement_line import explained
from app.audit.replay.audit import Eyes, audited
from app.audit.replay.scope import Scope
from app.sharing.engines import needed
from domain import health
from domain.errors import UnknownEngine
from domain.sharing.waterfall.engines import ENGINES, Engines, WaterfallEngine
from domain.sharing.waterfall.fingerprint import of_figures
from domain.sharing.waterfall.run import run
from tests import revenue
from tests.statements import Q1, Q2, distribute, first_quarter, register, told
from tests.world import PRODUCTION

THIRD = ENGINES.of("3", "a test")


def corrected(versions, facts, as_of, view=None, trace=None):
    """A run with other figures than engine 3: receipts from China do not count."""
    counting = tuple(each for each in facts.receipts if each.kind.fields[2] != "CN")
    return run(versions, replace(facts, receipts=counting), as_of, view, trace)


NINTH = WaterfallEngine("9", corrected, of_figures)
OLD, BOTH, NEW = Engines([THIRD]), Engines([THIRD, NINTH]), Engines([NINTH])


def use(world, engines):
    """Deploy a release that has these engines."""
    world.handler = replace(world.handler, engines=engines)
    world.distributions = DistributionActivities(world.handler, facts_of)


def second_quarter(world, folder):
    rows = ("2025-05-05,USD 100.00,tidewater,US,svod,first",)
    revenue.take(world, revenue.csv_file(folder, rows, name="q2.csv"), "S2")
    world.clock.to(date(2025, 7, 1))


@pytest.fixture
def third(world, tmp_path):
    """The first quarter, distributed by a release with engine 3 alone; what the second earned is on record."""
    register(world)
    use(world, OLD)
    first_quarter(world, tmp_path)
    distribute(world, Q1)
    second_quarter(world, tmp_path)
    return world


def engines_of(world):
    return {period: one.engine for period, one in world.snapshots().distributions.items()}


async def findings(world, engines):
    with world.store.reading() as records:
        report = await audited(records.connection, Scope(PRODUCTION), eyes=Eyes(engines=engines))
    return report.findings


def fee(world, period):
    (line,) = (line for line in told(world, period)["studio"].pools[0].own if line.position == "fee")
    return line.figures


async def test_a_period_goes_on_from_what_an_earlier_engine_found_and_is_paid_and_stated_by_the_new_one(third):
    use(third, BOTH)
    distribute(third, Q2)
    assert engines_of(third) == {Q1: "3", Q2: "9"}
    first, second = told(third, Q1)["studio"], told(third, Q2)["studio"]
    assert (first.signature.engine, second.signature.engine) == ("3", "9")
    assert fee(third, Q2).opening == fee(third, Q1).to_date
    assert fee(third, Q1).to_date.decimal == "1050925"
    assert fee(third, Q2).to_date.decimal == str((9_000_000 + 1000 * 1414 + 100 * 1405) // 10)
    assert second.settlement.paid_before == first.settlement.due
    assert await findings(third, BOTH) == []
    assert third.wrong() == []


async def test_a_release_without_the_engine_of_the_period_before_pays_nothing_and_names_the_engine(third):
    use(third, NEW)
    with pytest.raises(UnknownEngine, match=rf"Distribution {Q1} of {PRODUCTION} was computed by engine 3, and this"):
        distribute(third, Q2)
    assert third.events()[-1] == "entitlements-posted"


async def test_an_audit_without_an_engine_says_of_each_thing_that_it_cannot_make_again_which_engine_it_needs(third):
    use(third, BOTH)
    distribute(third, Q2)
    sentences = [str(finding) for finding in await findings(third, NEW)]
    assert len(sentences) == 3, "the first period, its statements, and those of the second, which begin where it ended"
    assert all("was computed by engine 3, and this release has 9" in one for one in sentences)


async def test_another_figure_under_the_number_of_an_engine_is_found(third):
    sentences = [
        str(finding) for finding in await findings(third, Engines([WaterfallEngine("3", corrected, of_figures)]))
    ]
    assert any("is not what engine 3 makes of what was known" in one for one in sentences)


def test_a_line_is_explained_by_the_engine_that_computed_it(third):
    use(third, BOTH)
    distribute(third, Q2)
    for period, territories in ((Q1, {"KR", "US", "CN"}), (Q2, {"KR", "US"})):
        with third.store.reading() as records:
            bank = BankData(third.store.engine, "auditor", "a test")
            row = explained(records.connection, bank, PRODUCTION, period, "studio", "fee", BOTH)
        assert {one["receipt"].split()[2] for one in row["origins"]} == territories
    with third.store.reading() as records, pytest.raises(UnknownEngine):
        explained(
            records.connection, BankData(third.store.engine, "auditor", "x"), PRODUCTION, Q1, "studio", "fee", NEW
        )


def test_what_needs_an_engine_is_listed_and_an_engine_that_is_needed_and_gone_is_an_ailment(third):
    with third.store.reading() as records:
        only = {"engine": "3", "here": "kept", "production": PRODUCTION, "goes_on": [Q1], "audited": []}
        idle = {"engine": "9", "here": "current", "production": "", "goes_on": [], "audited": []}
        assert needed(records, BOTH) == [only, idle]
        assert needed(records, NEW)[0]["here"] == "MISSING"
        (ailment,) = health.engines_missing(recorded.computed_by(records.connection), NEW.numbers)
        assert (ailment.wrong, f"{PRODUCTION} {Q1}" in ailment.why) == (True, True)
    use(third, BOTH)
    distribute(third, Q2)
    with third.store.reading() as records:
        assert [(row["engine"], row["goes_on"], row["audited"]) for row in needed(records, BOTH)] == [
            ("3", [], [Q1]),
            ("9", [Q2], []),
        ]
        (ailment,) = health.engines_missing(recorded.computed_by(records.connection), NEW.numbers)
        assert ailment.wrong is False
