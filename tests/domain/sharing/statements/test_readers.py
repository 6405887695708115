import pytest

from domain.errors import WrongRole
from domain.identity import Person, Role
from domain.sharing.statements.readers import may_read, require_reader


def person(party, *roles):
    return Person("ji", party, frozenset(roles))


@pytest.mark.parametrize(
    ("reader", "may"),
    [
        (person("mori"), True),
        (person("han", Role.AUDITOR, Role.PREPARER), False),
        (person("spc", Role.AUDITOR), True),
        (person("spc", Role.PREPARER), True),
        (person("spc", Role.RELEASER, Role.TREASURER), False),
    ],
)
def test_a_statement_is_its_partys_own_and_that_of_who_pays_it_or_audits_that(reader, may):
    assert may_read(reader, "mori", "spc") is may


def test_who_is_not_entitled_is_told_so_in_one_sentence():
    with pytest.raises(WrongRole, match="ji of han may not read the statement of mori in DRAMA1") as refused:
        require_reader(person("han"), "mori", "spc", "DRAMA1")
    assert refused.value.sentence.count(". ") == 0
