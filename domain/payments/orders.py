"""What goes to the bank of a run: its order, written once, and enquiries after what the bank left open."""

from datetime import datetime

from domain.agreement.model import Agreement
from domain.bank.messages import AgreedRate, BankCodes, CreditTransfer, Enquiry, PaymentOrder
from domain.errors import IllegalTransition, StaleApproval
from domain.events import Event, PaymentsRejected, RejectedPayment
from domain.payments.codes import codes_of
from domain.payments.payments import UNANSWERED, Payment, Payments, Status
from domain.payments.runs import Run, agreed_rate, binding, bindings, chunks, in_doubt, message_id

NOT_AGAIN = "not found, and not sent again, for other payments of the order are rejected, returned or in doubt"
"""Why a payment that the bank does not find is rejected instead."""


def order(run: Run, payments: Payments, agreement: Agreement, created_at: datetime) -> PaymentOrder:
    """The order of a released run.

    Raises:
        IllegalTransition: the run is not released.
        StaleApproval: an amendment since the release changed what would be paid; cancel and prepare again.
        InDoubt: the bank may still book an earlier attempt.
    """
    if run.status != "released":
        raise IllegalTransition(f"Run {run.id} is {run.status}: only a released run is sent.", run=run.id)
    lines = payments.of_run(run.id)
    if run.sha256 not in bindings(run, lines, agreement):
        raise StaleApproval(f"Run {run.id} changed after its release: an account or an amount is different now.")
    if doubt := in_doubt(run, lines):
        raise doubt
    agreed = agreed_rate(run, agreement)
    codes = codes_of(lines, agreement)
    creditors = {payee: agreement.bank_account(payee) for payee in {line.payee for line in lines}}
    return PaymentOrder(
        message_id=message_id(run),
        created_at=created_at,
        execution_on=run.execution_on,
        debtor=agreement.bank_account(run.account),
        batch_booking=agreement.account(run.account).batch_booking,
        transfers=tuple(
            CreditTransfer(
                end_to_end_id=line.end_to_end_id or line.id,
                amount=line.amount,
                creditor=creditors[line.payee],
                remittance=f"{agreement.production} {line.instalment}",
                agreed_rate=agreed,
                codes=codes.get(line.id, BankCodes()),
            )
            for line in sorted(lines, key=lambda line: line.id)
        ),
    )


def orders_made(run: Run, payments: Payments, agreement: Agreement, created_at: datetime) -> tuple[PaymentOrder, ...]:
    """The orders that releases of this software made of a released run, today's first. An audit accepts each.

    Until schema version 2 of `BoundRun`, an order named the rate of every run that converted as agreed with the bank,
    under its own message id. Nothing but the hash that the release is bound to tells such a run.
    """
    today = order(run, payments, agreement, created_at)
    if run.quote is None or run.sha256 == binding(run, payments.of_run(run.id), agreement):
        return (today,)
    named = AgreedRate(rate=run.quote.rate, contract_id=today.message_id)
    lines = tuple(line.model_copy(update={"agreed_rate": named}) for line in today.transfers)
    return today, today.model_copy(update={"transfers": lines})


def enquiry(run: Run, payments: Payments, agreement: Agreement, created_at: datetime) -> Enquiry | None:
    """The enquiry after a run's attempts that are unanswered or in doubt.

    `None` if there are none, or if the bank answers such an order by its statement only.
    """
    unanswered = [p.end_to_end_id or p.id for p in payments.of_run(run.id) if p.status in UNANSWERED]
    in_doubt = [doubt.end_to_end_id for _, doubt in payments.doubts_of_run(run.id)]
    ids = tuple(dict.fromkeys(unanswered + in_doubt))
    if not ids or run.message_id is None or not agreement.account(run.account).profile.takes_enquiries:
        return None
    return Enquiry(
        message_id=message_id(run, run.enquiries + 1),
        created_at=created_at,
        order_message_id=run.message_id,
        order_format=agreement.account(run.account).profile.format,
        debtor=agreement.bank_account(run.account),
        end_to_end_ids=ids,
    )


def unsent(run: Run, payments: Payments) -> list[Payment]:
    """The released payments of a run that were not sent to the bank, or that the bank never saw."""
    return [payment for payment in payments.of_run(run.id) if payment.status is Status.RELEASED]


def may_be_repeated(run: Run, payments: Payments) -> bool:
    """Whether the bytes of an order may be sent again: each of its transfers is still to be paid as it was."""
    members = payments.of_run(run.id)
    gone = {Status.REJECTED, Status.RETURNED}
    return len(members) == run.count and all(p.status not in gone and not p.doubts for p in members)


def stopped(run: Run, payments: Payments) -> list[Event]:
    """What becomes of payments that the bank did not find, if their order may not be sent again by now."""
    lines = [RejectedPayment(payment=p.id, reason="NARR", words=NOT_AGAIN) for p in unsent(run, payments)]
    name = run.message_id or message_id(run)
    return [PaymentsRejected(run=run.id, message_id=name, payments=tuple(part)) for part in chunks(lines)]
