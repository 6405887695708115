"""From a bank's messages to events of payments, receipts and the books, by the rules of release 0.1.0.

Messages arrive twice, late and in any order. One that repeats known facts changes nothing. One that contradicts them
posts nothing and is recorded as a contradiction. Money that moved without an explanation goes to suspense.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from msgspec.structs import replace

from domain.agreement.model import Agreement
from domain.bank.first_release.model import AccountReport, Movement, StatusReport, TransferStatus
from domain.bank.messages import BankVerdict, Direction
from domain.events import (
    AnswerContradicted,
    Event,
    MovementUnmatched,
    PaymentReturned,
    PaymentsAccepted,
    PaymentsNotFound,
    PaymentsRejected,
    PaymentsSettled,
    ReceiptMatched,
    RejectedPayment,
    RunAccepted,
    SettledPayment,
)
from domain.payments.payments import (
    Payment,
    Payments,
    PaymentStep,
    Status,
    can,
    payment_id,
)
from domain.payments.receipts import (
    Receipt,
    Receipts,
    ReceiptStatus,
    changed_by,
)
from domain.payments.runs import Run, chunks
from domain.rates import contract_value
from domain.values.money import Money, allocate

_DUPLICATE_REASONS = frozenset({"AM05", "DU01", "DU02", "DU03", "DU04", "DU05"})
"""ISO reasons with which a bank refuses a duplicate of a file or payment."""


def reported(run: Run, payments: Payments, report: StatusReport) -> list[Event]:
    """The events of a status report on a run's order.

    Repeated statuses of one payment count once. Contradicting statuses of one payment are ignored.
    """
    by_id = {p.end_to_end_id: p for p in payments.of_run(run.id)}
    statuses_by_id: dict[str, list[TransferStatus]] = {}
    for status in report.transfers:
        statuses_by_id.setdefault(status.end_to_end_id, []).append(status)
    known: list[tuple[Payment, TransferStatus]] = []
    events: list[Event] = []
    for end_to_end_id, statuses in statuses_by_id.items():
        payment = by_id.get(end_to_end_id)
        verdicts = sorted({status.verdict for status in statuses})
        if payment is None:
            events += _foreign_acceptances(report, end_to_end_id, verdicts)
        elif len(verdicts) > 1:
            events.append(_contradicted(report.message_id, payment, " and ".join(verdicts)))
        else:
            known.append((payment, statuses[0]))
    events += _rejections(run, report, [pair for pair in known if pair[1].verdict is BankVerdict.REJECTED])
    events += _acceptances(run, report, [pair[0] for pair in known if pair[1].verdict is BankVerdict.ACCEPTED])
    events += _not_found(run, report, [pair[0] for pair in known if pair[1].verdict is BankVerdict.NOT_FOUND])
    rest = [payment for end_to_end_id, payment in by_id.items() if end_to_end_id not in statuses_by_id]
    if report.group is BankVerdict.ACCEPTED:
        answered = {p.end_to_end_id for p, status in known if status.verdict is not BankVerdict.NOT_FOUND}
        already_answered = [
            p for end_to_end_id, p in by_id.items() if end_to_end_id in statuses_by_id and end_to_end_id not in answered
        ]
        events += _group_accepted(run, report, [p for p in rest if can(p, PaymentStep.ACCEPT)], already_answered)
    elif report.group is not None:
        group = TransferStatus(
            end_to_end_id=run.message_id or "-",
            verdict=report.group,
            reason=report.group_reason,
            words=report.group_words,
        )
        if report.group is BankVerdict.REJECTED:
            events += _rejections(run, report, [(payment, group) for payment in rest])
        else:
            events += _not_found(run, report, rest)
    return events


def _foreign_acceptances(report: StatusReport, end_to_end_id: str, verdicts: Sequence[str]) -> Iterable[Event]:
    """The bank accepts a payment that is not in this run, such as an abandoned attempt. A person must look."""
    if BankVerdict.ACCEPTED in verdicts:
        yield AnswerContradicted(
            message_id=report.message_id,
            payment=payment_id(end_to_end_id),
            status="not in the run",
            answer=f"accepted as {end_to_end_id}",
        )


def _group_accepted(
    run: Run, report: StatusReport, rest: list[Payment], already_answered: list[Payment]
) -> Iterable[Event]:
    """One event for the whole run, unless the report says something else of one of its payments."""
    if any(can(payment, PaymentStep.ACCEPT) for payment in already_answered):
        yield from _acceptances(run, report, rest)
    elif rest:
        yield RunAccepted(run=run.id, message_id=report.message_id)


def _rejections(run: Run, report: StatusReport, pairs: list[tuple[Payment, TransferStatus]]) -> Iterable[Event]:
    if run.times_sent > 1:
        # A refused duplicate says nothing about the first copy. Taken as a rejection, the payment would be paid twice.
        pairs = [(payment, status) for payment, status in pairs if status.reason not in _DUPLICATE_REASONS]
    fresh = [(payment, status) for payment, status in pairs if can(payment, PaymentStep.REJECT)]
    for part in chunks(fresh):
        yield PaymentsRejected(
            run=run.id,
            message_id=report.message_id,
            payments=tuple(
                RejectedPayment(payment=p.id, reason=status.reason or "NARR", words=status.words) for p, status in part
            ),
        )
    for payment, _ in pairs:
        if payment.status in {Status.SETTLED, Status.RETURNED}:
            yield _contradicted(report.message_id, payment, "rejected")


def _acceptances(run: Run, report: StatusReport, accepted: list[Payment]) -> Iterable[Event]:
    for part in chunks([payment for payment in accepted if can(payment, PaymentStep.ACCEPT)]):
        names = tuple(payment.id for payment in part)
        yield PaymentsAccepted(run=run.id, message_id=report.message_id, payments=names)
    for payment in accepted:
        if payment.status is Status.REJECTED:
            yield _contradicted(report.message_id, payment, "accepted")


def _not_found(run: Run, report: StatusReport, lost: list[Payment]) -> Iterable[Event]:
    for part in chunks([payment for payment in lost if can(payment, PaymentStep.NOT_FOUND)]):
        names = tuple(payment.id for payment in part)
        yield PaymentsNotFound(run=run.id, message_id=report.message_id, payments=names)
    for payment in lost:
        if payment.status in {Status.ACCEPTED, Status.SETTLED}:
            yield _contradicted(report.message_id, payment, "not found")


def _contradicted(message_id: str, payment: Payment, answer: str) -> Event:
    return AnswerContradicted(message_id=message_id, payment=payment.id, status=payment.status, answer=answer)


@dataclass
class _Reading:
    """The running result of one account report, built movement by movement."""

    agreement: Agreement
    account: str
    report: AccountReport
    by_end_to_end_id: dict[str, Payment]
    """Our payments from this account, with the movements read so far applied."""
    receipts: dict[str, Receipt]
    settled: list[SettledPayment] = field(default_factory=list)
    others: list[Event] = field(default_factory=list)

    def value(self, amount: Money) -> Money:
        """The contract value of an amount in the account's currency."""
        return contract_value(self.agreement, amount, self.agreement.account(self.account).currency)

    def now(self, payment: Payment, status: Status) -> None:
        """Set a payment's status for the movements that follow."""
        self.by_end_to_end_id[payment.end_to_end_id or payment.id] = replace(payment, status=status)

    def unmatched(self, movement: Movement, signed: Money, why: str) -> None:
        """Put `signed` of a movement (positive for money that came in) into suspense."""
        self.others.append(
            MovementUnmatched(
                account=self.account,
                message_id=self.report.message_id,
                booked=signed,
                end_to_end_id=movement.end_to_end_id,
                counterparty=movement.counterparty,
                bank_reference=movement.bank_reference,
                why=why,
            )
        )


def booked(
    agreement: Agreement,
    account: str,
    payments: Mapping[str, Payment],
    receipts: Receipts,
    seen: frozenset[str],
    report: AccountReport,
) -> list[Event]:
    """The events of a notification or statement about one of our accounts.

    `seen` holds the bank references of movements that were posted before: statements repeat earlier notifications.
    """
    by_id = {p.end_to_end_id: p for p in payments.values() if p.end_to_end_id is not None and p.account == account}
    reading = _Reading(agreement, account, report, by_id, dict(receipts))
    handled = set(seen)
    for movement in report.movements:
        if movement.bank_reference in handled:
            continue
        handled.add(movement.bank_reference)
        if movement.direction is Direction.DEBIT:
            _debit(reading, movement)
        elif movement.returned:
            _return(reading, movement)
        else:
            _credit(reading, movement)
    events: list[Event] = [
        PaymentsSettled(account=account, message_id=report.message_id, booked_on=report.booked_on, payments=tuple(part))
        for part in chunks(reading.settled)
    ]
    return events + reading.others


def _debit(reading: _Reading, movement: Movement) -> None:
    payment = reading.by_end_to_end_id.get(movement.end_to_end_id or "")
    if payment is None:
        reading.unmatched(movement, -movement.booked, "no payment of ours has this end-to-end id")
        return
    instructed = movement.instructed or movement.booked
    if not can(payment, PaymentStep.SETTLE):
        answer = f"settled {movement.booked}"
        reading.others.append(_contradicted(reading.report.message_id, payment, answer))
        reading.unmatched(movement, -movement.booked, f"payment {payment.id} was {payment.status} already")
    elif instructed.currency != payment.amount.currency or instructed < payment.amount:
        reading.others.append(_contradicted(reading.report.message_id, payment, f"settled {instructed}"))
        reading.unmatched(movement, -movement.booked, f"payment {payment.id} is of {payment.amount}")
    else:
        reading.now(payment, Status.SETTLED)
        reading.settled.append(
            SettledPayment(
                payment=payment.id,
                payee_party=payment.payee_party,
                amount=payment.amount,
                booked=movement.booked,
                contract_value=reading.value(payment.amount),
                bank_reference=movement.bank_reference,
            )
        )


def _return(reading: _Reading, movement: Movement) -> None:
    payment = reading.by_end_to_end_id.get(movement.end_to_end_id or "")
    if payment is None or not can(payment, PaymentStep.RETURN):
        reading.unmatched(movement, movement.booked, "a return, but no settled payment has this end-to-end id")
        return
    reading.now(payment, Status.RETURNED)
    reading.others.append(
        PaymentReturned(
            account=reading.account,
            message_id=reading.report.message_id,
            payment=payment.id,
            payee_party=payment.payee_party,
            amount=payment.amount,
            booked=movement.booked,
            # An amendment may have changed the rate since, so the return uses the value at settlement.
            contract_value=payment.contract_value or reading.value(payment.amount),
            bank_reference=movement.bank_reference,
            reason=movement.reason or "NARR",
        )
    )


def _credit(reading: _Reading, movement: Movement) -> None:
    receipt = _matching_receipt(reading, movement)
    if receipt is None:
        reading.unmatched(movement, movement.booked, "no expected receipt explains it")
        return
    instructed = movement.instructed or movement.booked
    matched = min(instructed, receipt.outstanding)
    # The amount beyond what is outstanding is not this receipt's: its share of the booking goes to suspense.
    beyond = instructed - matched
    own = allocate(movement.booked, (matched.minor, beyond.minor))[0] if beyond.minor else movement.booked
    reading.others.append(
        ReceiptMatched(
            account=reading.account,
            message_id=reading.report.message_id,
            receipt=receipt.id,
            payer_party=receipt.payer_party,
            amount=matched,
            booked=own,
            contract_value=reading.value(matched),
            bank_reference=movement.bank_reference,
        )
    )
    reading.receipts[receipt.id] = changed_by(receipt, matched, date.min)  # only the amount matters to the rules
    if own != movement.booked:
        reading.unmatched(movement, movement.booked - own, f"more than receipt {receipt.id} expects")


def _matching_receipt(reading: _Reading, movement: Movement) -> Receipt | None:
    """The receipt whose id the movement contains, or else the only one of exactly this amount and currency."""
    instructed = movement.instructed or movement.booked
    check_size = [
        receipt
        for receipt in reading.receipts.values()
        if receipt.account == reading.account
        and receipt.amount.currency == instructed.currency
        and receipt.status in {ReceiptStatus.EXPECTED, ReceiptStatus.OWED}
        and receipt.outstanding.minor
    ]
    words = f"{movement.end_to_end_id or ''} {movement.remittance or ''}".split()
    named = [receipt for receipt in check_size if receipt.id in words]
    if named:
        return named[0]
    exact = [
        receipt for receipt in check_size if receipt.outstanding == instructed and receipt.status is ReceiptStatus.OWED
    ]
    return exact[0] if len(exact) == 1 else None
