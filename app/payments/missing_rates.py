"""Finds missing exchange rates that keep due payments from being gathered."""

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.queries.payments import ungathered
from adapters.payments.quotes import quote_for
from app.bootstrap import handler_on
from domain.errors import RateMissing
from domain.payments.payments import Status


def missing_rates_of(data: Path | None, production: str | None = None) -> list[str]:
    """Return what is missing on the stack of a data folder, for one production or all."""
    with handler_on(data) as handler:
        return list(missing_rates(handler, production))


def missing_rates(handler: CommandHandler, production: str | None = None) -> Iterator[str]:
    """Yield a sentence for each debtor account and currency that waits for a rate as of today."""
    gathered_not_yet = sa.and_(tables.payment.c.status == Status.DUE, tables.payment.c.run.is_(None))
    with handler.store.reading() as records:
        for key in ungathered(records.connection, production):
            agreement = handler.agreement(records, key)
            waiting = records.state(key, payments=gathered_not_yet).payments.values()
            for account, currency in sorted({(each.account, each.amount.currency) for each in waiting}):
                try:
                    quote_for(records, agreement, account, currency, handler.today(agreement), handler.overrides)
                except RateMissing as error:
                    yield f"{key}: what is due in {currency} from {account} waits for a rate: {error.sentence}"
