"""Attempts in doubt: how many a run still waits for, and how the bank's silence over a day ends the doubt."""

from collections.abc import Callable, Mapping
from datetime import date

from domain.events import DoubtsEnded, EndedDoubt, Event, PaymentsRejected, RejectedPayment
from domain.payments.payments import ON_ITS_WAY, Payments, Status
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
