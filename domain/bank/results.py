"""Whose results a sheet has. It names no order: its lines have our end-to-end ids, and these say which run they are of.

A line is never found by its place: a bank may leave lines out, add some, and put them in another order. A sheet with
a line that is not of one order, from this account, of its amount, is refused as a whole.
"""

from collections.abc import Sequence

from domain.bank.messages import BankVerdict
from domain.bank.reports import StatusReport, TransferStatus
from domain.errors import BadInput
from domain.payments.attempts import attempt_of
from domain.payments.payments import Payment, Payments, Status, payment_id
from domain.payments.runs import Run, Runs

_NOT_SENT = frozenset({Status.SCHEDULED, Status.CANCELLED, Status.DUE, Status.HELD, Status.RELEASED})
"""Statuses of a payment whose current attempt is not at the bank. A bank that answers by sheets is sent it once."""


def run_of_results(runs: Runs, payments: Payments, account: str, report: StatusReport) -> Run:
    """The run of an account whose results a sheet has. `payments` and `runs` are at least those that it names.

    Raises:
        BadInput: a line is of no payment that was sent from the account, of another amount than its payment, or of
            another run than the others.
    """
    found: dict[str, str] = {}
    for block in report.instructions:
        for one in block.transfers:
            name = one.end_to_end or ""
            run = _run(_sent(payments, account, one), name)
            if run is not None:
                found.setdefault(run, name)
    if len(found) > 1:
        (one_run, one_id), (other_run, other_id), *_ = found.items()
        raise BadInput(
            f"It has results of two orders, {one_id} of run {one_run} and {other_id} of run {other_run}: ask the bank "
            "for the results of each order by itself."
        )
    if not found:
        raise _of_earlier_attempts([one for block in report.instructions for one in block.transfers])
    return runs[next(iter(found))]


def _of_earlier_attempts(lines: Sequence[TransferStatus]) -> BadInput:
    done = [one.end_to_end for one in lines if one.status is not None and one.status.verdict is BankVerdict.ACCEPTED]
    if not done:
        return BadInput(
            f"It repeats results of earlier attempts, such as {lines[0].end_to_end}: nothing is to be done."
        )
    return BadInput(
        f"It says that an earlier attempt, {done[0]}, was executed: ask the bank, and hold the payment until it "
        f"answered (`sluice payment hold {payment_id(done[0] or '')}`)."
    )


def _sent(payments: Payments, account: str, one: TransferStatus) -> Payment:
    """The payment that a line is of."""
    name = one.end_to_end or ""
    payment = payments.get(payment_id(name))
    attempt = attempt_of(payment.id, name) if payment is not None else None
    if payment is None or attempt is None or attempt > payment.attempt:
        raise BadInput(f"It has a result of {name}, which is no payment of ours: ask the bank whose results these are.")
    if payment.account != account:
        raise BadInput(
            f"It has a result of {name}, which leaves {payment.account} and not {account}: the bank put it into the "
            "wrong folder."
        )
    if attempt == payment.attempt and payment.status in _NOT_SENT:
        raise BadInput(f"It has a result of {name}, which was not sent: ask the bank whose results these are.")
    if one.amount not in {None, payment.amount}:
        raise BadInput(
            f"It says that {name} is of {one.amount}, and it is of {payment.amount}: ask the bank for the sheet again."
        )
    return payment


def _run(payment: Payment, name: str) -> str | None:
    """The run that sent an attempt of a payment. None if it has left it."""
    if payment.run is not None and payment.end_to_end_id == name:
        return payment.run
    doubt = payment.doubt_about(name)
    return doubt.run if doubt is not None else None
