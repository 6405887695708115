"""Payouts to accounts in other currencies: proved against the rates on record, and found out where they changed."""

from datetime import date

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from activities.distributions import DistributionActivities
from adapters.db.facts import facts_of
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from tests import revenue
from tests.activities.test_distributions import compute, let_the_window_pass, order, post
from tests.world import PRODUCTION, UNSHARED, WATERFALL


@pytest.fixture
def paid(world, tmp_path):
    """A share of the visual effects house, which has an account in dollars only, is ordered at the rate of the ECB."""
    world.register(UNSHARED + WATERFALL.replace(b"to: writer, take", b"to: vfx, take"))
    revenue.publish(world, date(2025, 1, 1), date(2025, 6, 30))
    world.clock.to(date(2025, 4, 1))
    world.distributions = DistributionActivities(world.handler, facts_of)
    revenue.take(world, revenue.csv_file(tmp_path, ("2025-01-31,KRW 40000000,tidewater,KR,svod,first",)))
    compute(world)
    let_the_window_pass(world)
    post(world)
    order(world)
    return world


async def findings(connection):
    return [finding.sentence for finding in (await audited(connection, Scope(PRODUCTION))).findings]


async def test_what_was_ordered_audits_clean(paid):
    with paid.store.reading() as records:
        assert await findings(records.connection) == []


async def test_another_rate_on_record_is_found_out(paid, database):
    engine = create_engine(database.owner_url, poolclass=NullPool)
    with engine.connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql("ALTER TABLE rate DISABLE TRIGGER USER")
        connection.exec_driver_sql("UPDATE rate SET rate = rate + 2 WHERE quote = 'KRW'")
        found = await findings(connection)
        assert any("vfx is not paid at the rate of ECB for 2025-04-15" in sentence for sentence in found)
        transaction.rollback()
