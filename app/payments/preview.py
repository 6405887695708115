"""Shows a releaser what releasing a run would pay."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.queries.payments import last_paid
from adapters.db.queries.reconciliation import reconciled_until
from adapters.db.queries.runs import RunRow
from adapters.db.queries.runs import run as the_run
from adapters.payments.funds import funds_for
from app.bootstrap import handler_on
from app.reads import reads
from domain.agreement.model import Agreement
from domain.agreement.productions import the_production
from domain.bank.messages import BankAccount
from domain.bank.names import written_name
from domain.bank.profile import OrderProfile
from domain.errors import Hindered, NotFound
from domain.payees.accounts import in_force, is_new
from domain.payees.model import Payees
from domain.payments import limits, runs
from domain.payments.funds import Funds, overdrawn
from domain.payments.holds import refuse_hindered
from domain.payments.payments import Payment
from domain.values.money import Money, total


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A payment in a release. `account` is the creditor's number, and `new` says that it was never paid before.

    `written_as` is the creditor's name as the bank's file has it; None if it cannot be written there.
    `doubts` keep the run from being released: attempts of the payment that the bank may still book.
    """

    end_to_end_id: str | None
    amount: Money
    creditor: str
    written_as: str | None
    bic: str | None
    account: str
    new: bool
    due_on: date | None
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """A run with the count, total and hash that a release would bind now, and a line for each payment.

    `refused` says why a release is refused: the bank may still book an earlier attempt of a payment, nothing may be
    paid to a payee, the account is not for it, or does not hold what the run takes. `closed` names the days on which
    the account does nothing, and when it opens; None on a business day. `funds` is what is there for a prepared run.
    `limits` are those that it is above, so that two people release it.
    `reconciled_until` is the day up to which the bank's statements of the account agree with the books, None if there
    is none. `debtor` is the name of the paying account's owner, `debtor_written_as` that in the bank's file.
    """

    head: RunRow
    debtor: str
    debtor_written_as: str | None
    lines: tuple[PreviewLine, ...]
    refused: str | None
    closed: str | None
    funds: Funds | None
    limits: tuple[str, ...]
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
    """Preview a run. The payees' accounts are those that a release today would pay."""
    with handler.store.reading() as records:
        row = the_run(records.connection, run_id)
        if row is None:
            raise NotFound(f"There is no run {run_id}: `sluice run show` lists them.", run=run_id)
        terms = handler.agreement(records, row.production)
        today, run_of = handler.today(terms), tables.run.c
        of_day = sa.and_(run_of.production == row.production, run_of.released_on == today)
        paid = sa.select(run_of.id).where(sa.or_(run_of.id == run_id, of_day))
        state = records.state(
            row.production, payments=tables.payment.c.run.in_(paid), runs=sa.or_(run_of.id == run_id, of_day)
        )
        until = reconciled_until(records.connection, row.production, row.account)
        members = sorted(state.payments.of_run(run_id), key=lambda payment: payment.id)
        paid_on = last_paid(records.connection, row.production, {payment.payee for payment in members})
        run, payees = state.runs[run_id], the_production(state.production, row.production).payees
        agreement = in_force(terms, payees, today)
        there = funds_for(handler, records, run, members, agreement) if run.status == "prepared" else None
    now = replace(
        row,
        count=len(members),
        total=total((payment.amount for payment in members), run.currency),
        sha256=runs.binding(run, members, agreement),
    )
    earlier = limits.released_on(state.runs, state.payments, run, today)
    above = limits.exceeded(terms.payment_controls.limits, run, members, earlier, run.first_released_by or "")
    debtor, profile = agreement.bank_account(run.account), agreement.account(run.account).profile
    lines = tuple(
        _line(
            payment,
            agreement.bank_account(payment.payee),
            profile,
            new=is_new(payees, payment.payee, today, paid_on.get(payment.payee)),
        )
        for payment in members
    )
    closure = handler.closure(agreement, agreement.account(run.account))
    return Preview(
        head=now,
        debtor=debtor.holder,
        debtor_written_as=_written(debtor, profile, ours=True),
        lines=lines,
        refused=_refused(run, members, agreement, payees, today, there),
        closed=closure.sentence if closure is not None else None,
        funds=there,
        limits=tuple(above),
        reconciled_until=until,
    )


def _refused(
    run: runs.Run, members: list[Payment], agreement: Agreement, payees: Payees, on: date, there: Funds | None
) -> str | None:
    short = overdrawn(run, there) if there is not None else None
    why = runs.in_doubt(run, members) or runs.misused(run, members, agreement) or short
    if why is not None:
        return why.sentence
    try:
        refuse_hindered(run.id, members, payees, on)
    except Hindered as hindered:
        return hindered.sentence
    return None


def _written(account: BankAccount, profile: OrderProfile, *, ours: bool) -> str | None:
    text, missing = written_name(account.holder, account.latin_name, account.kana_name, profile, ours=ours)
    return None if missing else text


def _line(payment: Payment, creditor: BankAccount, profile: OrderProfile, *, new: bool) -> PreviewLine:
    return PreviewLine(
        end_to_end_id=payment.end_to_end_id,
        amount=payment.amount,
        creditor=creditor.holder,
        written_as=_written(creditor, profile, ours=False),
        bic=creditor.bic,
        account=creditor.number,
        new=new,
        due_on=payment.due_on,
        doubts=tuple(doubt.sentence for doubt in payment.doubts),
    )
