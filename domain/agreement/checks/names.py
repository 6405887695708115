"""Names and addresses fit into bank files."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.model import Account, Agreement, Party
from domain.agreement.payees import payees
from domain.bank.bulk_sheet import fits
from domain.bank.characters import CharacterSet, latin_name, transliterated
from domain.bank.messages import carries_text
from domain.bank.names import written_name
from domain.bank.profile import SheetProfile, ZenginProfile


class WrittenName(NamedTuple):
    """How a party's name is written in the bank files of an account."""

    account: str
    name: str
    written: str


def names(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Texts that no bank file can carry, or not the files of an account that pays this party.

    Foreign payments go through SWIFT, whose banks accept only Latin letters. In UTF-8, a domestic payment may use the
    local script.
    """
    for n, party in enumerate(agreement.parties):
        others = [(name, getattr(party, name)) for name in ("latin_name", "kana_name")]
        given = [(("parties", n, name), text) for name, text in others if text is not None]
        for path, text in (*_texts(("parties", n), party), *given):
            if not carries_text(text):
                sentence = f"{text!r} is blank or holds control characters, which banks refuse: write plain text."
                yield AgreementFinding(path, "unwritable", sentence)
    seen: set[Path] = set()
    for debtor, party, abroad in _in_files(agreement):
        for finding in _named(("parties", agreement.parties.index(party)), debtor, party, abroad=abroad):
            if finding.path not in seen:
                seen.add(finding.path)
                yield finding


def written_names(agreement: Agreement) -> Iterator[WrittenName]:
    """The names that bank files carry in other letters than the agreement's, account by account."""
    for debtor, party, _ in _in_files(agreement):
        written, _missing = _written(debtor, party)
        if written != party.name:
            yield WrittenName(debtor.id, party.name, written)


def titles(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Titles with control characters, which cannot be displayed."""
    named: list[tuple[Path, str]] = [(("title",), agreement.title)]
    for n, milestone in enumerate(agreement.milestones):
        named.append((("milestones", n, "title"), milestone.title))
        named += [(("milestones", n, "evidence", m, "title"), one.title) for m, one in enumerate(milestone.evidence)]
    named += [(("totals", n, "title"), one.title) for n, one in enumerate(agreement.totals)]
    named += [(("schedule", n, "title"), one.title) for n, one in enumerate(agreement.schedule)]
    for path, text in named:
        if not carries_text(text):
            sentence = f"{text!r} is blank or holds control characters: write plain text."
            yield AgreementFinding(path, "unwritable", sentence)


def _in_files(agreement: Agreement) -> Iterator[tuple[Account, Party, bool]]:
    """Each account that pays and each party in its files, once, with whether a bank abroad is told of it."""
    parties = {party.id: party for party in agreement.parties}
    accounts = {account.id: account for account in agreement.accounts}
    for debtor_id, paid in payees(agreement).items():
        debtor = accounts[debtor_id]
        foreign = {account.owner for account in paid if account.country != debtor.country}
        for owner in dict.fromkeys((debtor.owner, *(account.owner for account in paid))):
            if owner in parties:
                abroad = owner in foreign or bool(foreign and owner == debtor.owner)
                yield debtor, parties[owner], abroad


def _written(debtor: Account, party: Party) -> tuple[str, str]:
    """How the files of an account write a party's name, and what of it they cannot."""
    ours = party.id == debtor.owner
    return written_name(party.name, party.latin_name, party.kana_name, debtor.profile, ours=ours)


def _named(path: Path, debtor: Account, party: Party, *, abroad: bool) -> Iterator[AgreementFinding]:
    """Findings about a party in the files of an account."""
    profile = debtor.profile
    if isinstance(profile, ZenginProfile):
        if party.id == debtor.owner and profile.client_name is not None:
            return  # it stands for the name, and is checked with the profile
        written, missing = _written(debtor, party)
        if missing or not written:
            sentence = (
                f"{missing!r} of {party.kana_name or party.name!r} cannot be written in the kana that the bank of "
                f"{debtor.id!r} takes: write the party's kana_name, as its bank has it."
            )
            yield AgreementFinding((*path, "kana_name"), "not-kana", sentence)
        return
    if isinstance(profile, SheetProfile):
        for column in profile.columns:
            wrong = fits(party.name, column, profile.text_encoding) if column.holds == "holder" else None
            if wrong is not None:
                sentence = f"{wrong}, in the sheets of {debtor.id!r}: write the name as its bank has it."
                yield AgreementFinding((*path, "name"), "not-in-sheet", sentence)
        return
    for place, text in _texts(path, party):
        if profile.character_set is CharacterSet.UTF_8:
            finding = _utf_8(place, text, abroad)
        else:
            finding = _latin(place, text, debtor, profile.character_set, party)
        if finding is not None:
            yield finding


def _utf_8(path: Path, text: str, abroad: bool) -> AgreementFinding | None:
    if not abroad or text.isascii():
        return None
    sentence = (
        f"{text!r} goes abroad in a bank file, which carries plain Latin letters only: write it as the bank has it, "
        "without accents, or give the paying account a bank_file with character_set swift-x."
    )
    return AgreementFinding(path, "not-latin", sentence)


def _latin(path: Path, text: str, debtor: Account, characters: CharacterSet, party: Party) -> AgreementFinding | None:
    named = path[-1] == "name"
    written, missing = latin_name(text, party.latin_name, characters) if named else transliterated(text, characters)
    if missing:
        advice = "add the party's latin_name, as its bank has it" if named else "write it in Latin letters"
        sentence = f"{missing!r} of {text!r} cannot be written in {characters}, the letters of {debtor.id!r}: {advice}."
        return AgreementFinding(path, "not-latin", sentence)
    if named and len(written) > characters.longest_name:
        sentence = (
            f"{written!r} has {len(written)} letters, and {characters} takes {characters.longest_name}: "
            "add a shorter latin_name, as the bank has it."
        )
        return AgreementFinding(path, "too-long", sentence)
    return None


def _texts(path: Path, party: Party) -> Iterator[tuple[Path, str]]:
    yield (*path, "name"), party.name
    for field in ("street", "building", "postcode", "town"):
        text = getattr(party.address, field, None)  # a party that only shares in receipts needs no address
        if text is not None:
            yield (*path, "address", field), text
