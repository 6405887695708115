"""Says why the opening of an account's day started no run."""

from pathlib import Path

import sqlalchemy as sa

from adapters.command_handler import CommandHandler
from adapters.db import tables
from app.bootstrap import handler_on
from domain.payments.openings import why_nothing
from domain.payments.payments import Status

_WAITING = (Status.SCHEDULED, Status.DUE, Status.HELD)


def why_nothing_of(data: Path | None, production: str, account: str) -> str:
    """Return the sentence for an account on the stack of a data folder."""
    with handler_on(data) as handler:
        return why_nothing_opened(handler, production, account)


def why_nothing_opened(handler: CommandHandler, production: str, account: str) -> str:
    """Return why no run of an account was started now: it is closed, nothing is due, or what is due is held."""
    payment = tables.payment.c
    waiting = sa.and_(payment.account == account, payment.status.in_(_WAITING))
    with handler.store.reading() as records:
        agreement = handler.agreement(records, production)
        payments = records.state(production, payments=waiting).payments.values()
    closed = handler.closure(agreement, agreement.account(account))
    return why_nothing(account, closed, payments, handler.today(agreement))
