"""Names and addresses fit into bank files."""

from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding, Path, by_id
from domain.agreement.model import Agreement, Control, Party
from domain.bank.messages import carries_text


def names(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Texts that no bank file can carry, and texts of foreign payments that are not plain ASCII.

    Foreign payments go through SWIFT, whose banks accept only ASCII. A domestic payment may use the local script.
    """
    abroad = _abroad(agreement)
    for n, party in enumerate(agreement.parties):
        for path, text in _texts(("parties", n), party):
            if not carries_text(text):
                sentence = f"{text!r} is blank or holds control characters, which banks refuse: write plain text."
                yield AgreementFinding(path, "unwritable", sentence)
            elif party.id in abroad and not text.isascii():
                sentence = (
                    f"{text!r} goes abroad in a bank file, which carries plain Latin letters only: write it as the "
                    "bank has it, without accents."
                )
                yield AgreementFinding(path, "not-latin", sentence)


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


def _abroad(agreement: Agreement) -> set[str]:
    """The parties that an outgoing instalment names to a bank of another country."""
    accounts = by_id(agreement.accounts)
    found: set[str] = set()
    for instalment in agreement.schedule:
        payer, payee = accounts.get(instalment.payer), accounts.get(instalment.payee)
        if payer and payee and payer.control is Control.CONTROLLED and payer.bic[4:6] != payee.bic[4:6]:
            found |= {payer.owner, payee.owner}
    return found


def _texts(path: Path, party: Party) -> Iterator[tuple[Path, str]]:
    yield (*path, "name"), party.name
    for field in ("street", "building", "postcode", "town"):
        text = getattr(party.address, field, None)  # a party that only shares in receipts needs no address
        if text is not None:
            yield (*path, "address", field), text
