"""Random histories of a production: any order of people's, the calendar's and a careless bank's actions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import milestones
from domain.agreement import productions
from domain.agreement.model import Agreement
from domain.bank.first_release import rules as answers
from domain.bank.first_release.model import Movement, StatusReport, TransferStatus
from domain.bank.messages import BankVerdict
from domain.commands import (
    ApproveMilestone,
    CancelRun,
    CorrectPayment,
    HoldPayment,
    PassDeadline,
    RejectMilestone,
    ReleaseRun,
    ResumePayment,
    SubmitMilestone,
)
from domain.errors import IllegalTransition, SluiceError
from domain.events import (
    Event,
    MilestoneAccepted,
    PaymentReturned,
    PaymentsFellDue,
    PaymentsScheduled,
    PaymentsSettled,
    RunDoubted,
    RunSubmitted,
)
from domain.identity import Person, Role
from domain.ledger.entries import postings
from domain.payments import orders, payments, runs
from domain.payments.payments import Status
from domain.payments.receipts import ReceiptStatus
from domain.payments.runs import Run
from domain.sharing import distributions, ordering, payouts
from domain.sharing.participation import untied
from domain.sharing.waterfall.model import Minimum, Pool, Waterfall
from domain.state import State, fold
from domain.values.money import Money, totals
from tests.domain import builders as b
from tests.domain.sharing.test_distributions import computed, objection

OWED = {
    Status.DUE,
    Status.HELD,
    Status.RELEASED,
    Status.SUBMITTED,
    Status.ACCEPTED,
    Status.UNKNOWN,
    Status.REJECTED,
    Status.RETURNED,
}
NOON = datetime(2026, 4, 1, 3, tzinfo=UTC)
KINDS = [("spc-krw", "KRW"), ("spc-krw", "USD"), ("spc-jpy", "JPY")]
PEOPLE = st.sampled_from([b.JI, b.MIN, b.AOI, b.REN, b.ADA])
TREASURY = st.sampled_from([b.SORA, b.YUN, b.JI])
PAYMENTS = st.sampled_from([f"HANA.{name}" for name in ("P1", "P2", "P3", "R1", "U1", "U2", "X", "D/1", "D/2", "D/3")])


SHARERS = {name: Person(name, name, frozenset({Role.APPROVER})) for name in ("vendor", "spc", "mori")}
"""Of those who share: the vendor is paid, the company keeps its own, the broadcaster's is always too little."""
THIRDS = st.fractions(min_value=-(10**5), max_value=10**6, max_denominator=3)
SHARES = st.fixed_dictionaries({party: st.fixed_dictionaries({"fee": THIRDS, "net": THIRDS}) for party in SHARERS})
RESERVES = st.dictionaries(st.sampled_from(["returns", "repairs"]), st.integers(0, 10**6))
WATERFALL = Waterfall(
    currency="KRW",
    pools=(Pool(id="gross", receives="everything", residue="spc"),),
    minimum_payouts=(Minimum(to="mori", amount=b.krw(10**9)),),
)


def sharing(terms: Agreement) -> Agreement:
    """An agreement that shares what the work earns."""
    return terms.model_copy(update={"waterfall": WATERFALL})


@dataclass
class Life:
    """A production, its journal, its books, and the sandbox bank's state."""

    state: State = field(default_factory=State)
    terms: Agreement = field(default_factory=lambda: sharing(b.agreement()))
    today: date = b.TODAY
    journal: list[tuple[Event, date]] = field(default_factory=list)
    books: dict[tuple[str, str], int] = field(default_factory=dict)
    at_bank: dict[tuple[str, str], int] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=dict)
    sent: dict[str, Money] = field(default_factory=dict)
    references: set[str] = field(default_factory=set)

    def record(self, events: Iterable[Event]) -> None:
        for event in events:
            before = repr(self.state)
            after = fold(self.state, [(event, self.today)])
            assert repr(self.state) == before, "the fold changed its argument"
            self.state = after
            self.journal.append((event, self.today))
            entries = postings(event)
            assert not any(amount.minor for amount in totals(entry.amount for entry in entries).values())
            for entry in entries:
                key = (entry.account, entry.amount.currency)
                self.books[key] = self.books.get(key, 0) + entry.amount.minor
            if isinstance(event, PaymentsSettled):
                for line in event.payments:
                    self.paid[line.payment] = self.paid.get(line.payment, 0) + 1
            if isinstance(event, PaymentReturned):
                self.paid[event.payment] -= 1
            if isinstance(event, MilestoneAccepted):
                self.record(productions.due_dates(self.terms, event.milestone, self.today, b.due_date))

    def move(self, account: str, movement: Movement) -> None:
        """The bank books a movement. The domain must accept it, whatever it is."""
        if movement.bank_reference in self.references:
            assert self.booked(account, movement) == []
            return
        sign = -1 if movement.direction == "debit" else 1
        key = (f"asset:bank:{account}", movement.booked.currency)
        self.at_bank[key] = self.at_bank.get(key, 0) + sign * movement.booked.minor
        self.record(self.booked(account, movement))
        self.references.add(movement.bank_reference)

    def booked(self, account: str, movement: Movement) -> list[Event]:
        report = b.statement(movement, currency=movement.booked.currency)
        state = self.state
        return answers.booked(self.terms, account, state.payments, state.receipts, frozenset(self.references), report)


class Lives(RuleBasedStateMachine):
    """Each rule is one command or one message. Refusals are expected, anything else is a bug."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()

    def request(self, decide, *arguments) -> None:
        try:
            events = decide(*arguments)
        except SluiceError:
            return
        self.life.record(events)

    def a_run(self, number: int) -> Run | None:
        known = list(self.life.state.runs.values())
        return known[number % len(known)] if known else None

    @initialize(kind=st.sampled_from([None, *KINDS]))
    def register(self, kind):
        terms = self.life.terms
        self.life.record(productions.register(None, terms, b.DOCUMENT, (), b.amounts(terms), b.due_date))
        self.life.record(productions.fall_due(self.life.state.payments, self.life.state.receipts, b.TODAY))
        if kind:
            self.dispatch(kind)

    @rule(days=st.integers(0, 4))
    def time_passes(self, days):
        self.life.today += timedelta(days=days)
        state = self.life.state
        self.life.record(productions.fall_due(state.payments, state.receipts, self.life.today))

    @rule(name=st.sampled_from(["lock", "wrap"]), script=st.sampled_from("ab"), person=PEOPLE)
    def submit_milestone(self, name, script, person):
        command = SubmitMilestone(key="k", by="x", production="HANA", milestone=name, evidence={"script": script * 64})
        self.request(milestones.submit, self.life.state.milestones, self.life.terms, command, person, b.deadline)

    @rule(name=st.sampled_from(["lock", "wrap"]), round_=st.integers(1, 2), person=PEOPLE)
    def approve(self, name, round_, person):
        command = ApproveMilestone(key="k", by="x", production="HANA", milestone=name, round=round_)
        self.request(milestones.approve, self.life.state.milestones, self.life.terms, command, person)

    @rule(person=PEOPLE)
    def reject(self, person):
        command = RejectMilestone(key="k", by="x", production="HANA", milestone="lock", round=1, reason="no")
        self.request(milestones.reject, self.life.state.milestones, self.life.terms, command, person)

    @rule(name=st.sampled_from(["lock", "wrap"]), round_=st.integers(1, 2))
    def pass_deadline(self, name, round_):
        command = PassDeadline(key="k", by="x", production="HANA", milestone=name, round=round_)
        self.request(
            milestones.pass_deadline,
            self.life.state.milestones,
            self.life.terms,
            command,
            self.life.today,
            b.deadline,
        )

    @rule(without=st.sets(st.sampled_from(["P1", "P3", "U2", "C2"])), number=st.sampled_from(["", "999888777"]))
    def amend(self, without, number):
        production = self.life.state.production
        assert production is not None
        lines = tuple(line for line in b.schedule() if line.id not in without)
        terms = sharing(b.agreement(production.version + 1, lines, vendor_number=number))
        state = self.life.state
        accepted = {m.id: m.accepted_on for m in state.milestones.values() if m.accepted_on is not None}
        arguments = (production, state.payments, state.receipts, accepted, terms, b.DOCUMENT, ())
        try:
            events = productions.amend(*arguments, b.amounts(terms), b.due_date)
        except SluiceError:
            return
        self.life.terms = terms
        self.life.record(events)

    @rule(name=PAYMENTS, person=TREASURY, act=st.sampled_from(["hold", "resume", "correct"]))
    def treasurer(self, name, person, act):
        decide, command = {
            "hold": (payments.hold, HoldPayment(key="k", by="x", production="HANA", payment=name, reason="r")),
            "resume": (payments.resume, ResumePayment(key="k", by="x", production="HANA", payment=name)),
            "correct": (
                payments.correct,
                CorrectPayment(key="k", by="x", production="HANA", payment=name, reason="r"),
            ),
        }[act]
        self.request(decide, self.life.state.payments, command, person, "spc")

    @rule(kind=st.sampled_from(KINDS))
    def prepare(self, kind):
        command = b.prepare_command(len(self.life.state.runs) + 1, *kind).model_copy(update={"on": self.life.today})
        quote = b.QUOTE if kind[1] == "USD" else None
        self.request(runs.prepare, self.life.state.payments, self.life.terms, command, b.SORA, quote)

    @rule(number=st.integers(0, 20), person=TREASURY, stale=st.booleans())
    def release(self, number, person, stale):
        if (run := self.a_run(number)) is None:
            return
        state = self.life.state
        now = runs.binding(run, state.payments.of_run(run.id), self.life.terms)
        command = ReleaseRun(key="k", by="x", production="HANA", run=run.id, sha256=run.sha256 if stale else now)
        self.request(runs.release, state.runs, state.payments, self.life.terms, command, person, self.life.today)

    @rule(number=st.integers(0, 20))
    def cancel(self, number):
        if run := self.a_run(number):
            command = CancelRun(key="k", by="x", production="HANA", run=run.id, reason="r")
            self.request(runs.cancel, self.life.state.runs, self.life.terms, command, b.SORA)

    @rule(kind=st.sampled_from(KINDS))
    def dispatch(self, kind):
        """Take a run all the way from gathering to the bank: by chance, hardly any would get there."""
        self.prepare(kind)
        last = len(self.life.state.runs) - 1
        if last >= 0:
            self.release(last, b.YUN, stale=True)
            self.send(last)

    @rule(name=st.sampled_from(["lock", "wrap"]), script=st.sampled_from("ab"))
    def reach(self, name, script):
        """Take a milestone all the way to acceptance."""
        self.submit_milestone(name, script, b.JI)
        if milestone := self.life.state.milestones.get(name):
            self.approve(name, milestone.round, b.MIN)
            self.approve(name, milestone.round, b.AOI)
            self.time_passes(3)

    @rule()
    def correct_all(self):
        for name in list(self.life.state.payments):
            self.treasurer(name, b.SORA, "correct")

    @rule(number=st.integers(0, 20))
    def send(self, number):
        """The first sending fixes the order. A later one resends its bytes."""
        run = self.a_run(number)
        if run is None or run.status not in {"released", "submitted"}:
            return
        if run.status == "released":
            try:
                order = orders.order(run, self.life.state.payments, self.life.terms, NOON)
            except SluiceError:
                return
            for transfer in order.transfers:
                assert transfer.end_to_end_id not in self.life.sent, "an end-to-end id went out twice"
                self.life.sent[transfer.end_to_end_id] = transfer.amount
        self.life.record([RunSubmitted(run=run.id, message_id=runs.message_id(run), file=b.FILE)])

    @rule(number=st.integers(0, 20))
    def doubt(self, number):
        if run := self.a_run(number):
            enquiry = orders.enquiry(run, self.life.state.payments, self.life.terms, NOON)
            if enquiry is not None:
                self.life.record([RunDoubted(run=run.id, enquiry_message_id=enquiry.message_id, file=b.FILE)])

    @rule(
        number=st.integers(0, 20),
        group=st.sampled_from([None, *BankVerdict]),
        verdicts=st.lists(st.tuples(st.integers(0, 20), st.sampled_from(BankVerdict)), max_size=4),
    )
    def status_report(self, number, group, verdicts):
        run = self.a_run(number)
        if run is None or run.message_id is None:
            return
        ids = list(self.life.sent)
        lines = tuple(TransferStatus(end_to_end_id=ids[i % len(ids)], verdict=verdict) for i, verdict in verdicts)
        report = StatusReport(
            message_id="S1", created_at=NOON, order_message_id=run.message_id, group=group, transfers=lines
        )
        self.life.record(answers.reported(run, self.life.state.payments, report))

    @precondition(lambda self: self.life.sent)
    @rule(number=st.integers(0, 20), reference=st.integers(0, 12), off=st.sampled_from([0, 0, 0, -1, 7]))
    def booking(self, number, reference, off):
        """The bank books any transfer that it ever had, perhaps twice or with a wrong amount."""
        end_to_end_id, amount = list(self.life.sent.items())[number % len(self.life.sent)]
        account = "spc-jpy" if amount.currency == "JPY" else "spc-krw"
        booked = b.krw(amount.minor * 13) if amount.currency == "USD" else amount
        booked = Money(max(booked.minor + off, 1), booked.currency)
        self.life.move(account, b.debit(f"B{account}{reference}", end_to_end_id, booked, amount if not off else None))

    @precondition(lambda self: self.life.sent)
    @rule(number=st.integers(0, 20), reference=st.integers(0, 12))
    def comes_back(self, number, reference):
        end_to_end_id, amount = list(self.life.sent.items())[number % len(self.life.sent)]
        account = "spc-jpy" if amount.currency == "JPY" else "spc-krw"
        booked = b.krw(amount.minor * 12) if amount.currency == "USD" else amount
        self.life.move(account, b.came_back(f"R{account}{reference}", end_to_end_id, booked, amount))

    @rule(
        words=st.sampled_from([None, "HANA.C1", "HANA.C2", "HANA.L1"]),
        minor=st.sampled_from([1, 30_000_000, 60_000_000, 90_000_000]),
        reference=st.integers(0, 12),
        converted=st.booleans(),
    )
    def money_comes(self, words, minor, reference, converted):
        if converted:
            movement = b.credit(f"C{reference}", b.krw(minor), words, instructed=b.usd(max(minor // 13, 1)))
            self.life.move("spc-krw", movement)
        else:
            self.life.move("spc-jpy", b.credit(f"J{reference}", b.jpy(minor), words))

    @rule(shares=SHARES, reserves=RESERVES, anew=st.booleans())
    def compute(self, shares, reserves, anew):
        """The next period, or the last one again while it is not posted."""
        known = self.life.state.distributions
        number = len(known) if anew and known else len(known) + 1
        until = b.TODAY + timedelta(days=number)
        event = computed(reserves=reserves, **shares).model_copy(
            update={"period": str(until), "until": until, "result": f"{len(self.life.journal):064x}"}
        )
        self.request(distributions.compute, known, event)

    @rule(party=st.sampled_from(sorted(SHARERS)), positions=st.sampled_from([(), ("fee",), ("net",)]))
    def dispute(self, party, positions):
        known = self.life.state.distributions
        for one in known.values():
            command = objection(one.period, one.revision, positions)
            self.request(distributions.object_to, known, command, SHARERS[party])

    @rule()
    def post_and_order(self):
        for period in list(self.life.state.distributions):
            known = self.life.state.distributions
            self.request(distributions.post, known, period, b.TODAY + timedelta(days=99))
            self.request(self.ordered, period)

    @rule(party=st.sampled_from(sorted(SHARERS)))
    def resolve(self, party):
        for period in list(self.life.state.distributions):
            known = self.life.state.distributions
            self.request(distributions.resolve, known, period, party, "agreed", SHARERS[party])
            self.request(self.ordered, period)

    def ordered(self, period):
        known, terms = self.life.state.distributions, self.life.terms
        paid, event = ordering.order(known, period, "HANA", payouts.payout_terms(terms))
        if event is None:
            return []
        lines = payouts.scheduled(terms, paid, self.life.today)
        return [event, *([PaymentsScheduled(payments=tuple(lines))] if lines else [])]

    @rule(shares=SHARES, reserves=RESERVES)
    def share_out(self, shares, reserves):
        """Take a period all the way from computing to the bank."""
        self.compute(shares, reserves, anew=False)
        self.post_and_order()
        self.time_passes(1)
        self.dispatch(("spc-krw", "KRW"))

    @invariant()
    def what_is_owed_of_the_earnings_is_what_the_waterfall_left_unpaid(self):
        books = [(account, Money(minor, currency)) for (account, currency), minor in self.life.books.items()]
        assert untied(self.life.state.distributions, self.life.state.payments, books) == []

    @invariant()
    def what_we_owe_a_party_is_what_its_payments_wait_for(self):
        owed: dict[tuple[str, str], int] = {}
        for payment in self.life.state.payments.values():
            if payment.status in OWED:
                key = (f"liability:payable:{payment.payee_party}", payment.amount.currency)
                owed[key] = owed.get(key, 0) - payment.amount.minor
        assert owed == self.balances("liability:payable:")

    @invariant()
    def what_a_party_owes_us_is_what_its_receipts_wait_for(self):
        owed: dict[tuple[str, str], int] = {}
        for receipt in self.life.state.receipts.values():
            came_due = receipt.status in {ReceiptStatus.OWED, ReceiptStatus.RECEIVED}
            waiting = (receipt.amount.minor if came_due else 0) - receipt.received.minor
            key = (f"asset:commitment:{receipt.payer_party}", receipt.amount.currency)
            owed[key] = owed.get(key, 0) + waiting
        assert {key: minor for key, minor in owed.items() if minor} == self.balances("asset:commitment:")

    @invariant()
    def our_books_of_the_bank_are_the_banks_own(self):
        moved = {key: minor for key, minor in self.life.at_bank.items() if minor}
        assert moved == self.balances("asset:bank:")

    @invariant()
    def no_payment_is_settled_twice(self):
        for name, payment in self.life.state.payments.items():
            assert self.life.paid.get(name, 0) == (1 if payment.status is Status.SETTLED else 0)

    @invariant()
    def two_payments_never_share_an_end_to_end_id(self):
        ids = [p.end_to_end_id for p in self.life.state.payments.values() if p.end_to_end_id is not None]
        assert len(ids) == len(set(ids))

    @invariant()
    def the_payments_of_a_run_are_those_that_say_they_are_in_it(self):
        payments, members = self.life.state.payments, {}
        for payment in payments.values():
            members.setdefault(payment.run, set()).add(payment.id)
        for run in self.life.state.runs:
            assert {payment.id for payment in payments.of_run(run)} == members.get(run, set())

    def balances(self, prefix: str) -> dict[tuple[str, str], int]:
        return {key: minor for key, minor in self.life.books.items() if key[0].startswith(prefix) and minor}

    def teardown(self):
        journal = self.life.journal
        at_once = fold(State(), journal)
        assert at_once == self.life.state
        half = len(journal) // 2
        assert fold(fold(State(), journal[:half]), journal[half:]) == at_once


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=150, stateful_step_count=40, deadline=None, derandomize=True)


def test_the_fold_leaves_the_state_it_was_given_as_it_was():
    state, run = b.at_the_bank()
    before = repr(state)
    fold(state, [(RunDoubted(run=run, enquiry_message_id="E1", file=b.FILE), b.TODAY)])
    assert repr(state) == before


def test_a_journal_that_tells_an_impossible_life_is_refused_by_name():
    state = b.owing()
    again = productions.fall_due(b.registered().payments, {}, b.TODAY)
    assert isinstance(again[0], PaymentsFellDue)
    with pytest.raises(IllegalTransition, match=r"HANA\.P1 is due: the step 'fall due'"):
        b.after(state, again)
