"""What happened to receipts and payments beside their own money, as one JSON value of their rows; and credits."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.payments.credit import Credit
from domain.payments.payments import Payment
from domain.payments.receipts import Adjustment, Arrival, ProposedWriteOff, Receipt
from domain.values.money import Money

Row = Mapping[str, Any]


def receipt_dealings(receipt: Receipt) -> dict[str, Any] | None:
    """What settled a receipt, its claims of late interest, and a proposed write-off. None if there is nothing."""
    proposed = receipt.proposed
    if not (receipt.arrivals or receipt.adjustments or receipt.claims or proposed is not None):
        return None
    return {
        "arrivals": [[one.on.isoformat(), str(one.amount)] for one in receipt.arrivals],
        "adjustments": [
            [one.on.isoformat(), str(one.amount), one.to, one.number, one.name] for one in receipt.adjustments
        ],
        "claims": receipt.claims,
        "claimed": _written(receipt.claimed),
        "proposed": None if proposed is None else [str(proposed.amount), proposed.by, proposed.reason],
    }


def of_receipt(row: Row) -> dict[str, Any]:
    """The fields of a receipt that its row keeps as dealings."""
    told = row["dealings"]
    if told is None:
        return {}
    return {
        "arrivals": tuple(Arrival(date.fromisoformat(on), Money.parse(amount)) for on, amount in told["arrivals"]),
        "adjustments": tuple(
            Adjustment(date.fromisoformat(on), Money.parse(amount), to, number, name)
            for on, amount, to, number, name in told["adjustments"]
        ),
        "claims": told["claims"],
        "claimed": _read(told["claimed"]),
        "proposed": None if told["proposed"] is None else _proposed(*told["proposed"]),
    }


def _proposed(amount: str, by: str, reason: str) -> ProposedWriteOff:
    return ProposedWriteOff(Money.parse(amount), by, reason)


def payment_dealings(payment: Payment) -> dict[str, Any] | None:
    """What came back of a payment, its claims of late interest, and the credit it refunds. None if nothing."""
    if payment.repaid is None and not payment.claims and payment.credit is None:
        return None
    return {
        "repaid": _written(payment.repaid),
        "claims": payment.claims,
        "claimed": _written(payment.claimed),
        "credit": None if payment.credit is None else list(payment.credit),
    }


def of_payment(row: Row) -> dict[str, Any]:
    """The fields of a payment that its row keeps as dealings."""
    told = row["dealings"]
    if told is None:
        return {}
    credit = told["credit"]
    return {
        "repaid": _read(told["repaid"]),
        "claims": told["claims"],
        "claimed": _read(told["claimed"]),
        "credit": None if credit is None else (credit[0], credit[1]),
    }


def credit_row(production: str, credit: Credit) -> dict[str, Any]:
    """A row of `credit`."""
    return {
        "production": production,
        "id": credit.id,
        "account": credit.account,
        "party": credit.party,
        "currency": credit.amount.currency,
        "minor": credit.amount.minor,
    }


def credit_of(row: Row) -> Credit:
    """The credit of a row."""
    return Credit(row["account"], row["party"], Money(row["minor"], row["currency"]))


def _written(amount: Money | None) -> str | None:
    return None if amount is None else str(amount)


def _read(amount: str | None) -> Money | None:
    return None if amount is None else Money.parse(amount)
