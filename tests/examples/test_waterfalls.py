"""The templates, with figures checked by hand."""

import pathlib

import pytest

from adapters.agreement.documents import load_agreement
from app.sharing.waterfall import as_json, run_files

FOLDER = pathlib.Path(__file__).parents[2] / "examples" / "waterfalls"

EXPECTED = {
    # 35.2bn: VAT 1/11, 3 %, half of the rest to theatres; fee 10 %, P&A 2.5bn, cost 9bn; 2.4248bn shared 60:40,
    # and 200 000 admissions at KRW 50 for the director
    "korean-theatrical": {
        "tax-office": "3200000000",
        "film-fund": "1056000000",
        "theatres": "15472000000",
        "distributor": "4047200000",
        "investors": "10454880000",
        "producer": "959920000",
        "director": "10000000",
    },
    # committee: 300m theatrical, 34m video, 34m streaming; lead fee 18.4m; success fee 10 % of 95 % of what passes 300m
    "production-committee": {
        "theatres": "500000000",
        "distributor": "200000000",
        "publisher": "155656000",
        "broadcaster": "152099000",
        "advertiser": "51471000",
        "studio": "40774000",
    },
    # contributions at 115 % are 11.5m = the licence less 8 %; bonus pool 5 % of 1 966 100,
    # the cast's half of it full at 40 000
    "drama-streamer": {
        "studio-kr": "7927287.25",
        "studio-jp": "5440507.75",
        "agent": "1150000",
        "writer": "108305",
        "cast": "73900",
    },
    # loan: 18 000 interest to 1 December, when 20 000 of the star's set-off reach the bank,
    # then 8 % of 298 000 for 90 days
    "sales-agent": {
        "collector": "27000",
        "sales-agent": "1025000",
        "bank": "323960",
        "equity-a": "639680",
        "equity-b": "319840",
        "star": "75000",
        "director": "23952",
        "crew": "50000",
        "producer": "215568",
    },
    # preferred: 80 000 + 86 400, then half a year at 8 % of that; the manager ends at 20 % of 500 000
    "preferred-return": {"investors": "1400000", "manager": "100000"},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_template_gives_the_figures_worked_out_by_hand(name):
    (facts,) = FOLDER.glob(f"{name}-facts.*")
    answer = as_json(run_files(FOLDER / f"{name}.yaml", [facts], None))
    assert {party: one["entitlement"]["decimal"] for party, one in answer["parties"].items()} == EXPECTED[name]
    assert all(one["ties_out"] for one in answer["conservation"].values())


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_template_names_its_schema_and_passes_the_checks(path):
    if not path.stem.endswith("-facts"):
        assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=../agreement.schema.json")
        assert load_agreement(path).agreement.waterfall is not None
