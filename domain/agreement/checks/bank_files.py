"""Profiles of bank files fit their accounts."""

import re
from collections.abc import Iterator

from stdnum import lei

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.model import Account, Agreement, Control
from domain.agreement.payees import payees
from domain.bank.messages import AccountType
from domain.bank.profile import ZenginProfile
from domain.bank.zengin.transfers import SYSTEM

_NUMBER = re.compile(r"[0-9]{1,7}")


def bank_files(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Findings about profiles, limits of charges, and LEIs."""
    for n, party in enumerate(agreement.parties):
        if party.lei is not None and not lei.is_valid(party.lei):
            sentence = f"the check digits of {party.lei!r} are wrong: compare it with the LEI register."
            yield AgreementFinding(("parties", n, "lei"), "bad-lei", sentence)
    for n, account in enumerate(agreement.accounts):
        yield from _account(("accounts", n), account)
    places = {account.id: ("accounts", n) for n, account in enumerate(agreement.accounts)}
    seen: set[Path] = set()
    for debtor_id, paid in payees(agreement).items():
        debtor = agreement.account(debtor_id)
        if isinstance(debtor.profile, ZenginProfile):
            for account in (debtor, *paid):
                for finding in _zengin(places[account.id], account, debtor):
                    if finding.path not in seen:
                        seen.add(finding.path)
                        yield finding


def _zengin(path: Path, account: Account, debtor: Account) -> Iterator[AgreementFinding]:
    """Findings about an account in a Zengin file of `debtor`: currency, bank and branch, kind and number."""
    file = f"the Zengin files of {debtor.id!r}"
    place = account.clearing
    if account.currency != "JPY":
        sentence = f"{file} carry yen, and this account is in {account.currency}: pay it from another account."
        yield AgreementFinding((*path, "currency"), "zengin-currency", sentence)
    if place is None or place.system != SYSTEM or place.branch is None:
        sentence = f"{file} name bank and branch by code: add clearing, with system {SYSTEM}, member and branch."
        yield AgreementFinding((*path, "clearing"), "zengin-bank", sentence)
    if account.kind is None or (account is debtor and account.kind is AccountType.SAVINGS):
        sentence = f"{file} name the kind of an account: write kind, such as ordinary or current."
        yield AgreementFinding((*path, "kind"), "zengin-kind", sentence)
    if account.iban or not _NUMBER.fullmatch(account.number):
        sentence = f"{file} have account numbers of at most 7 digits, without the branch: correct it."
        yield AgreementFinding((*path, "number"), "zengin-number", sentence)


def _account(path: Path, account: Account) -> Iterator[AgreementFinding]:
    if account.bank_file is not None and account.control is Control.EXTERNAL:
        sentence = f"no orders are sent from {account.id!r}, which is external: take this out."
        yield AgreementFinding((*path, "bank_file"), "profile-unused", sentence)
    limit = account.charges_up_to
    if limit is not None and limit.currency != account.currency:
        sentence = f"charges are booked in {account.currency}, the account's currency: write the limit in it."
        yield AgreementFinding((*path, "charges_up_to"), "limit-currency", sentence)
    elif limit is not None and limit.minor < 0:
        sentence = "a limit is not below 0: write the largest charge of one booking."
        yield AgreementFinding((*path, "charges_up_to"), "not-positive", sentence)
