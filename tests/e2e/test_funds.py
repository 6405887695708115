"""An account that runs dry, by the command line: told ahead, refused, called for, and paid once the money is there."""

import json
import time

import pytest

from tests.e2e.conftest import PATIENCE_S


def eventually(asked, enough):
    """Ask again until an answer is enough."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not enough(answer := asked()):
        assert time.monotonic() < give_up_at, answer
        time.sleep(0.2)
    return answer


@pytest.mark.timeout(900)
def test_an_account_that_runs_dry(sluice, registered):
    key = registered("FUND")
    account = f"{key}.spc-krw"
    runs = sluice("run", "open", key, "spc-krw", "--json", user="dohyun").json
    [run] = [one["run"] for one in runs if "/KRW/" in one["run"]]

    def previewed():
        return sluice("run", "preview", run, "--json").json

    eventually(lambda: sluice("run", "show", "--json").json, lambda found: run in [one["id"] for one in found])
    told = eventually(previewed, lambda found: found["funds"]["balance"] is not None)
    assert told["funds"]["balance"] == "KRW 1000000000000", "the bank has stated the account that it opened"
    assert told["refused"] is None

    gone = ("--amount", "KRW 999900000000", "--to", "A supplier", "--reference", "direct debit")
    assert sluice("sandbox", "debit", "--account", account, *gone).status == 0
    short = eventually(previewed, lambda found: found["refused"] is not None)
    assert (short["funds"]["balance"], short["funds"]["debit"]) == ("KRW 100000000", "KRW 192000000")
    refusal = sluice("run", "release", run, "--sha256", short["sha256"], user="sora").refusal
    assert "KRW 92000000 is missing" in refusal
    [refused] = sluice.recorded(key, "command-refused")
    assert refused["code"] == "Overdrawn"

    [forecast] = sluice("cash", "forecast", key, "spc-krw", "--json", user="eunwoo").json
    assert forecast["short_on"] == {"as planned": "2025-08-29"}
    assert forecast["late"] == "KRW 4500000000"
    found = {one["kind"]: one for one in sluice_json(sluice, "doctor", "--json")}
    assert found["short-of-money"]["wrong"]
    assert {"receipt-late", "milestone-late"} <= set(found)
    assert sluice("milestone", "late", key, "--json", user="seoyeon").json[0]["id"] == "closing"

    late = sluice("receipt", "late", key, "--json", user="eunwoo").json
    assert [one["id"] for one in late] == [f"{key}.EQ-A", f"{key}.EQ-B"]
    reminded = sluice("receipt", "remind", f"{key}.EQ-A", "--to", "Ms Han, finance", "--json", user="eunwoo").json
    assert "KRW 2,400,000,000" in reminded["text"]
    assert "입금 요청" in reminded["text"]
    assert sluice("receipt", "late", key, "--json").json[0]["reminded_on"] == "2025-08-29"

    paid = ("--amount", "KRW 2400000000", "--from", "Hanbyul Studio Co., Ltd.", "--reference", f"{key}.EQ-A")
    assert sluice("sandbox", "credit", "--account", account, *paid).status == 0
    there = eventually(previewed, lambda found: found["refused"] is None)
    assert sluice("run", "release", run, "--sha256", there["sha256"], user="sora").status == 0
    sluice.until("--production", key, "--status", "settled", settled=1)
    proof = sluice("audit", "replay", "--production", key)
    assert proof.status == 0, proof.out


def sluice_json(sluice, *arguments):
    """The JSON of a command that exits with status 1 because something is wrong."""
    said = sluice(*arguments)
    assert said.status == 1, said.out
    return json.loads(said.out)
