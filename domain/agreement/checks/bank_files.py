"""Profiles of bank files fit their accounts."""

from collections.abc import Iterator

from stdnum import lei

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.model import Account, Agreement, Control


def bank_files(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Findings about profiles, limits of charges, and LEIs."""
    for n, party in enumerate(agreement.parties):
        if party.lei is not None and not lei.is_valid(party.lei):
            sentence = f"the check digits of {party.lei!r} are wrong: compare it with the LEI register."
            yield AgreementFinding(("parties", n, "lei"), "bad-lei", sentence)
    for n, account in enumerate(agreement.accounts):
        yield from _account(("accounts", n), account)


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
