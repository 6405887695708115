"""The books owe what the waterfall left unpaid, at every moment of a payout's life; and what differs is named."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.agreement import productions
from domain.bank import answers
from domain.bank.messages import BankVerdict
from domain.commands import CorrectPayment
from domain.events import PaymentsScheduled
from domain.ledger.entries import postings
from domain.payments import payments
from domain.payments.payments import Status
from domain.sharing import distributions, payouts
from domain.sharing.participation import untied
from domain.values.money import Money
from tests.domain import builders as b
from tests.domain.sharing.test_distributions import computed
from tests.domain.test_state import SHARERS, sharing

PAYOUT = "HANA.D/1"
LATE = b.TODAY + timedelta(days=30)


class Told:
    """A production without a schedule of its own, told event by event; after each the books must tie out."""

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
        """Orders and payments are of one transaction."""
        terms = payouts.payout_terms(self.terms)
        paid, event = distributions.order(self.state.distributions, period, "HANA", terms)
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
        told = b.report(run.message_id, **verdicts)
        self.take(answers.reported(run, self.state.payments, told))

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
def told():
    return Told()


def test_from_posting_through_every_mishap_to_a_payout_that_came_back_and_was_paid_again(told):
    share, payable = "liability:participation:vendor", "liability:payable:vendor"
    told.post(vendor={"fee": 70}, spc={"net": 20}, mori={"net": 10}, reserves={"returns": 5})
    assert (told.owes(share), told.owes("liability:participation:spc")) == (70, 20)
    told.order()
    assert (told.owes(share), told.owes("liability:participation:spc")) == (70, 0)
    told.fall_due()
    assert (told.owes(share), told.owes(payable)) == (0, 70)
    told.report(told.send(1), **{"D/1": BankVerdict.REJECTED})
    assert (told.status, told.owes(payable)) == (Status.REJECTED, 70)
    told.correct()
    told.report(told.send(2), **{"D/1.2": BankVerdict.ACCEPTED})
    told.book(b.debit("B1", f"{PAYOUT}.2", b.krw(70), b.krw(70)))
    assert (told.status, told.owes(payable)) == (Status.SETTLED, 0)
    told.book(b.came_back("B2", f"{PAYOUT}.2", b.krw(70), b.krw(70)))
    assert (told.status, told.owes(payable)) == (Status.RETURNED, 70)
    told.correct()
    told.send(3)
    told.book(b.debit("B3", f"{PAYOUT}.3", b.krw(70), b.krw(70)))
    assert (told.status, told.owes(payable)) == (Status.SETTLED, 0)
    assert (told.owes("liability:participation:mori"), told.owes("liability:reserve:returns")) == (10, 5)


def test_who_was_paid_more_than_is_due_owes_it_and_that_ties_out_too(told):
    told.post(vendor={"fee": 70}, reserves={"returns": 5})
    told.order()
    told.fall_due()
    told.post("2027-Q2", vendor={"fee": 40})
    told.order("2027-Q2")
    assert told.owes("liability:participation:vendor") == -30
    assert told.owes("liability:reserve:returns") == 0


def test_a_disputed_share_is_owed_until_its_payout_falls_due(told):
    told.take(distributions.compute(told.state.distributions, computed(vendor={"fee": 70})))
    told.take(distributions.object_to(told.state.distributions, "2027-Q1", 1, (), "why", SHARERS["vendor"]))
    told.take(distributions.post(told.state.distributions, "2027-Q1", LATE))
    told.order()
    assert told.owes("liability:participation:vendor") == 70


def test_an_amendment_takes_no_payout_out(told):
    told.post(vendor={"fee": 70})
    told.order()
    terms = sharing(b.agreement(2, ()))
    state = told.state
    told.take(productions.amend(state.production, state.payments, {}, {}, terms, b.DOCUMENT, b.JI, {}, None, b.TODAY))
    assert told.status is Status.SCHEDULED


@pytest.mark.parametrize(
    "account", ["liability:participation:vendor", "liability:payable:vendor", "liability:reserve:returns"]
)
def test_a_liability_that_is_off_by_one_is_named_with_both_amounts(told, account):
    told.post(vendor={"fee": 70}, reserves={"returns": 70})
    told.order()
    owed = told.owes(account)
    told.books[account, "KRW"] = 1 - owed
    assert told.untied() == [f"{account}: the ledger owes KRW {owed - 1}, and it should be KRW {owed}."]


def test_a_liability_to_somebody_unknown_is_named(told):
    told.books["liability:participation:mallory", "USD"] = -100
    assert told.untied() == ["liability:participation:mallory: the ledger owes USD 1.00, and it should be USD 0.00."]


def test_a_payout_that_is_lost_or_changed_is_named(told):
    told.post(vendor={"fee": 70})
    told.order()
    other = replace(told.state.payments[PAYOUT], amount=b.krw(60))
    told.state.payments[PAYOUT] = other
    assert told.untied() == ["vendor: distributions ordered KRW 70, and its payouts are KRW 60."]
    told.state.payments[PAYOUT] = replace(other, status=Status.CANCELLED)
    assert told.untied() == ["vendor: distributions ordered KRW 70, and its payouts are KRW 0."]
