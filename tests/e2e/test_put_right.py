"""Late, partial, too much and wrong: how a treasurer puts it right by the command line, and an audit that holds."""

import time

import pytest

from tests.e2e.conftest import PATIENCE_S
from tests.e2e.test_cli import opened, released

pytestmark = pytest.mark.xdist_group("e2e")
WHY = ("--reason", "its letter of Monday")


def came(sluice, amount, reference, production="RIGHT"):
    """Let money come in, and wait until the books have it: the receipt or the movement that has the amount."""
    where = ("--account", f"{production}.spc-krw", "--from", "Somebody", "--reference", reference)
    assert sluice("sandbox", "credit", *where, "--amount", amount).status == 0
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        bookings = sluice.recorded(production, "bookings-reported")
        if any(one["amount"] == amount for event in bookings for one in event["bookings"]):
            return
        assert time.monotonic() < give_up_at, bookings
        time.sleep(0.2)


def receipt(sluice, name):
    production = name.partition(".")[0]
    rows = sluice("payment", "expected", "--production", production, "--json").json
    return next(row for row in rows if row["id"] == name)


def suspended(sluice, production="RIGHT"):
    return {row["open"]: row for row in sluice("movement", "list", "--production", production, "--json").json}


def balances(sluice, production="RIGHT"):
    return {row["account"]: row["balance"] for row in sluice("ledger", "balances", production, "--json").json}


@pytest.fixture(scope="module")
def late(sluice, tmp_path_factory):
    """The drama as RIGHT, whose first capital call of KRW 2 400 000 000 was due on 20 January and came on 29 August."""
    from tests.e2e.conftest import EXAMPLES

    text = (EXAMPLES / "drama-manga.yaml").read_text("utf-8")
    text = text.replace("{parties: [studio, broadcaster]}", "{parties: [studio]}")
    for key in ("RIGHT", "OTHER"):
        file = tmp_path_factory.mktemp(key) / f"{key}.yaml"
        file.write_text(text.replace("production: LIGHTHOUSE", f"production: {key}"), "utf-8")
        assert sluice("agreement", "register", str(file), user="seoyeon").status == 0
    runs = opened(sluice, "RIGHT")
    assert released(sluice, runs["KRW"]["id"]).status == 0
    sluice.until("--production", "RIGHT", "--account", "spc-krw", "--status", "settled", settled=1)
    return sluice


def test_late_interest_stays_when_the_money_has_come_and_is_waived_by_two_people(late):
    call, claim = "RIGHT.EQ-A", "RIGHT.I/EQ-A/1"
    came(late, "KRW 2399999000", call)
    deducted = ("--to", "charges", "--document", f"advice={__file__}")
    assert late("payment", "adjust", call, *deducted, *WHY, "--json", user="eunwoo").json["status"] == "received"
    shown = receipt(late, call)
    # 6 % from 25 January, when the grace was over, to 29 August: 216 days.
    assert (shown["late_interest"], shown["settled"]) == ("KRW 85216438", {"charges": "KRW 1000"})
    assert late("payment", "claim-interest", call, *WHY, "--json", user="eunwoo").json["claimed"] == "KRW 85216438"
    proposed = late("payment", "adjust", claim, "--to", "write-off", *WHY, "--json", user="eunwoo").json
    assert proposed["proposed"] == "KRW 85216438"
    confirm = ("payment", "confirm-write-off", claim)
    assert "may not confirm it" in late(*confirm, "KRW 85216438", user="eunwoo").refusal
    assert "cannot be confirmed" in late(*confirm, "KRW 1", user="boram").refusal
    assert late(*confirm, "KRW 85216438", "--json", user="boram").json["status"] == "received"
    assert balances(late)["income:receipts:late_interest"] == "KRW 0"
    assert late("payment", "undo-adjustment", claim, *WHY, "--json", user="eunwoo").json["status"] == "owed"
    assert late("payment", "withdraw-interest", claim, *WHY, user="eunwoo").status == 0
    assert receipt(late, claim)["status"] == "cancelled"


def test_money_of_exactly_an_expected_amount_is_suggested_and_too_much_goes_back_by_a_run(late):
    came(late, "KRW 1500000000", "Q3")
    found = suspended(late)["KRW 1500000000"]
    assert found["suggests"] == ["RIGHT.EQ-C"]
    this = ("movement", "allocate", "RIGHT", "spc-krw", found["movement"])
    assert late(*this, "--receipt", "RIGHT.EQ-C", *WHY, user="eunwoo").status == 0
    came(late, "KRW 70000", "twice")
    this = ("movement", "allocate", "RIGHT", "spc-krw", suspended(late)["KRW 70000"]["movement"])
    assert "no party 'nobody'" in late(*this, "--credit", "nobody", *WHY, user="eunwoo").refusal
    assert late(*this, "--credit", "studio", *WHY, user="eunwoo").status == 0
    (credit,) = late("payment", "credits", "--production", "RIGHT", "--json").json
    assert (credit["party"], credit["amount"]) == ("studio", "KRW 70000")
    refund = ("payment", "refund-credit", "RIGHT", "spc-krw", "studio", "--payee", "studio-krw", *WHY)
    assert late(*refund, "--json", user="eunwoo").json["payment"] == "RIGHT.R/1"
    assert released(late, opened(late, "RIGHT")["KRW"]["id"]).status == 0
    late.until("--production", "RIGHT", "--account", "spc-krw", "--status", "settled", settled=2)
    assert balances(late)["liability:credit:studio"] == balances(late)["liability:refund:studio"] == "KRW 0"


def test_what_a_vendor_gives_back_reduces_the_expense_of_the_payment_it_names(late):
    before = balances(late)["expense:production:fee"]
    came(late, "KRW 92000000", "sorry")
    this = ("movement", "allocate", "RIGHT", "spc-krw", suspended(late)["KRW 92000000"]["movement"])
    assert "There is no payment RIGHT.NONE" in late(*this, "--vendor-refund", "RIGHT.NONE", *WHY, user="eunwoo").refusal
    assert late(*this, "--vendor-refund", "RIGHT.WR-A", *WHY, user="eunwoo").status == 0
    assert (before, balances(late)["expense:production:fee"]) == ("KRW 192000000", "KRW 100000000")


def test_money_of_another_production_is_used_there_and_both_audits_hold(late):
    came(late, "KRW 5000000", "for the other")
    this = ("movement", "allocate", "RIGHT", "spc-krw", suspended(late)["KRW 5000000"]["movement"])
    other = ("--for-production", "OTHER", *WHY)
    assert "Say whose money it is" in late(*this, *other, user="eunwoo").refusal
    assert late(*this, *other, "--party", "studio", user="eunwoo").status == 0
    use = ("payment", "adjust", "OTHER.EQ-A", "--to", "credit", "--name", "production:RIGHT", *WHY)
    assert late(*use, "--json", user="eunwoo").json["outstanding"] == "KRW 2395000000"
    assert "OTHER has used the credit" in late("movement", "undo", *this[2:], *WHY, user="eunwoo").refusal
    assert (balances(late)["liability:production:OTHER"], balances(late, "OTHER")["liability:production:RIGHT"]) == (
        "KRW -5000000",
        "KRW 5000000",
    )
    for production in ("RIGHT", "OTHER"):
        audit = late("audit", "replay", "--production", production)
        assert audit.status == 0, audit.out
    assert late("journal", "verify", "--json").json["wrong"] == []
