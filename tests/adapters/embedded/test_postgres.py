import os
import signal
import stat
import time
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import create_engine, text

from adapters.embedded.postgres import APP, DATABASE, OWNER, EmbeddedPostgres
from adapters.embedded.process import ServiceFailed, end_child


def test_it_speaks_on_a_unix_socket_only(postgres):
    with postgres.connect() as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("",)
        assert admin.execute("SHOW fsync").fetchone() == ("on",)
        assert admin.info.server_version >= 180000


def test_its_folder_is_closed_to_others(postgres):
    assert stat.S_IMODE(postgres.folder.stat().st_mode) == 0o700


def test_the_application_role_may_not_create_tables(database):
    with create_engine(database.app_url).connect() as app, pytest.raises(Exception, match="permission denied"):
        app.execute(text("CREATE TABLE mine (a int)"))


def test_the_auditor_role_may_not_write(database):
    with create_engine(database.auditor_url).connect() as auditor:
        assert auditor.execute(text("SHOW default_transaction_read_only")).scalar() == "on"


def test_the_owner_role_owns_the_schema_and_is_no_superuser(database):
    with create_engine(database.owner_url).begin() as owner:
        owner.execute(text("CREATE TABLE mine (a int)"))
        assert owner.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar() is False


def test_creating_a_database_again_changes_nothing(postgres):
    with postgres.connect("sluice_owner", "template_sluice") as owner:
        before = owner.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        postgres.create_database("template_sluice")
        assert owner.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone() == before


def test_values_and_statements_stay_out_of_its_log(postgres):
    with postgres.connect() as admin:
        admin.execute("CREATE TEMP TABLE t (number text PRIMARY KEY)")
        admin.execute("INSERT INTO t VALUES (%s)", ["KR12345678901234"])
        with pytest.raises(psycopg.errors.UniqueViolation):
            admin.execute("INSERT INTO t VALUES ('KR12345678901234')")
    assert "KR12345678901234" not in postgres.launch().log.read_text()


def test_rows_survive_kill_9_of_the_server_and_of_its_supervisor(tmp_path):
    server = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "log")
    server.prepare()
    process = server.launch().start()
    server.await_ready(process)
    server.create_database()
    with server.connect(OWNER, DATABASE) as owner:
        owner.execute("CREATE TABLE t (a int)")
        owner.execute("INSERT INTO t VALUES (1)")
    busy = server.connect(APP, DATABASE)  # its session outlives the server for a while
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    again = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "log")
    again.prepare()
    process = again.launch().start()
    try:
        again.await_ready(process)
        with again.connect(OWNER, DATABASE) as owner:
            assert owner.execute("SELECT a FROM t").fetchall() == [(1,)]
    finally:
        busy.close()
        end_child(process, again.stop_signal)


def test_when_a_part_of_it_crashes_it_ends_as_a_whole_and_its_rows_survive(tmp_path):
    server = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "log")
    server.prepare()
    process = server.launch().start()
    server.await_ready(process)
    with server.connect() as admin:
        admin.execute("CREATE TABLE kept AS SELECT 1 AS a")
        part = admin.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'").fetchone()[0]
    os.kill(part, signal.SIGKILL)
    assert process.wait(20) != 0
    server.prepare()
    process = server.launch().start()
    try:
        server.await_ready(process)
        with server.connect() as admin:
            assert admin.execute("SELECT a FROM kept").fetchone() == (1,)
    finally:
        end_child(process, server.stop_signal)


def test_a_server_left_over_from_a_killed_supervisor_is_ended_first(tmp_path):
    server = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "log")
    server.prepare()
    left_over = server.launch().start()
    server.await_ready(left_over)

    EmbeddedPostgres(tmp_path / "postgres", tmp_path / "log").prepare()

    assert left_over.wait(5) == 0
    assert not (tmp_path / "postgres/postmaster.pid").exists()


def test_a_session_that_ends_while_leftovers_are_looked_for_is_no_obstacle(tmp_path, monkeypatch):
    server = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "log")
    server.prepare()
    left_over = server.launch().start()
    server.await_ready(left_over)
    asked = psutil.Process.ppid

    def gone(process):
        if process.pid != left_over.pid:
            raise psutil.NoSuchProcess(process.pid)
        return asked(process)

    monkeypatch.setattr(psutil.Process, "ppid", gone)
    EmbeddedPostgres(tmp_path / "postgres", tmp_path / "log").prepare()
    assert left_over.wait(5) is not None


def test_a_pid_file_that_names_some_other_process_is_no_obstacle(tmp_path):
    server = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "log")
    server.prepare()
    (tmp_path / "postgres/postmaster.pid").write_text(f"{os.getpid()}\n/elsewhere\n0\n5432\n\n\n0 0\nready\n")
    server.prepare()
    process = server.launch().start()
    server.await_ready(process)
    assert server.answers()
    end_child(process, server.stop_signal)


def test_a_very_long_path_is_reached_by_a_short_link(tmp_path):
    deep = tmp_path / ("d" * 100) / "postgres"
    server = EmbeddedPostgres(deep, tmp_path / "log")
    server.prepare()
    process = server.launch().start()
    server.await_ready(process)
    assert len(server.url()) < 150
    end_child(process, server.stop_signal)
    link = Path(server.url().rpartition("host=")[2])
    server.close()
    assert not link.parent.exists()


def test_a_server_that_cannot_start_is_one_clear_sentence(tmp_path):
    server = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "log")
    server.prepare()
    with (tmp_path / "postgres/postgresql.conf").open("a") as conf:
        conf.write("nonsense = 1\n")
    begun = time.monotonic()
    with pytest.raises(ServiceFailed, match="PostgreSQL ended at once"):
        server.await_ready(server.launch().start())
    assert time.monotonic() - begun < 5
