"""Fields of a bank's message. An error names the path of the field that is missing or does not fit."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from adapters.bank.xml import BadBankFile
from domain.errors import UnknownCurrency
from domain.values.currency import exponent
from domain.values.money import Money

_MAX_DIGITS = 18


def filled(value: Any, where: str) -> Any:
    """Return the value, which must be present."""
    if value is None or value == "":
        raise BadBankFile(f"{where} is missing: ask the bank to send the file again.", field=where)
    return value


def instant(value: Any, where: str) -> datetime:
    """Return an instant. ISO 20022 leaves a missing offset to agreement; we read it as UTC."""
    try:
        at: datetime = filled(value, where).to_datetime()
    except ValueError as error:
        raise BadBankFile(f"{where}: {value} is not a time: ask the bank to correct it.", field=where) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def day(value: Any, where: str) -> date:
    """Return the date from an ISO choice of a date or a date and time."""
    choice = filled(value, where)
    try:
        if choice.dt is not None:
            on: date = choice.dt.to_date()
            return on
        at: datetime = filled(choice.dt_tm, f"{where}/Dt").to_datetime()
        return at.date()
    except ValueError as error:
        raise BadBankFile(f"{where}: this is not a date: ask the bank to correct it.", field=where) from error


def money(value: Any, where: str) -> Money:
    """Return an amount with its currency: not negative, with no more decimals than the currency has."""
    amount = filled(value, where)
    number, currency = filled(amount.value, where), filled(amount.ccy, f"{where}/@Ccy")
    try:
        places = exponent(currency)
    except UnknownCurrency as error:
        raise BadBankFile(f"{where}/@Ccy: {error.sentence}", field=where) from error
    if not isinstance(number, Decimal) or not number.is_finite() or (number.is_signed() and number):
        raise BadBankFile(f"{where}: {number} is not an amount: ask the bank to correct it.", field=where)
    if len(number.as_tuple().digits) > _MAX_DIGITS or number.adjusted() >= _MAX_DIGITS:
        raise BadBankFile(f"{where}: {number} has more than {_MAX_DIGITS} digits: no bank amount has.", field=where)
    minor = number.scaleb(places)
    whole = int(minor)
    if minor != whole:
        raise BadBankFile(
            f"{where}: {currency} {number} has more decimals than {currency} has ({places}): "
            "ask the bank to correct it.",
            field=where,
        )
    return Money(whole, currency)
