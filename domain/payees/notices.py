"""What the contacts of a payee are told when somebody asks that it be paid on another account."""

from datetime import date

from msgspec import Struct

from domain.agreement.model import Agreement
from domain.events import AccountChangeProposed


class Notice(Struct, frozen=True):
    """A notice, and the contacts to whom it goes: those of the agreement, never those of the request."""

    contacts: tuple[str, ...]
    text: str


def notice(agreement: Agreement, event: AccountChangeProposed, on: date) -> Notice:
    """The notice of a proposed change. It shows only the end of the account number."""
    party = agreement.party(agreement.account(event.account).owner)
    contacts = tuple(
        ", ".join(part for part in (one.name, one.email, one.phone) if part is not None) for one in party.contacts
    )
    number = f"the account that ends in {event.number[-4:]}"
    lines = (
        *(f"To: {each}" for each in contacts or (party.name,)),
        f"Date: {on.isoformat()}",
        f"Subject: {agreement.production}: a change of the bank account {event.account}",
        "",
        f"Somebody asked on {on.isoformat()} that {agreement.title} pay {party.name} on {number}.",
        "Nothing is paid there before we have called you at a number that we knew before, and some days are over.",
        "If you did not ask for this, call us at once, at a number that you have from before.",
    )
    return Notice(contacts, "\n".join(lines) + "\n")
