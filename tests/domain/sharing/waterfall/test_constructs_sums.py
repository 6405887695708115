"""Full units, tables of steps, roundings and quotients, against figures worked out beside them."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from tests.domain.sharing.waterfall.deal import fact, receipt, share

FULL = """
currency: KRW
metrics: [admissions]
pools:
  - id: gross
    receives: everything
    positions: [{{id: bonus, to: star, up_to: {up_to}}}]
    residue: producer
"""


@pytest.mark.parametrize(
    ("up_to", "counted", "star"),
    [
        ("KRW 5 for each full 1000 of admissions", 999, "0"),
        ("KRW 5 for each full 1000 of admissions", 1000, "5"),
        ("KRW 5 for each full 1000 of admissions", 3999, "15"),
        ("KRW 5 for each full 1000 of (admissions - 2000)", 3999, "5"),
        ("KRW 5 for each full 1000 of (admissions - 2000)", 100, "0"),
        ("KRW 5 for each full KRW 300 of gross", 0, "15"),
        ("50 % of gross rounded down to KRW 400", 0, "200"),
        ("50 % of gross rounded up to KRW 400", 0, "600"),
        ("50 % of gross rounded to KRW 400", 0, "400"),
        ("gross / 4", 0, "250"),
    ],
)
def test_limits_count_full_units_round_and_divide(up_to, counted, star):
    """A limit that jumps lets in what comes from there on: of 1,000, half reaches 400 when 200 are left to come."""
    section = FULL.format(up_to=up_to)
    metric = fact("metric", "2025-01-01", "admissions", str(counted))
    assert share(section, "star producer", metric, receipt("2025-01-31", "KRW 1000"))["star"] == star


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 900), min_size=1, max_size=6),
    st.sampled_from(["down", "up", ""]),
    st.integers(50, 400),
    st.integers(1, 9),
)
def test_a_rounded_limit_is_the_same_in_one_receipt_and_in_many(amounts, direction, unit, tenths):
    """A limit that grows in steps: what was missed between them is made up as soon as the pool has it."""
    up_to = f"{tenths * 10} % of gross rounded {direction} to KRW {unit}".replace("  ", " ")
    section = FULL.format(up_to=up_to)
    singly = share(
        section, "star producer", *(receipt(f"2025-02-{n + 1:02}", f"KRW {x}") for n, x in enumerate(amounts))
    )
    fast = share(section, "star producer", *(receipt("2025-02-01", f"KRW {x}") for x in amounts))
    assert singly["star"] == fast["star"]
    exact = Fraction(tenths * sum(amounts), 10)
    steps = exact / unit
    most = {"down": steps // 1, "up": -(-steps // 1), "": (steps + Fraction(1, 2)) // 1}[direction] * unit
    assert Fraction(fast["star"]) <= min(most, sum(amounts))
    assert fast.result.conservation.difference == 0


def test_receipts_are_split_where_another_full_unit_is_reached():
    section = """
currency: USD
pools:
  - id: gross
    receives: everything
    positions:
      - {id: points, to: star, take: 10 % of gross, until: points reaches USD 7 for each full USD 100 of gross}
    residue: producer
"""
    shared = share(section, "star producer", receipt("2025-01-31", "USD 250"))
    assert shared.splits[:2] == ["100", "170"]  # from 100 on for 7, then nothing until 200
    assert shared["star"] == "12"


BONUS = """
currency: KRW
metrics: [admissions]
tables:
  - id: bonus-table
    of: admissions
    steps: [{{at: 1000, {word}: KRW 50}}, {{at: 2000, {word}: KRW 70}}, {{at: 3000, {word}: KRW 100}}]
pools: [{{id: gross, receives: everything, residue: producer}}]
charges: [{{id: bonus, of: producer, to: star, amount: bonus-table}}]
"""


@pytest.mark.parametrize(
    ("word", "counted", "star"),
    [("adds", 999, 0), ("adds", 1000, 50), ("adds", 2500, 120), ("adds", 9000, 220), ("makes", 2500, 70)],
)
def test_a_table_of_amounts_adds_or_makes(word, counted, star):
    metric = fact("metric", "2025-01-01", "admissions", str(counted))
    assert share(BONUS.format(word=word), "star producer", metric)["star"] == str(star)


def test_a_table_of_amounts_is_a_limit_that_receipts_raise():
    section = BONUS.format(word="adds").replace(
        "residue: producer", "positions: [{id: own, to: star, up_to: bonus-table}], residue: producer"
    )
    section = section.partition("charges:")[0]
    rows = (
        receipt("2025-01-31", "KRW 1000", {"admissions": 1500}),
        receipt("2025-02-28", "KRW 1000", {"admissions": 900}),
    )
    assert share(section, "star producer", *rows)["star"] == "120"


SCALE = """
currency: USD
tables:
  - id: royalty
    of: gross
    steps: [{{at: {first}, take: 10 %}}, {{at: USD 1000, take: 12.5 %}}, {{at: USD 2000, take: 15 %}}]
pools:
  - id: gross
    receives: everything
    positions: [{{id: royalties, to: author, take: by royalty}}]
    residue: producer
charges: [{{id: same, of: producer, to: other, amount: royalty}}]
"""


@pytest.mark.parametrize(("first", "author"), [("USD 0", "300"), ("USD 500", "250")])
def test_a_table_of_shares_is_a_scale_in_a_pool_and_in_a_charge(first, author):
    shared = share(SCALE.format(first=first), "author other producer", receipt("2025-01-31", "USD 2500"))
    assert shared["author"] == shared["other"] == author


def test_a_table_says_the_same_as_its_steps_written_out():
    scale = SCALE.format(first="USD 0").partition("charges:")[0]
    steps = "take: 10 % of gross, then: [{once: gross reaches USD 1000, take: 12.5 % of gross}, "
    steps += "{once: gross reaches USD 2000, take: 15 % of gross}]"
    written = scale.replace("take: by royalty", steps)
    rows = [receipt(f"2025-0{n}-01", f"USD {400 * n}") for n in range(1, 6)]
    one, other = share(scale, "author producer", *rows), share(written, "author producer", *rows)
    assert one.parties == other.parties
    assert one.splits == other.splits


def test_a_quotient_of_claims_divides_a_limit():
    section = """
currency: USD
claims: [{id: a-cost, costs: a}, {id: b-cost, costs: b}]
pools:
  - id: gross
    receives: everything
    positions:
      - {id: a-share, to: a, up_to: (a-cost / (a-cost + b-cost) else 1/2) of USD 100}
      - {id: b-share, to: b, up_to: USD 100 - a-share}
    residue: producer
"""
    rows = receipt("2025-01-31", "USD 500")
    costs = fact("cost", "2025-01-01", "a", "USD 30"), fact("cost", "2025-01-01", "b", "USD 10")
    assert share(section, "a b producer", rows)["a"] == "50"
    shared = share(section, "a b producer", *costs, rows)
    assert (shared["a"], shared["b"]) == ("75", "25")


@pytest.mark.parametrize(
    ("amount", "star"),
    [
        ("(gross / admissions else KRW 0) / 2", "5"),
        ("(gross / cost else 0) of KRW 30", "75"),
        ("(gross / what is left of gross else 0) of KRW 7", "7"),
        ("gross / (admissions - 100) else KRW 33", "33"),
        ("(the greater of gross and cost) rounded up to KRW 300", "1200"),
        ("(gross - cost) / 7 rounded to KRW 10", "90"),
    ],
)
def test_a_charge_divides_whatever_moves(amount, star):
    section = f"""
currency: KRW
metrics: [admissions]
claims: [{{id: cost, costs: cost}}]
pools: [{{id: gross, receives: everything, residue: producer}}]
charges:
  - {{id: bonus, of: producer, to: star, amount: {amount}}}
  - {{id: none, of: producer, to: star, amount: cost, once: cost exceeds cost}}
"""
    each = fact("metric", "2025-01-01", "admissions", "100"), fact("cost", "2025-01-01", "cost", "KRW 400")
    rows = [receipt(f"2025-02-{day:02}", "KRW 100") for day in range(1, 11)]
    assert share(section, "star producer", *each, *rows)["star"] == star


def test_a_claim_s_cap_is_rounded_as_the_contract_says():
    section = """
currency: KRW
claims: [{id: budget, costs: budget}, {id: cost, costs: cost, cap: 110 % of budget rounded up to KRW 100}]
pools:
  - id: gross
    receives: everything
    positions: [{id: back, to: investor, recoups: cost}]
    residue: producer
"""
    each = fact("cost", "2025-01-01", "budget", "KRW 730"), fact("cost", "2025-01-01", "cost", "KRW 5000")
    assert share(section, "investor producer", *each, receipt("2025-01-31", "KRW 2000"))["investor"] == "900"


def test_a_limit_in_more_steps_than_anybody_can_follow_is_refused():
    section = FULL.format(up_to="KRW 1 for each full KRW 2 of gross")
    with pytest.raises(BadInput, match="greater unit"):
        share(section, "star producer", receipt("2025-01-31", "KRW 900000000"))
