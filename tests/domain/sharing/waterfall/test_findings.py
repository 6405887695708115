"""Errors of a waterfall are reported by line, with what to do."""

import pytest

from adapters.agreement.documents import BadDocument, parse_agreement
from tests.domain.sharing.waterfall.deal import document

GOOD = """
currency: USD
metrics: [admissions]
claims:
  - {id: cost, amount: USD 100}
events:
  - {id: hit, when: admissions reaches 1000000}
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: distributor, take: 20 % of gross}
      - {id: back, to: financier, recoups: cost}
      - {id: points, to: star, take: 5 % of what remains}
    residue: net
  - id: net
    residue: producer
"""
PARTIES = ["distributor", "financier", "star", "producer"]


def findings_of(old, new):
    assert old in GOOD
    text = document(GOOD.replace(old, new, 1), PARTIES)
    with pytest.raises(BadDocument) as caught:
        parse_agreement(text.encode(), "a.yaml")
    return [str(finding) for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("old", "new", "field", "sentence"),
    [
        ("take: 20 % of gross", "take: 20 %", "pools[gross].positions[fee].take", "of what?"),
        ("take: 20 % of gross", "take: 120 % of gross", "positions[fee].take", "at most all"),
        ("take: 20 % of gross", "take: 20 % of grss", "positions[fee].take", "did you mean 'gross'?"),
        ("admissions reaches", "viewers reaches", "events[hit].when", "there is no"),
        ("admissions reaches 1000000", "admissions reaches USD 5", "events[hit].when", "count"),
        ("admissions reaches 1000000", "hit and from 2025-01-01", "events[hit].when", "itself"),
        ("amount: USD 100", "amount: EUR 100", "claims[cost].amount", "not in USD"),
        ("amount: USD 100", "title: nothing", "claims[cost]", "of nothing"),
        ("    residue: producer", "", "pools[net]", "belongs to nobody"),
        ("    residue: producer", "    residue: gross", "pools[gross]", "circle"),
        ("    residue: net\n", "    residue: producer\n", "pools[net]", "nothing reaches"),
        ("    receives: everything\n", "", "waterfall.pools", "no pool receives"),
        ("to: star,", "to: star, then: [{once: hit, take: 8 % of net}], change: cliff,", "change", "borne_by"),
        ("to: star,", "to: stra,", "positions[points].to", "did you mean 'star'?"),
        ("to: star,", "", "positions[points]", "for nobody"),
        ("take: 5 % of what remains", "take: 81 % of gross", "positions[points].take", "come to 101 %"),
        ("take: 20 % of gross", "take: what remains", "positions[back]", "nothing remains"),
        ("id: fee", "id: star", "positions[star].id", "a party already"),
        ("id: fee", "id: most", "positions[most].id", "word of the language"),
        ("recoups: cost", "recoups: costs", "positions[back].recoups", "did you mean 'cost'?"),
        (
            "residue: producer",
            'residue: {share: by_commitment, among: [{to: star}, {to: producer, weight: "1"}]}',
            "residue.among[1]",
            "weight",
        ),
        (
            "to: star,",
            "to: {share: by_outstanding, among: [{to: star}]},",
            "points].to.among[1]",
            "needs a claim",
        ),
    ],
)
def test_a_finding_names_line_and_field_and_says_what_to_do(old, new, field, sentence):
    found = findings_of(old, new)
    assert any(field in one and sentence in one for one in found), found
    assert all(one.startswith("a.yaml:") for one in found)


def test_the_good_one_has_no_findings():
    assert parse_agreement(document(GOOD, PARTIES).encode(), "a.yaml").agreement.waterfall


def test_an_agreement_without_a_waterfall_still_needs_its_payment_side():
    text = document(GOOD, PARTIES).split("waterfall:")[0]
    with pytest.raises(BadDocument, match="accounts: the list has 0 items"):
        parse_agreement(text.encode(), "a.yaml")
