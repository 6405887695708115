"""People are facts: who is taken out, who has two names, who stands in for whom, and who reads."""

import subprocess
import sys
from datetime import UTC, datetime

from tests.e2e.conftest import ROOT


def changed(sluice, *arguments):
    """Propose a change of people as one administrator, and confirm it as the other."""
    proposed = sluice("user", *arguments, "--reason", "as agreed", "--json", user="chaewon").json
    assert "the same person" in sluice("user", "confirm", str(proposed["change"]), user="chaewon").refusal
    assert sluice("user", "confirm", str(proposed["change"]), user="hiroshi").status == 0


def test_who_may_act_changes_under_four_eyes_and_counts_at_once(sluice, registered, tmp_path):
    registered("LEAVE")
    document = tmp_path / "evidence.pdf"
    document.write_bytes(b"signed")
    evidence = ("--evidence", f"title-chain={document}", "--evidence", f"finance-plan={document}")
    assert sluice("milestone", "submit", "LEAVE", "closing", *evidence, user="seoyeon").status == 0

    # A user who was taken out goes on approving: refused at once, before anybody confirms.
    assert "administrator" in sluice("user", "revoke", "jiho", "--reason", "x", user="seoyeon").refusal
    proposed = sluice("user", "revoke", "jiho", "--reason", "has left", "--json", user="chaewon").json
    assert (
        "Nobody called 'jiho' acts in LEAVE" in sluice("milestone", "approve", "LEAVE", "closing", user="jiho").refusal
    )
    assert sluice("user", "confirm", str(proposed["change"]), user="hiroshi").status == 0
    assert "Nobody called 'jiho'" in sluice("payment", "list", "--production", "LEAVE", user="jiho").refusal

    # One person with two names decides once.
    changed(sluice, "add", "taro", "--party", "studio", "--role", "approver", "--person", "kenta")
    assert sluice("milestone", "approve", "LEAVE", "closing", user="kenta").status == 0
    assert "taro counts as kenta" in sluice("milestone", "approve", "LEAVE", "closing", user="taro").refusal

    # A substitute acts for who is on holiday.
    for_minji = ("milestone", "approve", "LEAVE", "closing", "--for", "minji")
    assert "dohyun does not stand in for minji" in sluice(*for_minji, user="dohyun").refusal
    changed(sluice, "delegate", "minji", "dohyun", "--until", "2025-09-30")
    assert sluice(*for_minji, "--json", user="dohyun").json["status"] == "accepted"
    approvals = sluice.recorded("LEAVE", "milestone-approved")
    assert [(one["by"], one["party"], one["acting_for"]) for one in approvals] == [
        ("kenta", "broadcaster", None),
        ("dohyun", "studio", "minji"),
    ]

    # Who could do what is known afterwards, and an audit proves it.
    known = ("--effective", "2025-08-29", "--known", datetime.now(UTC).isoformat(), "--json")
    people = sluice("audit", "as-of", "people", "--production", "LEAVE", *known, user="suji").json["people"]
    assert {
        "user": "dohyun",
        "person": "dohyun",
        "party": "studio",
        "roles": ["approver"],
        "acting_for": "minji",
    } in people
    assert not [row for row in people if row["user"] == "jiho"]
    told = sluice("journal", "tail", "LEAVE", "--type", "milestone-approved", "--json", user="suji").json
    assert [event["acted"]["subject"] for event in told] == ["kenta", "dohyun"]
    assert {event["acted"]["method"] for event in told} == {"sandbox-name"}
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
