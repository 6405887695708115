"""A rate is corrected, and what was computed with it is named."""

import json
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from activities.distributions import DistributionActivities
from adapters.db.facts import facts_of
from adapters.db.rates import keep_rates, rates_on
from app import cli
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from app.payments.rate_corrections import correct
from domain.commands import ComputeDistribution
from domain.errors import BadInput, NotFound
from domain.rates import Rate
from tests import revenue
from tests.world import PRODUCTION

HEADER = "date,base,quote,rate,source"
FIXED_ON = date(2025, 8, 28)


def rates_file(folder, *rows):
    return revenue.csv_file(folder, rows, HEADER, "rates.csv")


def corrected(world, folder, *rows, reason="a misprint"):
    return correct(world.handler, rates_file(folder, *rows), "eunwoo", reason)


@pytest.fixture
def shared(world):
    """The drama has earned in dollars on two days, and in euros, converted at the month's average."""
    revenue.register(world)
    world.distributions = DistributionActivities(world.handler, facts_of)
    return world


@pytest.fixture
def prepared(world):
    """A run that pays dollars at the rate of 28 August 2025."""
    world.register()
    world.clock.to(date(2025, 8, 29))
    euro = {"USD": Decimal(1), "KRW": Decimal("1400.5")}
    with world.store.transaction() as transaction:
        published = [Rate(on=FIXED_ON, base="EUR", quote=code, rate=rate, source="ECB") for code, rate in euro.items()]
        keep_rates(transaction, "ecb.csv", b"ecb", published)
    world.run = world.runs.prepare(next(each for each in world.open_day() if each.currency == "USD")).run
    return world


def test_statements_and_distributions_that_used_the_rate_are_named_and_no_others(shared, tmp_path):
    usd, euro, later = "2025-02-03,USD 100,,,,", "2025-02-20,EUR 10,,,,", "2025-03-03,USD 100,,,,"
    revenue.take(shared, revenue.csv_file(tmp_path, [usd, usd.replace("02-03", "02-04")]))
    revenue.take(shared, revenue.csv_file(tmp_path, [euro]), "S2")
    revenue.take(shared, revenue.csv_file(tmp_path, [later]), "S3")
    shared.distributions.compute_distribution(
        ComputeDistribution(key="compute", by="system", production=PRODUCTION, period="2025-Q1")
    )
    found = corrected(shared, tmp_path, "2025-02-03,EUR,KRW,2900,ecb")
    assert [(use.kind, use.name, use.status, use.rate, use.now) for use in found.uses] == [
        ("receipt", "tidewater S1", "1 rows", "1403", "1450"),
        ("receipt", "tidewater S2", "1 rows", "2831", "2835.7"),
        ("distribution", "2025-Q1", "computed", "", ""),
    ]
    assert "compute it again" in found.uses[-1].todo


def test_the_payments_of_a_run_that_pays_at_the_rate_are_named(prepared, tmp_path):
    found = corrected(prepared, tmp_path, "2025-08-28,EUR,KRW,1410,ECB")
    (use,) = found.uses
    assert (use.kind, use.name, use.rate, use.now) == ("payment", prepared.payment("VX-A"), "1400.5", "1410")
    assert use.todo == f"cancel {prepared.run}: it is prepared again"


async def findings(world):
    with world.store.reading() as records:
        report = await audited(records.connection, Scope(None))
    return [one.full for one in report.findings if "EUR/" in one.full or "USD/" in one.full]


async def test_a_run_that_was_prepared_at_a_rate_corrected_since_audits_clean(prepared, tmp_path):
    corrected(prepared, tmp_path, "2025-08-28,EUR,KRW,1410,ECB")
    assert await findings(prepared) == []


async def test_a_correction_that_is_not_that_of_its_file_is_found(prepared, database, tmp_path):
    corrected(prepared, tmp_path, "2025-08-28,EUR,KRW,1410,ECB")
    engine = sa.create_engine(database.owner_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE rate_correction DISABLE TRIGGER append_only")
        connection.exec_driver_sql("UPDATE rate_correction SET rate = 1411")
    engine.dispose()
    (found,) = await findings(prepared)
    assert "rate ECB EUR/KRW of 2025-08-28: is not that of document" in found


def test_what_is_right_already_changes_nothing(prepared, tmp_path):
    found = corrected(prepared, tmp_path, "2025-08-28,EUR,KRW,1400.50,ECB")
    assert (found.rates, found.uses) == ((), ())


def test_a_correction_without_a_reason_or_of_what_is_unknown_is_refused(prepared, tmp_path):
    with pytest.raises(BadInput, match="needs a reason"):
        corrected(prepared, tmp_path, "2025-08-28,EUR,KRW,1410,ECB", reason=" ")
    with pytest.raises(NotFound, match="to correct"):
        corrected(prepared, tmp_path, "2025-08-27,EUR,KRW,1410,ECB")
    with prepared.store.reading() as records:
        assert rates_on(records, "ECB", FIXED_ON)["EUR", "KRW"] == Decimal("1400.5")


def test_the_command_line_corrects_and_lists_what_it_touched(prepared, database, tmp_path, capsys):
    (prepared.data / "sluice.toml").write_text(f'database_url = "{database.app_url}"\n', "utf-8")
    file = rates_file(tmp_path, "2025-08-28,EUR,KRW,1410,ECB")
    arguments = ["rate", "correct", str(file), "--reason", "a misprint", "--json", "--data", str(prepared.data)]
    assert cli.execute(arguments) == 0
    said = capsys.readouterr()
    assert said.err.startswith("1 rates of")
    assert [row["name"] for row in json.loads(said.out)] == [prepared.payment("VX-A")]
