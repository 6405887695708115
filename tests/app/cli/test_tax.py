"""`sluice tax` answers from its tables alone: figures that were published, and payments that it holds."""

import json
from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app.cli import execute

CASES = YAML(typ="safe").load(Path(__file__).with_name("tax_quotes.yaml"))
KEYS = {"rule", "national", "local", "withheld", "net", "gross", "due_on", "authority", "why", "needs"}


@pytest.fixture(autouse=True)
def _no_data(tmp_path, monkeypatch):
    monkeypatch.setenv("SLUICE_DATA", str(tmp_path / "nothing"))


def asked(written: str, more=()) -> list[str]:
    """The arguments of a question such as `JP KR company services | net JPY 100 | 2026-09-15`."""
    who, amount, day = (each.strip() for each in written.split("|"))
    payer, payee, kind, income = who.split()
    arguments = ["tax", "quote", "--payer-country", payer, "--payee-country", payee, "--payee-kind", kind]
    net = ["--net"] if amount.startswith("net ") else []
    arguments += ["--income", income, "--gross", amount.removeprefix("net "), *net, "--paid-on", day]
    return [*arguments, *more, "--json"]


def quoted(capsys, written: str, *more: str) -> tuple[int, dict]:
    try:
        status = execute(asked(written, more))
    except SystemExit as ended:
        status = int(ended.code or 0)
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("case", CASES, ids=[each["case"] for each in CASES])
def test_a_quote_gives_the_published_figures(capsys, case):
    status, answer = quoted(capsys, case["ask"], *case.get("more", ()))
    wanted = {name: str(value) if isinstance(value, date) else value for name, value in case["answer"].items()}
    assert {name: answer[name] for name in wanted} == wanted
    assert status == 0
    assert set(answer) == KEYS
    assert answer["national"] + answer["local"] == answer["withheld"] == answer["gross"] - answer["net"]


@pytest.mark.parametrize(
    ("ask", "more", "need"),
    [
        ("KR DE company copyright-licence | KRW 594000 | 2026-09-15", (), "from KR to DE"),
        ("TW KR company copyright-licence | TWD 594000 | 2026-09-15", (), "payers in TW"),
        ("KR KR company silent-partnership | KRW 594000 | 2026-09-15", (), "silent partnership"),
        ("KR JP public-body copyright-licence | KRW 594000 | 2026-09-15", (), "public-body"),
        ("KR KR individual services | KRW 594000 | 2019-12-31", (), "services"),
        ("KR JP company copyright-licence | JPY 66000 | 2026-09-15", (), "exchange rate JPY/KRW"),
        (
            "JP KR company copyright-licence | USD 4000.00 | 2026-09-15",
            ("--rate", "USD/JPY=108.53,basic"),
            "TTB of the payer's main bank",
        ),
        (
            "JP KR company copyright-licence | USD 4000.00 | 2026-09-15",
            ("--rate", "USD/JPY=108.53,ttb,2026-09-16"),
            "TTB of the payer's main bank",
        ),
        (
            "KR JP company copyright-licence | JPY 66000 | 2026-09-15",
            ("--rate", "JPY/KRW=9.5,actual,2026-09-04", "--due-on", "2026-09-04"),
            "exchange rate JPY/KRW",
        ),
        (
            "KR JP company dividend | KRW 1000000 | 2026-09-15",
            ("--form", "received:2026-08-01"),
            "share of the paying company",
        ),
        (
            "KR JP company dividend | KRW 1000000 | 2026-09-15",
            ("--form", "received:2026-08-01", "--holding", "25"),
            "since when",
        ),
        (
            "KR JP individual artist-fee | USD 100.00 | 2026-09-15",
            ("--form", "received:2026-08-01", "--rate", "USD/KRW=1400"),
            "over all productions",
        ),
        (
            "JP KR individual artist-fee | JPY 1000000 | 2026-09-15",
            ("--form", "filed:2026-08-01", "--year-to-date", "JPY 0"),
            "exchange rate USD/JPY",
        ),
        (
            "JP KR individual artist-fee | JPY 1000000 | 2026-09-15",
            ("--form", "filed:2026-08-01", "--rate", "USD/JPY=150", "--year-to-date", "JPY 2000000"),
            "what was withheld",
        ),
        (
            "JP US company silent-partnership | JPY 8000000 | 2026-09-15",
            ("--form", "filed:2026-08-01"),
            "ask an adviser",
        ),
    ],
)
def test_a_payment_without_an_applicable_rule_is_held_with_what_is_missing(capsys, ask, more, need):
    status, answer = quoted(capsys, ask, *more)
    assert status == 1
    assert answer["rule"] is answer["national"] is answer["withheld"] is answer["net"] is answer["due_on"] is None
    assert answer["why"].startswith("held: ")
    assert need in " ".join(answer["needs"])


def test_a_missing_form_is_named_by_its_own_term_and_last_day(capsys):
    _, answer = quoted(capsys, "JP US company copyright-licence | JPY 10000000 | 2026-09-15")
    (need,) = answer["needs"]
    assert need.startswith("treaty form (租税条約に関する届出書 (様式2, 3)), filed by 2026-09-14, with form 17")
    assert "no treaty form filed by 2026-09-14" in answer["why"]


def test_a_late_form_is_explained_with_both_days(capsys):
    _, answer = quoted(
        capsys, "KR JP company copyright-licence | KRW 1000000 | 2026-09-15", "--form", "received:2026-09-20"
    )
    assert answer["rule"] == "kr-abroad-royalty"
    assert "reduced-rate form received on 2026-09-20, later than 2026-09-15" in answer["why"]


def test_a_rule_that_was_passed_over_is_part_of_the_sentence(capsys):
    ask = "KR JP company dividend | KRW 1000000 | 2026-09-15"
    _, answer = quoted(capsys, ask, "--form", "received:2026-08-01", "--holding", "10")
    assert answer["why"] == (
        "15 %, local tax included: Korea\u2013Japan treaty, dividend, reduced-rate form received on 2026-08-01, "
        "10 % held, less than 25 %"
    )


@pytest.mark.parametrize(
    ("ask", "more", "printed"),
    [
        (
            "JP KR company copyright-licence | USD 10000.00 | 2026-09-15",
            ("--form", "filed:2026-08-01", "--rate", "USD/JPY=105,ttb"),
            "10500",
        ),
        ("KR KR individual occasional-fee | KRW 1000000 | 2026-09-15", (), "66000+6600"),
        (
            "KR JP company copyright-licence | JPY 660 | 2026-09-15",
            ("--form", "received:2026-08-01", "--rate", "JPY/KRW=900"),
            "5346+594",
        ),
    ],
    ids=["A17", "A40", "A43"],
)
def test_wrong_figures_of_publishers_are_refused(capsys, ask, more, printed):
    assert execute(asked(ask, (*more, "--expect", printed))) == 1
    assert "which the rule gives" in capsys.readouterr().err


def test_right_figures_of_others_are_confirmed(capsys):
    assert execute(asked("KR KR individual occasional-fee | KRW 1000000 | 2026-09-15", ("--expect", "80000+8000"))) == 0


def test_a_net_amount_may_be_given_alone(capsys):
    arguments = asked("KR KR individual services | KRW 1000000 | 2026-09-15")
    arguments[arguments.index("--gross")] = "--net"
    assert execute(arguments) == 0
    assert json.loads(capsys.readouterr().out)["gross"] == 1034120


@pytest.mark.parametrize(
    "more",
    [
        ("--form", "2026-08-01"),
        ("--form", "received:2026-8-1"),
        ("--form", "received:2026-08-01", "--form", "received:2026-08-02"),
        ("--rate", "USD=150"),
        ("--rate", "USD/JPY=0"),
        ("--certificate", "2026-01-01"),
        ("--certificate", "2026-12-31..2026-01-01"),
        ("--holding", "101"),
        ("--vat", "ten"),
        ("--expect", "5,400"),
        ("--reading", "kr_base_rate"),
        ("--net", "KRW 5"),
        ("--payee-country", "KOR"),
        ("--income", "royalty"),
    ],
)
def test_options_that_are_not_understood_end_with_status_2(capsys, more):
    assert execute(asked("KR JP company copyright-licence | KRW 594000 | 2026-09-15", more)) == 2
    assert "Error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "more", [("--reading", "kr_base_rate=middle"), ("--reading", "jp=yes"), ("--rules", "no.yaml")]
)
def test_readings_and_files_that_do_not_exist_are_refused(capsys, more):
    assert execute(asked("KR JP company copyright-licence | KRW 594000 | 2026-09-15", more)) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_rules_of_a_day_are_listed_with_their_law_and_digest(capsys):
    assert (
        execute(["tax", "rules", "--on", "2024-06-30", "--payer-country", "KR", "--payee-country", "KR", "--json"]) == 0
    )
    rows = json.loads(capsys.readouterr().out)
    names = [row["rule"] for row in rows]
    assert "kr-trade-to-2024" in names
    assert "kr-trade" not in names
    assert all(row["law"] and row["version"] and len(row["digest"]) == 64 for row in rows)


def test_rules_are_listed_as_a_table_for_people(capsys):
    execute(["tax", "rules", "--on", "2026-09-15", "--payee-country", "JP", "--income", "loan-interest"])
    assert "kr-jp-interest" in capsys.readouterr().out


def test_the_calendar_follows_the_authority_and_not_the_banks(capsys):
    assert execute(["tax", "calendar", "--since", "2027-01-01", "--until", "2027-03-31", "--json"]) == 0
    rows = [(row["country"], row["on"], row["what"]) for row in json.loads(capsys.readouterr().out)]
    assert ("KR", "2027-01-11", "tax withheld on payments of 2026-12") in rows
    assert ("JP", "2027-01-12", "tax withheld on payments of 2026-12") in rows
    assert ("KR", "2027-03-02", "지급명세서 (비거주자, 외국법인) of 2026") in rows


OVERRIDES = """\
sluice_tax: 1
country: KR
reason: "letter of our adviser of 2026-10-02"
rules:
  - id: kr-de-royalty
    payees: [DE]
    kinds: [company]
    income: [copyright-licence]
    first_day: 2026-01-01
    national: "10"
    local: on_top
    form: reduced-rate
    basis: "treaty of Korea and Germany"
    law: "한·독 조세조약 제12조"
  - id: kr-abroad-royalty
    payees: [JP, TW, FR, US, DE]
    kinds: [company]
    income: [copyright-licence]
    first_day: 2026-01-01
    national: "20"
    local: on_top
    basis: "Korean law, payee abroad"
    law: "법인세법 제98조"
"""


def test_another_country_is_added_as_data_with_a_reason(capsys, tmp_path):
    file = tmp_path / "adviser.yaml"
    file.write_text(OVERRIDES, "utf-8")
    ask = "KR DE company copyright-licence | KRW 1000000 | 2026-09-15"
    status, answer = quoted(capsys, ask, "--rules", str(file), "--form", "received:2026-08-01")
    assert (status, answer["rule"], answer["withheld"]) == (0, "kr-de-royalty", 110000)
    assert "set because: letter of our adviser of 2026-10-02" in answer["why"]
    assert quoted(capsys, ask, "--rules", str(file))[1]["withheld"] == 220000


def test_the_settings_name_a_file_of_rules(capsys, tmp_path, monkeypatch):
    file = tmp_path / "adviser.yaml"
    file.write_text(OVERRIDES, "utf-8")
    monkeypatch.setenv("SLUICE_TAX_RULES", str(file))
    assert quoted(capsys, "KR DE company copyright-licence | KRW 1000000 | 2026-09-15")[1]["withheld"] == 220000


def test_a_file_of_rules_that_does_not_fit_names_line_and_field(capsys, tmp_path):
    file = tmp_path / "adviser.yaml"
    file.write_text(OVERRIDES.replace('national: "10"', 'national: "ten"'), "utf-8")
    ask = "KR DE company copyright-licence | KRW 1000000 | 2026-09-15"
    assert execute(asked(ask, ("--rules", str(file)))) == 1
    assert f"{file}:10: rules[kr-de-royalty].national" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        (
            ("JP", "2026-09-30", "--line", "JPY 1100000", "--tax-included"),
            {"tax": 100000, "deductible": 80000, "cost": 1020000},
        ),
        (
            ("JP", "2026-10-01", "--line", "JPY 1100000", "--tax-included"),
            {"tax": 100000, "deductible": 70000, "cost": 1030000},
        ),
        (
            ("JP", "2026-09-30", *["--line", "JPY 105"] * 3, "--registration", "T7000012050002"),
            {"tax": 31, "deductible": 31},
        ),
        (
            ("JP", "2026-09-30", "--line", "reduced JPY 99", "--line", "JPY 105", "--registration", "T7000012050002"),
            {"tax": 17},
        ),
        (
            ("KR", "2026-09-30", "--line", "KRW 100000000"),
            {"tax": 10000000, "total": 110000000, "deductible": 10000000},
        ),
    ],
)
def test_an_invoice_is_taxed_once_per_rate_and_deducted_by_the_day_of_supply(capsys, more, answer):
    country, day, *options = more
    assert execute(["tax", "invoice", "--payer-country", country, "--supplied-on", day, *options, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {name: found[name] for name in answer} == answer


def test_a_wrong_number_of_a_supplier_is_refused(capsys):
    line = ["--line", "JPY 100", "--registration", "T5123456789012"]
    assert execute(["tax", "invoice", "--payer-country", "JP", "--supplied-on", "2026-09-30", *line]) == 1
    assert "適格請求書発行事業者の登録番号" in capsys.readouterr().err
    assert (
        execute(["tax", "invoice", "--payer-country", "JP", "--supplied-on", "2026-09-30", *line, "--individual"]) == 0
    )


@pytest.mark.parametrize(
    ("country", "income", "fee", "taxable", "payable"),
    [
        ("JP", "artist-fee", "JPY 10000000", "96", 0),
        ("JP", "artist-fee", "JPY 10000000", "80", 200000),
        ("JP", "copyright-licence", "JPY 10000000", "80", 0),
        ("KR", "services", "KRW 50000000", "0", 5000000),
        ("KR", "services", "KRW 50000000", "100", 0),
    ],
)
def test_a_service_from_abroad_is_declared_by_who_cannot_deduct(capsys, country, income, fee, taxable, payable):
    asked_for = [
        "--payer-country",
        country,
        "--income",
        income,
        "--fee",
        fee,
        "--taxable",
        taxable,
        "--on",
        "2026-09-15",
    ]
    assert execute(["tax", "reverse-charge", *asked_for, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["payable"] == payable


def test_a_day_that_is_needed_and_not_said_is_asked_for(capsys):
    assert execute(["tax", "invoice", "--payer-country", "JP", "--line", "JPY 1"]) == 2
    assert "Missing option '--supplied-on'" in capsys.readouterr().err
