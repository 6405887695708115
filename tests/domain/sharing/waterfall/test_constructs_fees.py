"""Fees, levies and costs as agreements write them, with figures checked by hand."""

from datetime import date

import pytest

from domain.errors import BadInput
from domain.sharing.waterfall.compile import compile_network
from domain.sharing.waterfall.engine import Engine
from domain.sharing.waterfall.entry import Entries
from tests.domain.sharing.waterfall.deal import (
    fact,
    facts,
    receipt,
    share,
    version,
)

GROSS = """
currency: USD
metrics: [admissions]
claims:
  - {{id: p-and-a, costs: p-and-a}}
pools:
  - id: gross
    receives: everything
    positions:
      - id: fee
        to: distributor
        take: 30 % of what remains
        then:
          - {{once: {once}, take: 20 % of what remains}}
      - {{id: costs, to: distributor, recoups: p-and-a}}
    residue: producer
"""


def test_a_fee_steps_down_by_receipts_and_splits_the_receipt_there():
    shared = share(GROSS.format(once="gross reaches USD 100"), "distributor producer", receipt("2025-01-31", "USD 150"))
    assert shared.parties == {"distributor": "40", "producer": "110"}
    assert shared.splits == ["100"]


def test_a_fee_steps_down_by_admissions():
    shared = share(
        GROSS.format(once="admissions reaches 1000"),
        "distributor producer",
        receipt("2025-01-31", "USD 100"),
        fact("metric", "2025-02-01", "admissions", "999"),
        receipt("2025-02-28", "USD 100"),
        fact("metric", "2025-03-01", "admissions", "1"),
        receipt("2025-03-31", "USD 100"),
    )
    assert shared["distributor"] == "80"


COUNTED = """
currency: KRW
metrics: [admissions]
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: distributor, take: 10 % of gross, then: [{once: admissions WHEN 1000, take: 20 % of gross}]}
      - {id: levy, to: fund, take: all of KRW 3 for each admissions}
      - {id: running-guarantee, to: star, up_to: KRW 10 for each (admissions - 1000)}
    residue: producer
"""


@pytest.mark.parametrize("when", ["reaches", "exceeds"])
def test_admissions_that_come_with_a_receipt_split_it_at_the_exact_admission(when):
    section = COUNTED.replace("WHEN", when)
    parties = "distributor fund star producer"
    expected = {"distributor": "16000", "fund": "4500", "star": "5000", "producer": "94500"}
    ways = [
        [receipt("2025-01-31", "KRW 120000", {"admissions": 1500})],
        [
            receipt("2025-01-31", "KRW 80000", {"admissions": 1000}),
            receipt("2025-02-01", "KRW 40000", {"admissions": 500}),
        ],
        [receipt("2025-01-31", "KRW 20000", {"admissions": 250})] * 6,
    ]
    for rows in ways:
        assert share(section, parties, *rows).parties == expected
    assert "80000" in share(section, parties, *ways[0]).splits


def test_the_admissions_of_a_day_are_spread_over_its_receipts_however_they_are_written():
    section = COUNTED.replace("WHEN", "reaches")
    rows = facts(receipt("2025-01-31", "KRW 30000", {"admissions": 1500}), receipt("2025-01-31", "KRW 90000"))
    one = version(section, ["distributor", "fund", "star", "producer"])
    network = compile_network(one.waterfall, one.parties)
    plain = Engine(network, Entries(one.waterfall, {})).run(rows, one.effective_on, date(2025, 12, 31))
    traced = Engine(network, Entries(one.waterfall, {}), trace=lambda _: None).run(
        rows, one.effective_on, date(2025, 12, 31)
    )
    assert plain.state == traced.state
    assert plain.state["to:distributor"] == 16000


@pytest.mark.parametrize(
    "nothing",
    [
        [
            receipt("2025-01-31", "KRW 9000", {"admissions": 1100}),
            receipt("2025-01-31", "KRW -9000", {"admissions": -99}),
        ],
        [receipt("2025-01-31", "KRW 0", {"admissions": 1001})],
        [
            receipt("2025-01-20", "KRW -9000", {"admissions": -99}),
            receipt("2025-01-31", "KRW 9000", {"admissions": 1100}),
        ],
    ],
    ids=["on one day", "summed before", "from one day to another"],
)
def test_what_was_counted_stays_so_where_all_that_was_paid_for_it_was_given_back(nothing):
    section = COUNTED.replace("WHEN", "exceeds")
    shared = share(section, "distributor fund star producer", *nothing, receipt("2025-02-28", "KRW 100"))
    assert shared["distributor"] == "20"
    assert shared["star"] == "10"


def test_a_receipt_with_a_count_that_the_waterfall_has_not_is_an_error():
    with pytest.raises(BadInput, match="knows no metric 'copies': it knows admissions"):
        share(
            COUNTED.replace("WHEN", "reaches"),
            "distributor fund star producer",
            receipt("2025-01-31", "KRW 1", {"copies": 1}),
        )


def test_a_fee_steps_down_once_costs_are_recouped_and_back_when_new_costs_re_open_them():
    rows = (fact("cost", "2025-01-01", "p-and-a", "USD 70"), receipt("2025-01-31", "USD 200"))
    section = GROSS.format(once="p-and-a is recouped")
    shared = share(section, "distributor producer", *rows)
    assert shared.parties == {"distributor": "120", "producer": "80"}  # 30 + 70 of the first 100, then 20
    assert shared.splits == ["100"]
    again = share(
        section,
        "distributor producer",
        *rows,
        fact("cost", "2025-02-01", "p-and-a", "USD 7"),
        receipt("2025-02-28", "USD 10"),
    )
    assert again["distributor"] == "130"  # 3 + 7: the whole of the new receipt


def test_a_levy_is_a_part_of_what_includes_it_or_of_gross():
    section = """
currency: KRW
pools:
  - id: box-office
    receives: everything
    positions:
      - {id: vat, to: tax, take: 10/110 of box-office}
      - {id: fund, to: kofic, take: 3 % of box-office}
      - {id: theatres, to: cinema, take: 50 % of what remains}
    residue: distributor
"""
    shared = share(section, "tax kofic cinema distributor", receipt("2025-01-31", "KRW 11000"))
    assert shared.parties == {"tax": "1000", "kofic": "330", "cinema": "4835", "distributor": "4835"}


def test_a_theatre_split_slides_by_week_or_by_date():
    section = """
currency: USD
pools:
  - id: box-office
    receives: everything
    positions:
      - {id: first-week, to: cinema, take: 40 % of what remains, only: {window: week-1}}
      - id: later-weeks
        to: cinema
        take: 50 % of what remains
        excluding: {window: week-1}
        then: [{once: from 2025-02-01, take: 60 % of what remains}]
    residue: distributor
"""
    shared = share(
        section,
        "cinema distributor",
        receipt("2025-01-10", "USD 100", window="week-1"),
        receipt("2025-01-20", "USD 100", window="week-2"),
        receipt("2025-02-20", "USD 100", window="week-6"),
    )
    assert shared["cinema"] == "150"


def test_expenses_with_a_cap_overhead_and_a_cap_that_grows_with_receipts():
    section = """
currency: USD
claims:
  - {id: expenses, costs: [prints, ads], overhead: 10 %, cap: USD 105}
  - {id: travel, costs: travel, cap: 5 % of gross}
pools:
  - id: gross
    receives: everything
    positions:
      - {id: capped, to: agent, recoups: expenses}
      - {id: trips, to: agent, recoups: travel}
    residue: producer
"""
    rows = [
        fact("cost", "2025-01-01", "prints", "USD 50"),
        fact("cost", "2025-01-01", "ads", "USD 40"),
        fact("cost", "2025-01-01", "travel", "USD 100"),
        receipt("2025-01-31", "USD 400"),
    ]
    shared = share(section, "agent producer", *rows)
    assert shared.position("capped") == "99"
    assert shared.position("trips") == "20"  # held at 5 % of gross all the way
    more = share(
        section, "agent producer", *rows, fact("cost", "2025-02-01", "ads", "USD 20"), receipt("2025-03-01", "USD 100")
    )
    assert more.position("capped") == "105"  # re-opens, and stops at the cap
    assert more.position("trips") == "25"


def test_collection_fees_and_residuals_come_off_the_top_and_a_fixed_sum_after_them():
    section = """
currency: USD
pools:
  - id: gross
    receives: everything
    positions:
      - {id: collection-fee, to: collector, take: 1 % of gross}
      - {id: residuals, to: guild, take: 6.2 % of gross}
      - {id: audit, to: auditor, take: USD 50}
    residue: producer
"""
    shared = share(section, "collector guild auditor producer", receipt("2025-01-31", "USD 1000"))
    assert shared.parties == {"collector": "10", "guild": "62", "auditor": "50", "producer": "878"}


def test_a_reserve_is_held_and_released_into_the_pool_after_whole_quarters():
    section = """
currency: USD
pools:
  - id: video
    receives: everything
    positions:
      - {id: returns, to: distributor, take: 20 % of video, held_for: {periods: 2, of: quarter, then: released}}
    residue: producer
  - id: released
    residue: producer
"""
    row = receipt("2025-02-15", "USD 100")
    held = share(section, "distributor producer", row, as_of="2025-09-30")
    assert held.parties == {"distributor": "0", "producer": "80"}
    assert held.result.held["returns"] == 2000
    assert held.result.conservation.held == 2000
    freed = share(section, "distributor producer", row, as_of="2025-10-01")
    assert freed.parties == {"distributor": "0", "producer": "100"}
    assert freed.result.held["returns"] == 0
