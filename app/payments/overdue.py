"""What is owed to us and late, with the interest that the agreement gives for it."""

from datetime import date
from pathlib import Path

from adapters.command_handler import CommandHandler
from adapters.db import queries
from app.bootstrap import handler_on
from domain.agreement.model import Agreement
from domain.agreement.schedule import late_interest
from domain.payments.receipts import ReceiptStatus
from domain.values.money import Money


def expected_of(data: Path | None, production: str | None) -> list[queries.Row]:
    """Expected receipts on the stack of a data folder; see `expected`."""
    with handler_on(data) as handler:
        return expected(handler, production)


def expected(handler: CommandHandler, production: str | None = None) -> list[queries.Row]:
    """Expected receipts, those that are late with `days_late` and the simple interest on what is outstanding today.

    Interest is a claim that people may raise; nothing posts it.

    Raises:
        NotFound: there is no such production.
    """
    with handler.store.reading() as records:
        if production is not None:
            queries.the_production(records.connection, production)
        rows = queries.receipts(records.connection, production)
        agreements = {key: handler.agreement(records, key) for key in {row["production"] for row in rows}}
    return [_with_interest(row, agreements[row["production"]], handler) for row in rows]


def _with_interest(row: queries.Row, agreement: Agreement, handler: CommandHandler) -> queries.Row:
    today = handler.today(agreement)
    late = row["status"] == ReceiptStatus.OWED and date.fromisoformat(row["due_on"]) < today
    if not late:
        return row | {"days_late": None, "late_interest": None}
    due_on = date.fromisoformat(row["due_on"])
    terms = next(one for one in agreement.schedule if one.id == row["instalment"])
    outstanding = Money.parse(row["amount"]) - Money.parse(row["received"])
    interest = late_interest(terms, outstanding, due_on, today)
    return row | {"days_late": (today - due_on).days, "late_interest": str(interest) if interest.minor else None}
