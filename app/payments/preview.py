"""Shows a releaser what releasing a run would pay."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.queries.reconciliation import reconciled_until
from adapters.db.queries.runs import RunRow
from adapters.db.queries.runs import run as the_run
from adapters.payments.funds import funds_for
from app.bootstrap import handler_on
from app.reads import reads
from domain.bank.messages import BankAccount
from domain.bank.names import written_name
from domain.bank.profile import OrderProfile
from domain.errors import NotFound
from domain.payments import runs
from domain.payments.funds import Funds, overdrawn
from domain.payments.payments import Payment
from domain.values.money import Money, total


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A payment in a release. `account` is the creditor's masked number.

    `written_as` is the creditor's name as the bank's file has it; None if it cannot be written there.
    `doubts` keep the run from being released: attempts of the payment that the bank may still book.
    """

    end_to_end_id: str | None
    amount: Money
    creditor: str
    written_as: str | None
    bic: str | None
    account: str
    due_on: date | None
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """A run with the count, total and hash that a release would bind now, and a line for each payment.

    `refused` says why a release is refused: the bank may still book an earlier attempt of a payment, or the account
    does not hold what the run takes. `closed` names the days on which the account does nothing, and when it opens; None
    on a business day. `funds` is what is there for a prepared run. `reconciled_until` is the day up to which the bank's
    statements of the account agree with the books, None if there is none. `debtor` is the name of the paying account's
    owner, `debtor_written_as` that in the bank's file.
    """

    head: RunRow
    debtor: str
    debtor_written_as: str | None
    lines: tuple[PreviewLine, ...]
    refused: str | None
    closed: str | None
    funds: Funds | None
    reconciled_until: date | None


def preview_of(data: Path | None, run_id: str, production: str | None, user: str) -> Preview:
    """Preview a run on the stack of a data folder, for a user.

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
        there = funds_for(handler, records, run, members, agreement) if run.status == "prepared" else None
    now = replace(
        row,
        count=len(members),
        total=total((payment.amount for payment in members), run.currency),
        sha256=runs.binding(run, members, agreement),
    )
    refusal = runs.in_doubt(run, members) or (overdrawn(run, there) if there is not None else None)
    debtor, profile = agreement.bank_account(run.account), agreement.account(run.account).profile
    lines = tuple(_line(payment, agreement.bank_account(payment.payee), profile) for payment in members)
    why = refusal.sentence if refusal is not None else None
    closure = handler.closure(agreement, agreement.account(run.account))
    closed = closure.sentence if closure is not None else None
    return Preview(now, debtor.holder, _written(debtor, profile, ours=True), lines, why, closed, there, until)


def _written(account: BankAccount, profile: OrderProfile, *, ours: bool) -> str | None:
    text, missing = written_name(account.holder, account.latin_name, account.kana_name, profile, ours=ours)
    return None if missing else text


def _line(payment: Payment, creditor: BankAccount, profile: OrderProfile) -> PreviewLine:
    return PreviewLine(
        end_to_end_id=payment.end_to_end_id,
        amount=payment.amount,
        creditor=creditor.holder,
        written_as=_written(creditor, profile, ours=False),
        bic=creditor.bic,
        account=creditor.masked,
        due_on=payment.due_on,
        doubts=tuple(doubt.sentence for doubt in payment.doubts),
    )
