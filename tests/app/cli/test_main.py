import errno
import json
import subprocess
import sys

import click
import psycopg
import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.exceptions import TimeoutError as ActivityTimeout
from temporalio.service import RPCError, RPCStatusCode

from app import cli
from app.cli.errors import sentence
from app.commands.updates import refusal_in
from domain.errors import BadInput


@pytest.fixture
def failing(monkeypatch):
    """Makes the command `fails` of the command line raise what it is given."""

    def make(error: BaseException) -> None:
        @click.command()
        def fails() -> None:
            raise error

        monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: fails)

    return make


def test_help_imports_neither_database_nor_temporal_nor_pydantic():
    script = (
        "import sys; from app.cli import execute; status = execute(['--help']);"
        "print([m for m in ('sqlalchemy', 'temporalio', 'pydantic', 'psycopg', 'structlog') if m in sys.modules]);"
        "sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "Run PostgreSQL, Temporal, worker" in done.stdout


def test_an_error_for_people_is_one_sentence_and_status_1(failing, capsys):
    failing(BadInput("agreement.yaml:7: shares: they add up to 110 %\nwrite 100 %"))
    assert cli.execute(["fails"]) == 1
    assert capsys.readouterr().err == "error: agreement.yaml:7: shares: they add up to 110 % write 100 %\n"


@pytest.mark.parametrize(
    "cause",
    [
        ApplicationError("(psycopg.OperationalError) connection refused\n(Background: …)", type="OperationalError"),
        ActivityTimeout("activity StartToClose timeout", type=None, last_heartbeat_details=[]),
    ],
)
def test_a_database_that_the_worker_cannot_reach_is_said_in_one_sentence(cause):
    failure = WorkflowUpdateFailedError(cause)
    failure.__cause__ = cause
    assert sentence(failure).startswith("the worker's database does not answer: ask again once it does")


def test_a_bug_in_an_activity_is_no_refusal():
    cause = ApplicationError("'x'", type="KeyError")
    failure = WorkflowUpdateFailedError(cause)
    failure.__cause__ = cause
    assert refusal_in(failure) is failure
    assert sentence(failure).startswith("Sluice has a bug: KeyError: 'x' (")


def test_a_bug_is_said_to_be_one_without_a_traceback(failing, capsys):
    failing(KeyError("x"))
    assert cli.execute(["fails"]) == 1
    assert capsys.readouterr().err == "error: Sluice has a bug: KeyError: 'x' (SLUICE_LOG_LEVEL=debug shows where)\n"


def test_at_log_level_debug_the_traceback_is_shown(failing, monkeypatch):
    monkeypatch.setenv("SLUICE_LOG_LEVEL", "debug")
    failing(KeyError("x"))
    with pytest.raises(KeyError):
        cli.execute(["fails"])


def test_ctrl_c_is_status_130(failing):
    failing(KeyboardInterrupt())
    assert cli.execute(["fails"]) == 130


@pytest.mark.parametrize("arguments", [["nonsense"], ["up", "--nonsense"], ["db", "upgrade", "--data"]])
def test_what_is_not_understood_is_status_2(arguments, capsys):
    assert cli.execute(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_bad_setting_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setenv("SLUICE_ANSWER_WITHIN_S", "soon")
    assert cli.execute(["status"]) == 1
    assert capsys.readouterr().err.startswith("error: SLUICE_ANSWER_WITHIN_S: answer_within_s: ")


def test_status_of_an_empty_folder_is_down_and_status_1(tmp_path, capsys):
    assert cli.execute(["status", "--data", str(tmp_path), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["up"] is False
    assert {one["name"]: one["up"] for one in said["processes"]} == {
        "postgres": False,
        "temporal": False,
        "sandbox-bank": False,
        "worker": False,
    }


def test_migrating_without_a_stack_says_how_to_start_one(tmp_path, capsys):
    assert cli.execute(["db", "upgrade", "--data", str(tmp_path)]) == 1
    assert f"sluice up --data {tmp_path}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (psycopg.OperationalError("connection refused\nis it running?"), "the database does not answer: connection"),
        (psycopg.errors.UndefinedTable("relation"), "run `sluice db upgrade`"),
        (psycopg.errors.UndefinedFunction("function"), "run `sluice db upgrade`"),
        (RuntimeError("Failed client connect: refused"), "Temporal does not answer"),
        (RPCError("workflow not found", RPCStatusCode.NOT_FOUND, b""), "no such workflow"),
        (FileNotFoundError(2, "No such file or directory", "a.yaml"), "a.yaml: No such file or directory"),
        (OSError(errno.ENOSPC, "No space left on device"), "a disk is full: make room and do it again"),
        (OSError(errno.ENOSPC, "No space left on device", "a.zip"), "a.zip: a disk is full: make room and do it again"),
    ],
)
def test_a_failure_outside_is_one_clear_line_also_when_wrapped(error, said):
    wrapped = ValueError("wrapper")
    wrapped.__cause__ = error
    assert said in sentence(error)
    assert said in sentence(wrapped)
    assert "\n" not in sentence(error)
