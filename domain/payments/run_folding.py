"""Folds events into runs, and into all payments of a run where the event is about the whole run."""

from msgspec.structs import replace

from domain.errors import IllegalTransition
from domain.events import (
    DealTaken,
    Event,
    QuoteTaken,
    RunAccepted,
    RunCancelled,
    RunDoubted,
    RunFirstReleased,
    RunPrepared,
    RunReleased,
    RunSubmitted,
)
from domain.payments.payments import Payments, PaymentStep, Status, advance, can, take
from domain.payments.runs import Quote, Run, Runs
from domain.values.money import total


def apply(runs: Runs, payments: Payments, event: Event) -> None:  # noqa: C901 - one case for each kind
    """Update runs, and all payments of a run where the event is about the whole run.

    Raises:
        IllegalTransition: a run of that name was prepared before.
    """
    match event:
        case QuoteTaken() | DealTaken():
            run = runs[event.run]
            runs[run.id] = replace(run, quote=_quoted(run.quote, event))
        case RunPrepared():
            if event.run in runs:
                raise IllegalTransition(f"There is a run {event.run} already: prepare the next number.", run=event.run)
            runs[event.run] = Run(
                id=event.run,
                account=event.account,
                currency=event.currency,
                execution_on=event.execution_on,
                prepared_by=event.by,
                count=event.count,
                total=event.total,
                sha256=event.sha256,
            )
        case RunFirstReleased():
            runs[event.run] = replace(runs[event.run], first_released_by=event.by, first_sha256=event.sha256)
        case RunReleased():
            run = runs[event.run]
            paid = [payment.amount for payment in payments.of_run(run.id)]
            runs[run.id] = replace(
                run,
                status="released",
                released_by=event.by,
                released_on=event.on,
                sha256=event.sha256,
                count=len(paid),
                total=total(paid, run.currency),
            )
            _all(run, payments, PaymentStep.RELEASE)
        case RunCancelled():
            runs[event.run] = replace(runs[event.run], status="cancelled")
            for payment in payments.of_run(event.run):
                status = advance(payment, PaymentStep.RECALL) if payment.status is Status.RELEASED else payment.status
                payments[payment.id] = replace(payment, status=status, run=None, end_to_end_id=None)
        case RunSubmitted():
            run = runs[event.run]
            runs[run.id] = replace(
                run,
                status="submitted",
                message_id=event.message_id,
                file=event.file,
                times_sent=run.times_sent + 1,
            )
            _all(run, payments, PaymentStep.SUBMIT)
        case RunDoubted():
            runs[event.run] = replace(runs[event.run], enquiries=runs[event.run].enquiries + 1)
            _all(runs[event.run], payments, PaymentStep.DOUBT)
            payments.asked_about(event.run)
        case RunAccepted():
            _all(runs[event.run], payments, PaymentStep.ACCEPT)
        case _:
            return


def _quoted(before: Quote | None, event: QuoteTaken | DealTaken) -> Quote | None:
    """The quote that a run pays at. The rate of a deal takes the place of the one before."""
    if isinstance(event, QuoteTaken):
        return Quote(event.base, event.quote, event.rate, event.source, event.fixing_on, event.contract_rate)
    if before is None:
        return None
    deal = (event.number, event.amount, event.by)
    return Quote(before.base, before.quote, event.rate, "deal", event.on, before.contract_rate, *deal)


def _all(run: Run, payments: Payments, step: PaymentStep) -> None:
    for payment in payments.of_run(run.id):
        if can(payment, step):
            take(payments, payment.id, step)
