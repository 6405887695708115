from datetime import date

from domain.sharing.waterfall.explain import explain
from domain.sharing.waterfall.run import run
from tests.domain.sharing.waterfall.deal import (
    fact,
    facts,
    receipt,
    version,
)

SECTION = """
currency: USD
metrics: [admissions]
claims: [{id: cost, amount: USD 50}]
pools:
  - id: gross
    receives: everything
    positions:
      - {id: points, to: star, take: 5 % of gross, then: [{once: gross reaches USD 100, take: 8 % of gross}], change: cliff, borne_by: producer}
    residue: net
  - id: net
    positions: [{id: back, to: financier, recoups: cost}]
    residue: {share: by_commitment, among: [{to: financier, weight: "1"}, {to: producer, weight: "2"}]}
charges:
  - {id: bonus, of: producer, to: star, amount: USD 7, once: admissions reaches 10}
views:
  - {of: financier, borne_by: producer, changes: [{id: cost, amount: USD 60}]}
"""  # noqa: E501 - one line as a producer may write it


def test_every_party_s_origins_add_up_to_its_entitlement():
    one = [version(SECTION, ["star", "financier", "producer"])]
    known = facts(
        fact("metric", "2025-01-01", "admissions", "10"),
        receipt("2025-01-31", "USD 70"),
        receipt("2025-02-28", "USD 60"),
    )
    result = run(one, known, date(2025, 12, 31))
    for party in result.parties:
        explanation = explain(run, one, known, date(2025, 12, 31), party)
        assert explanation.total == result.parties[party]
    origins = explain(run, one, known, date(2025, 12, 31), "financier").origins
    first = origins[0]
    assert (first.through, first.position, first.share) == (("gross", "net"), "back", "what remains")
    assert (first.slice, first.amount) == (6000 * 100 // 95, 6000) or first.amount > 0
    producer = explain(run, one, known, date(2025, 12, 31), "producer").origins
    assert {"bonus", "view of financier", "points"} <= {origin.position for origin in producer}


COUNTED = """
currency: USD
metrics: [admissions]
pools:
  - id: gross
    receives: everything
    positions:
      - {id: points, to: star, take: 5 % of gross, then: [{once: admissions reaches 10, take: 8 % of gross}]}
    residue: producer
"""


def test_an_origin_says_what_was_counted_with_its_part_of_the_receipt():
    one = [version(COUNTED, ["star", "producer"])]
    known = facts(receipt("2025-01-31", "USD 70", {"admissions": 14}), receipt("2025-02-28", "USD 60"))
    points = explain(run, one, known, date(2025, 12, 31), "star").origins
    assert [(each.slice, each.counted) for each in points] == [
        (5000, "10 admissions"),
        (2000, "4 admissions"),
        (6000, ""),
    ]
