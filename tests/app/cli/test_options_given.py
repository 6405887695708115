"""What is wrong with how a command was called is said before any server is asked."""

from click.testing import CliRunner

from app.cli.milestone import milestone
from app.cli.payment import payment


def test_one_evidence_for_two_files_is_refused_rather_than_one_left_out(tmp_path):
    files = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for file in files:
        file.write_bytes(b"x")
    given = [part for file in files for part in ("--evidence", f"scripts={file}")]
    result = CliRunner().invoke(milestone, ["submit", "HANA", "lock", *given, "--as", "seoyeon"])
    assert result.exit_code == 2
    assert "'scripts' is given twice" in result.output


def test_a_status_that_payments_never_have_is_refused_rather_than_found_nowhere():
    result = CliRunner().invoke(payment, ["list", "--status", "payed"])
    assert result.exit_code == 2
    assert "settled" in result.output
