"""A bookkeeper takes the books over, and a treasurer closes them."""

from datetime import timedelta

import pytest
from beancount import loader
from openpyxl import load_workbook

from tests.e2e.conftest import NOW

pytestmark = pytest.mark.xdist_group("e2e")
YESTERDAY = f"{NOW - timedelta(days=1):%Y-%m-%d}"


def opening(production, *, on, amount="KRW 5000000"):
    return ("bank", "open-balance", production, "spc-krw", amount, "--on", on, "--reason", "the bank's letter")


def test_books_are_exported_and_closed_for_good(sluice, registered, tmp_path):
    registered("BOOKS")
    assert sluice(*opening("BOOKS", on=f"{NOW - timedelta(days=9):%Y-%m-%d}"), user="eunwoo").status == 0

    lines = sluice("ledger", "trial-balance", "BOOKS", "--json").json
    valued = {line["account"]: (line["debit"], line["credit"], line["value"]) for line in lines}
    assert valued["asset:bank:spc-krw"] == ("KRW 5000000", None, "KRW 5000000")
    assert valued["equity:opening-balance"] == (None, "KRW 5000000", "KRW -5000000")
    general = sluice("ledger", "general", "BOOKS", "--account", "asset:bank:spc-krw", "--json").json
    assert [(row["amount"], row["balance"]) for row in general] == [("KRW 5000000", "KRW 5000000")]
    for form in ("csv", "xlsx", "beancount"):
        out = str(tmp_path / f"books.{form}")
        assert sluice("ledger", "export", "BOOKS", "--format", form, "--out", out).status == 0
    assert loader.load_file(str(tmp_path / "books.beancount"))[1] == []
    assert load_workbook(tmp_path / "books.xlsx").sheetnames[0] == "Journal"

    assert "may not" in sluice("ledger", "close", "BOOKS", YESTERDAY, user="dohyun").refusal
    closed = sluice("ledger", "close", "BOOKS", YESTERDAY, "--json", user="eunwoo").json
    assert closed == {"production": "BOOKS", "closed_until": YESTERDAY}
    late = sluice(*opening("BOOKS", on=YESTERDAY, amount="KRW 7000000"), user="eunwoo")
    assert f"closed until {YESTERDAY}" in late.refusal
    assert sluice(*opening("BOOKS", on=f"{NOW:%Y-%m-%d}", amount="KRW 7000000"), user="eunwoo").status == 0
    assert sluice("journal", "verify", "--json").json["wrong"] == []
    verdicts = sluice("audit", "replay", "--production", "BOOKS", "--json")
    assert verdicts.status == 0, verdicts.out
