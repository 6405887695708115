import json
import pathlib
from fractions import Fraction
from unicodedata import normalize

import pytest
from lxml import etree

from app.cli import execute

EXAMPLES = pathlib.Path(__file__).parents[3] / "examples" / "waterfalls"
INPUTS = [str(EXAMPLES / "sales-agent.yaml"), "--facts", str(EXAMPLES / "sales-agent-facts.yaml")]


def answer(capsys, *arguments):
    assert execute(["waterfall", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_run_answers_in_json_with_exact_figures_and_ties_out(capsys):
    found = answer(capsys, "run", *INPUTS, "--as-of", "2026-12-31")
    assert found["parties"]["bank"]["entitlement"] == {"exact": "323960", "decimal": "323960"}
    assert found["parties"]["bank"]["payable"] == "EUR 323960.00"
    assert found["conservation"]["EUR"]["ties_out"] is True
    assert found["thresholds"][0]["at_inflow"]["exact"] == "5000000/37"
    minor = sum(party["entitled_minor"] for party in found["parties"].values())
    assert minor == 100 * Fraction(found["conservation"]["EUR"]["received"]["exact"])


def test_an_explanation_adds_up_to_the_run(capsys):
    found = answer(capsys, "run", *INPUTS)
    for party, one in found["parties"].items():
        explained = answer(capsys, "explain", *INPUTS, "--party", party)
        assert explained["total"] == one["entitlement"]
        assert sum(Fraction(origin["amount"]["exact"]) for origin in explained["origins"]) == Fraction(
            one["entitlement"]["exact"]
        )


def test_facts_may_come_in_several_files_after_one_flag(capsys, tmp_path):
    more = tmp_path / "more.csv"
    more.write_text("date,amount,territory\n2026-12-01,EUR 100,DE\n")
    found = answer(capsys, "run", *INPUTS, str(more), "--as-of", "2026-12-31")
    assert found["conservation"]["EUR"]["received"]["exact"] == "2700100"


def test_a_drawing_is_svg_with_every_party_and_the_amounts_on_its_edges(capsys, tmp_path):
    out = tmp_path / "drawn.svg"
    assert execute(["waterfall", "draw", *INPUTS, "--out", str(out)]) == 0
    picture = etree.fromstring(out.read_bytes())
    words = {text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert {"sales", "bank", "director-points", "323,960", "2,700,000"} <= words
    assert execute(["waterfall", "draw", INPUTS[0], "--out", str(out)]) == 0
    assert "323,960" not in out.read_text(encoding="utf-8")


FORECAST = ["forecast", str(EXAMPLES / "sales-agent.yaml"), "--scenarios", str(EXAMPLES / "sales-agent-scenarios.csv")]


def test_a_forecast_answers_for_each_scenario_in_json(capsys):
    found = answer(capsys, *FORECAST)["scenarios"]
    assert list(found) == ["low", "base", "high"]
    bank, equity = found["low"]["bank"], found["low"]["equity-a"]
    assert (bank["out"]["exact"], bank["recouped_on"], bank["multiple"]["decimal"]) == (
        "300000",
        "2026-09-01",
        "1.104928",
    )
    assert bank["irr"].startswith("0.0811")
    assert (equity["recouped_on"], equity["irr"][:6]) == (None, "-0.103")
    assert found["high"]["producer"]["multiple"] is None
    assert found["high"]["equity-a"]["flows"][0]["net_to_date"]["exact"] == "-400000"


def test_what_has_happened_counts_in_every_scenario_of_a_forecast(capsys, tmp_path):
    sheet = tmp_path / "more.csv"
    sheet.write_text("scenario,date,amount,territory\nlow,2027-01-01,EUR 1,DE\nhigh,2027-01-01,EUR 2,DE\n")
    found = answer(capsys, "forecast", *INPUTS, "--scenarios", str(sheet), "--as-of", "2026-12-31")
    run = answer(capsys, "run", *INPUTS, "--as-of", "2026-12-31")["parties"]
    for parties in found["scenarios"].values():
        assert {party: one["came_in"] for party, one in parties.items()} == {
            party: one["entitlement"] for party, one in run.items()
        }


@pytest.mark.parametrize(("suffix", "start"), [(".svg", b"<?xml"), (".png", b"\x89PNG")])
def test_a_forecast_is_drawn_beside_its_table(capsys, tmp_path, suffix, start):
    out = tmp_path / f"chart{suffix}"
    assert execute(["waterfall", *FORECAST, "--chart", str(out)]) == 0
    said = capsys.readouterr().out
    assert "2026-09-01" in said
    assert "1.105 x" in said
    assert out.read_bytes().startswith(start)


def test_people_read_tables(capsys):
    assert execute(["waterfall", "run", *INPUTS]) == 0
    assert "sales-agent" in capsys.readouterr().out
    assert execute(["waterfall", "explain", *INPUTS, "--party", "director"]) == 0
    assert "director-points" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", *INPUTS, "--view", "bank"], "no view of its own"),
        (["explain", *INPUTS, "--party", "bnak"], "no party 'bnak'"),
        (["run", str(EXAMPLES.parent / "film-mg.yaml")], "has none"),
        (["run", str(EXAMPLES / "sales-agent.yaml")], "no facts"),
        ([*FORECAST, "--chart", "chart.pdf"], "end in .svg or .png"),
        ([*FORECAST[:-1], str(EXAMPLES / "sales-agent.yaml")], "header: "),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(capsys, arguments, said):
    assert execute(["waterfall", *arguments]) == 1
    assert said in capsys.readouterr().err


DEAL = """sluice: 1
production: DEAL
title: Deal
version: 1
effective_on: 2025-01-01
time_zone: Asia/Seoul
parties: [{id: a, name: A, kind: vendor}, {id: b, name: B, kind: vendor}, {id: c, name: C, kind: vendor}]
waterfall:
  currency: USD
  claims: [{id: inv, advance: inv, multiple: 120 %}]
  pools:
    - id: gross
      receives: everything
      positions:
        - {id: fee, to: a, take: 15 % of gross, held_for: {periods: 4, then: net}}
        - {id: back, to: b, take: 50 % of what remains, recoups: inv}
      residue: net
    - id: net
      residue: {share: by_commitment, among: [{to: b, weight: "50"}, {to: c, weight: "150"}]}
  charges: [{id: bonus, of: c, to: a, amount: USD 1.00}]
"""


@pytest.fixture
def deal(tmp_path):
    def written(*rows):
        (tmp_path / "deal.yaml").write_text(DEAL)
        facts = "\n".join(["date,kind,name,amount", "2025-01-01,advance,inv,USD 100.00", *rows])
        (tmp_path / "facts.csv").write_text(facts + "\n")
        return [str(tmp_path / "deal.yaml"), "--facts", str(tmp_path / "facts.csv")]

    return written


def text(capsys, *arguments):
    assert execute(["waterfall", *arguments]) == 0
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_a_refund_that_waits_is_told_to_people(deal, capsys):
    rows = text(capsys, "run", *deal("2025-02-01,receipt,,USD 100.00", "2025-03-01,receipt,,USD -30.00"))
    words = "2025-03-01: a refund of -30 waits for receipts of its kind (USD), and nobody bears it yet"
    assert words.split() in rows
    assert rows[-1] == ["received", "100,", "all", "accounted", "for"]


def test_what_is_unrecouped_and_held_and_each_total_before_charges_is_in_the_tables(deal, capsys):
    rows = text(capsys, "run", *deal("2025-02-01,receipt,,USD 100.00"))
    assert ["inv", "120", "42.5", "77.5"] in rows
    assert ["fee", "15", "2026-04-01"] in rows
    assert [row[:3] for row in rows[2:5]] == [["a", "0", "1"], ["b", "53.125", "53.125"], ["c", "31.875", "30.875"]]


def test_an_explanation_has_the_weights_of_a_group(deal, capsys):
    rows = text(capsys, "explain", *deal("2025-02-01,receipt,,USD 100.00"), "--party", "c")
    assert rows[0][-10:] == ["what", "is", "left,", "3/4", "of", "it", "(base", "42.5)", "=", "31.875"]
    found = answer(capsys, "explain", *deal("2025-02-01,receipt,,USD 100.00"), "--party", "c")
    assert found["origins"][0]["weight"] == "3/4"


def test_a_credit_note_beyond_an_interest_bearing_claim_is_told_as_owed_back(deal, capsys):
    agreement, *facts = deal("2025-02-01,receipt,,USD 1000.00", "2025-03-01,advance,inv,USD -50.00")
    path = pathlib.Path(agreement)
    path.write_text(DEAL.replace("multiple: 120 %", "interest: {rate: 12 % a year, days: 30/360}"))
    rows = text(capsys, "run", agreement, *facts)
    assert ["inv:", "50", "was", "recouped", "beyond", "the", "claim", "and", "is", "owed", "back"] in rows


AGREEMENT = """
sluice: 1
production: FORMS
title: Forms
version: 1
effective_on: 2026-01-05
time_zone: Asia/Seoul
parties: [{id: a, name: A, kind: vendor}, {id: b, name: B, kind: vendor}]
waterfall:
  currency: KRW
  pools:
    - {id: own, receives: {payer: NAME}, residue: a}
    - {id: rest, receives: everything else, residue: b}
"""


@pytest.mark.parametrize("agreed", ["NFC", "NFD"])
@pytest.mark.parametrize("reported", ["NFC", "NFD"])
def test_a_name_is_the_same_however_its_letters_are_composed(capsys, tmp_path, agreed, reported):
    contract, facts = tmp_path / "a.yaml", tmp_path / "f.csv"
    contract.write_text(AGREEMENT.replace("NAME", normalize(agreed, "극장")), encoding="utf-8")
    facts.write_text(f"date,amount,payer\n2026-03-05,KRW 1000,{normalize(reported, '극장')}\n", encoding="utf-8")
    found = answer(capsys, "run", str(contract), "--facts", str(facts))
    assert {name: pool["inflow"]["exact"] for name, pool in found["pools"].items()} == {"own": "1000", "rest": "0"}


def test_a_receipt_that_is_there_twice_by_its_id_is_refused_by_run_and_explain(capsys, tmp_path):
    contract, facts = tmp_path / "a.yaml", tmp_path / "f.csv"
    contract.write_text(AGREEMENT, encoding="utf-8")
    facts.write_text("date,amount,id\n2026-03-05,KRW 100,R1\n2026-03-05,KRW 100,R1\n", encoding="utf-8")
    for command in (["run"], ["explain", "--party", "a"]):
        assert execute(["waterfall", command[0], str(contract), "--facts", str(facts), *command[1:]]) != 0
        assert "f.csv:3: id: 'R1' was used before: each row has its own." in capsys.readouterr().err


def test_a_reversal_counts_from_the_day_of_the_receipt_that_it_takes_back(capsys, tmp_path):
    contract, facts = tmp_path / "a.yaml", tmp_path / "f.csv"
    contract.write_text(AGREEMENT, encoding="utf-8")
    rows = "2026-02-01,KRW 100,R1,\n2026-06-01,KRW -100,R2,R1\n"
    facts.write_text(f"date,amount,id,reverses\n{rows}", encoding="utf-8")
    found = answer(capsys, "run", str(contract), "--facts", str(facts), "--as-of", "2026-03-31")
    assert found["conservation"]["KRW"]["received"]["exact"] == "0"


def test_files_may_be_laid_out_as_a_source_has_them(capsys, tmp_path):
    contract, facts, mapping = tmp_path / "a.yaml", tmp_path / "f.csv", tmp_path / "m.yaml"
    contract.write_text(AGREEMENT, encoding="utf-8")
    facts.write_text("월;금액\n2026년 3월;12.000\n합계;12.000\n", encoding="utf-8")
    mapping.write_text(
        "delimiter: ';'\nthousands: '.'\ndates: '%Y년 %m월'\ntotals: [합계]\ncolumns: {on: 월, amount: 금액}\n"
        "constants: {currency: KRW}\n",
        encoding="utf-8",
    )
    inputs = [str(contract), "--facts", str(facts), "--mapping", str(mapping)]
    assert answer(capsys, "run", *inputs)["conservation"]["KRW"]["received"]["exact"] == "12000"
    assert answer(capsys, "explain", *inputs, "--party", "b")["total"]["exact"] == "12000"
    plain = tmp_path / "p.csv"
    plain.write_text("date,amount,currency\n2026-03-05,12.000,KRW\n", encoding="utf-8")
    assert execute(["waterfall", "run", str(contract), "--facts", str(plain)]) != 0
    assert "p.csv:2: amount: '12.000' may be 12000, or a number with three decimals" in capsys.readouterr().err


def test_break_even_says_what_gross_is_still_needed_and_is_drawn(capsys, tmp_path):
    chart = tmp_path / "be.png"
    found = answer(capsys, "break-even", *FORECAST[1:], "--chart", str(chart))
    low = found["scenarios"]["low"]
    assert (low["gross"], low["claims"]["guarantee"]["reached_at"]) == ("EUR 1750000.00", "EUR 784810.13")
    assert (low["claims"]["class-a"]["missing"], low["claims"]["class-a"]["on"]) == ("EUR 301629.62", None)
    assert low["parties"]["bank"]["on"] == "2026-09-01"
    assert chart.read_bytes().startswith(b"\x89PNG")
