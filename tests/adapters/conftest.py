import pytest

from tests.world import World


@pytest.fixture
def world(database, tmp_path):
    made = World(database.app_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def registered(world):
    world.register()
    return world
