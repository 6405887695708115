"""From a bank's status report to events of payments.

A report speaks of an order on three levels: the whole of it, a payment information block, one transfer. The most
specific status counts. Reports arrive twice, late and in any order. One that repeats known facts changes nothing. One
that contradicts them changes no status and is recorded as a contradiction.

A bank that refuses a duplicate says nothing of the first copy, which it may be about to pay. The same is so of a bank
that rejects what it had accepted. Such an attempt is in doubt until an enquiry or a statement says what became of it.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from domain.bank.messages import BankVerdict
from domain.bank.reports import GivenStatus, StatusReport
from domain.bank.results import run_of_results
from domain.errors import BadInput
from domain.events import (
    AnswerContradicted,
    BankFileTaken,
    DoubtedPayment,
    DoubtsEnded,
    EndedDoubt,
    Event,
    PaymentsAccepted,
    PaymentsDoubted,
    PaymentsNotFound,
    PaymentsRejected,
    RejectedPayment,
    RunAccepted,
)
from domain.payments.attempts import Doubt, attempt_of, end_to_end_id
from domain.payments.orders import NOT_AGAIN, may_be_repeated
from domain.payments.payments import Payment, Payments, PaymentStep, Status, can, payment_id
from domain.payments.runs import Run, Runs, chunks

DUPLICATE_CODES = frozenset({"AM05", "DU01", "DU02", "DU03", "DU04", "DU05", "DUPL"})
"""ISO reasons with which a bank refuses a duplicate of a file or payment."""
_CODE = re.compile("(?!MS0[23])[A-Z]{2}[0-9]{2}")
"""An ISO reason that says why. Others, and a bank's own reasons, leave it to words."""
_DUPLICATE_WORDS = re.compile("dupli|doppel|doublon|중복|重複|二重", re.IGNORECASE)


class Answer(StrEnum):
    """What a bank says of a transfer."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_FOUND = "not found"
    DUPLICATE = "refused as a duplicate"


class _Told(Struct, frozen=True):
    """What a report says of one attempt. `named` if it says so of the transfer itself, not of the order."""

    end_to_end_id: str
    statuses: tuple[GivenStatus, ...]
    named: bool


def orders_of(report: StatusReport) -> frozenset[str]:
    """The message ids of orders that a report may be about. A payment information block has the id of its order."""
    blocks = (block.payment_information for block in report.instructions)
    return frozenset(name for name in (report.order_message_id, *blocks) if name is not None)


def answered(runs: Runs, payments: Payments, account: str, report: StatusReport) -> Run:
    """The run of an account whose order a report is about.

    Raises:
        BadInput: it was never sent from the account, or the report contradicts it.
    """
    orders = orders_of(report)
    if not orders:
        return run_of_results(runs, payments, account, report)
    found = next((run for run in runs.values() if run.account == account and run.message_id in orders), None)
    if found is None:
        raise BadInput(f"It answers order {report.order_message_id}, which was never sent from {account}.")
    return found


def earlier_attempts(payments: Payments, account: str) -> list[str]:
    """The end-to-end ids of attempts that were corrected since, of payments of an account that are not settled."""
    ours = (one for one in payments.values() if one.account == account and one.status is not Status.SETTLED)
    return [end_to_end_id(payment.id, number) for payment in ours for number in range(1, payment.attempt)]


def taken(
    account: str, run: Run, payments: Payments, report: StatusReport, digest: str, former: Collection[str] = ()
) -> list[Event]:
    """The events of a file with a status report on a run's order. `digest` is the file's SHA-256.

    `former` are the earlier attempts that the order carries.
    """
    file = BankFileTaken(
        account=account, message_id=report.message_id, file=digest, format=report.format, reports=(), left_out=()
    )
    return [file, *reported(run, payments, report, former)]


def named_by(report: StatusReport) -> frozenset[str]:
    """The ids of the payments whose attempts a report names."""
    ids = ((one.end_to_end, one.instruction) for block in report.instructions for one in block.transfers)
    return frozenset(payment_id(name) for both in ids for name in both if name is not None)


def reported(run: Run, payments: Payments, report: StatusReport, former: Collection[str] = ()) -> list[Event]:
    """The events of a status report on a run's order.

    `payments` are at least those of the run, those that the report names (`named_by`), and those with a doubt about
    the run. Contradicting statuses of one payment are ignored. `former` are attempts of the order that were corrected.
    """
    reading = _Reading(run, payments, report)
    for told in _told(run, payments, report, former):
        reading.take(told)
    return list(reading.events())


def _told(run: Run, payments: Payments, report: StatusReport, former: Collection[str]) -> Iterator[_Told]:
    """What counts of a report for each attempt that it is about: the run's, those in doubt, and what else it names."""
    ours = dict.fromkeys(p.end_to_end_id for p in payments.of_run(run.id) if p.end_to_end_id is not None)
    ours |= dict.fromkeys(doubt.end_to_end_id for _, doubt in payments.doubts_of_run(run.id)) | dict.fromkeys(former)
    named: dict[str, list[GivenStatus]] = {}
    for block in report.instructions:
        for one in block.transfers:
            by_instruction = one.end_to_end not in ours and one.instruction in ours
            name = one.instruction if by_instruction else one.end_to_end or one.instruction
            if name is not None:
                named.setdefault(name, []).extend([one.status] if one.status is not None else [])
    # The order has one payment information block, with the order's own id.
    blocks = [each.status for each in report.instructions if each.payment_information in {None, run.message_id}]
    of_the_order = tuple(status for status in blocks if status is not None)
    if not of_the_order and report.group is not None:
        of_the_order = (report.group,)
    for name, statuses in named.items():
        yield _Told(name, tuple(statuses), named=True)
    for name in ours:
        if name not in named:
            yield _Told(name, of_the_order, named=False)


def _answer(status: GivenStatus) -> Answer:
    if status.verdict is BankVerdict.ACCEPTED:
        return Answer.ACCEPTED
    if status.verdict is BankVerdict.NOT_FOUND:
        return Answer.NOT_FOUND
    reason = (status.reason or "").upper()
    in_words = not _CODE.fullmatch(reason) and _DUPLICATE_WORDS.search(f"{reason} {status.words or ''}")
    return Answer.DUPLICATE if reason in DUPLICATE_CODES or in_words else Answer.REJECTED


class _Reading:
    """The running result of one report: what becomes of each attempt."""

    def __init__(self, run: Run, payments: Payments, report: StatusReport) -> None:
        self.run, self.payments, self.report = run, payments, report
        self.members = {p.end_to_end_id: p for p in payments.of_run(run.id)}
        self.all_rejected = all(p.status is Status.REJECTED for p in self.members.values())
        self.accepted: list[Payment] = []
        self.accepted_unnamed = False
        self.rejected: list[RejectedPayment] = []
        self.lost: list[str] = []
        self.duplicates: list[DoubtedPayment] = []
        self.late: list[DoubtedPayment] = []
        self.ended: list[EndedDoubt] = []
        self.contradicted: list[Event] = []

    def take(self, told: _Told) -> None:
        """Take in what the report says of one attempt."""
        by_answer = {_answer(status): status for status in reversed(told.statuses)}
        if len(by_answer) > 1:
            by_answer.pop(Answer.DUPLICATE, None)  # it speaks of a second copy, the other answer of the first
        payment = self.members.get(told.end_to_end_id)
        if payment is None:
            for answer in by_answer:
                self._take_of_former(told, answer)
        elif len(by_answer) > 1:
            self._contradict(payment.id, payment.status, " and ".join(sorted(by_answer)))
        else:
            for answer, status in by_answer.items():
                self._take_of_member(payment, told, answer, status)

    def _take_of_member(self, payment: Payment, told: _Told, answer: Answer, status: GivenStatus) -> None:
        match answer:
            case Answer.ACCEPTED:
                self._accept(payment, named=told.named)
            case Answer.REJECTED:
                self._reject(payment, status)
            case Answer.NOT_FOUND:
                self._lose(payment)
            case Answer.DUPLICATE:
                doubt = payment.doubt_about(payment.end_to_end_id)
                if can(payment, PaymentStep.DUPLICATE) and doubt is None:
                    self.duplicates.append(_line(payment, told.end_to_end_id, status))

    def _accept(self, payment: Payment, *, named: bool) -> None:
        if can(payment, PaymentStep.ACCEPT):
            self.accepted.append(payment)
            self.accepted_unnamed |= not named
        elif payment.status is Status.REJECTED and (named or self.all_rejected):
            # The acceptance of an order says nothing of those that were rejected by name, unless that is all of them.
            self._contradict(payment.id, payment.status, "accepted")
            self._accept_late(payment, payment.end_to_end_id or payment.id)

    def _reject(self, payment: Payment, status: GivenStatus) -> None:
        doubt = payment.doubt_about(payment.end_to_end_id)
        if can(payment, PaymentStep.REJECT):
            doubtful = payment.status is Status.ACCEPTED or (doubt is not None and not self._answers(doubt))
            line = RejectedPayment(
                payment=payment.id,
                reason=status.reason or "NARR",
                words=status.words,
                may_book_on=self.run.execution_on if doubtful else None,
            )
            self.rejected.append(line)
        elif payment.status in {Status.SETTLED, Status.RETURNED}:
            self._contradict(payment.id, payment.status, "rejected")
        else:
            self._end(payment, doubt)

    def _lose(self, payment: Payment) -> None:
        doubt = payment.doubt_about(payment.end_to_end_id)
        if payment.status in {Status.ACCEPTED, Status.SETTLED}:
            self._contradict(payment.id, payment.status, "not found")
        elif not can(payment, PaymentStep.NOT_FOUND):
            self._end(payment, doubt)
        elif doubt is None:
            self.lost.append(payment.id)
        elif self._answers(doubt):
            # Sent again as the same bytes, it would be refused as a duplicate again.
            words = f"refused as a duplicate ({doubt.reason}), and not found when asked"
            self.rejected.append(RejectedPayment(payment=payment.id, reason="NARR", words=words))

    def _take_of_former(self, told: _Told, answer: Answer) -> None:
        """Take in an answer about an attempt that is not in the run now: its payment was corrected, or is foreign."""
        name = payment_id(told.end_to_end_id)
        payment = self.payments.get(name)
        doubt = payment.doubt_about(told.end_to_end_id) if payment is not None else None
        if answer is Answer.ACCEPTED and (told.named or self.all_rejected):
            self._contradict(name, "not in the run", f"accepted as {told.end_to_end_id}")
            if payment is not None and _was_given_up(payment, told.end_to_end_id):
                self._accept_late(payment, told.end_to_end_id)
        elif payment is not None and answer in {Answer.REJECTED, Answer.NOT_FOUND}:
            self._end(payment, doubt)

    def _accept_late(self, payment: Payment, end_to_end_id: str) -> None:
        """Doubt an attempt, or doubt it anew, so that no enquiry of before can be what ends the doubt."""
        doubt = payment.doubt_about(end_to_end_id)
        if doubt is None or doubt.asked:
            self.late.append(_line(payment, end_to_end_id))

    def _end(self, payment: Payment, doubt: Doubt | None) -> None:
        if doubt is not None and doubt.run == self.run.id and self._answers(doubt):
            self.ended.append(EndedDoubt(payment=payment.id, end_to_end_id=doubt.end_to_end_id))

    def _answers(self, doubt: Doubt) -> bool:
        """Whether this report came after an enquiry, and is not the one again that raised the doubt."""
        return doubt.asked and doubt.message_id != self.report.message_id

    def _contradict(self, payment: str, status: str, answer: str) -> None:
        event = AnswerContradicted(message_id=self.report.message_id, payment=payment, status=status, answer=answer)
        self.contradicted.append(event)

    def events(self) -> Iterable[Event]:
        """The events of what was taken in."""
        of = {"run": self.run.id, "message_id": self.report.message_id}
        if self.rejected or self.duplicates or not may_be_repeated(self.run, self.payments):
            self.rejected += [RejectedPayment(payment=name, reason="NARR", words=NOT_AGAIN) for name in self.lost]
            self.lost = []
        for rejected in chunks(self.rejected):
            yield PaymentsRejected(**of, payments=tuple(rejected))
        for why, lines in (("duplicate", self.duplicates), ("accepted", self.late)):
            for doubted in chunks(lines):
                on = self.run.execution_on
                yield PaymentsDoubted.model_validate({**of, "execution_on": on, "why": why, "payments": tuple(doubted)})
        gone = {line.payment for line in self.rejected}
        acceptable = {p.id for p in self.members.values() if can(p, PaymentStep.ACCEPT)} - gone
        accepted = [payment.id for payment in self.accepted]
        if self.accepted_unnamed and acceptable == set(accepted):
            yield RunAccepted(**of)
        else:
            for names in chunks(accepted):
                yield PaymentsAccepted(**of, payments=tuple(names))
        for lost in chunks(self.lost):
            yield PaymentsNotFound(**of, payments=tuple(lost))
        for ended in chunks(self.ended):
            yield DoubtsEnded(**of, silent_on=None, payments=tuple(ended))
        yield from self.contradicted


def _was_given_up(payment: Payment, end_to_end_id: str) -> bool:
    """Whether an attempt of a payment was sent and ended without a booking."""
    attempt = attempt_of(payment.id, end_to_end_id)
    if attempt is None or payment.end_to_end_id == end_to_end_id:
        return attempt is not None and payment.status is Status.REJECTED
    return attempt < payment.attempt


def _line(payment: Payment, end_to_end_id: str, status: GivenStatus | None = None) -> DoubtedPayment:
    reason, words = (status.reason, status.words) if status is not None else (None, None)
    return DoubtedPayment(payment=payment.id, end_to_end_id=end_to_end_id, reason=reason, words=words)
