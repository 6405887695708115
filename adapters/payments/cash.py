"""Reads what is expected to move on a bank account, by the books of every production that names it."""

from datetime import date

import sqlalchemy as sa
from msgspec import Struct

from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.conditions import any_of
from adapters.db.queries.reconciliation import account_record
from adapters.db.records import Records
from adapters.payments.funds import NamedAccount, holders_of
from domain.agreement.model import Account
from domain.bank.balances import KnownBalance, known_balance
from domain.payments.cash import CashMovement, CashView, cash_movements
from domain.payments.payments import FINISHED
from domain.payments.receipts import WAITING
from domain.values.money import Money


class AccountOutlook(Struct, frozen=True):
    """A bank account with its balance, None if unknown, and what is expected to move. `today` is its business day."""

    production: str
    account: str
    currency: str
    today: date
    balance: KnownBalance | None
    overdraft: Money
    movements: list[CashMovement]
    holders: frozenset[tuple[str, str]]
    """The productions and accounts that are this bank account."""


def outlook(handler: CommandHandler, records: Records, production: str, account: Account) -> AccountOutlook:
    """Return what is known of a production's account and of its future."""
    holders = list(holders_of(handler, records, account))
    known = known_balance(
        [account_record(records.connection, one.production, one.account.id, account.currency) for one in holders]
    )
    return AccountOutlook(
        production=production,
        account=account.id,
        currency=account.currency,
        today=handler.today(handler.agreement(records, production)),
        balance=known,
        overdraft=account.overdraft or Money.zero(account.currency),
        movements=[movement for one in holders for movement in cash_movements(_view(handler, records, one))],
        holders=frozenset((one.production, one.account.id) for one in holders),
    )


def _view(handler: CommandHandler, records: Records, holder: NamedAccount) -> CashView:
    payment, receipt, run = tables.payment.c, tables.receipt.c, tables.run.c
    unfinished = sa.or_(sa.not_(any_of(payment.status, sorted(FINISHED))), payment.doubts.is_not(None))
    state = records.state(
        holder.production,
        payments=sa.and_(payment.account == holder.account.id, unfinished),
        receipts=sa.and_(receipt.account == holder.account.id, any_of(receipt.status, sorted(WAITING))),
        runs=run.id.in_(sa.select(payment.run).where(payment.account == holder.account.id, unfinished)),
        distributions=True,
    )
    doubted = {doubt.run for one in state.payments.values() for doubt in one.doubts} - state.runs.keys()
    if doubted:
        state.runs.update(records.state(holder.production, runs=any_of(run.id, doubted)).runs)
    agreement = holder.agreement
    return CashView(agreement, holder.account.id, state, handler.today(agreement), handler.due_date(agreement))
