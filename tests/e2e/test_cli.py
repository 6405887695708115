"""The whole path through the command line, and what it says to what cannot be."""

import json
import os
import time
from pathlib import Path

import pytest

from app import cli
from domain.values.money import Money
from tests.camt import CamtEntry, camt
from tests.e2e.conftest import EXAMPLES, NOW, PATIENCE_S, Sluice, new_folder

pytestmark = pytest.mark.xdist_group("e2e")


def opened(sluice, production, account="spc-krw", user="dohyun") -> dict[str, dict]:
    """Open an account's day; the runs by currency, once all are prepared."""
    names = [row["run"] for row in sluice("run", "open", production, account, "--json", user=user).json]
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        prepared = {row["id"]: row for row in sluice("run", "show", "--production", production, "--json").json}
        if prepared.keys() >= set(names):
            return {prepared[name]["currency"]: prepared[name] for name in names}
        assert time.monotonic() < give_up_at, prepared


def released(sluice, run, user="sora"):
    sha256 = sluice("run", "preview", run, "--json").json["sha256"]
    return sluice("run", "release", run, "--sha256", sha256, "--json", user=user)


def test_a_payment_in_dollars_leaves_the_won_account_at_the_banks_rate(sluice, drama):
    file = drama("PATH")
    assert sluice("agreement", "check", file).status == 0
    assert sluice("agreement", "register", file, user="seoyeon").status == 0
    again = sluice("rate", "import", str(EXAMPLES / "rates" / "ecb-illustrative.xml"))
    assert again.out.startswith("0 rates are new")
    runs = opened(sluice, "PATH")
    assert {currency: run["total"] for currency, run in runs.items()} == {
        "KRW": "KRW 192000000",
        "USD": "USD 186000.00",
    }
    for run in runs.values():
        assert released(sluice, run["id"]).json["status"] in {"released", "submitted"}
    sluice.until("--production", "PATH", "--status", "settled", settled=2)

    (quote,) = sluice.recorded("PATH", "quote-taken")
    # 1502.80 won and 1.0902 dollars to the euro on 28 August
    assert (quote["rate"], quote["fixing_on"], quote["contract_rate"]) == ("1378.462667", "2025-08-28", "1385.00")
    payment = sluice("payment", "show", "PATH.VX-A", "--json").json
    assert (payment["status"], payment["amount"], payment["booked"]) == ("settled", "USD 186000.00", "KRW 256680000")
    entries = sluice("ledger", "entries", "PATH", "--about", "PATH.VX-A", "--json").json
    posted = [(entry["account"], entry["amount"]) for entry in entries]
    assert ("asset:bank:spc-krw", "KRW -256680000") in posted
    assert ("expense:fx-gain-loss", "KRW -930000") in posted
    balances = {row["account"]: row["balance"] for row in sluice("ledger", "balances", "PATH", "--json").json}
    assert balances["asset:bank:spc-krw"] == "KRW -448680000"
    assert sluice("journal", "verify", "--json").json["wrong"] == []


def test_a_run_is_paid_at_a_deal_of_the_bank_and_released_by_another_person(sluice, registered):
    registered("DEAL")
    run = opened(sluice, "DEAL")["USD"]["id"]
    deal = ("run", "deal", run, "FX-77", "--rate", "1391.2", "--on", f"{NOW:%Y-%m-%d}")
    assert "is for USD 100000.00" in sluice(*deal, "--amount", "USD 100000.00", user="dohyun").refusal
    before = sluice("run", "preview", run, "--json").json["sha256"]
    assert sluice(*deal, "--amount", "USD 200000.00", user="dohyun").status == 0
    assert sluice("run", "preview", run, "--json").json["sha256"] != before
    assert "looked at" in sluice("run", "release", run, "--sha256", before, user="sora").refusal
    assert released(sluice, run).json["status"] in {"released", "submitted"}
    sluice.until("--production", "DEAL", "--status", "settled", settled=1)
    (taken,) = sluice.recorded("DEAL", "deal-taken")
    assert (taken["number"], taken["amount"], taken["rate"]) == ("FX-77", "USD 200000.00", "1391.2")
    settled = ("payment", "fail", "DEAL.VX-A", "--reason", "the bank said so on the telephone")
    assert "needs the role treasurer" in sluice(*settled, user="sora").refusal
    assert "settled" in sluice(*settled, user="eunwoo").refusal
    assert sluice("audit", "replay", "--production", "DEAL").status == 0


def test_who_may_not_release_is_told_so_and_the_refusal_is_recorded(sluice, registered):
    registered("EYES")
    run = opened(sluice, "EYES", user="haeun")["KRW"]["id"]
    assert "releaser" in released(sluice, run, user="dohyun").refusal
    assert "prepared run" in released(sluice, run, user="haeun").refusal
    assert "looked at" in sluice("run", "release", run, "--sha256", "0" * 64, user="sora").refusal
    codes = [refused["code"] for refused in sluice.recorded("EYES", "command-refused")]
    assert codes == ["WrongRole", "SamePerson", "StaleApproval"]


def test_a_milestone_is_accepted_by_people_of_both_studios_who_did_not_submit_it(sluice, registered, tmp_path):
    registered("MILE")
    document = tmp_path / "evidence.pdf"
    document.write_bytes(b"signed")
    evidence = ("--evidence", f"title-chain={document}", "--evidence", f"finance-plan={document}")
    assert sluice("milestone", "approve", "MILE", "closing", user="jiho").refusal
    assert "producer" in sluice("milestone", "submit", "MILE", "closing", *evidence, user="jiho").refusal
    submitted = sluice("milestone", "submit", "MILE", "closing", *evidence, "--json", user="seoyeon").json
    assert (submitted["status"], submitted["round"]) == ("submitted", 1)
    assert sluice("milestone", "approve", "MILE", "closing", user="seoyeon").refusal
    assert "approver" in sluice("milestone", "approve", "MILE", "closing", user="sora").refusal
    sluice("milestone", "approve", "MILE", "closing", user="jiho")
    assert sluice("milestone", "approve", "MILE", "closing", user="minji").refusal
    accepted = sluice("milestone", "approve", "MILE", "closing", "--json", user="kenta").json
    assert accepted["status"] == "accepted"
    assert sluice.recorded("MILE", "due-dates-set")
    assert len(sluice.recorded("MILE", "command-refused")) >= 4


def test_a_held_payment_waits_until_it_is_resumed(sluice, registered):
    registered("HOLD")
    assert sluice("run", "open", "HOLD", "spc-jpy", "--json", user="dohyun").json == []
    held = sluice("payment", "hold", "HOLD.WR-A", "--reason", "tax form", "--json", user="eunwoo").json
    assert held["status"] == "held"
    assert "treasurer" in sluice("payment", "resume", "HOLD.WR-A", user="sora").refusal
    assert "KRW" not in opened(sluice, "HOLD")
    assert sluice("payment", "resume", "HOLD.WR-A", "--json", user="eunwoo").json["status"] == "due"
    runs = opened(sluice, "HOLD")
    released(sluice, runs["KRW"]["id"])
    sluice.until("--production", "HOLD", "--status", "settled", settled=1)


def test_money_that_comes_in_is_matched_with_what_was_expected(sluice, registered):
    registered("CASH")
    sluice("run", "open", "CASH", "spc-jpy", user="dohyun")
    time.sleep(0.5)
    credit = (
        "--account",
        "CASH.spc-krw",
        "--amount",
        "KRW 2400000000",
        "--from",
        "Hanbyul",
        "--reference",
        "CASH.EQ-A",
    )
    assert sluice("sandbox", "credit", *credit).status == 0
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        expected = {row["id"]: row for row in sluice("payment", "expected", "--production", "CASH", "--json").json}
        if expected["CASH.EQ-A"]["received"] == "KRW 2400000000":
            break
        assert time.monotonic() < give_up_at, expected["CASH.EQ-A"]
    entries = sluice("ledger", "entries", "CASH", "--about", "CASH.EQ-A", "--json").json
    assert ("asset:bank:spc-krw", "KRW 2400000000") in [(entry["account"], entry["amount"]) for entry in entries]


def waits(sluice, *arguments: str) -> list[dict]:
    """The rows of a list, once it has some."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not (rows := sluice(*arguments, "--json").json):
        assert time.monotonic() < give_up_at, arguments
        time.sleep(0.2)
    return rows


@pytest.mark.timeout(600)
def test_a_payment_is_settled_by_what_a_person_says_taken_back_and_settled_again(sluice, registered):
    registered("LIFE")
    fault = ("--payment", "LIFE.WR-A", "--kind", "delay", "--seconds", "86400")
    assert sluice("sandbox", "fault", "add", *fault).status == 0
    released(sluice, opened(sluice, "LIFE")["KRW"]["id"])
    account = ("--production", "LIFE", "--account", "spc-krw")
    sluice.until(*account, "--currency", "KRW", "--status", "unknown", unknown=1)
    inbox = sluice.data / "bank" / "LIFE.spc-krw" / "inbox" / "debit.xml"
    debit = CamtEntry(Money.parse("KRW -192000000"), "원고료", "8월 원고료")
    inbox.write_bytes(camt("N1", "10020030040010", NOW.date(), debit))
    os.utime(inbox, (0, 0))
    (row,) = waits(sluice, "movement", "list", *account)
    assert (row["open"], row["remittance"], row["references"]["servicer"]) == ("KRW -192000000", "8월 원고료", "원고료")
    named = ("LIFE", "spc-krw", row["movement"])

    def say(*what: str, user: str = "eunwoo"):
        return sluice("movement", *what, "--reason", "by the bank's advice", "--json", user=user)

    assert "treasurer" in say("allocate", *named, "--payment", "LIFE.WR-A", user="sora").refusal
    assert say("allocate", *named, "--payment", "LIFE.WR-A").json["open"] == "KRW 0"
    assert sluice("payment", "show", "LIFE.WR-A", "--json").json["status"] == "settled"
    assert say("undo", *named).json["open"] == "KRW -192000000"
    assert sluice("payment", "show", "LIFE.WR-A", "--json").json["status"] == "unknown"
    assert say("allocate", *named, "--payment", "LIFE.WR-A").json["open"] == "KRW 0"
    assert sluice("payment", "show", "LIFE.WR-A", "--json").json["status"] == "settled"
    life = sluice("movement", "show", *named, "--json").json
    assert [(one["to"], one["undone"]) for one in life["allocations"]] == [("payment", True), ("payment", False)]
    replayed = sluice("audit", "replay", "--production", "LIFE")
    assert replayed.status == 0, replayed.out + replayed.err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'),
        ("half.xml", b"<Document"),
        ("noise.bin", bytes(range(256)) * 10),
        ("empty.xml", b""),
    ],
)
def test_a_hostile_file_is_kept_aside_and_recorded(sluice, registered, name, content):
    production = registered(f"FILE{name[0].upper()}")
    time.sleep(0.5)
    folder = sluice.data / "bank" / f"{production}.spc-krw"
    (folder / "inbox" / name).write_bytes(content)
    os.utime(folder / "inbox" / name, (0, 0))  # nobody is writing it any more
    give_up_at = time.monotonic() + PATIENCE_S
    while not (folder / "refused" / name).exists():
        assert time.monotonic() < give_up_at
        time.sleep(0.1)
    (refused,) = sluice.recorded(production, "bank-file-refused")
    assert refused["name"] == name
    assert (folder / "refused" / f"{name}.why.txt").read_text("utf-8").strip() == refused["why"]
    assert sluice("ledger", "balances", production, "--json").json == []


def test_an_agreement_is_registered_once(sluice, drama):
    file = drama("ONCE")
    assert sluice("agreement", "register", file, user="seoyeon").status == 0
    assert sluice("agreement", "register", file, user="seoyeon").status == 0, "the same wish again is the same wish"
    with Path(file).open("a", encoding="utf-8") as changed:
        changed.write("# another document\n")
    assert "amend" in sluice("agreement", "register", file, user="seoyeon").refusal
    assert len(sluice.recorded("ONCE", "agreement-registered")) == 1


@pytest.fixture
def inside(sluice, monkeypatch):
    """The command line inside this process, which is how many commands can be tried soon."""
    monkeypatch.setenv("SLUICE_DATA", str(sluice.data))
    return cli.execute


@pytest.mark.parametrize(
    "arguments",
    [
        ("agreement", "register", "no-such-file.yaml", "--as", "seoyeon"),
        ("agreement", "amend", str(EXAMPLES / "drama-manga.yaml"), "--as", "seoyeon"),
        ("agreement", "show", "NOBODY"),
        ("milestone", "submit", "NOBODY", "wrap", "--evidence", f"a={EXAMPLES / 'users.toml'}", "--as", "seoyeon"),
        ("milestone", "approve", "NOBODY", "wrap", "--as", "jiho"),
        ("payment", "show", "NOBODY.P1"),
        ("payment", "hold", "NOBODY.P1", "--reason", "x", "--as", "eunwoo"),
        ("payment", "resume", "'; DROP TABLE payment; --", "--as", "eunwoo"),
        ("run", "open", "NOBODY", "spc-krw", "--as", "dohyun"),
        ("run", "show", "NOBODY/spc-krw/KRW/2025-01-01/1"),
        ("run", "preview", "NOBODY/spc-krw/KRW/2025-01-01/1"),
        ("run", "release", "NOBODY/x", "--sha256", "0" * 64, "--as", "sora"),
        ("run", "cancel", "NOBODY/x", "--reason", "x", "--as", "sora"),
        ("rate", "import", str(EXAMPLES / "users.toml")),
        ("sandbox", "credit", "--account", "NOBODY", "--amount", "KRW 1", "--from", "x", "--reference", "y"),
        ("sandbox", "credit", "--account", "NOBODY", "--amount", "1.5", "--from", "x", "--reference", "y"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_status_1(inside, arguments, capsys):
    assert inside(arguments) == 1
    said = capsys.readouterr()
    assert said.err.strip() or said.out.strip()
    assert "has a bug" not in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "release", "x", "--as", "sora"),
        ("milestone", "approve", "HANA"),
        ("journal", "tail", "HANA", "-n", "0"),
        ("ledger", "balances", "HANA", "--effective", "yesterday"),
        ("milestone", "submit", "HANA", "wrap", "--evidence", "nothing", "--as", "seoyeon"),
        ("sandbox", "fault", "add", "--payment", "x", "--kind", "meteor"),
        ("up", "--data"),
        ("no-such-command",),
    ],
)
def test_what_is_not_understood_is_status_2(inside, arguments):
    assert inside(arguments) == 2


def test_somebody_unknown_may_do_nothing(sluice, registered):
    registered("WHO")
    assert "mallory" in sluice("run", "open", "WHO", "spc-krw", user="mallory").refusal
    assert "system" in sluice("run", "open", "WHO", "spc-krw", user="system").refusal


def test_without_a_stack_a_command_says_how_to_start_one(tmp_path):
    assert "sluice up" in Sluice(new_folder(tmp_path))("payment", "list").refusal


def test_json_is_json_for_every_list(sluice):
    for command in (("payment", "list"), ("payment", "expected"), ("run", "show"), ("agreement", "show"), ("status",)):
        assert isinstance(json.loads(sluice(*command, "--json").out), list | dict)
