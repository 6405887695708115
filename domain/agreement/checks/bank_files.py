"""Profiles of bank files fit their accounts."""

import re
from collections.abc import Iterator

from stdnum import lei

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.model import Account, Agreement, Control
from domain.agreement.payees import payees
from domain.bank.messages import AccountType
from domain.bank.profile import Pain001Profile, SheetProfile, ZenginProfile
from domain.bank.zengin.transfers import CLIENT_WIDTH, SYSTEM, holder_name

_NUMBER, _KOREAN = re.compile(r"[0-9]{1,7}"), re.compile(r"[0-9]{3}")


def bank_files(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Findings about profiles, limits of charges, and LEIs."""
    for n, party in enumerate(agreement.parties):
        if party.lei is not None and not lei.is_valid(party.lei):
            sentence = f"the check digits of {party.lei!r} are wrong: compare it with the LEI register."
            yield AgreementFinding(("parties", n, "lei"), "bad-lei", sentence)
    for n, account in enumerate(agreement.accounts):
        yield from _account(("accounts", n), account)
        match account.profile:
            case SheetProfile() as sheet:
                yield from _sheet(("accounts", n, "bank_file"), sheet, agreement)
            case ZenginProfile(client_name=str(name)) as zengin:
                yield from _client(("accounts", n, "bank_file", "client_name"), name, zengin)
    yield from _codes(agreement)
    places = {account.id: ("accounts", n) for n, account in enumerate(agreement.accounts)}
    seen: set[Path] = set()
    for debtor_id, paid in payees(agreement).items():
        debtor = agreement.account(debtor_id)
        for account in (debtor, *paid):
            for finding in _payable(places[account.id], account, debtor):
                if finding.path not in seen:
                    seen.add(finding.path)
                    yield finding


def _payable(path: Path, account: Account, debtor: Account) -> Iterator[AgreementFinding]:
    """Findings about an account in the files of `debtor`."""
    match debtor.profile:
        case ZenginProfile():
            yield from _zengin(path, account, debtor)
        case SheetProfile():
            yield from _in_sheet(path, account, debtor)


def _in_sheet(path: Path, account: Account, debtor: Account) -> Iterator[AgreementFinding]:
    sheets, place = f"the sheets of {debtor.id!r}", account.clearing
    if account.currency != "KRW" or account.country not in {"KR", ""}:
        sentence = f"{sheets} carry won to accounts in Korea, and this is another: pay it from another account."
        yield AgreementFinding((*path, "currency"), "sheet-currency", sentence)
        return
    if account is not debtor and (place is None or not _KOREAN.fullmatch(place.member)):
        sentence = f"{sheets} name banks by code: add clearing, with system KR and the three digits as member."
        yield AgreementFinding((*path, "clearing"), "sheet-bank", sentence)
    if not account.number.isdigit():
        sentence = f"{sheets} have account numbers of digits only: correct it."
        yield AgreementFinding((*path, "number"), "sheet-number", sentence)


def _zengin(path: Path, account: Account, debtor: Account) -> Iterator[AgreementFinding]:
    """Findings about an account in a Zengin file of `debtor`: currency, bank and branch, kind and number."""
    file = f"the Zengin files of {debtor.id!r}"
    place = account.clearing
    if account.currency != "JPY":
        sentence = f"{file} carry yen, and this account is in {account.currency}: pay it from another account."
        yield AgreementFinding((*path, "currency"), "zengin-currency", sentence)
        return
    if place is None or place.system != SYSTEM or place.branch is None:
        sentence = f"{file} name bank and branch by code: add clearing, with system {SYSTEM}, member and branch."
        yield AgreementFinding((*path, "clearing"), "zengin-bank", sentence)
    if account.kind is None or (account is debtor and account.kind is AccountType.SAVINGS):
        sentence = f"{file} name the kind of an account: write kind, such as ordinary or current."
        yield AgreementFinding((*path, "kind"), "zengin-kind", sentence)
    if account.iban or not _NUMBER.fullmatch(account.number):
        sentence = f"{file} have account numbers of at most 7 digits, without the branch: correct it."
        yield AgreementFinding((*path, "number"), "zengin-number", sentence)


def _client(path: Path, name: str, profile: ZenginProfile) -> Iterator[AgreementFinding]:
    _, missing = holder_name(name, None, profile, CLIENT_WIDTH)
    if missing:
        sentence = f"{missing!r} of {name!r} cannot be written in the kana that this bank takes: write the reading."
        yield AgreementFinding(path, "not-kana", sentence)


def _sheet(path: Path, profile: SheetProfile, agreement: Agreement) -> Iterator[AgreementFinding]:
    """Findings about the columns of a sheet: what must be in it, and whether our ids fit."""
    held = [column.holds for column in profile.columns]
    missing = [each for each in ("bank", "account", "amount", "holder") if each not in held]
    if missing:
        sentence = f"no column holds {' or '.join(missing)}, without which a bank pays nothing: add it."
        yield AgreementFinding((*path, "columns"), "sheet-column", sentence)
    if profile.result is not None and "reference" not in held:
        sentence = "a result is matched by our reference, and no column holds it: add one, or leave the result out."
        yield AgreementFinding((*path, "columns"), "sheet-reference", sentence)
    if "cms" in held and profile.cms_code is None:
        sentence = "a column holds the CMS code, and there is none: add cms_code."
        yield AgreementFinding((*path, "columns"), "sheet-cms", sentence)
    if profile.headings and any(not column.heading for column in profile.columns if column.holds != "blank"):
        sentence = "the sheet begins with headings, and a column has none: add it, or write `headings: false`."
        yield AgreementFinding((*path, "columns"), "sheet-heading", sentence)
    longest = max((len(f"{agreement.production}.{each.id}.9") for each in agreement.schedule), default=0)
    for n, column in enumerate(profile.columns):
        if column.holds == "reference" and column.longest is not None and column.longest < longest:
            sentence = (
                f"our references have up to {longest} letters (production, instalment, attempt), and this column takes "
                f"{column.longest}: put them in another column, or shorten the ids."
            )
            yield AgreementFinding((*path, "columns", n, "longest"), "sheet-reference", sentence)


def _codes(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Codes of instalments whose transfers go in files without room for them."""
    profiles = {account.id: account.profile for account in agreement.accounts}
    for n, one in enumerate(agreement.schedule):
        profile = profiles.get(one.payer)
        if one.bank_codes is not None and profile is not None and not isinstance(profile, Pain001Profile):
            sentence = f"the bank files of {one.payer!r} ({profile.format}) carry no codes: take them out."
            yield AgreementFinding(("schedule", n, "bank_codes"), "codes-unused", sentence)


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
