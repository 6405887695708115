"""Who may read whose statement."""

from domain.errors import WrongRole
from domain.identity import Person, Role

_OF_THE_PAYER = frozenset({Role.AUDITOR, Role.PREPARER})


def may_read(person: Person, party: str, payer: str) -> bool:
    """Whether a person is entitled to the statement of a party: one's own, or any as who pays them or audits that.

    `payer` is the party that owns the paying account.
    """
    return person.party == party or (person.party == payer and bool(person.roles & _OF_THE_PAYER))


def require_reader(person: Person, party: str, payer: str, production: str) -> None:
    """Let a person read the statement of a party.

    Raises:
        WrongRole: it is not theirs to read.
    """
    if not may_read(person, party, payer):
        raise WrongRole(
            f"{person.user} of {person.party} may not read the statement of {party} in {production}: it is for "
            f"{party}'s own people and for the preparers and auditors of {payer}; ask one of them for it.",
            user=person.user,
            party=party,
        )
