"""What is on record about the payees of a production, beside its agreement: the fold of their events."""

from collections.abc import Iterator, Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from domain.agreement.model import Account
from domain.errors import NotFound
from domain.events import (
    AccountChangeConfirmed,
    AccountChangeProposed,
    AccountChangeRefused,
    AccountDetails,
    ClearanceApproved,
    Event,
    PartyFrozen,
    PartyMatched,
    UnfreezeApproved,
)


class AccountChange(Struct, frozen=True):
    """A change of the bank account `account`. `status` is proposed, confirmed or refused.

    `added` marks an account that an amendment brought for a known payee. A confirmed change is in force from
    `in_force_on`.
    """

    id: str
    account: str
    details: AccountDetails
    proposed_by: str
    proposed_on: date
    added: bool = False
    status: str = "proposed"
    in_force_on: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether payments of a day go to this account."""
        return self.status == "confirmed" and self.in_force_on is not None and self.in_force_on <= on

    def open(self, on: date) -> bool:
        """Whether the change is neither refused nor in force on a day."""
        return self.status != "refused" and not self.in_force(on)


class Freeze(Struct, frozen=True):
    """A frozen party. `unfreeze_by` is the first of the two people who approve that it be paid again."""

    reason: str
    by: str
    on: date
    unfreeze_by: str | None = None


class NameMatch(Struct, frozen=True):
    """A party whose name is like one on a list. `cleared_by` is the first of two people who say it is another."""

    party: str
    source: str
    listed_name: str
    score: int
    entry_sha256: str
    document: str
    cleared_by: str | None = None
    cleared: bool = False


class Payees(Struct, frozen=True):
    """Changes of accounts in the order of their proposals, frozen parties by id, and matches with lists by id."""

    changes: tuple[AccountChange, ...] = ()
    frozen: Mapping[str, Freeze] = {}
    matches: Mapping[str, NameMatch] = {}

    def changes_of(self, account: str) -> Iterator[AccountChange]:
        """The changes of an account, newest first."""
        return (change for change in reversed(self.changes) if change.account == account)

    def has_account(self, account: str, on: date) -> bool:
        """Whether an account may be paid on a day: it is of the agreement as all approved it, or was confirmed."""
        changes = list(self.changes_of(account))
        return not changes or not changes[-1].added or any(change.in_force(on) for change in changes)

    def waiting(self, account: str, on: date) -> AccountChange | None:
        """The change for which payments to an account wait on a day, if any: the newest."""
        newest = next(self.changes_of(account), None)
        if newest is None or not (newest.open(on) or not self.has_account(account, on)):
            return None
        return newest

    def change(self, name: str) -> AccountChange:
        """Look up a change by id; `NotFound` if there is none."""
        for change in self.changes:
            if change.id == name:
                return change
        raise NotFound(f"There is no change {name} of an account: `sluice account list` lists them.", change=name)


NOTHING = Payees()
"""Nothing on record: every payee is paid on the account of the agreement."""


def details_of(account: Account) -> AccountDetails:
    """What tells an account from others."""
    return AccountDetails(**{name: getattr(account, name) for name in AccountDetails.model_fields})


def apply(payees: Payees, event: Event, on: date) -> Payees:  # noqa: PLR0911 - one for each kind
    """The payees after an event of a day."""
    match event:
        case AccountChangeProposed():
            details = AccountDetails.model_validate(event.model_dump(include=set(AccountDetails.model_fields)))
            change = AccountChange(event.change, event.account, details, event.by, on, event.added)
            return replace(payees, changes=(*payees.changes, change))
        case AccountChangeConfirmed():
            return _changed(payees, event.change, status="confirmed", in_force_on=event.in_force_on)
        case AccountChangeRefused():
            return _changed(payees, event.change, status="refused", in_force_on=None)
        case PartyFrozen():
            return replace(payees, frozen={**payees.frozen, event.party: Freeze(event.reason, event.by, on)})
        case UnfreezeApproved():
            others = {party: freeze for party, freeze in payees.frozen.items() if party != event.party}
            if event.lifted:
                return replace(payees, frozen=others)
            freeze = replace(payees.frozen[event.party], unfreeze_by=event.by)
            return replace(payees, frozen={**others, event.party: freeze})
        case PartyMatched():
            like = (event.party, event.source, event.listed_name, event.score)
            match = NameMatch(*like, event.entry_sha256, event.document)
            return replace(payees, matches={**payees.matches, event.match: match})
        case ClearanceApproved():
            known = payees.matches[event.match]
            approved = replace(known, cleared_by=known.cleared_by or event.by, cleared=event.cleared)
            return replace(payees, matches={**payees.matches, event.match: approved})
        case _:
            return payees


def _changed(payees: Payees, name: str, **changes: object) -> Payees:
    replaced = tuple(replace(one, **changes) if one.id == name else one for one in payees.changes)
    return replace(payees, changes=replaced)
