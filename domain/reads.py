"""Who may read what: one table for every list and document.

An auditor reads everything of the productions that they act in. A party reads what concerns it under the contract. The
people of the party that owns the accounts read more, by role. Nobody without a role reads anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from domain.errors import WrongRole
from domain.identity import Person, Role


class Resource(StrEnum):
    """What can be read of a production. The values are used in refusals."""

    AGREEMENT = "the agreement"
    MILESTONES = "the milestones"
    EVIDENCE = "the evidence of milestones"
    PAYMENTS = "the payments"
    RECEIPTS = "the expected receipts"
    RUNS = "the payment runs"
    MOVEMENTS = "the movements on bank accounts"
    BANK_FILES = "the files of banks"
    ACCOUNTS = "the bank accounts"
    DISTRIBUTIONS = "the distributions"
    STATEMENTS = "the statements"
    FACTS = "the imported facts"
    LEDGER = "the ledger"
    JOURNAL = "the journal"
    HISTORIES = "the archived histories"


class Extent(StrEnum):
    """How much of a resource a person reads."""

    NOTHING = "nothing"
    OWN = "own"
    """Rows that name their party."""
    ACCOUNTS = "accounts"
    """`OWN`, and the rows of accounts that their party owns."""
    ALL = "all"


class Keeper(StrEnum):
    """Which party reads more than the others, if its people have the role for it."""

    OWNER = "owner"
    """A party that owns a controlled account."""
    PAYER = "payer"
    """The party that owns the account from which shares of the earnings are paid."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who reads a resource: any party of the agreement, and the keeper's people with one of `roles`."""

    parties: Extent
    keeper: Keeper = Keeper.OWNER
    roles: frozenset[Role] = frozenset()
    kept: Extent = Extent.NOTHING


BOOKKEEPERS = frozenset({Role.PREPARER, Role.RELEASER, Role.TREASURER})
_PREPARERS = frozenset({Role.PREPARER})

ACCESS: Mapping[Resource, Access] = {
    Resource.AGREEMENT: Access(Extent.ALL),
    Resource.MILESTONES: Access(Extent.OWN, Keeper.OWNER, BOOKKEEPERS, Extent.ALL),
    Resource.EVIDENCE: Access(Extent.OWN, Keeper.OWNER, BOOKKEEPERS, Extent.ALL),
    Resource.PAYMENTS: Access(Extent.OWN, Keeper.OWNER, BOOKKEEPERS, Extent.ACCOUNTS),
    Resource.RECEIPTS: Access(Extent.OWN, Keeper.OWNER, BOOKKEEPERS, Extent.ACCOUNTS),
    Resource.RUNS: Access(Extent.NOTHING, Keeper.OWNER, BOOKKEEPERS, Extent.ACCOUNTS),
    Resource.MOVEMENTS: Access(Extent.NOTHING, Keeper.OWNER, BOOKKEEPERS, Extent.ACCOUNTS),
    Resource.BANK_FILES: Access(Extent.NOTHING, Keeper.OWNER, BOOKKEEPERS, Extent.ACCOUNTS),
    Resource.ACCOUNTS: Access(Extent.NOTHING, Keeper.OWNER, BOOKKEEPERS, Extent.ACCOUNTS),
    Resource.DISTRIBUTIONS: Access(Extent.OWN, Keeper.PAYER, _PREPARERS, Extent.ALL),
    Resource.STATEMENTS: Access(Extent.OWN, Keeper.PAYER, _PREPARERS, Extent.ALL),
    Resource.FACTS: Access(Extent.NOTHING, Keeper.PAYER, BOOKKEEPERS, Extent.ALL),
    Resource.LEDGER: Access(Extent.NOTHING, Keeper.OWNER, BOOKKEEPERS, Extent.ALL),
    Resource.JOURNAL: Access(Extent.NOTHING, Keeper.OWNER, BOOKKEEPERS, Extent.ALL),
    Resource.HISTORIES: Access(Extent.NOTHING),
}
"""Auditors are not in this table: they read every resource in full."""


@dataclass(frozen=True, slots=True)
class Involvement:
    """Who is involved in a production, by its agreement in force.

    `owners` maps each controlled account to its owner. `payer` is the party that pays shares out, None if nothing is
    shared. `milestones` maps each milestone to the parties that it concerns, and `deciders` to those of them that
    submit or decide on its evidence.
    """

    production: str
    parties: frozenset[str]
    owners: Mapping[str, str] = field(default_factory=dict)
    payer: str | None = None
    milestones: Mapping[str, frozenset[str]] = field(default_factory=dict)
    deciders: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sight:
    """The rows that a reader sees: all, or those of these accounts, of this party, of these milestones."""

    everything: bool = False
    party: str | None = None
    accounts: frozenset[str] = frozenset()
    milestones: frozenset[str] = frozenset()

    def shows(self, party: str) -> bool:
        """Whether the reader sees rows of a party."""
        return self.everything or self.party == party

    def require(self, party: str, refusal: str) -> None:
        """Check that the reader sees rows of a party.

        Raises:
            WrongRole: the reader does not; the sentence begins with `refusal`.
        """
        if not self.shows(party):
            raise WrongRole(
                f"{refusal}: it is for {party}'s own people, for auditors, and for the preparers of who pays it; ask "
                "one of them for it.",
                party=self.party or "",
            )


EVERYTHING = Sight(everything=True)


def sight(person: Person, resource: Resource, involved: Involvement) -> Sight:
    """What a person sees of a resource.

    Raises:
        WrongRole: the person may read nothing of it.
    """
    extent = _extent(person, ACCESS[resource], involved)
    if extent is Extent.NOTHING:
        raise WrongRole(
            f"{person.user} of {person.party} may not read {resource} of {involved.production}: {_why(person)}.",
            user=person.user,
            party=person.party,
        )
    if extent is Extent.ALL:
        return EVERYTHING
    kept = frozenset(account for account, owner in involved.owners.items() if owner == person.party)
    concerned = involved.deciders if resource is Resource.EVIDENCE else involved.milestones
    return Sight(
        party=person.party,
        accounts=kept if extent is Extent.ACCOUNTS else frozenset(),
        milestones=frozenset(name for name, parties in concerned.items() if person.party in parties),
    )


def widest_sight(persons: Sequence[Person], resource: Resource, involved: Involvement) -> Sight:
    """What somebody sees of a resource in the widest of their rights: their own, and those of whom they stand in for.

    Raises:
        WrongRole: they may read nothing of it.
    """
    found, refused = list[Sight](), list[WrongRole]()
    for person in persons:
        try:
            found.append(sight(person, resource, involved))
        except WrongRole as error:
            refused.append(error)
    if not found:
        raise refused[0]
    return max(found, key=lambda each: (each.everything, len(each.accounts), len(each.milestones)))


def _extent(person: Person, access: Access, involved: Involvement) -> Extent:
    if Role.AUDITOR in person.roles:
        return Extent.ALL
    if not person.roles - {Role.ADMINISTRATOR} or person.party not in involved.parties:
        return Extent.NOTHING
    keepers = set(involved.owners.values()) if access.keeper is Keeper.OWNER else {involved.payer}
    return access.kept if person.party in keepers and person.roles & access.roles else access.parties


def _why(person: Person) -> str:
    if not person.roles - {Role.ADMINISTRATOR}:
        return "they have no role there, as `sluice user list` shows"
    return "only its auditors and the owners of the accounts concerned may"
