"""Somebody wants another vendor's money: nothing goes there without a second person, a call-back and some days."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import NOW
from tests.e2e.test_cli import opened, released

pytestmark = pytest.mark.xdist_group("e2e")
OLD, NEW = "10020077700043", "10020077700099"


def at(days: int) -> str:
    return (NOW + timedelta(days=days)).isoformat()


def status(sluice, payment):
    return sluice("payment", "show", payment, "--json").json["status"]


def test_a_payees_account_is_moved_only_by_two_people_a_call_back_and_a_cooling_off(sluice, drama, tmp_path):
    file = Path(drama("PATH"))
    text = file.read_text("utf-8")
    assert sluice("agreement", "register", str(file), user="seoyeon").status == 0
    moved = tmp_path / "moved.yaml"
    moved.write_text(
        text.replace(OLD, NEW)
        .replace("\nversion: 1\n", "\nversion: 2\n")
        .replace("\neffective_on: 2025-01-06\n", f"\neffective_on: {NOW:%Y-%m-%d}\n"),
        "utf-8",
    )
    letter = tmp_path / "letter.txt"
    letter.write_text("We have a new bank.", "utf-8")

    # A producer of one party wants the money of another.
    assert "`sluice account propose PATH writer-krw`" in sluice("agreement", "amend", str(moved), user="haruka").refusal
    wish = ("account", "propose", "PATH", "writer-krw", "--number", NEW, "--bic", "SLUAKRSE")
    evidence = ("--evidence", f"letter={letter}", "--reason", "a new bank")
    assert "needs the role preparer" in sluice(*wish, *evidence, user="haruka").refusal

    # A preparer of the payer believes the letter.
    run = opened(sluice, "PATH")["KRW"]["id"]
    assert sluice(*wish, *evidence, "--json", user="dohyun").json["status"] == "proposed"
    assert status(sluice, "PATH.WR-A") == "held"
    assert "no payments left" in released(sluice, run).refusal
    told = ("--known-from", "the contract", "--said", "it is theirs", "--called-on", f"{NOW:%Y-%m-%d}")
    whom = ("--called", "Ms Oh", "--phone", "+82 2 555 0000")
    call = ("account", "confirm", "PATH", "writer-krw/1", *whom, *told)
    assert "needs the role treasurer" in sluice(*call, user="dohyun").refusal
    confirmed = sluice(*call, "--json", user="eunwoo").json
    in_force_on = f"{NOW + timedelta(days=5):%Y-%m-%d}"
    assert (confirmed["status"], confirmed["in_force_on"]) == ("confirmed", in_force_on)
    (account,) = [
        row
        for row in sluice("account", "list", "--production", "PATH", "--json").json
        if row["account"] == "writer-krw"
    ]
    assert (account["number"], account["new_number"]) == (OLD, NEW)

    # The days of the cooling-off: nothing goes there.
    assert sluice("sandbox", "clock", at(4)).status == 0
    assert all(row["currency"] != "KRW" for row in opened(sluice, "PATH").values())
    assert status(sluice, "PATH.WR-A") == "held"

    # Then it is paid there, and everybody sees that the account is new.
    assert sluice("sandbox", "clock", at(5)).status == 0
    second = opened(sluice, "PATH")["KRW"]["id"]
    preview = sluice("run", "preview", second, "--json").json
    assert [(line["account"], line["new"]) for line in preview["payments"]] == [(NEW, True)]
    assert released(sluice, second).json["status"] in {"released", "submitted"}
    sluice.until("--production", "PATH", "--run", second, settled=1)

    # What is left of it.
    notice = sluice.data / "notices" / "PATH" / "outbox" / "writer-krw-1.txt"
    assert "the account that ends in 0099" in notice.read_text("utf-8")
    assert NEW not in notice.read_text("utf-8")
    refused = [body["command"] for body in sluice.recorded("PATH", "command-refused")]
    assert refused[:2] == ["ProposeAccount", "ReleaseRun"]
    assert sluice("audit", "replay", "--production", "PATH").status == 0


def test_a_frozen_party_is_paid_nothing_until_two_people_said_so(sluice, registered):
    registered("HOLD")
    freeze = ("party", "freeze", "HOLD", "writer", "--reason", "a suspicion")
    assert sluice(*freeze, "--json", user="eunwoo").json["frozen"] is True
    assert "KRW" not in opened(sluice, "HOLD")
    payment = sluice("payment", "show", "HOLD.WR-A", "--json").json
    assert (payment["status"], payment["reason"]) == ("held", "writer is frozen: a suspicion")
    assert "writer is frozen" in sluice("payment", "resume", "HOLD.WR-A", user="eunwoo").refusal
    again = ("party", "unfreeze", "HOLD", "writer", "--reason", "it was not so")
    assert sluice(*again, "--json", user="eunwoo").json["frozen"] is True
    assert "a second person must" in sluice(*again, user="eunwoo").refusal
    frozen = [row for row in sluice("party", "list", "--production", "HOLD", "--json").json if row["frozen_on"]]
    assert [(row["party"], row["unfreeze_by"]) for row in frozen] == [("writer", "eunwoo")]
    assert sluice(*again, "--json", user="hinsu").json["frozen"] is False
    assert status(sluice, "HOLD.WR-A") == "due"
