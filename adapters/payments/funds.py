"""What an account holds, and what is on its way out of it, by the books of every production that names it."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from msgspec import Struct

from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.conditions import any_of
from adapters.db.queries import chain
from adapters.db.queries.agreement import productions
from adapters.db.queries.reconciliation import account_record
from adapters.db.records import Records
from adapters.db.store import Transaction
from adapters.db.streams import stream_of
from domain.agreement.model import Account, Agreement, Control
from domain.bank.balances import known_balance
from domain.events import SharedWith
from domain.payments import funds
from domain.payments.funds import Funds
from domain.payments.payments import ON_ITS_WAY, Payment
from domain.payments.runs import Run
from domain.values.money import Money, total


class NamedAccount(Struct, frozen=True):
    """An account of a production's agreement in force."""

    agreement: Agreement
    account: Account

    @property
    def production(self) -> str:
        """The production's key."""
        return self.agreement.production


def funds_for_release(
    handler: CommandHandler, transaction: Transaction, run: Run, members: Sequence[Payment], agreement: Agreement
) -> Funds:
    """Return what is there for a run that is being released. No other release of the bank account commits meanwhile.

    It is read at one instant after the lock, so that an audit can read the same again by the heads of the streams.
    """
    account = agreement.account(run.account)
    transaction.connection.execute(_LOCK, {"name": funds.lock_name(account)})
    with handler.store.reading() as records:
        return funds_for(handler, records, run, members, agreement)


_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def funds_for(
    handler: CommandHandler, records: Records, run: Run, members: Sequence[Payment], agreement: Agreement
) -> Funds:
    """Return what is there for a run and its payments."""
    account = agreement.account(run.account)
    holders = list(holders_of(handler, records, account))
    ours = (agreement.production, account.id)
    known = known_balance(
        [account_record(records.connection, one.production, one.account.id, account.currency) for one in holders]
    )
    return Funds(
        balance=known,
        on_its_way=total((_on_its_way(records, one) for one in holders), account.currency),
        debit=funds.debit(run, members, agreement),
        overdraft=account.overdraft or Money.zero(account.currency),
        shared=tuple(
            SharedWith(
                production=one.production,
                account=one.account.id,
                seq=chain.head(records.connection, stream_of(one.production)).seq,
            )
            for one in holders
            if (one.production, one.account.id) != ours
        ),
    )


def holders_of(handler: CommandHandler, records: Records, account: Account) -> Iterator[NamedAccount]:
    """Yield the controlled accounts of all productions that are one bank account with this one, itself included."""
    for row in productions(records.connection):
        agreement = handler.agreements.of(records, row.document)
        for one in agreement.accounts:
            if one.control is Control.CONTROLLED and funds.shares(one, account):
                yield NamedAccount(agreement, one)


def _on_its_way(records: Records, holder: NamedAccount) -> Money:
    payment, run = tables.payment.c, tables.run.c
    under_way = sa.or_(any_of(payment.status, sorted(ON_ITS_WAY)), payment.doubts.is_not(None))
    state = records.state(holder.production, payments=sa.and_(payment.account == holder.account.id, under_way))
    named = {one.run for one in state.payments.values() if one.run is not None}
    named |= {doubt.run for one in state.payments.values() for doubt in one.doubts}
    orders = records.state(holder.production, runs=any_of(run.id, named)).runs if named else {}
    return funds.on_its_way(state.payments.values(), orders, holder.account.id, holder.agreement)
