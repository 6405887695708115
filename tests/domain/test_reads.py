"""Who may read what: each resource, for each role, at each kind of party."""

import pytest

from domain.errors import WrongRole
from domain.identity import Person, Role
from domain.reads import ACCESS, Involvement, Resource, sight, widest_sight

INVOLVED = Involvement(
    production="DRAMA1",
    parties=frozenset({"spc", "bank", "studio", "writer"}),
    owners={"spc-krw": "spc", "spc-jpy": "spc", "bank-krw": "bank"},
    payer="spc",
    milestones={"wrap": frozenset({"studio", "spc"}), "script": frozenset({"writer"})},
    deciders={"wrap": frozenset({"studio"})},
)
"""`spc` keeps two accounts and pays the shares; `bank` keeps one account; `studio` and `writer` keep none."""
BOOKS = {Role.PREPARER, Role.RELEASER, Role.TREASURER}
MATRIX = {
    # resource:             (other parties, spc with a bookkeeper's role, bank with one, spc with another role)
    Resource.AGREEMENT: ("all", "all", "all", "all"),
    Resource.MILESTONES: ("own", "all", "all", "own"),
    Resource.EVIDENCE: ("own", "all", "all", "own"),
    Resource.PAYMENTS: ("own", "accounts", "accounts", "own"),
    Resource.RECEIPTS: ("own", "accounts", "accounts", "own"),
    Resource.RUNS: ("nothing", "accounts", "accounts", "nothing"),
    Resource.MOVEMENTS: ("nothing", "accounts", "accounts", "nothing"),
    Resource.BANK_FILES: ("nothing", "accounts", "accounts", "nothing"),
    Resource.ACCOUNTS: ("nothing", "accounts", "accounts", "nothing"),
    Resource.DISTRIBUTIONS: ("own", "preparer", "own", "own"),
    Resource.STATEMENTS: ("own", "preparer", "own", "own"),
    Resource.FACTS: ("nothing", "all", "nothing", "nothing"),
    Resource.LEDGER: ("nothing", "all", "all", "nothing"),
    Resource.JOURNAL: ("nothing", "all", "all", "nothing"),
    Resource.HISTORIES: ("nothing", "nothing", "nothing", "nothing"),
}
CASES = [
    (resource, party, role, extent)
    for resource, (others, keeper, second, plain) in MATRIX.items()
    for role in Role
    if role is not Role.AUDITOR
    for party, extent in (
        ("studio", others),
        ("writer", others),
        ("spc", keeper if role in BOOKS else plain),
        ("bank", second if role in BOOKS else others),
    )
]
MILESTONES = {"spc": {"wrap"}, "bank": set(), "studio": {"wrap"}, "writer": {"script"}}
DECIDED = {"spc": set(), "bank": set(), "studio": {"wrap"}, "writer": set()}
ACCOUNTS = {"spc": {"spc-krw", "spc-jpy"}, "bank": {"bank-krw"}}


def person(party, *roles):
    return Person("ji", party, frozenset(roles))


def test_the_matrix_has_every_resource():
    assert set(MATRIX) == set(Resource) == set(ACCESS)


@pytest.mark.parametrize(("resource", "party", "role", "extent"), CASES)
def test_what_a_role_at_a_party_reads_of_a_resource(resource, party, role, extent):
    expected = extent if extent != "preparer" else "all" if role is Role.PREPARER else "own"
    if role is Role.ADMINISTRATOR:  # who changes who may act has no part in a production by that
        expected = "nothing"
    if expected == "nothing":
        with pytest.raises(WrongRole, match=f"ji of {party} may not read {resource} of DRAMA1"):
            sight(person(party, role), resource, INVOLVED)
        return
    found = sight(person(party, role), resource, INVOLVED)
    assert found.everything is (expected == "all")
    if expected != "all":
        assert found.party == party
        assert found.milestones == (DECIDED if resource is Resource.EVIDENCE else MILESTONES)[party]
        assert found.accounts == (ACCOUNTS[party] if expected == "accounts" else set())


@pytest.mark.parametrize("resource", Resource)
@pytest.mark.parametrize("party", ["spc", "studio", "a-firm-that-is-no-party"])
def test_an_auditor_reads_everything(resource, party):
    assert sight(person(party, Role.AUDITOR), resource, INVOLVED).everything


@pytest.mark.parametrize("resource", Resource)
@pytest.mark.parametrize("nobody", [person("spc"), person("studio"), person("stranger", *(set(Role) - {Role.AUDITOR}))])
def test_a_person_without_a_role_or_of_no_party_reads_nothing(resource, nobody):
    with pytest.raises(WrongRole, match="may not read"):
        sight(nobody, resource, INVOLVED)


def test_a_person_without_a_role_gets_one_clear_sentence():
    with pytest.raises(WrongRole, match="they have no role there") as refused:
        sight(person("studio"), Resource.PAYMENTS, INVOLVED)
    assert refused.value.sentence.count(". ") == 0


def test_a_substitute_reads_the_widest_of_their_rights():
    rights = [person("writer", Role.APPROVER), person("spc", Role.PREPARER)]
    assert widest_sight(rights, Resource.STATEMENTS, INVOLVED).everything
    assert widest_sight(rights, Resource.PAYMENTS, INVOLVED).accounts == ACCOUNTS["spc"]
    with pytest.raises(WrongRole, match="may not read the archived histories"):
        widest_sight(rights, Resource.HISTORIES, INVOLVED)


def test_several_roles_read_what_the_strongest_of_them_does():
    found = sight(person("spc", Role.APPROVER, Role.PREPARER), Resource.STATEMENTS, INVOLVED)
    assert found.everything


def test_what_is_a_partys_own_is_shown_to_it_alone():
    own = sight(person("writer", Role.APPROVER), Resource.STATEMENTS, INVOLVED)
    assert own.shows("writer")
    assert not own.shows("studio")
