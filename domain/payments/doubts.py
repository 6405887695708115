"""Attempts in doubt: how many a run still waits for, and what follows from the bank's silence over a day.

A bank that answers enquiries was asked about an unknown payment: its silence rejects it. A payment that was sent, or
accepted, may be late: only a person says that the bank did not execute it.
"""

from collections.abc import Callable, Mapping
from datetime import date

from domain.commands import FailPayment, require
from domain.errors import IllegalTransition, InDoubt
from domain.events import DoubtsEnded, EndedDoubt, Event, PaymentFailed, PaymentsRejected, RejectedPayment
from domain.identity import Person
from domain.payments.payments import AT_THE_BANK, ON_ITS_WAY, Payments, Status, the_payment
from domain.payments.runs import Run, chunks


def given_up(payments: Payments, run: str) -> int:
    """How many attempts of a run the bank may still book although their payments are not on their way with it."""
    doubted = payments.doubts_of_run(run)
    return sum(payment.run != run or payment.status not in ON_ITS_WAY for payment, _ in doubted)


def unasked(payments: Payments, run: str) -> int:
    """How many attempts of a run the bank must be asked about at once.

    What it accepts after all waits for the next enquiry. Else a bank that always answers so is asked all the time.
    """
    return sum(not doubt.asked and doubt.why != "accepted" for _, doubt in payments.doubts_of_run(run))


def silent_over(
    payments: Payments, runs: Mapping[str, Run], account: str, complete: Callable[[date], bool], message_id: str
) -> list[Event]:
    """What follows from the bank's silence about attempts, on days of an account of which its books are `complete`.

    Unknown payments of runs of such a day are rejected, so that a person can correct them. Doubts about other attempts
    end. `payments` are as they are after the bookings of the statement `message_id`.
    """
    lost: dict[str, list[RejectedPayment]] = {}
    ended: dict[tuple[str, date], list[EndedDoubt]] = {}
    for payment in payments.values():
        if payment.account != account:
            continue
        unknown = payment.run if payment.status is Status.UNKNOWN else None
        if unknown is not None and complete(runs[unknown].execution_on):
            words = f"not in the bank's statement of {runs[unknown].execution_on}"
            lost.setdefault(unknown, []).append(RejectedPayment(payment=payment.id, reason="NARR", words=words))
        for doubt in payment.doubts:
            if complete(doubt.on) and (unknown is None or doubt.end_to_end_id != payment.end_to_end_id):
                line = EndedDoubt(payment=payment.id, end_to_end_id=doubt.end_to_end_id)
                ended.setdefault((doubt.run, doubt.on), []).append(line)
    events: list[Event] = []
    for run, lines in sorted(lost.items()):
        events += [PaymentsRejected(run=run, message_id=message_id, payments=tuple(part)) for part in chunks(lines)]
    for (run, day), ends in sorted(ended.items()):
        parts = (tuple(part) for part in chunks(ends))
        events += [DoubtsEnded(run=run, message_id=message_id, silent_on=day, payments=part) for part in parts]
    return events


def fail(
    payments: Payments,
    runs: Mapping[str, Run],
    command: FailPayment,
    person: Person,
    debtor: str,
    complete: Callable[[date], bool],
) -> list[Event]:
    """Give up an attempt that the bank has, once its books of the day of execution are `complete` without it.

    Raises:
        IllegalTransition: the payment is not at the bank.
        InDoubt: the bank may still book the attempt on that day.
    """
    payment = the_payment(payments, command.payment)
    require(person, FailPayment, (debtor,), f"say that payment {payment.id} was not executed")
    if payment.status not in AT_THE_BANK or payment.run is None or payment.end_to_end_id is None:
        raise IllegalTransition(
            f"Payment {payment.id} is {payment.status}: only one that the bank has can fail.", payment=payment.id
        )
    run = runs[payment.run]
    if not complete(run.execution_on):
        raise InDoubt(
            f"Payment {payment.id} may still be booked: the bank's statements do not tell {run.execution_on} "
            "completely yet. Take in what is missing (`sluice bank reconcile`).",
            payment=payment.id,
        )
    return [
        PaymentFailed(
            run=run.id,
            payment=payment.id,
            end_to_end_id=payment.end_to_end_id,
            reason=command.reason,
            by=person.user,
        )
    ]
