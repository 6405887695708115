"""The books owe what the waterfall left unpaid, at every status of a payout, and differences are reported."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.agreement import productions
from domain.bank.first_release import rules as answers
from domain.bank.messages import BankVerdict
from domain.commands import CorrectPayment
from domain.events import PaymentsScheduled
from domain.ledger.entries import postings
from domain.payments import payments
from domain.payments.payments import Status
from domain.sharing import distributions, ordering, payouts
from domain.sharing.participation import untied
from domain.values.money import Money
from tests.domain import builders as b
from tests.domain.sharing.test_distributions import computed, objection
from tests.domain.test_state import SHARERS, sharing

PAYOUT = "HANA.D/1"
LATE = b.TODAY + timedelta(days=30)


class BuiltProduction:
    """A production without a schedule, built event by event. The books must agree after each."""

    def __init__(self):
        self.terms = sharing(b.agreement(lines=()))
        self.state = b.registered(self.terms)
        self.books = {}

    def take(self, events):
        for event in events:
            self.state = b.after(self.state, [event])
            for entry in postings(event):
                key = (entry.account, entry.amount.currency)
                self.books[key] = self.books.get(key, 0) + entry.amount.minor
        assert self.untied() == []

    def untied(self):
        balances = [(account, Money(minor, currency)) for (account, currency), minor in self.books.items()]
        return untied(self.state.distributions, self.state.payments, balances)

    def post(self, period="2027-Q1", **shares):
        self.take(distributions.compute(self.state.distributions, computed(period, **shares)))
        self.take(distributions.post(self.state.distributions, period, LATE))

    def order(self, period="2027-Q1"):
        """Order payouts and schedule their payments in one transaction."""
        terms = payouts.payout_terms(self.terms)
        paid, event = ordering.order(self.state.distributions, period, "HANA", terms)
        lines = payouts.scheduled(self.terms, paid, b.TODAY)
        self.take_together([event, *([PaymentsScheduled(payments=tuple(lines))] if lines else [])])

    def take_together(self, events):
        self.state = b.after(self.state, events[:-1])
        for event in events[:-1]:
            for entry in postings(event):
                key = (entry.account, entry.amount.currency)
                self.books[key] = self.books.get(key, 0) + entry.amount.minor
        self.take(events[-1:])

    def fall_due(self):
        self.take(productions.fall_due(self.state.payments, self.state.receipts, b.TODAY))

    def send(self, number=1):
        self.state, run = b.prepared(self.state, number, terms=self.terms)
        self.state = b.submitted(b.released(self.state, run), run)
        return self.state.runs[run]

    def report(self, run, **verdicts):
        answer = b.report(run.message_id, **verdicts)
        self.take(answers.reported(run, self.state.payments, answer))

    def book(self, movement):
        report = b.statement(movement)
        self.take(answers.booked(self.terms, "spc-krw", self.state.payments, {}, frozenset(), report))

    def correct(self):
        command = CorrectPayment(key="k", by="sora", production="HANA", payment=PAYOUT, reason="r")
        self.take(payments.correct(self.state.payments, command, b.SORA, "spc"))

    def owes(self, account):
        return -self.books.get((account, "KRW"), 0)

    @property
    def status(self):
        return self.state.payments[PAYOUT].status


@pytest.fixture
def built():
    return BuiltProduction()


def test_from_posting_through_every_mishap_to_a_payout_that_came_back_and_was_paid_again(built):
    share, payable = "liability:participation:vendor", "liability:payable:vendor"
    built.post(vendor={"fee": 70}, spc={"net": 20}, mori={"net": 10}, reserves={"returns": 5})
    assert (built.owes(share), built.owes("liability:participation:spc")) == (70, 20)
    built.order()
    assert (built.owes(share), built.owes("liability:participation:spc")) == (70, 0)
    built.fall_due()
    assert (built.owes(share), built.owes(payable)) == (0, 70)
    built.report(built.send(1), **{"D/1": BankVerdict.REJECTED})
    assert (built.status, built.owes(payable)) == (Status.REJECTED, 70)
    built.correct()
    built.report(built.send(2), **{"D/1.2": BankVerdict.ACCEPTED})
    built.book(b.debit("B1", f"{PAYOUT}.2", b.krw(70), b.krw(70)))
    assert (built.status, built.owes(payable)) == (Status.SETTLED, 0)
    built.book(b.came_back("B2", f"{PAYOUT}.2", b.krw(70), b.krw(70)))
    assert (built.status, built.owes(payable)) == (Status.RETURNED, 70)
    built.correct()
    built.send(3)
    built.book(b.debit("B3", f"{PAYOUT}.3", b.krw(70), b.krw(70)))
    assert (built.status, built.owes(payable)) == (Status.SETTLED, 0)
    assert (built.owes("liability:participation:mori"), built.owes("liability:reserve:returns")) == (10, 5)


def test_who_was_paid_more_than_is_due_owes_it_and_that_ties_out_too(built):
    built.post(vendor={"fee": 70}, reserves={"returns": 5})
    built.order()
    built.fall_due()
    built.post("2027-Q2", vendor={"fee": 40})
    built.order("2027-Q2")
    assert built.owes("liability:participation:vendor") == -30
    assert built.owes("liability:reserve:returns") == 0


def test_a_disputed_share_is_owed_until_its_payout_falls_due(built):
    built.take(distributions.compute(built.state.distributions, computed(vendor={"fee": 70})))
    built.take(distributions.object_to(built.state.distributions, objection("2027-Q1", 1, ()), SHARERS["vendor"]))
    built.take(distributions.post(built.state.distributions, "2027-Q1", LATE))
    built.order()
    assert built.owes("liability:participation:vendor") == 70


def test_an_amendment_takes_no_payout_out(built):
    built.post(vendor={"fee": 70})
    built.order()
    terms = sharing(b.agreement(2, ()))
    state = built.state
    built.take(productions.amend(state.production, state.payments, {}, {}, terms, b.DOCUMENT, (), {}, None))
    assert built.status is Status.SCHEDULED


@pytest.mark.parametrize(
    "account", ["liability:participation:vendor", "liability:payable:vendor", "liability:reserve:returns"]
)
def test_a_liability_that_is_off_by_one_is_named_with_both_amounts(built, account):
    built.post(vendor={"fee": 70}, reserves={"returns": 70})
    built.order()
    owed = built.owes(account)
    built.books[account, "KRW"] = 1 - owed
    assert built.untied() == [f"{account}: the ledger owes KRW {owed - 1}, and it should be KRW {owed}."]


def test_a_liability_to_an_unknown_party_is_reported(built):
    built.books["liability:participation:mallory", "USD"] = -100
    assert built.untied() == ["liability:participation:mallory: the ledger owes USD 1.00, and it should be USD 0.00."]


def test_a_payout_that_is_lost_or_changed_is_named(built):
    built.post(vendor={"fee": 70})
    built.order()
    other = replace(built.state.payments[PAYOUT], amount=b.krw(60))
    built.state.payments[PAYOUT] = other
    assert built.untied() == ["vendor: distributions ordered KRW 70, and its payouts are KRW 60."]
    built.state.payments[PAYOUT] = replace(other, status=Status.CANCELLED)
    assert built.untied() == ["vendor: distributions ordered KRW 70, and its payouts are KRW 0."]
