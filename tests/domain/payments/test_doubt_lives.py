"""Random lives of payments: whatever a bank reports, no attempt goes out while an earlier one may still be booked.

The machine keeps its own account of each attempt, from nothing but what was sent, asked and told, in order.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.bank.messages import BankVerdict
from domain.bank.reports import GivenStatus, InstructionStatus, StatusReport, TransferStatus
from domain.bank.statuses import reported
from domain.commands import CancelRun, CorrectPayment, HoldPayment, ReleaseRun, ResumePayment
from domain.errors import SluiceError
from domain.events import Event, RunDoubted, RunSubmitted
from domain.ledger.journal import canonical
from domain.payments import orders, payments, runs
from domain.payments.doubts import silent_over
from domain.payments.folding import settle
from domain.payments.payments import ON_ITS_WAY, Status, can_settle
from domain.payments.runs import Run
from domain.state import State
from tests.domain import builders as b

TERMS = b.agreement()
NOON = datetime(2026, 4, 1, 3, tzinfo=UTC)
NAMES = ("HANA.P1", "HANA.P2")
ANSWERS = st.sampled_from(
    [
        GivenStatus(BankVerdict.ACCEPTED),
        GivenStatus(BankVerdict.REJECTED, "AC04"),
        GivenStatus(BankVerdict.NOT_FOUND),
        GivenStatus(BankVerdict.REJECTED, "DU01"),
    ]
)
STATUSES = st.none() | ANSWERS


@dataclass
class Attempt:
    """What was said of an attempt, each as the time at which it was. Zero is never."""

    payment: str
    on: int
    claimed: int = 0
    """When the bank last accepted it, or refused a copy of it as a duplicate while it was under way."""
    asked: int = 0
    denied: int = 0
    """When the bank last rejected it or did not find it."""
    over: bool = False
    """It was booked, or the complete statement of its day lacked it."""

    @property
    def may_be_booked(self) -> bool:
        """Whether the bank has it for all we know: nothing but an answer to an enquiry takes a claim back."""
        return not self.over and self.claimed > 0 and not self.claimed < self.asked < self.denied


class Lives(RuleBasedStateMachine):
    """Each rule is one command or one message. Refusals are expected."""

    def __init__(self) -> None:
        super().__init__()
        self.state: State = b.owing()
        self.journal: list[dict[str, object]] = []
        self.day = 0
        self.now = 0
        self.sent: dict[str, Attempt] = {}

    def request(self, decide, *arguments) -> bool:
        try:
            events = decide(*arguments)
        except SluiceError:
            return False
        self.record(events)
        return True

    def record(self, events: Sequence[Event]) -> None:
        self.state = b.after(self.state, events)
        self.journal += [json.loads(canonical(event)) for event in events]

    def run_of(self, number: int) -> Run | None:
        known = list(self.state.runs.values())
        return known[number % len(known)] if known else None

    @initialize()
    def first(self):
        self.dispatch()

    @rule(name=st.sampled_from(NAMES), act=st.sampled_from(["hold", "resume", "correct", "correct"]))
    def treasurer(self, name, act):
        words = {"key": "k", "by": "sora", "production": "HANA", "payment": name}
        decide, command = {
            "hold": (payments.hold, HoldPayment(**words, reason="r")),
            "resume": (payments.resume, ResumePayment(**words)),
            "correct": (payments.correct, CorrectPayment(**words, reason="r")),
        }[act]
        self.request(decide, self.state.payments, command, b.SORA, "spc")

    @rule()
    def prepare(self):
        today = b.TODAY + timedelta(days=self.day)
        command = b.prepare_command(len(self.state.runs) + 1).model_copy(update={"on": today})
        self.request(runs.prepare, self.state.payments, TERMS, command, b.SORA, None)

    @rule(number=st.integers(0, 9))
    def release(self, number):
        if run := self.run_of(number):
            lines = self.state.payments.of_run(run.id)
            command = ReleaseRun(
                key="k", by="yun", production="HANA", run=run.id, sha256=runs.binding(run, lines, TERMS)
            )
            today = b.TODAY + timedelta(days=self.day)
            if self.request(runs.release, self.state.runs, self.state.payments, TERMS, command, b.YUN, today):
                self.none_may_be_booked_of(run)

    @rule(number=st.integers(0, 9))
    def cancel(self, number):
        if run := self.run_of(number):
            command = CancelRun(key="k", by="sora", production="HANA", run=run.id, reason="r")
            self.request(runs.cancel, self.state.runs, TERMS, command, b.SORA)

    @rule(number=st.integers(0, 9))
    def send(self, number):
        run = self.run_of(number)
        if run is None or run.status != "released":
            return
        try:
            order = orders.order(run, self.state.payments, TERMS, NOON)
        except SluiceError:
            return
        self.none_may_be_booked_of(run)
        for payment in self.state.payments.of_run(run.id):
            self.sent[payment.next_end_to_end_id] = Attempt(payment.id, (run.execution_on - b.TODAY).days)
        self.record([RunSubmitted(run=run.id, message_id=order.message_id, file=b.FILE)])

    def none_may_be_booked_of(self, run: Run) -> None:
        for payment in self.state.payments.of_run(run.id):
            for name, attempt in self.sent.items():
                assert name == payment.end_to_end_id or attempt.payment != payment.id or not attempt.may_be_booked, name

    @rule()
    def dispatch(self):
        """Take what is due all the way to the bank."""
        self.prepare()
        self.release(len(self.state.runs) - 1)
        self.send(len(self.state.runs) - 1)

    @rule()
    def try_again(self):
        """Correct what can be corrected, and take it to the bank: by chance, hardly anything would get there."""
        for name in NAMES:
            self.treasurer(name, "correct")
        self.dispatch()

    @rule(number=st.integers(0, 9))
    def enquire(self, number):
        if run := self.run_of(number):
            enquiry = orders.enquiry(run, self.state.payments, TERMS, NOON)
            if enquiry is not None:
                self.now += 1
                for name in enquiry.end_to_end_ids:
                    self.sent[name].asked = self.now
                event = RunDoubted(run=run.id, enquiry_message_id=enquiry.message_id, file=b.FILE)
                self.record([event])

    @rule(
        number=st.integers(0, 9),
        message=st.sampled_from(["S1", "S2", "S3"]),
        order=st.sampled_from([None, "group", "block"]),
        general=STATUSES,
        named=st.dictionaries(st.integers(0, 9), STATUSES, max_size=2),
    )
    def report(self, number, message, order, general, named):
        run = self.run_of(number)
        if run is None or run.message_id is None or not self.sent:
            return
        names = list(self.sent)
        by_name = {names[i % len(names)]: status for i, status in named.items()}
        lines = tuple(TransferStatus(name, None, status) for name, status in by_name.items())
        block = InstructionStatus(run.message_id, general if order == "block" else None, lines)
        group = general if order == "group" else None
        told = StatusReport("pain.002", message, None, run.message_id, group, (block,))
        members = {p.end_to_end_id: p.status for p in self.state.payments.of_run(run.id)}
        others = {p.end_to_end_id for p in self.state.payments.values() if p.run != run.id and p.status in ON_ITS_WAY}
        self.record(reported(run, self.state.payments, told))
        self.now += 1
        said = {name: general for name in members if name not in by_name} if order else {}
        for name, status in (said | by_name).items():
            # A report on one order is not believed about what is under way with another.
            if name is not None and status is not None and name not in others:
                self.hear(name, status, members.get(name), named=name in by_name)

    def hear(self, name: str, status: GivenStatus, before: Status | None, *, named: bool) -> None:
        """Note what the bank said of an attempt that had a status in its run `before`."""
        attempt = self.sent[name]
        under_way = before in ON_ITS_WAY
        if status.verdict is BankVerdict.ACCEPTED:
            # An order's acceptance says nothing of transfers that were rejected by name.
            attempt.claimed = self.now if named or under_way else attempt.claimed
        elif status.reason == "DU01":
            attempt.claimed = self.now if under_way and not attempt.may_be_booked else attempt.claimed
        else:
            attempt.denied = self.now

    @rule(
        number=st.integers(0, 2),
        said=st.lists(st.tuples(st.sampled_from(["S1", "S2", "S3"]), ANSWERS), min_size=2, max_size=4),
        enquiries=st.lists(st.booleans(), min_size=4, max_size=4),
    )
    def reports_about_one(self, number, said, enquiries):
        """The bank says several things of one of the last attempts, and may be asked in between. Then all try again."""
        runs_by_name = {p.end_to_end_id: p.run for p in self.state.payments.values()}
        names = list(self.sent)
        if names:
            place = len(names) - 1 - number % len(names)
            run = list(self.state.runs).index(runs_by_name.get(names[place]) or next(iter(self.state.runs)))
            for (message, status), ask in zip(said, enquiries, strict=False):
                self.report(run, message, None, None, {place: status})
                if ask:
                    self.enquire(run)
            self.try_again()

    @rule(number=st.integers(0, 9))
    def book(self, number):
        """The bank books an attempt."""
        if self.sent:
            name = list(self.sent)[number % len(self.sent)]
            payment = self.state.payments[self.sent[name].payment]
            if can_settle(payment, name):
                money = str(payment.amount)
                line = {"payment": payment.id, "end_to_end_id": name, "booked": money, "contract_value": money}
                self.journal.append({"type": "payments-settled", "payments": [line | {"bank_reference": "B"}]})
                value = {"booked": payment.amount, "contract_value": payment.amount, "bank_reference": "B"}
                settle(self.state.payments, payment.id, name, **value)
                self.sent[name].over = True

    @rule(back=st.sampled_from([0, 1, 1, 1, 2, 2]))
    def statement(self, back):
        """The bank's complete statement of a day lacks whatever it has not booked."""
        day = self.day - back
        on = b.TODAY + timedelta(days=day)
        events = silent_over(self.state.payments, self.state.runs, "spc-krw", lambda day: day <= on, "M")
        self.record(events)
        for attempt in self.sent.values():
            attempt.over |= attempt.on <= day

    @rule()
    def next_day(self):
        self.day += 1

    @invariant()
    def a_doubt_is_about_an_attempt_that_was_sent(self):
        for payment in self.state.payments.values():
            ids = [doubt.end_to_end_id for doubt in payment.doubts]
            assert len(set(ids)) == len(ids)
            assert set(ids) <= set(self.sent)


TestDoubtLives = Lives.TestCase
TestDoubtLives.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
