"""The bank's checks before booking, with the ISO reason codes of its answers."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from decimal import Decimal

from adapters.sandbox_bank.books import converted
from adapters.sandbox_bank.entries import Holder
from adapters.sandbox_bank.received import AccountRead, Instructed, ReceivedOrder
from domain.errors import UnknownCurrency
from domain.values.currency import exponent

_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_MEMBER = re.compile(r"[A-Z0-9]{3,28}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_DOMESTIC = re.compile(r"[A-Z0-9]{1,34}")
_MAX_E2E = 35
_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an order or a transfer is rejected: an ISO external status reason, and words."""

    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Priced:
    """A transfer's amount in minor units, and its cost in the account's currency (at `rate`, if converted)."""

    minor: int
    booked_minor: int
    rate: str | None


def refuse_order(order: ReceivedOrder, holder: Holder) -> Refusal | None:
    """Return why the whole file is rejected; None if it is not."""
    sums = sum((each.amount or Decimal(0) for each in order.transfers), Decimal(0))
    findings = (
        (order.instructions != 1, "FF01", "One PmtInf a file is taken"),
        (not all(0 < len(each.end_to_end_id) <= _MAX_E2E for each in order.transfers), "FF01", "EndToEndId is not one"),
        (order.execution_on is None, "DT01", "ReqdExctnDt is not a date"),
        (order.count != str(len(order.transfers)), "AM18", "NbOfTxs is not the number of transfers"),
        (order.control_sum != sums, "AM10", "CtrlSum is not the sum of the amounts"),
        (not _same_account(order, holder), "AC02", "The debtor account is not this channel's"),
        (order.debtor.currency not in {None, holder.currency}, "AC09", "The debtor account is in another currency"),
        (not (order.domestic or _names_bank(order.debtor)), "RC01", "The debtor agent has no BIC or clearing code"),
    )
    return next((Refusal(reason, words) for wrong, reason, words in findings if wrong), None)


def price(transfer: Instructed, account_currency: str, rates: Mapping[str, Decimal]) -> Priced | Refusal:
    """Return the transfer's amount and its cost, at its agreed rate or else at the bank's own."""
    minor = _minor(transfer)
    if isinstance(minor, Refusal):
        return minor
    if transfer.currency == account_currency:
        return Priced(minor, minor, None)
    rate = transfer.agreed_rate or rates.get(transfer.currency)
    if rate is None or rate <= 0:
        return Refusal("AM03", f"There is no rate from {transfer.currency} to {account_currency}")
    if transfer.agreed_rate is not None and transfer.unit_currency not in {"", transfer.currency}:
        return Refusal("CURR", "The agreed rate is not for one unit of the amount's currency")
    booked = converted(minor, transfer.currency, account_currency, rate)
    return Priced(minor, booked, str(rate)) if booked > 0 else Refusal("AM01", "The amount is nothing once converted")


def refuse_transfer(transfer: Instructed, known: Container[str], *, domestic: bool) -> Refusal | None:
    """Return why one transfer is rejected for its content; None if it is not. `known` are the end-to-end ids in use."""
    always = (
        (transfer.end_to_end_id in known, "AM05", "A transfer with this EndToEndId was taken before"),
        (not transfer.name, "BE21", "The creditor has no name"),
    )
    abroad = (
        (not (transfer.town and transfer.country), "BE04", "The creditor's address has no TwnNm and Ctry"),
        (not _names_bank(transfer.creditor), "RC01", "The creditor agent has no BIC or clearing code"),
        (not _is_account(transfer.creditor), "AC01", "The creditor's account number is not one"),
    )
    findings = always if domestic else always + abroad
    return next((Refusal(reason, words) for wrong, reason, words in findings if wrong), None)


def _same_account(order: ReceivedOrder, holder: Holder) -> bool:
    if order.domestic:  # a sheet has none; other orders have bank and branch, which the books may lack
        return not order.debtor.number or order.debtor.number.endswith(holder.number.lstrip("0"))
    return order.debtor.number == holder.number


def _minor(transfer: Instructed) -> int | Refusal:
    try:
        places = exponent(transfer.currency)
    except UnknownCurrency:
        return Refusal("AM03", "The currency is not one that is paid in")
    if transfer.amount is None or transfer.amount <= 0 or transfer.amount.adjusted() >= _MAX_DIGITS:
        return Refusal("AM12", "The amount is not above zero or has too many digits")
    scaled = transfer.amount.scaleb(places)
    minor = int(scaled)
    return minor if minor == scaled else Refusal("AM12", f"{transfer.currency} has {places} decimals")


def _names_bank(account: AccountRead) -> bool:
    """Return whether the bank of an account is named: by a BIC, or by a clearing code alone."""
    return _BIC.fullmatch(account.bic) is not None or (
        not account.bic and _MEMBER.fullmatch(account.member) is not None
    )


def _is_account(account: AccountRead) -> bool:
    if not account.iban:
        return _DOMESTIC.fullmatch(account.number) is not None
    if _IBAN.fullmatch(account.number) is None:
        return False
    turned = account.number[4:] + account.number[:4]
    return int("".join(str(int(each, 36)) for each in turned)) % 97 == 1
