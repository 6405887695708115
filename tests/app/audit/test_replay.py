"""The audit of a recorded production: an honest record holds in all three verdicts."""

import json

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from adapters.db.store import Store
from app.audit.replay import audited
from app.audit.scope import Scope
from domain.errors import NotFound
from tests.world import PRODUCTION


@pytest.fixture
def connection(recorded):
    engine = create_engine(recorded.app_url, poolclass=NullPool)
    with Store(engine).reading() as reading:
        yield reading
    engine.dispose()


async def test_an_honest_record_holds(connection):
    report = await audited(connection, Scope())
    assert "\n".join(finding.full for finding in report.findings) == ""
    assert report.holds
    assert report.histories > 5
    assert set(report.heads) >= {f"production/{PRODUCTION}"}
    said = report.json()
    assert {name: verdict["holds"] for name, verdict in said["verdicts"].items()} == dict.fromkeys(
        ("integrity", "fidelity", "determinism"), True
    )
    json.dumps(said)
    assert any(report.heads[f"production/{PRODUCTION}"].hash.hex() in line for line in report.lines())


async def test_one_production_and_a_period_are_looked_at_by_themselves(connection):
    report = await audited(connection, Scope(PRODUCTION))
    assert report.holds
    assert list(report.heads) == [f"production/{PRODUCTION}"]
    with pytest.raises(NotFound):
        await audited(connection, Scope("NOBODY"))
