"""Shows a releaser what releasing a run would pay."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.queries.reconciliation import reconciled_until
from adapters.db.queries.runs import RunRow
from adapters.db.queries.runs import run as the_run
from app.bootstrap import handler_on
from app.reads import reads
from domain.bank.messages import BankAccount
from domain.errors import NotFound
from domain.payments import runs
from domain.payments.payments import Payment
from domain.values.money import Money, total


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A payment in a release. `account` is the creditor's masked number.

    `doubts` keep the run from being released: attempts of the payment that the bank may still book.
    """

    end_to_end_id: str | None
    amount: Money
    creditor: str
    bic: str | None
    account: str
    due_on: date | None
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """A run with the count, total and hash that a release would bind now, and a line for each payment.

    `refused` says why a release is refused: the bank may still book an earlier attempt of a payment. `reconciled_until`
    is the day up to which the bank's statements of the account agree with the books, None if there is none.
    """

    head: RunRow
    lines: tuple[PreviewLine, ...]
    refused: str | None
    reconciled_until: date | None


def preview_of(data: Path | None, run_id: str, production: str | None, user: str | None) -> Preview:
    """Preview a run on the stack of a data folder, for a user if one is given.

    Raises:
        NotFound: there is no such run, or the user may not see it.
        WrongRole: the user may see no runs.
    """
    with reads(data, production, user) as reading:
        reading.run(run_id)
    with handler_on(data) as handler:
        return preview(handler, run_id)


def preview(handler: CommandHandler, run_id: str) -> Preview:
    """Preview a run. The payees' accounts are those of the agreement in force, with masked numbers."""
    with handler.store.reading() as records:
        row = the_run(records.connection, run_id)
        if row is None:
            raise NotFound(f"There is no run {run_id}: `sluice run show` lists them.", run=run_id)
        agreement = handler.agreement(records, row.production)
        state = records.state(row.production, payments=tables.payment.c.run == run_id, runs=tables.run.c.id == run_id)
        until = reconciled_until(records.connection, row.production, row.account)
    run = state.runs[run_id]
    members = sorted(state.payments.of_run(run.id), key=lambda payment: payment.id)
    now = replace(
        row,
        count=len(members),
        total=total((payment.amount for payment in members), run.currency),
        sha256=runs.binding(run, members, agreement),
    )
    doubt = runs.in_doubt(run, members)
    lines = tuple(_line(payment, agreement.bank_account(payment.payee)) for payment in members)
    return Preview(now, lines, doubt.sentence if doubt is not None else None, until)


def _line(payment: Payment, creditor: BankAccount) -> PreviewLine:
    return PreviewLine(
        end_to_end_id=payment.end_to_end_id,
        amount=payment.amount,
        creditor=creditor.holder,
        bic=creditor.bic,
        account=creditor.masked,
        due_on=payment.due_on,
        doubts=tuple(doubt.sentence for doubt in payment.doubts),
    )
