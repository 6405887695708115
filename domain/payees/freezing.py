"""Frozen parties: nothing is paid to them until two people have approved that."""

from domain.agreement.model import Agreement
from domain.commands import FreezeParty, UnfreezeParty, require
from domain.errors import IllegalTransition, NotFound, SamePerson
from domain.events import Event, PartyFrozen, UnfreezeApproved
from domain.identity import Person
from domain.payees.accounts import owners
from domain.payees.model import Payees


def freeze(payees: Payees, agreement: Agreement, command: FreezeParty, person: Person) -> list[Event]:
    """Freeze a party.

    Raises:
        NotFound: it is no party of the agreement.
        IllegalTransition: it is frozen already.
    """
    require(person, FreezeParty, _payers(agreement), f"freeze {command.party}")
    if command.party not in {party.id for party in agreement.parties}:
        raise NotFound(f"{agreement.production} has no party {command.party!r}.", party=command.party)
    if command.party in payees.frozen:
        raise IllegalTransition(f"{command.party} is frozen already: {payees.frozen[command.party].reason}")
    return [PartyFrozen(party=command.party, reason=command.reason, by=person.user)]


def unfreeze(payees: Payees, agreement: Agreement, command: UnfreezeParty, person: Person) -> list[Event]:
    """Approve that a frozen party be paid again; the second approval, by another person, ends the freeze.

    Raises:
        IllegalTransition: the party is not frozen.
        SamePerson: the person has approved it before.
    """
    require(person, UnfreezeParty, _payers(agreement), f"unfreeze {command.party}")
    known = payees.frozen.get(command.party)
    if known is None:
        raise IllegalTransition(f"{command.party} is not frozen.", party=command.party)
    if known.unfreeze_by is not None and person.is_behind(known.unfreeze_by):
        who = person.known_as(known.unfreeze_by)
        raise SamePerson(f"{who} has approved it: a second person must, so ask a colleague.")
    lifted = known.unfreeze_by is not None
    return [UnfreezeApproved(party=command.party, reason=command.reason, by=person.user, lifted=lifted)]


def _payers(agreement: Agreement) -> tuple[str, ...]:
    return owners(agreement, [account.id for account in agreement.accounts])
