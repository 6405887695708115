"""Agreements and facts made up from a seed: the same from the same seed, for ever.

Only `Random.random` is used, whose numbers Python promises not to change.
"""

from datetime import date, timedelta
from fractions import Fraction
from random import Random

from domain.sharing.waterfall.facts import (
    FactKind,
    Facts,
    ReceiptGroup,
    WaterfallFact,
)
from domain.sharing.waterfall.network import ReceiptKind
from tests.domain.sharing.waterfall.deal import version

AGREEMENTS = 32
FACTS_OF_EACH = 6
PARTIES = ["distributor", "bank", "a", "b", "star", "writer", "producer", "office"]
START = date(2025, 1, 1)
DAYS = 1_000


class Draw:
    """Choices from a seed."""

    def __init__(self, seed):
        self._random = Random(seed)  # noqa: S311 - it makes up deals

    def upto(self, number):
        """A whole number below another."""
        return int(self._random.random() * number)

    def between(self, least, most):
        return least + self.upto(most - least + 1)

    def one(self, *of):
        return of[self.upto(len(of))]

    def maybe(self, written, percent=50):
        return written if self.upto(100) < percent else ""


def section(draw, held, viewed, applies="retroactively"):
    """A waterfall of most constructs, each there or not and with its own terms.

    Whether something is `held` in reserve and a party has a view of its own is the same in all versions of a deal.
    """
    rate, step = draw.between(5, 40), f"once: gross reaches USD {draw.between(100, 900)}"
    steps = f", then: [{{{step}, take: {draw.between(1, 30)} % of gross}}]"
    cliff = draw.maybe(", change: cliff, borne_by: producer", 30)
    steps = draw.maybe(steps + cliff, 70)
    reserve = f", held_for: {{periods: {draw.between(1, 4)}, of: {draw.one('quarter', 'month', 'year')}, then: net}}"
    second = (
        f"{draw.between(1, 9)}/{draw.between(11, 97)} of gross{draw.maybe(', only: {media: tv}', 40)}{reserve * held}"
    )
    days = draw.one("actual/365", "actual/360", "actual/actual", "30/360")
    compounds = draw.one("never", "monthly", "quarterly", "half-yearly", "yearly")
    sharing = draw.one("by_outstanding", "equal_until_filled", "in_order")
    span = draw.one("year", "half-year", "quarter", "month")
    most = draw.one("the lesser of USD 40 and 4 % of gross", "the greater of USD 3 and star-points", "USD 21")
    event = f"p-and-a is recouped and gross exceeds USD {draw.upto(300)}{draw.maybe(', stays: true')}"
    cost = draw.maybe(f", cap: {draw.between(10, 60)} % of gross") + draw.maybe(f", overhead: {draw.between(2, 15)} %")
    fee_cap = f"until: m-fee reaches USD {draw.between(20, 200)}"
    bonus = f"until: star-bonus this {span} reaches USD {draw.between(3, 30)}"
    parity = f"until: producer reaches {draw.between(5, 40)} % of net"
    weights = [f'{{to: {party}, weight: "{draw.between(1, 7)}"}}' for party in ("producer", "a", "b")]
    lines = [
        "currency: USD",
        f"applies: {applies}",
        "metrics: [admissions]",
        "claims:",
        f"  - {{id: p-and-a, costs: p-and-a{cost}}}",
        "  - id: loan",
        "    advance: loan",
        f"    interest: {{rate: {draw.between(2, 14)} % a year, days: {days}, compounds: {compounds}}}",
        f"  - {{id: equity-a, amount: USD {draw.between(50, 400)}{draw.maybe(', multiple: 115 %')}}}",
        f"  - {{id: equity-b, amount: USD {draw.between(50, 400)}}}",
        f"events: [{{id: broken-even, when: {event}}}]",
        "pools:",
        "  - id: gross",
        "    receives: {media: [theatrical, tv]}",
        "    positions:",
        f"      - {{id: fee, to: distributor, take: {rate} % of gross{steps}}}",
        f"      - {{id: costs, to: distributor, recoups: p-and-a{draw.maybe(', take: 50 % of what remains', 30)}}}",
        f"      - {{id: fee2, to: office, take: {second}}}",
        "    residue: net",
        "  - id: merchandise",
        "    receives: everything else",
        "    positions:",
        f"      - {{id: m-fee, to: distributor, take: {draw.between(10, 60)} % of merchandise, {fee_cap}}}",
        "    residue: net",
        "  - id: net",
        "    positions:",
        f"      - {{id: bank-loan, to: bank, take: {draw.between(30, 100)} % of what remains, recoups: loan}}",
        "      - id: equity",
        f"        to: {{share: {sharing}, among: [{{to: a, recoups: equity-a}}, {{to: b, recoups: equity-b}}]}}",
        f"      - {{id: star-points, to: star, take: {draw.between(1, 9)} % of net, once: equity-a is recouped}}",
        f"      - {{id: star-bonus, to: star, take: {draw.between(1, 7)} % of net, once: broken-even, {bonus}}}",
        f"      - {{id: writer-points, to: writer, take: {draw.between(1, 7)} % of net, up_to: {most}}}",
        f"      - {{id: catch-up, to: producer, take: 50 % of what remains, {parity}}}",
        f"    residue: {{share: by_commitment, among: [{', '.join(weights)}]}}",
    ]
    lines += _outside(draw, viewed)
    return "\n".join(lines)


def _outside(draw, viewed):
    """What lies outside the pools."""
    bonus = f"  - {{id: bonus, of: producer, to: star, amount: USD 0.01 for each (admissions - {draw.between(10, 900)})"
    lines = ["charges:", bonus + ", once: admissions exceeds 900}"] if draw.upto(2) else []
    if draw.upto(2):
        lines += ["assignments:", f"  - {{id: directed, of: star, to: bank, take: {draw.between(10, 90)} % of star}}"]
    if viewed:
        lines += ["views:", "  - of: writer", "    borne_by: producer"]
        lines += [f"    changes: [{{id: fee, take: {draw.between(1, 20)} % of gross, then: []}}]"]
    return [*lines, f"minimum_payouts: [{{to: writer, amount: USD {draw.between(1, 20)}}}]"]


def versions(draw):
    """One version, or two of which the later one goes on from the earlier or replaces it."""
    constant = draw.upto(5) < 2, draw.upto(3) == 0  # an amendment cannot take away a reserve, or add a view
    first = version(section(draw, *constant), PARTIES)
    if draw.upto(3):
        return [first]
    later = (START + timedelta(days=draw.between(100, DAYS))).isoformat()
    return [first, version(section(draw, *constant, draw.one("prospectively", "retroactively")), PARTIES, later)]


def facts(draw):
    """Receipts of three kinds, some taken back, some with counts; costs and advances."""
    receipts = []
    for _ in range(draw.between(1, 12)):
        media = draw.one("theatrical", "tv", "merchandise")
        counts = (("admissions", Fraction(draw.upto(800))),) if media == "theatrical" else ()
        receipts.append(
            ReceiptGroup(_day(draw), ReceiptKind(("USD", "", "", media, "")), draw.between(1, 60_000), counts=counts)
        )
    if draw.upto(4) == 0:
        receipts.append(ReceiptGroup(_day(draw), receipts[0].kind, -draw.between(1, receipts[0].amount)))
    others = [WaterfallFact(FactKind.ADVANCE, START, "loan", Fraction(draw.between(0, 30_000)))]
    others += [
        WaterfallFact(FactKind.COST, _day(draw), "p-and-a", Fraction(draw.between(1, 20_000)))
        for _ in range(draw.upto(4))
    ]
    return Facts(tuple(receipts), tuple(others))


def _day(draw):
    return START + timedelta(days=draw.upto(DAYS))


def runs():
    """Name, versions, facts and last day of every run that is made up."""
    for seed in range(AGREEMENTS):
        draw = Draw(seed)
        chain = versions(draw)
        for n in range(FACTS_OF_EACH):
            yield f"made-{seed}-{n}", chain, facts(draw), START + timedelta(days=draw.between(DAYS // 2, DAYS + 200))
