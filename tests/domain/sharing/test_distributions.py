"""Distributions: posted, held and paid amounts, and books that agree at every step."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreement.model import Purpose
from domain.commands import ObjectToDistribution
from domain.errors import BadInput, IllegalTransition, Refused, WrongRole
from domain.events import (
    DistributionComputed,
    DuePayment,
    EntitlementsPosted,
    Event,
    ObjectionResolved,
    PartyAmount,
    PaymentsFellDue,
    ReserveAmount,
    Share,
)
from domain.identity import Person, Role
from domain.sharing import distributions as d
from domain.sharing import ordering
from domain.values.money import Money
from tests.domain import builders as b

HAN = Person("min", "han", frozenset({Role.APPROVER}))
MORI = Person("aoi", "mori", frozenset({Role.APPROVER}))
PEOPLE = {"han": HAN, "mori": MORI}
LATE = b.TODAY + timedelta(days=30)


def objection(period, revision, positions):
    about = {"period": period, "revision": revision, "positions": positions, "reason": "why"}
    return ObjectToDistribution(key="o", by="x", production="HANA", **about)


PLAIN = ordering.PayoutTerms({}, frozenset())
HAN_PAYS = ordering.PayoutTerms({}, frozenset({"han"}))
NONE = MappingProxyType({})
QUARTERS = {"2027-Q1": date(2027, 3, 31), "2027-Q2": date(2027, 6, 30), "2027-Q3": date(2027, 9, 30)}


def computed(period="2027-Q1", result="a", reserves=NONE, **shares: dict[str, Fraction | int]) -> DistributionComputed:
    """A run in which each party's positions have come to these minor units, such as `mori={"fee": 5}`.

    `reserves` are minor units that positions hold.
    """
    to_date = {party: Fraction(sum(each.values())) for party, each in shares.items()}
    return DistributionComputed(
        period=period,
        revision=1,
        until=QUARTERS[period],
        engine="1",
        version=1,
        result=result * 64,
        shares=tuple(
            Share(party=party, position=name, entitlement=str(Fraction(exact)))
            for party, each in shares.items()
            for name, exact in each.items()
        ),
        to_date=tuple(PartyAmount(party=party, amount=b.krw(int(exact // 1))) for party, exact in to_date.items()),
        answer_by=b.TODAY,
        pay_on=b.TODAY,
        reserves=tuple(ReserveAmount(position=name, amount=b.krw(minor)) for name, minor in reserves.items()),
    )


class Book:
    """Distributions, and every event that made them what they are."""

    def __init__(self) -> None:
        self.now: d.Distributions = {}
        self.events: list[Event] = []

    def take(self, events):
        for event in events:
            d.apply(self.now, event)
            self.events.append(event)
        return events

    def compute(self, event):
        return self.take(d.compute(self.now, event))

    def object(self, person, *positions, period="2027-Q1", revision=1):
        return self.take(d.object_to(self.now, objection(period, revision, positions), person))

    def approve(self, person, period="2027-Q1", revision=1):
        return self.take(d.approve(self.now, period, revision, person))

    def resolve(self, person, period="2027-Q1"):
        return self.take(d.resolve(self.now, period, person.party, "agreed", person))

    def post(self, period="2027-Q1", on=LATE):
        (event,) = self.take(d.post(self.now, period, on))
        return {one.party: one.amount.minor for one in event.changes}

    def order(self, period="2027-Q1", terms=PLAIN):
        payouts, event = ordering.order(self.now, period, "HANA", terms)
        if event is not None:
            self.take([event])
        self.take([fell_due(payout) for payout in payouts])
        return {one.party: one.amount.minor for one in payouts}

    def quarter(self, period="2027-Q1", terms=PLAIN, **shares):
        """Compute, post and pay out."""
        self.compute(computed(period, **shares))
        return self.post(period), self.order(period, terms)

    def owed(self, party):
        """A party's unpaid share that is not payable yet, by the ledger."""
        return -b.balances(self.events).get(f"liability:participation:{party} KRW", b.krw(0)).minor

    @property
    def held(self):
        """A position's reserve, by the ledger."""
        return self.credit("liability:reserve:")

    @property
    def retained(self):
        """A party's own share, by the ledger."""
        return self.credit("equity:retained:")

    def credit(self, prefix):
        balances = b.balances(self.events)
        return {
            name.removeprefix(prefix).removesuffix(" KRW"): -amount.minor
            for name, amount in balances.items()
            if name.startswith(prefix)
        }


def fell_due(payout) -> PaymentsFellDue:
    line = DuePayment(
        payment=payout.payment,
        purpose=Purpose.PARTICIPATION,
        payee_party=payout.party,
        amount=payout.amount,
        due_on=b.TODAY,
    )
    return PaymentsFellDue(payments=(line,))


@pytest.fixture
def book():
    return Book()


def test_what_is_posted_is_what_the_entitlement_has_changed_by(book):
    assert book.quarter("2027-Q1", mori={"fee": 100}, han={"net": 50}) == ({"mori": 100, "han": 50},) * 2
    assert book.quarter("2027-Q2", mori={"fee": 130}, han={"net": 50}) == ({"mori": 30},) * 2


def test_a_late_fact_is_made_good_by_the_next_period_and_a_posted_one_stays(book):
    book.quarter("2027-Q1", mori={"fee": 100})
    with pytest.raises(IllegalTransition, match="the next period corrects what arrived late"):
        book.compute(computed("2027-Q1", "b", mori={"fee": 90}))
    assert book.quarter("2027-Q2", mori={"fee": 90}) == ({"mori": -10}, {})
    assert book.quarter("2027-Q3", mori={"fee": 120}) == ({"mori": 30}, {"mori": 20})


def test_who_is_no_longer_entitled_to_anything_owes_it_back(book):
    book.quarter("2027-Q1", mori={"fee": 100}, han={"net": 1})
    assert book.quarter("2027-Q2", han={"net": 1}) == ({"mori": -100}, {})
    assert book.owed("mori") == -100


def test_the_same_run_again_is_nothing_new_and_another_voids_the_answers(book):
    book.compute(computed(mori={"fee": 100}))
    book.approve(MORI)
    assert book.compute(computed(mori={"fee": 100})) == []
    (anew,) = book.compute(computed(result="b", mori={"fee": 90}))
    assert anew.revision == 2
    assert not book.now["2027-Q1"].approvals
    with pytest.raises(Refused, match="revision 2"):
        book.approve(MORI, revision=1)


def test_one_period_has_one_name(book):
    book.compute(computed("2027-Q2", mori={"fee": 100}))
    other = computed("2027-Q2", "b", mori={"fee": 90}).model_copy(update={"period": "2027-H1"})
    with pytest.raises(Refused, match="up to 2027-06-30 is distributed as 2027-Q2: use that name"):
        book.compute(other)


def test_nothing_is_posted_before_everybody_has_answered_or_had_the_time_to(book):
    book.compute(computed(mori={"fee": 100}, han={"net": 50}))
    book.approve(MORI)
    assert d.post(book.now, "2027-Q1", b.TODAY) == []
    book.object(HAN)
    assert book.post(on=b.TODAY) == {"mori": 100, "han": 50}
    assert d.post(book.now, "2027-Q1", LATE) == []


def test_periods_are_posted_in_their_order(book):
    book.compute(computed("2027-Q1", mori={"fee": 100}))
    book.compute(computed("2027-Q2", mori={"fee": 100}))
    with pytest.raises(Refused, match="2027-Q1 comes first"):
        book.post("2027-Q2")


def test_an_objection_holds_the_disputed_positions_and_nothing_else(book):
    book.compute(computed(mori={"fee": Fraction(201, 2), "net": Fraction(99, 2)}, han={"net": 50}))
    book.object(MORI, "fee")
    book.post()
    assert book.order() == {"mori": 49, "han": 50}
    assert book.events[-3].held == (PartyAmount(party="mori", amount=b.krw(101)),)
    book.resolve(MORI)
    assert book.order() == {"mori": 101}
    assert book.order() == {}


def test_an_objection_holds_what_a_position_earns_later_too_until_it_is_resolved(book):
    book.compute(computed("2027-Q1", mori={"fee": 100, "net": 10}))
    book.object(MORI, "fee")
    book.post()
    assert book.order() == {"mori": 10}
    assert book.quarter("2027-Q2", mori={"fee": 170, "net": 15}) == ({"mori": 75}, {"mori": 5})
    book.resolve(MORI)
    assert book.order("2027-Q1") == {"mori": 170}


def test_what_a_position_gave_before_is_not_in_dispute(book):
    book.quarter("2027-Q1", mori={"fee": 100, "net": 10})
    book.compute(computed("2027-Q2", mori={"fee": 120, "net": 60}))
    book.object(MORI, "fee", period="2027-Q2")
    book.post("2027-Q2")
    assert book.order("2027-Q2") == {"mori": 50}


def test_an_objection_to_a_later_period_still_holds_when_the_earlier_one_is_resolved(book):
    book.compute(computed("2027-Q1", mori={"fee": 100, "net": 10}))
    book.object(MORI, "fee")
    book.post()
    book.order()
    book.compute(computed("2027-Q2", mori={"fee": 170, "net": 10}))
    book.object(MORI, "fee", period="2027-Q2")
    book.post("2027-Q2")
    assert book.order("2027-Q2") == {}
    book.resolve(MORI)
    assert book.order("2027-Q1") == {"mori": 100}


def test_who_objects_after_approving_has_not_approved_and_may_again(book):
    book.compute(computed(mori={"fee": 100}))
    book.approve(MORI)
    book.object(MORI)
    assert not book.now["2027-Q1"].approvals
    assert len(book.approve(MORI)) == 1
    assert not book.now["2027-Q1"].objections


def test_an_objection_names_positions_of_ones_own(book):
    book.compute(computed(mori={"fee": 100}, han={"net": 50}))
    with pytest.raises(BadInput, match="mori has no position 'net' in 2027-Q1: it has fee"):
        book.object(MORI, "net")


def test_only_the_objecting_party_ends_its_objection(book):
    book.compute(computed(mori={"fee": 100}, han={"net": 50}))
    book.object(MORI)
    with pytest.raises(WrongRole):
        d.resolve(book.now, "2027-Q1", "mori", "we insist", HAN)
    with pytest.raises(IllegalTransition, match="no open objection"):
        book.resolve(HAN)
    assert isinstance(book.resolve(MORI)[0], ObjectionResolved)


def test_too_little_is_carried_forward_until_it_is_enough(book):
    terms = ordering.PayoutTerms({"mori": b.krw(50)}, frozenset())
    assert book.quarter("2027-Q1", terms, mori={"fee": 49}) == ({"mori": 49}, {})
    assert book.events[-1].carried == (PartyAmount(party="mori", amount=b.krw(49)),)
    assert book.quarter("2027-Q2", terms, mori={"fee": 50}) == ({"mori": 1}, {"mori": 50})


def test_who_owns_the_paying_account_is_not_paid_from_it_and_its_share_is_not_owed(book):
    assert book.quarter("2027-Q1", HAN_PAYS, mori={"fee": 1}, han={"net": 9})[1] == {"mori": 1}
    assert (book.owed("han"), book.retained) == (0, {"han": 9})
    assert (book.now["2027-Q1"].kept, book.now["2027-Q1"].ordered) == ({"han": b.krw(9)}, {"mori": b.krw(1)})


def test_a_share_that_was_kept_and_shrinks_is_given_up_again(book):
    book.quarter("2027-Q1", HAN_PAYS, han={"net": 9})
    assert book.quarter("2027-Q2", HAN_PAYS, han={"net": 4}) == ({"han": -5}, {})
    assert (book.owed("han"), book.retained) == (0, {"han": 4})


def test_what_the_owner_of_the_paying_account_disputes_is_owed_until_it_is_resolved(book):
    book.compute(computed(han={"net": 9, "fee": 2}))
    book.object(HAN, "net")
    book.post()
    book.order(terms=HAN_PAYS)
    assert (book.owed("han"), book.retained) == (9, {"han": 2})
    book.resolve(HAN)
    book.order(terms=HAN_PAYS)
    assert (book.owed("han"), book.retained) == (0, {"han": 11})
    assert book.order(terms=HAN_PAYS) == {}
    assert book.retained == {"han": 11}


def test_who_no_longer_owns_the_paying_account_is_paid_what_comes_after(book):
    book.quarter("2027-Q1", HAN_PAYS, han={"net": 9})
    assert book.quarter("2027-Q2", han={"net": 15}) == ({"han": 6},) * 2


def test_a_reserve_is_a_liability_until_it_is_let_go_into_entitlements(book):
    book.quarter("2027-Q1", reserves={"returns": 30, "repairs": 5}, mori={"fee": 65})
    assert (book.held, book.now["2027-Q1"].reserved) == (
        {"returns": 30, "repairs": 5},
        {"returns": b.krw(30), "repairs": b.krw(5)},
    )
    assert book.quarter("2027-Q2", reserves={"repairs": 9}, mori={"fee": 91}) == ({"mori": 26},) * 2
    assert (book.held, book.now["2027-Q2"].reserved) == (
        {"repairs": 9},
        {"returns": b.krw(-30), "repairs": b.krw(4)},
    )
    assert b.balances(book.events)["expense:participation KRW"] == b.krw(100)


def test_an_objection_does_not_touch_reserves(book):
    book.compute(computed(reserves={"returns": 30}, mori={"fee": 70}))
    book.object(MORI)
    book.post()
    assert (book.order(), book.held) == ({}, {"returns": 30})
    found = {"2027-Q1": replace(book.now["2027-Q1"], status="computed")}
    with pytest.raises(BadInput, match="mori has no position 'returns'"):
        d.object_to(found, objection("2027-Q1", 1, ("returns",)), MORI)


def test_only_a_posted_distribution_is_paid_out(book):
    book.compute(computed(mori={"fee": 1}))
    with pytest.raises(IllegalTransition, match="only a posted one"):
        book.order()


@st.composite
def _lives(draw):
    """Each quarter: exact shares to date, who disputes what, and whose objections are resolved afterwards."""
    thirds = st.fractions(min_value=-50, max_value=300, max_denominator=3)
    quarter = st.fixed_dictionaries(
        {
            "shares": st.fixed_dictionaries(
                {party: st.fixed_dictionaries({"fee": thirds, "net": thirds}) for party in PEOPLE}
            ),
            "reserves": st.dictionaries(st.sampled_from(["returns", "repairs"]), st.integers(0, 50)),
            "disputes": st.dictionaries(st.sampled_from(sorted(PEOPLE)), st.sampled_from(["fee", "net"])),
            "resolves": st.sets(st.sampled_from(sorted(PEOPLE))),
        }
    )
    return [draw(quarter) for _ in QUARTERS]


@given(_lives(), st.integers(1, 60))
def test_payouts_never_exceed_what_is_posted_and_the_books_agree_at_every_step(quarters, smallest):
    book = Book()
    terms = ordering.PayoutTerms({"mori": b.krw(smallest)}, frozenset())
    paid = dict.fromkeys(PEOPLE, 0)

    def settle(payouts):
        for party, minor in payouts.items():
            assert minor >= (smallest if party == "mori" else 1)
            paid[party] += minor
        posted = d.posted_to_date(book.now)
        for party in PEOPLE:
            owed = posted.get(party, Money.zero("KRW")).minor
            assert book.owed(party) == owed - paid[party]
            if payouts.get(party):
                assert paid[party] <= owed

    for (period, _), quarter in zip(QUARTERS.items(), quarters, strict=True):
        event = computed(period, reserves=quarter["reserves"], **quarter["shares"])
        book.compute(event)
        for party, position in quarter["disputes"].items():
            book.object(PEOPLE[party], position, period=period)
        book.post(period)
        assert book.held == {name: minor for name, minor in quarter["reserves"].items() if minor}
        assert d.posted_to_date(book.now) | {} == {
            one.party: one.amount
            for one in event.to_date
            if one.amount.minor or one.party in d.posted_to_date(book.now)
        }
        settle(book.order(period, terms))
        for party in sorted(quarter["resolves"] & quarter["disputes"].keys()):
            book.resolve(PEOPLE[party], period)
            settle(book.order(period, terms))
    assert sum(isinstance(event, EntitlementsPosted) for event in book.events) == len(QUARTERS)
