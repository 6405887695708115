"""A waterfall taken over mid-life: every balance that a result depends on, by name."""

import pytest

from domain.errors import CannotShare
from domain.sharing.waterfall.rules import Rules
from tests.domain.sharing.waterfall.deal import fact, receipt, share

ON = "2025-07-01"
SECTION = """
currency: USD
takes_over_on: 2025-07-01
metrics: [admissions]
claims: [{id: cost, costs: cost}, {id: a-in, amount: USD 100}, {id: b-in, amount: USD 100}]
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: agent, take: 10 % of gross, then: [{once: admissions reaches 10, take: 20 % of gross}]}
      - {id: back, to: agent, recoups: cost}
      - {id: equity, to: {share: by_outstanding, among: [{to: a, recoups: a-in}, {to: b, recoups: b-in}]}}
      - {id: points, to: star, take: 5 % of gross, once: producer reaches USD 500}
    residue: producer
"""
PARTIES = "agent a b star producer"
BALANCES = {
    "gross": "USD 500", "fee": "USD 50", "back": "USD 100", "equity.1": "USD 90", "equity.2": "USD 70",
    "points": "USD 0", "cost": "USD 120", "producer": "USD 40",
}  # fmt: skip


def openings(without=()):
    found = [fact("opening", ON, name, amount) for name, amount in BALANCES.items() if name not in without]
    return found if "admissions" in without else [*found, fact("metric", ON, "admissions", "8")]


def taken_over(*rows, section=SECTION, parties=PARTIES):
    return share(section, parties, *rows, rules=Rules.FIFTH)


@pytest.mark.parametrize("name", [*BALANCES, "admissions"])
def test_every_balance_that_a_result_depends_on_is_demanded_by_name(name):
    with pytest.raises(CannotShare, match=rf"took over on {ON} and has no (opening balance|count by then) of {name}: "):
        taken_over(*openings([name]), receipt("2025-08-01", "USD 100"))


def test_with_all_balances_the_run_goes_on_from_them_and_counts_them_apart_from_what_it_received():
    shared = taken_over(*openings(), receipt("2025-08-01", "USD 100"))
    assert shared.parties == {"agent": "180", "a": "100", "b": "100", "star": "0", "producer": "70"}
    balance = shared.result.conservation
    assert (balance.received, shared.result.opened, balance.difference) == (10000, 35000, 0)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (fact("opening", "2025-07-02", "gross", "USD 1"), "took over on 2025-07-01, and this balance is of 2025-07-02"),
        (fact("opening", ON, "equity.3", "USD 1"), "nothing to open named 'equity.3'"),
        (receipt("2025-06-30", "USD 5"), "a receipt is dated 2025-06-30: it is in the opening balances"),
    ],
)
def test_a_balance_of_nothing_or_of_another_day_and_an_earlier_receipt_are_refused(row, sentence):
    with pytest.raises(CannotShare, match=sentence):
        taken_over(*openings(), row)


def test_without_a_day_of_taking_over_there_are_no_balances():
    section = SECTION.replace("takes_over_on: 2025-07-01", "")
    with pytest.raises(CannotShare, match="say `takes_over_on`"):
        taken_over(*openings(), section=section)


def test_what_an_assigning_party_had_is_given_less_what_went_on():
    section = """
currency: USD
takes_over_on: 2025-07-01
pools:
  - id: gross
    receives: everything
    positions: [{id: points, to: star, take: 10 % of gross}]
    residue: producer
assignments: [{id: directed, of: star, to: bank, up_to: USD 30}]
"""
    balances = {"gross": "USD 200", "points": "USD 20", "star": "USD 20", "directed": "USD 20", "producer": "USD 180"}
    rows = [fact("opening", ON, name, amount) for name, amount in balances.items()]
    shared = taken_over(*rows, receipt("2025-08-01", "USD 200"), section=section, parties="star bank producer")
    assert shared.parties == {"star": "10", "bank": "30", "producer": "360"}
    with pytest.raises(CannotShare, match="opening balance of star, directed"):
        taken_over(*[rows[n] for n in (0, 1, 4)], section=section, parties="star bank producer")


def test_taken_over_within_a_counted_year_what_came_in_it_is_given_apart():
    section = """
currency: USD
takes_over_on: 2025-07-01
pools:
  - id: gross
    receives: everything
    positions: [{id: bonus, to: star, take: 10 % of gross, until: bonus this year reaches USD 30}]
    residue: producer
"""
    rows = [fact("opening", ON, name, "USD 25") for name in ("gross", "bonus", "producer")]
    with pytest.raises(CannotShare, match="what it was before that year on 2024-12-31 and what came in it on 2025-07"):
        taken_over(*rows, section=section, parties="star producer")
    earlier = fact("opening", "2024-12-31", "bonus", "USD 100")
    shared = taken_over(*rows, earlier, receipt("2025-08-01", "USD 200"), section=section, parties="star producer")
    assert shared.position("bonus") == "130"
