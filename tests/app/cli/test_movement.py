"""`sluice movement` and `sluice bank files`: what was told, in any script, and what people said of it."""

import json
from datetime import date

import pytest

from adapters.db.queries.bank_files import bank_files
from app import cli
from domain.commands import AllocateMovement, UndoAllocation
from domain.reads import Sight
from domain.values.money import Money
from tests.camt import CamtEntry, camt
from tests.world import EXAMPLES, PRODUCTION, World

DAY = date(2025, 1, 6)
WORDS = "2분기 정산 ― 第2四半期"


@pytest.fixture(scope="module")
def world(module_database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    world = World(module_database.app_url, folder)
    world.register()
    users = (EXAMPLES / "users.toml").read_text("utf-8")
    (folder / "sluice.toml").write_text(f'database_url = "{module_database.app_url}"\n{users}', "utf-8")
    told = camt("N1", "10020030040010", DAY, CamtEntry(Money(900, "KRW"), "입금-1", WORDS, "미나토 ㈜"))
    assert world.bank.take(PRODUCTION, "spc-krw", "n1.xml", told) is None
    assert world.bank.take(PRODUCTION, "spc-krw", "n2.html", b"<html>please log in</html>") is not None
    yield world
    world.close()


@pytest.fixture
def sluice(world, capsys):
    def call(*arguments: str, code: int = 0):
        capsys.readouterr()
        assert cli.execute([*arguments, "--data", str(world.data)]) == code
        return capsys.readouterr()

    return call


@pytest.fixture(scope="module")
def movement(world):
    """The movement: it was taken for interest, and that was taken back."""
    with world.store.reading() as records:
        from adapters.db.queries.bank import unmatched

        (row,) = unmatched(records.connection).items
    about = {"by": "eunwoo", "production": PRODUCTION, "account": "spc-krw", "movement": row.movement}
    world.movements.allocate(AllocateMovement(key="a", to="interest", reason="by phone", **about))
    world.movements.undo_allocation(UndoAllocation(key="u", reason="it is of the source", **about))
    return row.movement


def test_the_list_has_the_payer_the_words_and_the_references_as_they_came(sluice, movement):
    out = sluice("movement", "list").out
    assert all(words in out for words in ("미나토 ㈜", WORDS, "servicer 입금-1", "KRW 900", movement))
    (row,) = json.loads(sluice("movement", "list", "--json").out)
    assert (row["counterparty"], row["remittance"], row["references"]["servicer"]) == ("미나토 ㈜", WORDS, "입금-1")


def test_a_movement_is_shown_with_its_whole_life(sluice, movement):
    shown = json.loads(sluice("movement", "show", PRODUCTION, "spc-krw", movement, "--json").out)
    assert [(one["number"], one["to"], one["undone"]) for one in shown["allocations"]] == [(1, "interest", True)]
    assert [len(one["entries"]) for one in shown["history"]] == [2, 2, 2]
    assert shown["open"] == "KRW 900"
    out = sluice("movement", "show", PRODUCTION, "spc-krw", movement).out
    assert "eunwoo took back what eunwoo had said of movement" in out
    assert "income:interest" in out


def test_the_books_of_a_movement_are_shown_to_who_may_read_them(sluice, movement):
    named = ("movement", "show", PRODUCTION, "spc-krw")
    assert json.loads(sluice(*named, movement, "--json", "--as", "eunwoo").out)["history"]
    assert "may not read" in sluice(*named, movement, "--as", "hyunwoo", code=1).err
    assert "There is no movement gone on spc-krw" in sluice(*named, "gone", code=1).err


def test_files_are_listed_with_what_became_of_them(sluice, movement):
    taken, refused = sorted(json.loads(sluice("bank", "files", "--json").out), key=lambda row: row["name"])
    assert (taken["name"], taken["status"], taken["became"]) == ("n1.xml", "taken", {"suspense": 1})
    assert (refused["name"], refused["status"], refused["became"]) == ("n2.html", "refused", {})
    assert refused["why"] in sluice("bank", "files").out
    assert len(json.loads(sluice("bank", "files", "--status", "refused", "--json").out)) == 1
    assert "no file has come" in sluice("bank", "files", "--account", "spc-jpy").out
    assert "no file has come" in sluice("bank", "files", "--until", "2020-01-01").out


def test_files_come_by_pages_to_who_keeps_the_account(world, sluice):
    first = sluice("bank", "files", "--limit", "1", "--json")
    cursor = first.err.split("--after ")[1].split(";")[0]
    second = sluice("bank", "files", "--limit", "1", "--after", cursor, "--json")
    names = [json.loads(page.out)[0]["name"] for page in (first, second)]
    assert sorted(names) == ["n1.xml", "n2.html"]
    assert "may not read" in sluice("bank", "files", "--as", "hyunwoo", code=1).err
    with world.store.reading() as records:
        assert bank_files(records.connection, sight=Sight(party="writer")).items == ()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "exactly one of --payment, --return, --receipt"),
        (("--charges", "--interest"), "exactly one of"),
        (("--receipt", "A=KRW 5", "--amount", "KRW 5"), "Each receipt has an amount of its own"),
        (("--receipt", "A", "--receipt", "B", "--amount", "KRW 5"), "Each receipt has an amount of its own"),
    ],
)
def test_what_it_was_is_said_in_one_way(sluice, movement, options, words):
    named = ("movement", "allocate", PRODUCTION, "spc-krw", movement)
    code = 1 if "--amount" in options else 2
    assert words in sluice(*named, *options, "--reason", "x", "--as", "eunwoo", code=code).err
