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
        ("take: 20 % of gross", "up_to: net / gross else 0", "positions[fee].up_to", "this is a count"),
        (
            "take: 20 % of gross",
            "up_to: USD 9 / (gross / net else 0) else USD 1",
            "positions[fee].up_to",
            "receipts move",
        ),
        ("take: 20 % of gross", "up_to: USD 9 / admissions", "positions[fee].up_to", "else 0"),
        ("take: 20 % of gross", "up_to: gross / 0", "positions[fee].up_to", "divides by nothing"),
        ("take: 20 % of gross", "up_to: gross / (2 - 2)", "positions[fee].up_to", "divided by zero"),
        ("take: 20 % of gross", "up_to: admissions / cost else 0", "positions[fee].up_to", "a count is divided"),
        ("take: 20 % of gross", "up_to: (cost) of gross", "positions[fee].up_to", "no part of anything"),
        ("take: 20 % of gross", "up_to: USD 5 for each full USD 9 of admissions", "fee].up_to", "no unit of a count"),
        ("take: 20 % of gross", "up_to: USD 5 for each full 9 of gross", "fee].up_to", "no unit of a sum of money"),
        ("take: 20 % of gross", "up_to: USD 5 for each full EUR 9 of gross", "fee].up_to", "not in USD"),
        ("take: 20 % of gross", "up_to: USD 5 for each full 0 of admissions", "fee].up_to", "counts by nothing"),
        ("take: 20 % of gross", "up_to: gross - cost rounded to USD 5", "fee].up_to", "brackets"),
        ("take: 20 % of gross", "up_to: gross rounded to", "fee].up_to", "an amount or a number"),
        ("take: 20 % of gross", "up_to: (gross - net) rounded to USD 5", "fee].up_to", "may fall"),
        ("take: 20 % of gross", "take: 5 % of (gross rounded to USD 5)", "fee].take", "into `up_to`"),
        ("take: 20 % of gross", "take: by steps", "fee].take", "there is no table 'steps'"),
        (
            "- {id: cost, amount: USD 100}",
            "- {id: cost, amount: USD 100, paid_by: gross / 3 rounded to USD 5}",
            "paid_by",
            "plain",
        ),
        (
            "metrics:",
            "tables: [{id: s, of: gross, steps: [{at: USD 5, take: 1 %}, {at: USD 5, take: 2 %}]}]\nmetrics:",
            "steps[2].at",
            "upwards",
        ),
        (
            "metrics:",
            "tables: [{id: s, of: gross, steps: [{at: USD 5, take: 1 %}, {at: USD 6, adds: USD 2}]}]\nmetrics:",
            "steps[2]",
            "one field",
        ),
        (
            "metrics:",
            "tables: [{id: s, of: gross, steps: [{at: USD 5, makes: EUR 1}]}]\nmetrics:",
            "makes",
            "not in USD",
        ),
        ("metrics:", "tables: [{id: s, of: gross, steps: [{at: 5, makes: USD 1}]}]\nmetrics:", "steps[1].at", "kind"),
        (
            "metrics:",
            "tables: [{id: s, of: gross, steps: [{at: EUR 5, makes: USD 1}]}]\nmetrics:",
            "steps[1].at",
            "not in USD",
        ),
        (
            "metrics:",
            "tables: [{id: s, of: gross, steps: [{at: USD 5.001, makes: USD 1}]}]\nmetrics:",
            "steps[1].at",
            "decimals",
        ),
        (
            "metrics:",
            "tables: [{id: s, of: grss, steps: [{at: USD 5, makes: USD 1}]}]\nmetrics:",
            "tables[s].of",
            "did you mean 'gross'",
        ),
        (
            "metrics:",
            "tables: [{id: s, of: gross / 2 rounded to USD 1, steps: [{at: USD 5, makes: USD 1}]}]\nmetrics:",
            "tables[s].of",
            "plain sum",
        ),
        (
            "metrics:",
            "tables: [{id: s, of: gross, steps: [{at: USD 5, take: 101 %}]}]\nmetrics:",
            "take",
            "at most all",
        ),
        ("USD 100}", "USD 100, interest: {rate: 1 % a month}}", "interest.rate", "30E/360"),
        ("USD 100}", "USD 100, interest: {rate: 1 % a day, days: 30E/360}}", "interest.rate", "actual/360"),
        (
            "USD 100}",
            "USD 100, interest: {rate: 1 % a month, days: 30E/360, compounds: effective}}",
            "interest.rate",
            "whole year",
        ),
        ("USD 100}", "USD 100, interest: {rate: 1 % a year, days: 30/360 US}}", "interest.days", "periods"),
        (
            "USD 100}",
            "USD 100, interest: {rate: 1 % a year, days: actual/actual ICMA, compounds: daily}}",
            "interest.days",
            "another",
        ),
        (
            "USD 100}",
            "USD 100, interest: {rate: 1 % a month, days: actual/actual ICMA, periods: quarterly}}",
            "interest.rate",
            "whole number",
        ),
        ("USD 100}", "USD 100, interest: {rate: 1 % a year, rounded: to USD 1}}", "interest.rounded", "periods"),
        (
            "USD 100}",
            "USD 100, interest: {rate: 1 % a year, compounds: daily, rounded: to EUR 1}}",
            "interest.rounded",
            "not in USD",
        ),
        (
            "USD 100}",
            "USD 100, interest: {rate: 1 % a year, compounds: daily, rounded: to 1}}",
            "interest.rounded",
            "of what",
        ),
        (
            "USD 100}",
            "USD 100, interest: {rate: 1 % a year, compounds: daily, periods: monthly}}",
            "interest.periods",
            "take them away",
        ),
        (
            "USD 100}",
            "USD 100, interest: {rate: 1 % a year, periods: monthly}}",
            "interest.periods",
            "nothing is counted",
        ),
        (
            "USD 100}",
            "USD 100, interest: {rate: 1 % a year, compounds: quarterly, periods: yearly, rounded: to USD 1}}",
            "interest.periods",
            "does not fit",
        ),
        (
            "USD 100}",
            "USD 100, interest: {rate: 1 % a year, since: 2026-01-01, then: [{since: 2026-01-01, rate: 2 % a year}]}}",
            "then[1].since",
            "correct the days",
        ),
        (
            "USD 100}",
            (
                "USD 100, interest: {rate: 1 % a year, then: [{since: 2026-01-01, rate: 2 % a year}, "
                "{since: 2025-01-01, rate: 3 % a year}]}}"
            ),
            "then[2].since",
            "order",
        ),
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


@pytest.mark.parametrize(
    ("of", "at", "sentence"),
    [
        ("admissions", "0", "this is a count"),
        ("cost", "USD 0", "does not flow"),
        ("gross this year", "USD 0", "put the span into a condition"),
        ("points", "USD 0", "takes no sooner than this position"),
    ],
)
def test_a_table_of_shares_goes_by_what_flows_to_the_position(of, at, sentence):
    text = document(GOOD.replace("take: 20 % of gross", "take: by scale"), PARTIES)
    table = f"tables: [{{id: scale, of: {of}, steps: [{{at: {at}, take: 5 %}}]}}]"
    with pytest.raises(BadDocument) as caught:
        parse_agreement(text.replace("metrics:", f"{table}\n  metrics:").encode(), "a.yaml")
    assert any("positions[fee].take" in str(one) and sentence in str(one) for one in caught.value.findings)
