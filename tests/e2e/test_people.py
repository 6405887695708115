"""People are facts: who is taken out, who has two names, who stands in for whom, and who reads."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from tests.e2e.conftest import ROOT


@pytest.fixture
def submitted(sluice, registered, tmp_path):
    """Registers the drama under a key, and submits the closing."""

    def submit(key):
        document = tmp_path / "evidence.pdf"
        document.write_bytes(b"signed")
        evidence = ("--evidence", f"title-chain={document}", "--evidence", f"finance-plan={document}")
        assert sluice("milestone", "submit", registered(key), "closing", *evidence, user="seoyeon").status == 0
        return ("milestone", "approve", key, "closing")

    return submit


def changed(sluice, *arguments):
    """Propose a change of people as one administrator, and confirm it as the other."""
    proposed = sluice("user", *arguments, "--reason", "as agreed", "--json", user="chaewon").json
    assert sluice("user", "confirm", str(proposed["change"]), user="hiroshi").status == 0


def test_a_user_who_was_taken_out_goes_on_approving_and_is_refused_at_once(sluice, submitted):
    approve = submitted("GONE")
    assert "administrator" in sluice("user", "revoke", "jiho", "--reason", "x", user="seoyeon").refusal
    proposed = sluice("user", "revoke", "jiho", "--reason", "has left", "--json", user="chaewon").json
    assert "Nobody called 'jiho' acts in GONE" in sluice(*approve, user="jiho").refusal
    assert "the same person" in sluice("user", "confirm", str(proposed["change"]), user="chaewon").refusal
    assert sluice("user", "confirm", str(proposed["change"]), user="hiroshi").status == 0
    assert "Nobody called 'jiho'" in sluice("payment", "list", "--production", "GONE", user="jiho").refusal
    [refused] = sluice.recorded("GONE", "command-refused")
    assert refused["code"] == "WrongRole"


def test_one_person_with_two_names_decides_once(sluice, submitted):
    approve = submitted("TWIN")
    changed(sluice, "add", "taro", "--party", "studio", "--role", "approver", "--person", "kenta")
    assert sluice(*approve, user="kenta").status == 0
    assert "taro counts as kenta" in sluice(*approve, user="taro").refusal


def test_a_substitute_acts_for_who_is_on_holiday_and_it_is_known_afterwards(sluice, submitted):
    approve = (*submitted("LEAVE"), "--for", "minji")
    assert "dohyun does not stand in for minji" in sluice(*approve, user="dohyun").refusal
    changed(sluice, "delegate", "minji", "dohyun", "--until", "2025-09-30")
    assert sluice(*approve, "--json", user="dohyun").json["approvals"] == 1
    [event] = sluice("journal", "tail", "LEAVE", "--type", "milestone-approved", "--json", user="suji").json
    assert (event["body"]["party"], event["body"]["acting_for"]) == ("studio", "minji")
    acted = event["acted"]
    assert (acted["subject"], acted["method"], acted["acting_for"]) == ("dohyun", "sandbox-name", "minji")

    known = ("--effective", "2025-08-29", "--known", datetime.now(UTC).isoformat(), "--json")
    people = sluice("audit", "as-of", "people", "--production", "LEAVE", *known, user="suji").json["people"]
    rows = [(row["party"], row["roles"], row["acting_for"]) for row in people if row["user"] == "dohyun"]
    assert rows == [("spc", ["preparer"], None), ("studio", ["approver"], "minji")]
    assert sluice("audit", "replay", "--json", user="suji").json["holds"]


def test_nobody_reads_without_a_name(sluice):
    environment = {name: value for name, value in sluice.environment.items() if name != "SLUICE_AS"}
    for command in (["payment", "list"], ["ledger", "balances", "LEAVE"], ["audit", "replay"]):
        told = subprocess.run(
            [sys.executable, "-m", "app.cli", *command], cwd=ROOT, env=environment, check=False, capture_output=True
        )
        assert told.returncode == 2
        assert b"Missing option '--as'" in told.stderr
    assert "mallory is no auditor" in sluice("audit", "replay", user="mallory").refusal
