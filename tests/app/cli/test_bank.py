"""`sluice bank`: what the bank says against what the books say, for people and for programs."""

import json

import pytest

from app import cli
from tests.activities.test_bank_files import PRODUCTION, Lab
from tests.world import EXAMPLES, World


@pytest.fixture(scope="module")
def lab(module_database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    world = World(module_database.app_url, folder)
    users = (EXAMPLES / "users.toml").read_text("utf-8").replace('productions = ["LIGHTHOUSE"]\n', "")
    (folder / "sluice.toml").write_text(f'database_url = "{module_database.app_url}"\n{users}', "utf-8")
    lab = Lab(world)
    lab.take("k26", "27a", "27b")
    lab.take("k03", "08a")
    lab.take("k19", "22")
    yield lab
    world.close()


@pytest.fixture
def sluice(lab, capsys):
    def call(*arguments: str, code: int = 0):
        capsys.readouterr()
        assert cli.execute(["bank", "reconcile", *arguments, "--data", str(lab.world.data)]) == code
        return capsys.readouterr()

    return call


def test_an_account_shows_both_sides_the_difference_and_what_explains_it(sluice):
    lines = sluice(PRODUCTION, "k26").out.splitlines()
    assert lines[:8] == [
        "k26, at the end of 2025-02-11",
        "bank              KRW 12",
        "books             KRW 0",
        "difference        KRW 12",
        "unexplained       KRW 0",
        "reconciled until  -",
        "",
        "on          amount         why",
    ]
    assert lines[8].startswith(
        "2025-02-10  KRW 77000000   the bank had this before the first booking, and the books never"
    )
    assert lines[9].startswith(
        "2025-02-10  KRW -76999988  a statement between 2025-02-10 and 2025-02-11 is missing: that"
    )
    assert lines[11].startswith("On the way, not booked by the bank yet: BANKLAB.K26-1 KRW 1026001, BANKLAB.K26-2 KRW ")


def test_the_question_may_be_of_an_earlier_day(sluice):
    out = sluice(PRODUCTION, "k26", "--on", "2025-02-10").out
    assert out.startswith("k26, at the end of 2025-02-10\nbank              KRW 77000000\n")


def test_programs_get_the_same_as_json(sluice):
    [found] = json.loads(sluice(PRODUCTION, "k26", "--json").out)
    assert (found["bank"], found["books"], found["on"]) == ("KRW 12", "KRW 0", "2025-02-11")
    assert [one["kind"] for one in found["differences"]] == ["opening-balance", "missing-statement"]


def test_a_production_lists_its_accounts_with_the_day_until_which_they_are_reconciled(sluice):
    lines = sluice(PRODUCTION).out.splitlines()
    assert lines[0].split() == ["account", "on", "bank", "books", "difference", "unexplained", "reconciled_until"]
    assert [line.split()[0] for line in lines[1:]] == ["k03", "k19", "k26"]


def test_an_account_of_which_the_bank_gave_no_balance_says_so(sluice):
    out = sluice(PRODUCTION, "k03").out
    assert out.startswith("k03, no statement gives a balance\nbank              -\nbooks             KRW -")


def test_only_the_accounts_of_the_readers_party_are_shown(sluice):
    assert "may not read the bank accounts" in sluice(PRODUCTION, "--as", "minji", code=1).err
    assert sluice(PRODUCTION, "k26", "--as", "eunwoo").out.startswith("k26, ")


def test_an_account_that_the_bank_never_spoke_of_is_named(sluice):
    assert "there is nothing to reconcile" in sluice(PRODUCTION, "k01", code=1).err
