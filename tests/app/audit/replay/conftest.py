import asyncio

import pytest

from tests.app.audit.replay.recorded import play


@pytest.fixture(scope="module")
def recorded(module_database, temporal, tmp_path_factory):
    """A database in which a production is recorded."""
    asyncio.run(asyncio.wait_for(play(module_database.app_url, temporal.address, tmp_path_factory.mktemp("rec")), 120))
    return module_database
