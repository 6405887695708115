"""Account numbers are well formed, and controlled accounts have what a bank needs."""

from collections.abc import Iterator

from stdnum import bic, iban
from stdnum.exceptions import InvalidChecksum, ValidationError

from domain.agreement.checks.finding import AgreementFinding, Path, currency_findings
from domain.agreement.model import Account, Agreement, Control

_SHARED = (
    {"FR", "BL", "GF", "GP", "MC", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"},
    {"GB", "GG", "IM", "JE"},
)
"""Places whose banks may use each other's country code in a BIC and an IBAN."""


def accounts(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Findings about IBAN, BIC, currency, cut-off, and the address of an account holder."""
    without_address = {party.id for party in agreement.parties if party.address is None}
    for n, account in enumerate(agreement.accounts):
        path: Path = ("accounts", n)
        yield from currency_findings((*path, "currency"), account.currency)
        yield from number_findings(path, account)
        if account.owner in without_address:
            sentence = f"party {account.owner!r} has an account and no address, which bank files name: add it."
            yield AgreementFinding((*path, "owner"), "no-address", sentence)
        if account.control is Control.CONTROLLED and account.cut_off is None:
            sentence = "a controlled account needs the bank's cut-off time: add cut_off, such as 15:30."
            yield AgreementFinding((*path, "cut_off"), "no-cut-off", sentence)
        if account.control is Control.EXTERNAL and account.uses is not None:
            sentence = "this account is not ours, so its owner says what it is used for: take uses out."
            yield AgreementFinding((*path, "uses"), "uses-external", sentence)
    for n, limit in enumerate(agreement.payment_controls.limits):
        yield from currency_findings(("payment_controls", "limits", n, "amount"), limit.amount.currency)


def number_findings(path: Path, account: Account) -> Iterator[AgreementFinding]:
    """Findings about the number of an account and its bank."""
    if account.bic is None and account.clearing is None:
        sentence = f"the bank of {account.id!r} is not named: write its bic, or its place in the clearing system."
        yield AgreementFinding((*path, "bic"), "no-bank", sentence)
        return
    if account.bic is not None and not bic.is_valid(account.bic):
        sentence = f"{account.bic!r} is no BIC: 4 letters or digits, a country, 2 more, and perhaps 3 for the branch."
        yield AgreementFinding((*path, "bic"), "bad-bic", sentence)
        return
    if not account.iban:
        if iban.is_valid(account.number):
            sentence = f"this number is an IBAN: write `iban: true` for account {account.id!r}."
            yield AgreementFinding((*path, "number"), "iban-unmarked", sentence)
        return
    try:
        iban.validate(account.number)
    except InvalidChecksum:
        sentence = "the check digits of this IBAN are wrong: compare it with the bank's confirmation."
        yield AgreementFinding((*path, "number"), "bad-iban", sentence)
        return
    except ValidationError:
        sentence = "this is no IBAN of any country: correct it, or write `iban: false` for a domestic number."
        yield AgreementFinding((*path, "number"), "bad-iban", sentence)
        return
    countries = {account.number[:2], account.country}
    if len(countries) > 1 and not any(countries <= places for places in _SHARED):
        sentence = f"the bank is in {account.country} and the IBAN is of {account.number[:2]}: correct one of them."
        yield AgreementFinding((*path, "bic"), "bic-country", sentence)


def overdrafts(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Findings about how far accounts may go below zero."""
    for n, account in enumerate(agreement.accounts):
        limit, path = account.overdraft, ("accounts", n, "overdraft")
        if limit is not None and account.control is Control.EXTERNAL:
            sentence = f"nothing is paid from {account.id!r}, which is external: take this out."
            yield AgreementFinding(path, "overdraft-unused", sentence)
        elif limit is not None and limit.currency != account.currency:
            sentence = f"{account.id!r} is kept in {account.currency}: write its overdraft in it."
            yield AgreementFinding(path, "limit-currency", sentence)
        elif limit is not None and limit.minor < 0:
            sentence = "an overdraft is written as an amount above 0: how far below zero the account may go."
            yield AgreementFinding(path, "not-positive", sentence)
