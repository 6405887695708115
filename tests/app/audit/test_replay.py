"""The audit of a recorded production: an honest record holds in all three verdicts."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from adapters.db.store import Store
from app.audit.parallel import proved
from app.audit.replay import audited
from app.audit.scope import Scope
from app.cli.audit import audit
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
    assert report.notes == []
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


async def test_a_period_is_of_what_counts_in_it(connection):
    report = await audited(connection, Scope(PRODUCTION, date(2025, 4, 1), date(2025, 4, 30)))
    assert report.holds
    assert report.histories > 0
    assert (await audited(connection, Scope(PRODUCTION, date(2030, 1, 1)))).histories == 0


def test_processes_prove_the_same_streams_at_the_same_instant(connection):
    streams = [f"production/{PRODUCTION}", "production/NOBODY", "sluice"]
    alone, together = (list(proved(connection, streams, processes)) for processes in (1, 2))
    assert [one.events for one in alone] == [one.events for one in together]
    assert [one.findings for one in alone] == [one.findings for one in together]
    assert alone[0].head == together[0].head


@pytest.fixture
def cli(recorded, monkeypatch, tmp_path):
    monkeypatch.setenv("SLUICE_DATABASE_URL", recorded.app_url)
    monkeypatch.setenv("SLUICE_TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("SLUICE_DATA", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(audit, ["replay", *arguments])


def test_the_command_says_the_three_verdicts_and_what_they_rest_on(cli):
    said = cli()
    assert said.exit_code == 0, said.output
    lines = said.stdout.splitlines()
    assert [line.split() for line in lines[:3]] == [
        [name, "holds"] for name in ("integrity", "fidelity", "determinism")
    ]
    assert any(line.startswith(f"  production/{PRODUCTION} event ") for line in lines)
    assert json.loads(cli("--json", "--production", PRODUCTION).stdout)["holds"] is True


def test_a_broken_record_is_named_and_the_status_is_1(cli, recorded):
    tables = ("entry",)
    engine = create_engine(recorded.owner_url, poolclass=NullPool)

    def change(by):
        with engine.begin() as connection:
            for table in tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            connection.exec_driver_sql("UPDATE entry SET minor = minor + %s WHERE seq = 22 AND line = 1", (by,))
            for table in tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    change(1)
    try:
        said = cli()
        told = json.loads(cli("--json").stdout)
    finally:
        change(-1)
        engine.dispose()
    assert said.exit_code == 1
    assert "fidelity     BROKEN in" in said.stdout
    assert (
        f"production/{PRODUCTION} event 22: its entries are not what a payments-settled event posts (expected"
        in said.stdout
    )
    finding = told["verdicts"]["fidelity"]["findings"][0]
    assert finding["record"] == f"production/{PRODUCTION} event 22"
    assert finding["expected"] != finding["found"]
