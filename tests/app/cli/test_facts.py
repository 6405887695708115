"""Importing through the command line, on a database and a data folder of the test's own."""

import json

import pytest

from app import cli
from tests import revenue as r
from tests.world import EXAMPLES, PRODUCTION, World

MAPPING = """
header: 2
columns: {on: Day, amount: Net, territory: Where}
constants: {currency: KRW, payer: tidewater, media: svod}
"""


@pytest.fixture
def data(database, tmp_path, monkeypatch):
    world = World(database.app_url, tmp_path)
    r.register(world)
    world.close()
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    users = (EXAMPLES / "users.toml").read_text("utf-8")
    (folder / "sluice.toml").write_text(f'database_url = "{database.app_url}"\n{users}', "utf-8")
    return folder


@pytest.fixture
def sluice(data, capsys):
    def call(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert cli.execute([*arguments, "--data", str(data)]) == code
        said = capsys.readouterr()
        return said.out if code == 0 else said.err

    return call


def test_revenue_is_imported_by_its_mapping_listed_and_not_imported_twice(sluice, tmp_path):
    (tmp_path / "m.yaml").write_text(MAPPING, "utf-8")
    file = r.csv_file(tmp_path, ["Day,Net,Where", "2025-01-31,1000,KR", "2025-02-28,500,JP"], "Royalties")
    request: tuple[str, ...] = (
        "revenue",
        "import",
        str(file),
        "--production",
        PRODUCTION,
        "--source",
        "tidewater",
        "--statement",
        "2025-Q1",
    )
    request += ("--mapping", str(tmp_path / "m.yaml"), "--as", r.TREASURER)
    said = sluice(*request)
    assert said == "2 rows of tidewater 2025-Q1 taken in as version 1\n  svod: KRW 1500\n"
    assert json.loads(sluice(*request, "--json"))["new"] is False
    assert "says the same as before: nothing was changed" in sluice(*request)
    (listed,) = json.loads(sluice("revenue", "list", "--production", PRODUCTION, "--json"))
    assert (listed["source"], listed["statement"], listed["version"], listed["count"]) == ("tidewater", "2025-Q1", 1, 2)


def test_counts_are_imported_by_a_mapping_and_told_with_the_totals(sluice, tmp_path):
    (tmp_path / "m.yaml").write_text(f"{MAPPING}counts: {{viewers: Seen by}}\n", "utf-8")
    file = r.csv_file(tmp_path, ["Day,Net,Where,Seen by", "2025-01-31,1000,KR,40", "2025-02-28,500,JP,2"], "Royalties")
    request: tuple[str, ...] = (
        "revenue",
        "import",
        str(file),
        "--production",
        PRODUCTION,
        "--source",
        "tidewater",
        "--statement",
        "Q1",
    )
    request += ("--mapping", str(tmp_path / "m.yaml"), "--as", r.TREASURER)
    assert sluice(*request) == "2 rows of tidewater Q1 taken in as version 1\n  svod: KRW 1500\n  viewers: 42\n"
    assert json.loads(sluice(*request, "--json"))["counts"] == {"viewers": 42}
    assert "counted" in sluice("revenue", "import", "--help")


def test_a_bad_file_is_a_line_for_each_finding_and_nothing_is_in_the_books(sluice, tmp_path):
    file = r.csv_file(tmp_path, ["2025-01-31,KRW x,,,,", "2025-99-31,KRW 1,,,,"])
    request: tuple[str, ...] = (
        "revenue",
        "import",
        str(file),
        "--production",
        PRODUCTION,
        "--source",
        "s",
        "--statement",
        "1",
    )
    lines = sluice(*request, "--as", r.TREASURER, code=1).strip().splitlines()
    assert lines[-2].startswith(f"error: {file}:2: amount: 'x' is no number")
    assert lines[-1].startswith(f"{file}:3: date: '2025-99-31' is no date")
    assert sluice("revenue", "list", "--production", PRODUCTION) == f"no receipts of {PRODUCTION} yet\n"


@pytest.mark.parametrize(
    ("kind", "amount", "other"),
    [
        ("cost", "USD 10.00", "USD 12.5"),
        ("advance", "KRW 5", "KRW -5"),
        ("metric", "1200", "1250.5"),
        ("opening", "KRW 7", "JPY 7"),
    ],
)
def test_a_single_fact_is_recorded_and_restated_under_its_own_number(sluice, kind, amount, other):
    request = (
        kind,
        "record",
        "--production",
        PRODUCTION,
        "--name",
        "viewers",
        "--on",
        "2025-01-31",
        "--as",
        r.TREASURER,
    )
    first = json.loads(sluice(*request, "--amount", amount, "--statement", "INV-7", "--json"))
    assert (first["source"], first["statement"], first["version"], first["new"]) == ("by-hand", "INV-7", 1, True)
    again = json.loads(sluice(*request, "--amount", amount, "--statement", "INV-7", "--json"))
    assert again["new"] is False
    assert "restating version 1" in sluice(*request, "--amount", other, "--statement", "INV-7")
    assert "INV-7" in sluice(kind, "list", "--production", PRODUCTION)


def test_a_date_is_recorded_without_an_amount(sluice):
    request = ("date", "record", "--production", PRODUCTION, "--name", "run-end", "--on", "2025-01-31")
    assert "1 row of by-hand LETTER-1 taken in as version 1" in sluice(
        *request, "--statement", "LETTER-1", "--as", r.TREASURER
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--amount", "KRW 1.5", "--statement", "1", "--as", r.TREASURER), "error: amount: '1.5' has 1 decimals"),
        (("--amount", "USD 1", "--statement", "1", "--as", r.TREASURER, "--rate", "2"), "not at the row's"),
        (
            ("--amount", "KRW 1", "--statement", "a b", "--as", r.TREASURER),
            "error: --statement 'a b': write at most 40",
        ),
        (("--amount", "KRW 1", "--statement", "1", "--as", "haruka"), "error: haruka may not import costs of"),
    ],
)
def test_what_cannot_be_recorded_is_one_sentence_without_a_file_s_name(sluice, arguments, told):
    request = ("cost", "record", "--production", PRODUCTION, "--name", "p-and-a", "--on", "2025-01-31", *arguments)
    said = sluice(*request, code=1)
    assert told in said
    assert "record.csv" not in said
