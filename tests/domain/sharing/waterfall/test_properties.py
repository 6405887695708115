"""Properties of every run, whatever the receipts."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.sharing.waterfall.compile import compile_network
from domain.sharing.waterfall.engine import Engine
from domain.sharing.waterfall.entry import Entries
from domain.sharing.waterfall.explain import explain
from domain.sharing.waterfall.facts import Facts, ReceiptGroup
from domain.sharing.waterfall.network import ReceiptKind
from domain.sharing.waterfall.run import entitled_by_day, run
from tests.domain.sharing.waterfall.deal import fact, version

SECTION = """
currency: USD
claims:
  - {id: p-and-a, costs: p-and-a, cap: 20 % of gross}
  - {id: loan, advance: loan, interest: {rate: 9 % a year, days: 30/360}}
  - {id: equity-a, amount: USD 300, multiple: 120 %}
  - {id: equity-b, amount: USD 200}
events:
  - {id: broken-even, when: p-and-a is recouped and gross exceeds USD 0, stays: true}
pools:
  - id: gross
    receives: {media: [theatrical, tv]}
    positions:
      - {id: fee, to: distributor, take: 25 % of gross, then: [{once: gross reaches USD 500, take: 15 % of gross}]}
      - {id: costs, to: distributor, recoups: p-and-a}
    residue: net
  - id: merchandise
    receives: everything else
    positions: [{id: merchandise-fee, to: distributor, take: 40 % of merchandise}]
    residue: net
  - id: net
    positions:
      - {id: bank-loan, to: bank, take: 60 % of what remains, recoups: loan}
      - id: equity
        to: {share: by_outstanding, among: [{to: a, recoups: equity-a}, {to: b, recoups: equity-b}]}
      - {id: star-points, to: star, take: 5 % of net, once: equity-a is recouped}
      - {id: star-bonus, to: star, take: 3 % of net, once: broken-even, until: star-bonus this half-year reaches USD 9}
      - {id: catch-up, to: producer, take: 50 % of what remains, until: producer reaches 20 % of net}
    residue: {share: by_commitment, among: [{to: producer, weight: "3"}, {to: a, weight: "2"}]}
"""
ONE = version(SECTION, ["distributor", "bank", "a", "b", "star", "producer"])
START = date(2025, 1, 1)
END = date(2027, 12, 31)
OTHERS = (
    fact("cost", "2025-01-01", "p-and-a", "USD 150"),
    fact("advance", "2025-01-01", "loan", "USD 100"),
    fact("cost", "2025-09-01", "p-and-a", "USD 70"),
)

rows = st.lists(
    st.builds(
        lambda day, media, cents: ReceiptGroup(
            START + timedelta(days=day), ReceiptKind(("USD", "", "", media, "")), cents
        ),
        st.integers(0, 900),
        st.sampled_from(["theatrical", "tv", "merchandise"]),
        st.integers(1, 60_000),
    ),
    max_size=5,
)
few = settings(max_examples=8, deadline=None)


def shared(receipts, as_of=END):
    return run([ONE], Facts(tuple(receipts), OTHERS), as_of)


@few
@given(rows)
def test_every_slice_gives_away_exactly_what_it_brings(receipts):
    slices = []
    network = compile_network(ONE.waterfall, ONE.parties)
    Engine(network, Entries(ONE.waterfall, {}), trace=slices.append).run(Facts(tuple(receipts), OTHERS), START, END)
    for one in slices:
        assert sum(rate for name, rate in one.spread.rates.items() if name.startswith("to:")) == 1
    assert sum(one.amount for one in slices) == sum(each.amount for each in receipts)


@few
@given(rows)
def test_taking_receipts_many_at_a_time_changes_nothing(receipts):
    network = compile_network(ONE.waterfall, ONE.parties)
    facts = Facts(tuple(receipts), OTHERS)
    singly = Engine(network, Entries(ONE.waterfall, {}), trace=lambda _: None).run(facts, START, END)
    together = Engine(network, Entries(ONE.waterfall, {})).run(facts, START, END)
    assert {k: v for k, v in singly.state.items() if v} == {k: v for k, v in together.state.items() if v}
    assert [(one.on, one.at) for one in singly.crossings] == [(one.on, one.at) for one in together.crossings]


@few
@given(rows, st.data())
def test_splitting_a_receipt_in_two_changes_nothing(receipts, data):
    parts = []
    for each in receipts:
        cut = data.draw(st.integers(0, each.amount))
        parts += [ReceiptGroup(each.on, each.kind, cut), ReceiptGroup(each.on, each.kind, each.amount - cut)]
    assert shared(parts).parties == shared(receipts).parties


@few
@given(rows, st.randoms(use_true_random=False))
def test_the_order_in_which_a_day_is_written_changes_nothing(receipts, random):
    mixed = list(receipts)
    random.shuffle(mixed)
    assert shared(mixed).parties == shared(receipts).parties


@few
@given(rows, st.integers(0, 900))
def test_a_run_to_date_is_the_sum_of_its_periods(receipts, day):
    cut = START + timedelta(days=day)
    first, whole = shared(receipts, cut), shared(receipts)
    network = compile_network(ONE.waterfall, ONE.parties)
    facts = Facts(tuple(receipts), OTHERS)
    before = Engine(network, Entries(ONE.waterfall, {})).run(facts, START, cut)
    after = Engine(network, Entries(ONE.waterfall, {}), before).run(facts.after(cut), START, END)
    for party, amount in whole.parties.items():
        assert before.state.get(f"to:{party}", 0) == first.parties[party]
        assert after.state.get(f"to:{party}", 0) == amount


@few
@given(rows, rows)
def test_more_receipts_on_the_last_day_take_nothing_from_anybody(receipts, more):
    extra = [ReceiptGroup(END, each.kind, each.amount) for each in more]
    before, after = shared(receipts), shared([*receipts, *extra])
    assert all(after.parties[party] >= before.parties[party] for party in before.parties)


WORKED_OUT = version(
    """
currency: KRW
metrics: [admissions]
words:
  territory: {groups: [{id: Asia, of: [KR, JP]}, {id: elsewhere, excluding: Asia}]}
tables:
  - {id: scale, of: gross, steps: [{at: KRW 0, take: 5 %}, {at: KRW 3000, take: 10 %}, {at: KRW 9000, take: 20 %}]}
  - {id: ladder, of: admissions, steps: [{at: 50, adds: KRW 300}, {at: 90, adds: KRW 500}]}
claims:
  - {id: cost, costs: cost, cap: 30 % of gross rounded up to KRW 700}
  - {id: loan, advance: loan, interest: {rate: 9 % a year, compounds: effective}}
  - {id: other, advance: other, interest: {rate: 1 % a month, days: 30E/360, compounds: monthly, rounded: to KRW 1}}
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: agent, take: by scale}
      - {id: back, to: investor, recoups: cost}
      - {id: bank-loan, to: bank, take: 50 % of what remains, recoups: loan}
      - {id: other-loan, to: bank, take: 30 % of what remains, recoups: other}
      - {id: hits, to: star, take: 50 % of what remains, up_to: KRW 7 for each full 10 of admissions}
      - {id: bonus, to: star, take: 10 % of what remains, up_to: ladder, only: {territory: Asia}}
      - {id: late, to: investor, take: 5 % of gross, once: gross / 3 rounded up to KRW 1000 reaches KRW 2000}
    residue: producer
charges:
  - {id: average, of: producer, to: star, amount: (gross / admissions else KRW 0) rounded down to KRW 5}
""",
    ["agent", "investor", "bank", "star", "producer"],
)
WORKED_OUT_FACTS = (
    fact("cost", "2025-01-01", "cost", "KRW 4000"),
    fact("advance", "2025-01-01", "loan", "KRW 900"),
    fact("advance", "2025-01-15", "other", "KRW 700"),
)
counted = st.lists(
    st.builds(
        lambda day, territory, amount, tickets: ReceiptGroup(
            START + timedelta(days=day),
            ReceiptKind(("KRW", "", territory, "", "")),
            amount,
            counts=(("admissions", Fraction(tickets)),),
        ),
        st.integers(0, 600),
        st.sampled_from(["KR", "US"]),
        st.integers(1, 6000),
        st.integers(0, 60),
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(counted, st.lists(st.integers(0, 700), min_size=1, max_size=3, unique=True))
def test_what_is_worked_out_is_the_same_by_the_day_receipt_by_receipt_and_at_once(receipts, offsets):
    given_facts = Facts(tuple(receipts), WORKED_OUT_FACTS)
    days = sorted(START + timedelta(days=offset) for offset in offsets)
    by_day = entitled_by_day([WORKED_OUT], given_facts, days)
    for day in days:
        found = run([WORKED_OUT], given_facts, day)
        assert found.parties == by_day[day]
        assert found.conservation.difference == 0
        for party in WORKED_OUT.parties:
            assert explain(run, [WORKED_OUT], given_facts, day, party).total == found.parties[party]
