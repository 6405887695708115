"""Variants of the constructs in real contracts, with figures checked by hand."""

from fractions import Fraction

import pytest

from tests.domain.sharing.waterfall.deal import fact, receipt, share

HEAD = """
currency: {currency}
metrics: [admissions]
{claims}
pools:
  - id: g
    receives: everything
    positions:
{positions}
    residue: p
{more}
"""
JAN, FEB, MAR = "2025-01-31", "2025-02-28", "2025-03-31"


def deal(*positions, claims=(), more="", currency="USD"):
    section = f"claims: [{', '.join(claims)}]" if claims else ""
    lines = "\n".join(f"      - {{{position}}}" for position in positions)
    return HEAD.format(currency=currency, claims=section, positions=lines, more=more)


def compounded(principal, *steps):
    """The exact debt after years at rates, less payments."""
    owed = Fraction(principal)
    for rate, paid in steps:
        owed = owed * (1 + Fraction(rate) / 100) - paid
    return owed


COST = "{id: cost, costs: cost}"
EIGHT, TWELVE = (compounded(100, (rate, 10), (rate, 0)) for rate in (8, 12))
REST = 150 - EIGHT - (TWELVE - EIGHT) / Fraction(8, 10)
VARIANTS = {
    "points that others' points reduce, to a floor": (
        deal(
            "id: w, to: writer, take: 2 % of g",
            "id: d, to: director, take: 4 % of g",
            "id: s, to: star, up_to: the greater of 5 % of g and (10 % of g - w - d)",
        ),
        "writer director star p",
        [receipt(JAN, "USD 1000")],
        {"writer": 20, "director": 40, "star": 50, "p": 890},
    ),
    "a corridor in second position until the budget is back": (
        deal(
            "id: commission, to: agent, take: 20 % of g",
            "id: corridor, to: star, take: 10 % of what remains, until: budget is recouped",
            "id: back, to: financier, recoups: budget",
            claims=["{id: budget, amount: USD 72}"],
        ),
        "agent star financier p",
        [receipt(JAN, "USD 200")],
        {"agent": 40, "star": 8, "financier": 72, "p": 80},  # 80 of each 100 remain, 72 of them pay the budget
    ),
    "equal until filled with different caps": (
        deal(
            "id: t, to: {share: equal_until_filled, among: "
            "[{to: a, up_to: USD 10}, {to: b, up_to: USD 20}, {to: c, up_to: USD 30}]}"
        ),
        "a b c p",
        [receipt(JAN, "USD 45"), receipt(FEB, "USD 20")],
        {"a": 10, "b": 20, "c": 30, "p": 5},
    ),
    "deferments by what is outstanding, pari passu": (
        deal(
            "id: t, to: {share: by_outstanding, among: "
            "[{to: a, up_to: USD 20}, {to: b, up_to: USD 40}, {to: c, up_to: USD 60}]}"
        ),
        "a b c p",
        [receipt(JAN, "USD 60")],
        {"a": 10, "b": 20, "c": 30, "p": 0},
    ),
    "outstanding limits that grow with receipts": (
        deal(
            "id: t, take: 50 % of g, to: {share: by_outstanding, among: "
            "[{to: a, up_to: 10 % of g}, {to: b, up_to: 30 % of g}]}"
        ),
        "a b p",
        [receipt(JAN, "USD 100"), receipt(FEB, "USD 100")],
        {"a": 20, "b": 60, "p": 120},
    ),
    "more capital drawn between two distributions": (
        deal(
            "id: back, to: {share: by_outstanding, among: "
            "[{to: lp, recoups: lp-capital}, {to: gp, recoups: gp-capital}]}",
            claims=["{id: lp-capital, advance: lp}", "{id: gp-capital, advance: gp}"],
        ),
        "lp gp p",
        [
            fact("advance", "2025-01-01", "lp", "USD 90"),
            fact("advance", "2025-01-01", "gp", "USD 10"),
            receipt(JAN, "USD 50"),
            fact("advance", "2025-02-01", "lp", "USD 45"),
            receipt(FEB, "USD 30"),
        ],
        {"lp": 45 + Fraction(30) * 90 / 95, "gp": 5 + Fraction(30) * 5 / 95, "p": 0},
    ),
    "a tier inside a tier by commitment": (
        deal(
            "id: t, take: USD 100, to: {share: by_commitment, among: "
            "[{weight: '50', to: {share: in_order, among: [{to: a, up_to: USD 30}, {to: b}]}}, {to: c, weight: '50'}]}"
        ),
        "a b c p",
        [receipt(JAN, "USD 120")],
        {"a": 30, "b": 20, "c": 50, "p": 20},
    ),
    "costs that are credited after a part is back": (
        deal("id: back, to: a, recoups: cost", claims=[COST]),
        "a p",
        [
            fact("cost", "2025-01-01", "cost", "USD 100"),
            receipt(JAN, "USD 50"),
            fact("cost", "2025-02-01", "cost", "USD -20"),
            receipt(FEB, "USD 150"),
        ],
        {"a": 80, "p": 120},
    ),
    "overhead that bears interest": (
        deal(
            "id: back, to: a, recoups: cost",
            claims=["{id: cost, costs: cost, overhead: 15 %, interest: {rate: 10 % a year, days: 30/360}}"],
        ),
        "a p",
        [fact("cost", "2025-01-01", "cost", "USD 100"), receipt("2026-01-01", "USD 200")],
        {"a": Fraction(115) * 11 / 10, "p": 200 - Fraction(115) * 11 / 10},
    ),
    "overhead that bears none": (
        deal(
            "id: over, to: a, recoups: overhead",
            "id: back, to: a, recoups: cost",
            claims=[
                "{id: cost, costs: cost, interest: {rate: 10 % a year, days: 30/360}}",
                "{id: overhead, costs: cost, multiple: 15 %}",
            ],
        ),
        "a p",
        [fact("cost", "2025-01-01", "cost", "USD 100"), receipt("2026-01-01", "USD 200")],
        {"a": 125, "p": 75},
    ),
    "interest of a loan before its principal": (
        deal(
            "id: i, to: bank, recoups: interest",
            "id: back, to: lender, recoups: cost",
            claims=["{id: interest, interest: {rate: 10 % a year, days: 30/360, on: cost}}", COST],
        ),
        "bank lender p",
        [fact("cost", "2025-01-01", "cost", "USD 100"), receipt("2026-01-01", "USD 60")],
        {"bank": 10, "lender": 50, "p": 0},
    ),
    "a loan drawn twice": (
        deal(
            "id: back, to: bank, recoups: loan",
            claims=["{id: loan, advance: loan, interest: {rate: 10 % a year, days: 30/360}}"],
        ),
        "bank p",
        [
            fact("advance", "2025-01-01", "loan", "USD 100"),
            fact("advance", "2025-07-01", "loan", "USD 50"),
            receipt("2026-01-01", "USD 200"),
        ],
        {"bank": 110 + Fraction(105, 2), "p": 200 - 110 - Fraction(105, 2)},
    ),
    "a return compounded yearly with a part paid within a year": (
        deal(
            "id: back, to: lp, recoups: c",
            claims=["{id: c, advance: c, interest: {rate: 8 % a year, days: 30/360, compounds: yearly}}"],
        ),
        "lp p",
        [
            fact("advance", "2025-01-01", "c", "USD 100"),
            receipt("2026-07-01", "USD 50"),
            receipt("2027-07-01", "USD 100"),
        ],
        {
            "lp": 50 + compounded(100, (8, 0), (4, 50), (4, 0), (4, 0)),
            "p": 100 - compounded(100, (8, 0), (4, 50), (4, 0), (4, 0)),
        },
    ),
    "two hurdles by what the investor has had": (
        deal(
            "id: first, to: lp, until: eight is recouped",
            "id: second, until: twelve is recouped, "
            "to: {share: by_commitment, among: [{to: lp, weight: '80'}, {to: gp, weight: '20'}]}",
            "id: third, to: {share: by_commitment, among: [{to: lp, weight: '70'}, {to: gp, weight: '30'}]}",
            claims=[
                f"{{id: {name}, advance: c, paid_by: lp, "
                f"interest: {{rate: {rate} % a year, days: 30/360, compounds: yearly}}}}"
                for name, rate in (("eight", 8), ("twelve", 12))
            ],
        ),
        "lp gp p",
        [
            fact("advance", "2025-01-01", "c", "USD 100"),
            receipt("2026-01-01", "USD 10"),
            receipt("2027-01-01", "USD 150"),
        ],
        {"lp": 10 + TWELVE + Fraction(7, 10) * REST, "gp": (TWELVE - EIGHT) / 4 + Fraction(3, 10) * REST, "p": 0},
    ),
    "a guarantee with interest against a stated share": (
        deal(
            "id: back, to: d, take: 50 % of g, recoups: mg",
            claims=["{id: mg, advance: mg, interest: {rate: 10 % a year, days: 30/360}}"],
        ),
        "d p",
        [fact("advance", "2025-01-01", "mg", "USD 50"), receipt("2026-01-01", "USD 200")],
        {"d": 55, "p": 145},
    ),
    "a success fee whose threshold moves away with new costs": (
        deal(
            "id: back, to: c, recoups: cost",
            "id: fee, to: lead, take: 20 % of what remains, once: g reaches 150 % of cost",
            claims=[COST],
        ),
        "c lead p",
        [
            fact("cost", "2025-01-01", "cost", "USD 100"),
            receipt(JAN, "USD 200"),
            fact("cost", "2025-02-01", "cost", "USD 80"),
            receipt(FEB, "USD 80"),
        ],
        {"c": 180, "lead": 10, "p": 90},
    ),
    "an assignment of a share of what was assigned": (
        deal(
            "id: points, to: star, take: 10 % of g",
            more="assignments: [{id: s, of: star, to: agent, take: 50 % of star}, "
            "{id: t, of: agent, to: bank, take: 20 % of agent}]",
        ),
        "star agent bank p",
        [receipt(JAN, "USD 1000")],
        {"star": 50, "agent": 40, "bank": 10, "p": 900},
    ),
    "an assignment once the assignor has had enough": (
        deal(
            "id: points, to: star, take: 10 % of g",
            more="assignments: [{id: s, of: star, to: bank, take: 50 % of star, once: star reaches USD 20}]",
        ),
        "star bank p",
        [receipt(JAN, "USD 1000")],
        {"star": 60, "bank": 40, "p": 900},
    ),
    "a step by admissions that counts from the first receipt": (
        deal(
            "id: points, to: star, take: 5 % of g, then: [{once: admissions reaches 10, take: 10 % of g}], "
            "change: cliff, borne_by: p"
        ),
        "star p",
        [receipt(JAN, "USD 200"), fact("metric", "2025-03-01", "admissions", "10")],
        {"star": 20, "p": 180},
    ),
    "two cliffs in one receipt, and down again": (
        deal(
            "id: points, to: star, take: 5 % of g, change: cliff, borne_by: p, "
            "then: [{once: g reaches USD 100, take: 10 % of g}, {once: g reaches USD 200, take: 7 % of g}]"
        ),
        "star p",
        [receipt(JAN, "USD 300")],
        {"star": 21, "p": 279},
    ),
    "a metric that comes late counts for what follows": (
        deal("id: bonus, to: star, take: 5 % of g, once: admissions reaches 10"),
        "star p",
        [receipt(JAN, "USD 100"), receipt(MAR, "USD 100"), fact("metric", "2025-02-01", "admissions", "10")],
        {"star": 5, "p": 195},
    ),
    "a shortfall of a guarantee made good by the guarantor": (
        deal(
            "id: royalty, to: star, take: 10 % of g",
            more="charges: [{id: shortfall, of: p, to: star, amount: USD 50 - royalty}]",
        ),
        "star p",
        [receipt(JAN, "USD 200")],
        {"star": 50, "p": 150},
    ),
    "carry by the deal, clawed back by the whole": (
        HEAD.format(
            currency="USD",
            claims="claims: [{id: one, advance: one}, {id: two, advance: two}]",
            positions="      - {id: back-one, to: lp, recoups: one}",
            more="""
  - id: h
    receives: {window: second}
    positions: [{id: back-two, to: lp, recoups: two}]
    residue: profit
  - id: profit
    residue: {share: by_commitment, among: [{to: lp, weight: "80"}, {to: gp, weight: "20"}]}
charges:
  - id: clawback
    of: gp
    to: lp
    amount: the lesser of gp and (gp - the greater of USD 0 and 20 % of (g + h - one - two))
    once: from 2030-01-01
""",
        )
        .replace("residue: p\n", "residue: profit\n", 1)
        .replace("everything", "everything else"),
        "lp gp p",
        [
            fact("advance", "2025-01-01", "one", "USD 100"),
            fact("advance", "2025-01-01", "two", "USD 100"),
            receipt(JAN, "USD 150", window="first"),
            receipt(FEB, "USD 70", window="second"),
        ],
        {"lp": 216, "gp": 4, "p": 0},  # 10 of carry on the first; the whole made 20, of which 4
    ),
    "two thresholds at the same amount": (
        deal(
            "id: fee, to: d, take: 20 % of g, "
            "then: [{once: g reaches USD 100, take: 15 % of g}, {once: g reaches cost, take: 10 % of g}]",
            claims=["{id: cost, amount: USD 100}"],
        ),
        "d p",
        [receipt(JAN, "USD 200")],
        {"d": 30, "p": 170},
    ),
    "a threshold that a receipt hits exactly": (
        deal("id: fee, to: d, take: 20 % of g, then: [{once: g reaches USD 100, take: 10 % of g}]"),
        "d p",
        [receipt(JAN, "USD 100"), receipt(FEB, "USD 50")],
        {"d": 25, "p": 125},
    ),
    "three hundred receipts of a day across a threshold": (
        deal("id: fee, to: d, take: 20 % of g, then: [{once: g reaches USD 100, take: 10 % of g}]"),
        "d p",
        [receipt(JAN, "USD 1")] * 300,
        {"d": 40, "p": 260},
    ),
    "no receipts, and receipts of nothing": (
        deal("id: fee, to: d, take: 20 % of g, then: [{once: g reaches USD 100, take: 10 % of g}]"),
        "d p",
        [receipt(JAN, "USD 0")],
        {"d": 0, "p": 0},
    ),
    "yen without decimals": (
        deal("id: fee, to: d, take: 1/3 of g", currency="JPY"),
        "d p",
        [receipt(JAN, "JPY 100")],
        {"d": Fraction(100, 3), "p": Fraction(200, 3)},
    ),
    "dinars with three": (
        deal("id: fee, to: d, take: 1/3 of g", currency="BHD"),
        "d p",
        [receipt(JAN, "BHD 0.001")],
        {"d": Fraction(1, 3000), "p": Fraction(2, 3000)},
    ),
}


@pytest.mark.parametrize(("section", "parties", "rows", "expected"), VARIANTS.values(), ids=VARIANTS.keys())
def test_a_variant_comes_to_what_was_worked_out_by_hand(section, parties, rows, expected):
    assert share(section, parties, *rows).parties == {
        party: str(Fraction(amount)) for party, amount in expected.items()
    }
