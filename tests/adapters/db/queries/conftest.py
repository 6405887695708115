"""WR-A is paid on 14 February; closing was accepted on 3 February."""

from datetime import UTC, date, datetime

import pytest

from tests.world import World


@pytest.fixture(scope="module")
def told(module_database, tmp_path_factory):
    world = World(module_database.app_url, tmp_path_factory.mktemp("world"))
    world.register()
    world.before = datetime.now(UTC)  # type: ignore[attr-defined]
    world.clock.to(date(2025, 2, 3))
    world.accept("closing")
    world.clock.to(date(2025, 2, 14))
    world.run = world.send().run  # type: ignore[attr-defined]
    world.take()
    yield world
    world.close()


@pytest.fixture
def connection(told):
    with told.store.reading() as records:
        yield records.connection
