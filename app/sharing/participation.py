"""The check that the ledger owes exactly what a production's waterfall left unpaid."""

import sqlalchemy as sa

from adapters.db import tables
from adapters.db.queries import ledger
from adapters.db.records import Records
from domain.agreement.model import Purpose
from domain.payments.payments import FINISHED, Status
from domain.sharing.participation import untied


def participation_ties(records: Records, production: str) -> list[str]:
    """Return a sentence for each account or party where ledger, payments and waterfall differ.

    `records` should be of one instant, as from `Store.reading`.
    """
    payment = tables.payment.c
    concerned = sa.or_(
        payment.purpose == Purpose.PARTICIPATION, payment.status.not_in(sorted(FINISHED | {Status.SCHEDULED}))
    )
    state = records.state(production, payments=concerned, distributions=True)
    balances = [(row.account, row.balance) for row in ledger.balances(records.connection, production)]
    return untied(state.distributions, state.payments, balances)
