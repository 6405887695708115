"""Properties of counts, of the order of a day, of credit notes, and of balances taken over."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import CannotShare
from domain.sharing.waterfall.facts import FactKind, Facts, ReceiptGroup, WaterfallFact
from domain.sharing.waterfall.network import ReceiptKind
from domain.sharing.waterfall.rules import Rules
from domain.sharing.waterfall.run import run
from tests.domain.sharing.waterfall.deal import version

SECTION = """
currency: USD
TERMS
metrics: [admissions]
claims:
  - {id: p-and-a, costs: p-and-a}
  - {id: equity-a, amount: USD 300, on: 2025-01-01}
  - {id: equity-b, amount: USD 200, on: 2025-01-01}
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: agent, take: 25 % of gross, then: [{once: gross reaches USD 500, take: 15 % of gross}]}
      - {id: costs, to: agent, recoups: p-and-a}
      - {id: abroad, to: co, take: 20 % of what remains, excluding: {territory: KR}}
    residue: net
  - id: net
    positions:
      - {id: equity, to: {share: by_outstanding, among: [{to: a, recoups: equity-a}, {to: b, recoups: equity-b}]}}
      - {id: points, to: star, take: 5 % of net, once: producer reaches USD 40}
    residue: producer
charges:
  - {id: bonus, of: producer, to: star, amount: USD 0.10 for each (admissions - 50)}
"""
PARTIES = ["agent", "co", "a", "b", "star", "producer"]
START, CUT, END = date(2025, 1, 1), date(2026, 6, 30), date(2027, 12, 31)
few = settings(max_examples=12, deadline=None)

receipts = st.lists(
    st.builds(
        lambda day, territory, cents: ReceiptGroup(
            START + timedelta(days=day), ReceiptKind(("USD", "", territory, "", "")), cents
        ),
        st.sampled_from([10, 10, 200, 400, 700, 700, 900]),
        st.sampled_from(["KR", "DE", "US"]),
        st.integers(1, 60_000),
    ),
    max_size=6,
)
costs = st.lists(
    st.builds(
        lambda day, cents: WaterfallFact(FactKind.COST, START + timedelta(days=day), "p-and-a", Fraction(cents)),
        st.integers(0, 900),
        st.integers(1, 9_000),
    ),
    max_size=3,
)


def deal(terms="", effective="2025-01-01"):
    return version(SECTION.replace("TERMS", terms), PARTIES, effective)


def shared(rows, others=(), terms="", as_of=END):
    return run([deal(terms)], Facts(tuple(rows), tuple(others)), as_of, rules=Rules.FIFTH)


def relabelled(row, names):
    currency, payer, territory, media, window = row.kind.fields
    return replace(row, kind=ReceiptKind((currency, payer, names.get(territory, territory), media, window)))


def found(rows, others=(), terms=""):
    """What everybody has, or the days on which an order would decide."""
    try:
        return shared(rows, others, terms).parties
    except CannotShare as error:
        return error.sentence.partition(" it matters")[0]


@few
@given(receipts, costs, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_a_label_ever_decides_in_silence(rows, others, random):
    mixed = list(rows)
    random.shuffle(mixed)
    first = found(rows, others)
    assert found(mixed, others) == first
    assert found([relabelled(row, {"DE": "ZZ", "US": "AA"}) for row in rows], others) == first


@few
@given(receipts, costs)
def test_with_the_term_of_named_columns_the_rows_of_a_kind_may_be_written_in_any_order(rows, others):
    term = "within_a_day: [{territory: KR}, {territory: US}, {territory: DE}]"
    expected = shared(rows, others, term)
    for each in list(permutations(rows))[:6]:
        assert shared(each, others, term).parties == expected.parties
    for mattered in expected.orders:
        assert [kind.fields[2] for kind in mattered.kinds] == [
            territory for territory in ("KR", "US", "DE") if territory in {kind.fields[2] for kind in mattered.kinds}
        ]


@few
@given(receipts, st.lists(st.integers(0, 900), min_size=2, max_size=2), st.integers(1, 500))
def test_the_day_of_a_count_changes_nothing_that_is_owed_for_it(rows, days, count):
    term = "within_a_day: statement and row"
    results = [
        shared(rows, [WaterfallFact(FactKind.METRIC, START + timedelta(days=day), "admissions", Fraction(count))], term)
        for day in days
    ]
    assert results[0].parties == results[1].parties


@few
@given(receipts, st.integers(0, 900), st.integers(1, 900))
def test_the_day_of_a_count_by_which_a_position_shares_is_refused_whichever_it_is(rows, day, count):
    section = SECTION.replace("TERMS", "").replace("take: 5 % of net", "take: all of USD 1 for each admissions")
    one = version(section, PARTIES)
    metric = WaterfallFact(FactKind.METRIC, START + timedelta(days=day), "admissions", Fraction(count))
    with pytest.raises(CannotShare, match="points takes by this count"):
        run([one], Facts(tuple(rows), (metric,)), END, rules=Rules.FIFTH)


@few
@given(receipts, costs, st.integers(1, 9_000), st.lists(st.integers(0, 1000), min_size=2, max_size=2))
def test_a_credit_note_gives_the_same_after_what_it_takes_back_whatever_its_day(rows, others, cents, days):
    term = "within_a_day: statement and row"
    later = max([0, *((one.on - START).days for one in others)])
    results = []
    for day in days:
        on = START + timedelta(days=max(day, later))
        note = WaterfallFact(FactKind.COST, on, "p-and-a", -Fraction(cents))
        results.append(shared(rows, [*others, note], term))
    assert results[0].parties == results[1].parties
    assert all(not one.owed_back for one in results)


@few
@given(receipts, costs)
def test_going_on_from_balances_gives_what_going_on_from_the_facts_gives(rows, others):
    term = "within_a_day: statement and row"
    whole, before = shared(rows, others, term), shared(rows, others, term, CUT)
    took = {f"{name}": amount for name, amount in before.positions.items() if name != "equity"}
    balances = {**before.inflow, **took, "producer": before.recipients["net.residue"]}
    balances |= {name: before.recipients[name] for name in ("equity.1", "equity.2")}
    balances |= {"p-and-a": sum((one.amount for one in others if one.on <= CUT), Fraction(0))}
    openings = [WaterfallFact(FactKind.OPENING, CUT, name, Fraction(amount)) for name, amount in balances.items()]
    openings += [WaterfallFact(FactKind.METRIC, CUT, "admissions", Fraction(0))]
    after = Facts(tuple(rows), tuple(others)).after(CUT)
    taken_over = run(
        [deal(f"{term}\ntakes_over_on: {CUT}", f"{CUT}")],
        Facts(after.receipts, (*after.others, *openings)),
        END,
        rules=Rules.FIFTH,
    )
    assert taken_over.parties == whole.parties
    assert taken_over.opened == before.conservation.received
    assert taken_over.conservation.received == whole.conservation.received - before.conservation.received
