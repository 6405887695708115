"""What the doctor says of cash: accounts that turn negative, money that is late, milestones that are late."""

from collections.abc import Iterator, Sequence

from adapters.command_handler import CommandHandler
from adapters.db.queries.receipts import ReceiptFilter, receipts
from app.payments.cash import AS_PLANNED, CashForecast, forecasts
from app.payments.late import late_milestones, late_receipts
from domain import health
from domain.health import Ailment


def of_cash(handler: CommandHandler, productions: Sequence[str]) -> Iterator[Ailment | None]:
    """Yield what somebody should know of the cash of some productions."""
    for key in productions:
        for found in forecasts(handler, key, health.LOOKS_AHEAD_WEEKS):
            yield _of_account(found)
        with handler.store.reading() as records:
            today = handler.today(handler.agreement(records, key))
            owed = receipts(records.connection, ReceiptFilter(key)).items
            planned = [(one.id, one.planned_on) for one in late_milestones(handler, records, key)]
        yield health.milestones_late(key, planned, today)
        for one in late_receipts(handler, owed):
            yield health.receipt_late(one.id, one.payer_party, one.outstanding, one.due_on, today, one.reminded_on)


def _of_account(found: CashForecast) -> Ailment | None:
    if found.balance is None:
        outgoing = sum(one.amount.minor < 0 for one in found.movements)
        return health.balance_unknown(found.production, found.account, outgoing)
    on = found.short_on[AS_PLANNED]
    if on is None:
        return None
    balance = next(day.balance for day in found.scenarios[AS_PLANNED] if day.on == on)
    assert balance is not None  # noqa: S101 - the balance is known
    return health.short_of_money(found.production, found.account, on, balance, found.today)
