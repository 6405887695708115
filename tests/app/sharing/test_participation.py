"""Whether the earnings tie out on a real database, from the first posting to the last word of the bank; or do not."""

from datetime import date

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.sharing.participation import participation_ties
from tests.activities.test_distributions import compute, let_the_window_pass, order, post
from tests.domain.sharing.waterfall.deal import receipt
from tests.world import PRODUCTION, UNSHARED, WATERFALL, World


@pytest.fixture
def world(world):
    """The drama has earned KRW 1,000; other payments of its schedule fall due at the same time."""
    world.register(UNSHARED + WATERFALL)
    world.clock.to(date(2025, 4, 1))
    world.facts.append(receipt("2025-02-03", "KRW 1000"))
    return world


def ties(world):
    with world.store.reading() as records:
        return participation_ties(records, PRODUCTION)


def test_it_ties_out_after_every_step(world):
    steps = (compute, let_the_window_pass, post, order, World.open_day, World.send, World.take)
    for step in steps:
        assert ties(world) == []
        step(world)
    assert ties(world) == []
    assert world.payment("D/1")
    assert world.statuses()["D/1"] == "settled"


def test_what_was_tampered_with_is_named(world, database):
    compute(world)
    let_the_window_pass(world)
    post(world)
    engine = create_engine(database.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE entry DISABLE TRIGGER USER")
        connection.exec_driver_sql(
            "UPDATE entry SET minor = minor - 1 WHERE account = 'liability:participation:writer'"
        )
    engine.dispose()
    assert ties(world) == ["liability:participation:writer: the ledger owes KRW 51, and it should be KRW 50."]


def test_a_production_that_nobody_registered_owes_nothing(world):
    with world.store.reading() as records:
        assert participation_ties(records, "NOBODY") == []
