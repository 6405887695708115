"""The audit of a recorded production: an honest record holds in all three verdicts, whoever audits it."""
# ruff: noqa: S608 - the names in these statements are our own

import json
import uuid
from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from adapters.db.audited_reads import everything
from adapters.db.store import Store
from adapters.embedded.postgres import APP, AUDITOR
from app.audit.replay.audit import audited
from app.audit.replay.parallel import proved
from app.audit.replay.scope import Scope
from app.cli.audit import audit
from domain.errors import NotFound
from tests.world import PRODUCTION

SETTLED = "(SELECT min(seq) FROM journal_event WHERE type = 'payments-settled')"
"""The first event that settles payments."""


@pytest.fixture
def connection(recorded):
    engine = create_engine(recorded.app_url, poolclass=NullPool)
    with Store(engine).reading() as records:
        yield records.connection
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
    assert [one.findings for one in alone] == [one.findings for one in together] == [[], [], []]
    assert alone[0].head == together[0].head


async def test_an_audit_with_other_processes_comes_to_the_same(connection):
    alone, together = [await audited(connection, Scope(), processes=processes) for processes in (1, 2)]
    assert together == alone


async def audited_by(url, scope, processes=1):
    """What an audit by a role comes to."""
    engine = create_engine(url, poolclass=NullPool)
    with everything(engine, "suji", "a test", scope.production) as (reading, ticket):
        report = await audited(reading, scope, ticket=ticket, processes=processes)
    engine.dispose()
    return report


def announcements(database):
    engine = create_engine(database.app_url, poolclass=NullPool)
    with engine.connect() as reading:
        query = "SELECT role, who, why, production, documents, whole FROM audit_read ORDER BY id"
        found = reading.exec_driver_sql(query).all()
    engine.dispose()
    return found


PERIOD = Scope(PRODUCTION, date(2025, 2, 1), date(2025, 2, 28))


@pytest.mark.parametrize("scope", [Scope(), Scope(PRODUCTION), PERIOD, Scope(None, date(2025, 2, 1))], ids=str)
async def test_an_auditor_finds_what_the_application_finds_and_is_on_record_once(recorded, scope):
    before = announcements(recorded)
    by_application = await audited_by(recorded.app_url, scope)
    assert announcements(recorded) == before
    assert by_application.holds
    assert await audited_by(recorded.auditor_url, scope) == by_application
    assert announcements(recorded) == [
        *before,
        ("sluice_auditor", "suji", "a test", scope.production, [], True),
    ]


async def test_an_auditor_with_other_processes_is_on_record_once_too(recorded):
    before = len(announcements(recorded))
    assert (await audited_by(recorded.auditor_url, Scope(), processes=2)).holds
    assert len(announcements(recorded)) == before + 1


AGREEMENTS = "sha256 IN (SELECT document FROM production)"
TAMPERED = {
    f"UPDATE document SET content = content || '# more' WHERE {AGREEMENTS}": "is not what was kept",
    f"DELETE FROM document WHERE {AGREEMENTS}": "and not kept",
    "UPDATE document d SET content = '<x/>' FROM bank_file f WHERE f.sha256 = d.sha256": "cannot be read any more",
    "DELETE FROM bank_file WHERE direction = 'in'": "was taken in by",
    "UPDATE bank_file SET account = 'OTHER.spc' WHERE direction = 'out'": "and is not on record",
    "UPDATE journal_event SET type = 'run-released' WHERE type IN ('agreement-registered', 'run-submitted')": "is not",
    'UPDATE journal_event SET body = regexp_replace(body, \'(?<="file":")\\w+\', (SELECT max(document) FROM rate))'
    " WHERE type = 'run-submitted'": "is not what was hashed",
    """UPDATE receipt_row SET counts = '{"admissions":"many"}'""": "are not what was imported",
    "UPDATE receipt_row SET counts = '[1, {}]'": "are not what was imported",
}
"""What a superuser does, and words of what is then found."""


@pytest.fixture
def tampered(postgres, recorded):
    """A copy of the recorded database in which a superuser has carried something out."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.create_database(name, template=recorded.name)

    def change(statement):
        with postgres.connect(database=name) as connection:
            connection.execute("ALTER TABLE document DROP CONSTRAINT document_check")
            connection.execute("ALTER TABLE receipt_row DROP CONSTRAINT receipt_row_counts_check")
            connection.execute("SET session_replication_role = replica")
            assert connection.execute(statement).rowcount
        return postgres.url(APP, name), postgres.url(AUDITOR, name)

    yield change
    postgres.drop_database(name)


@pytest.mark.parametrize(("statement", "said"), TAMPERED.items())
async def test_what_was_tampered_with_is_named_to_an_auditor_as_to_the_application(tampered, statement, said):
    by_application, by_auditor = [await audited_by(url, Scope(PRODUCTION)) for url in tampered(statement)]
    assert said in "\n".join(finding.full for finding in by_application.findings)
    assert by_auditor == by_application


async def test_other_processes_find_what_one_finds(tampered):
    url, _ = tampered(f"UPDATE entry SET minor = minor + 1 WHERE seq = {SETTLED} AND line = 1")
    alone, together = [(await audited_by(url, Scope(PRODUCTION), processes)).findings for processes in (1, 2)]
    assert sorted(map(str, together)) == sorted(map(str, alone)) != []


@pytest.fixture
def cli(recorded, monkeypatch, tmp_path):
    monkeypatch.setenv("SLUICE_DATABASE_URL", recorded.app_url)
    monkeypatch.setenv("SLUICE_AUDITOR_DATABASE_URL", recorded.auditor_url)
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


def test_the_command_reads_as_the_auditor_and_says_who_and_why(cli, recorded):
    before = len(announcements(recorded))
    assert cli("--production", PRODUCTION, "--as", "suji").exit_code == 0
    assert cli().exit_code == 0
    assert announcements(recorded)[before:] == [
        ("sluice_auditor", "suji", f"audit replay of {PRODUCTION}", PRODUCTION, [], True),
        ("sluice_auditor", "suji", "audit replay of the whole house", None, [], True),
    ]


def test_without_an_auditors_url_the_command_reads_as_the_application(cli, recorded, monkeypatch):
    monkeypatch.delenv("SLUICE_AUDITOR_DATABASE_URL")
    before = announcements(recorded)
    assert cli().exit_code == 0
    assert announcements(recorded) == before


def test_an_auditor_needs_neither_the_applications_url_nor_temporal(cli, recorded, monkeypatch):
    monkeypatch.setenv("SLUICE_DATABASE_URL", recorded.auditor_url)
    for name in ("SLUICE_AUDITOR_DATABASE_URL", "SLUICE_TEMPORAL_ADDRESS"):
        monkeypatch.delenv(name)
    assert cli("--as", "suji").exit_code == 0
    assert announcements(recorded)[-1].who == "suji"


def test_a_broken_record_is_named_and_the_status_is_1(cli, recorded):
    tables = ("entry",)
    engine = create_engine(recorded.owner_url, poolclass=NullPool)

    def change(by):
        with engine.begin() as connection:
            for table in tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            connection.exec_driver_sql(f"UPDATE entry SET minor = minor + {by} WHERE seq = {SETTLED} AND line = 1")
            for table in tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    with engine.connect() as connection:
        seq = connection.exec_driver_sql(f"SELECT {SETTLED}").scalar_one()
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
        f"production/{PRODUCTION} event {seq}: its entries are not what a payments-settled event posts (expected"
        in said.stdout
    )
    finding = told["verdicts"]["fidelity"]["findings"][0]
    assert finding["record"] == f"production/{PRODUCTION} event {seq}"
    assert finding["expected"] != finding["found"]
