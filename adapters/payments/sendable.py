"""Whether the order of a run could be sent now: the bank still takes it, and its format carries it."""

from msgspec import structs

from adapters.bank.orders import write
from adapters.command_handler import CommandHandler
from domain.agreement.model import Agreement
from domain.payments import orders, runs
from domain.payments.payments import Payments


def check_in_time(handler: CommandHandler, run: runs.Run, agreement: Agreement) -> None:
    """Check the cut-off of a bank that wants orders days ahead; others are only late.

    Raises:
        StaleApproval: it is past.
    """
    account = agreement.account(run.account)
    if account.profile.business_days_ahead:
        runs.check_in_time(run, handler.latest(agreement, account, run.execution_on), handler.now(agreement))


def check_sendable(handler: CommandHandler, run: runs.Run, payments: Payments, agreement: Agreement) -> None:
    """Check that a prepared run, released as it is now, could be sent at once.

    Raises:
        StaleApproval: the bank's cut-off for it is past.
        BadInput: the format of its file cannot carry it. The sentence names the transfer.
    """
    check_in_time(handler, run, agreement)
    profile = agreement.account(run.account).bank_file
    if profile is not None:  # some formats have limits that only the whole order shows
        now = runs.binding(run, payments.of_run(run.id), agreement)
        released = structs.replace(run, status="released", sha256=now)
        write(orders.order(released, payments, agreement, handler.now(agreement)), profile)
