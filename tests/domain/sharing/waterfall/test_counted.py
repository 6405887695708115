"""Counts that come as facts of their own: a share or a limit by them is refused, a condition holds from their day."""

from pathlib import Path

import pytest

from app.sharing.waterfall import run_files
from domain.errors import CannotShare
from domain.sharing.waterfall.rules import Rules
from tests.domain.sharing.waterfall.deal import fact, receipt, share

EXAMPLES = Path(__file__).parents[4] / "examples"
RELEASE = EXAMPLES / "film-release.yaml"
MONEY = "2025-05-31,receipt,,KRW 640000000\n2025-06-30,receipt,,KRW 320000000\n"


def admissions(tmp_path, *rows):
    file = tmp_path / "facts.csv"
    file.write_text("date,kind,name,amount\n" + MONEY + "".join(f"{day},metric,admissions,{n}\n" for day, n in rows))
    return file


@pytest.mark.parametrize("days", [("2025-05-30", "2025-05-30"), ("2025-06-30", "2025-06-30"), ("2025-07-05",) * 2])
def test_a_share_by_a_count_is_refused_for_counts_of_their_own_whenever_they_are_dated(tmp_path, days):
    file = admissions(tmp_path, *zip(days, (80_000, 40_000), strict=True))
    with pytest.raises(CannotShare, match=r"levy takes by this count.*column 'admissions'.*`charges`") as error:
        run_files(RELEASE, [file], None)
    assert error.value.sentence.startswith(f"{file}:4: admissions: ")


def test_counts_in_a_column_of_the_receipts_are_exact():
    result = run_files(RELEASE, [EXAMPLES / "revenue" / "multiplex-2025Q2.csv"], None)
    assert result.parties == {"spc": 829_200_000, "distributor": 92_800_000, "fund": 36_000_000, "director": 2_000_000}
    assert result.short == {}


COUNTED = """
currency: USD
metrics: [admissions]
tables: [{id: stepped, of: admissions, steps: [{at: 10, adds: USD 5}]}]
claims: [{id: cost, costs: cost, cap: "CAP"}]
events: [{id: cheap, when: cost is recouped}]
pools:
  - id: gross
    receives: everything
    positions: [POSITION]
    residue: p
"""


STEP = "then: [{once: gross reaches USD 5, take: all of USD 1 for each admissions}]"
GROUP = "{share: equal_until_filled, among: [{to: star, up_to: USD 1 for each admissions}, {to: p}]}"


@pytest.mark.parametrize(
    ("position", "cap"),
    [
        ("{id: points, to: star, take: all of USD 1 for each admissions}", "USD 9"),
        (f"{{id: points, to: star, take: 5 % of gross, {STEP}}}", "USD 9"),
        ("{id: points, to: star, up_to: USD 1 for each (admissions - 10)}", "USD 9"),
        (f"{{id: both, to: {GROUP}}}", "USD 9"),
        ("{id: points, to: star, take: 10 % of gross, up_to: stepped}", "USD 9"),
        ("{id: back, to: star, recoups: cost}", "USD 2 for each admissions"),
    ],
)
def test_every_form_of_a_share_or_a_limit_by_a_count_is_refused(position, cap):
    section = COUNTED.replace("POSITION", position).replace("CAP", cap)
    rows = [receipt("2025-02-01", "USD 100"), fact("cost", "2025-01-01", "cost", "USD 5")]
    with pytest.raises(CannotShare, match="takes by this count"):
        share(section, "star p", *rows, fact("metric", "2025-01-15", "admissions", "20"), rules=Rules.FIFTH)
    assert share(section, "star p", *rows, fact("metric", "2025-01-15", "admissions", "0"), rules=Rules.FIFTH)


def test_a_condition_by_a_count_holds_from_its_day_on_and_the_run_says_so():
    position = "{id: bonus, to: star, take: 5 % of gross, once: admissions reaches 10}"
    section = COUNTED.replace("POSITION", position).replace("CAP", "USD 9")
    rows = [receipt("2025-01-31", "USD 100"), receipt("2025-03-31", "USD 100")]
    counts = [fact("metric", "2025-02-01", "admissions", "4"), fact("metric", "2025-02-02", "admissions", "6")]
    shared = share(section, "star p", *rows, *counts, rules=Rules.FIFTH)
    assert shared.parties == {"star": "5", "p": "195"}
    assert [(str(one.on), one.labels) for one in shared.result.counted] == [
        ("2025-02-02", ("bonus once admissions reaches 10",))
    ]


def test_what_was_earned_and_not_there_to_take_is_shown():
    position = "{id: levy, to: star, take: all of USD 3 for each admissions}"
    section = COUNTED.replace("POSITION", position).replace("CAP", "USD 9")
    shared = share(section, "star p", receipt("2025-01-31", "USD 100", {"admissions": 40}), rules=Rules.FIFTH)
    assert shared.parties == {"star": "100", "p": "0"}
    assert shared.result.short == {"levy": 2000}


def test_a_charge_by_a_count_depends_on_no_day():
    agreement = EXAMPLES / "waterfalls" / "korean-theatrical.yaml"
    assert run_files(agreement, [EXAMPLES / "waterfalls" / "korean-theatrical-facts.yaml"], None).charges
