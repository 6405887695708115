"""Statements through the command line: the same bytes from every process, and nobody's but to whom they are due."""

import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import openpyxl
import pypdf
import pytest

from adapters.sharing.statements import Language
from app import cli
from app.bootstrap import handler_of
from app.settings import load_settings
from app.sharing.statements import write_all
from domain.ledger.journal import sha256
from tests.statements import Q1, distribute, first_quarter, register
from tests.world import EXAMPLES, PRODUCTION, World

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def data(module_database, tmp_path_factory):
    """A stack's data folder, on a database on which the first quarter's statements have been issued."""
    folder = tmp_path_factory.mktemp("stack")
    world = World(module_database.app_url, folder)
    register(world)
    first_quarter(world, folder)
    distribute(world, Q1)
    world.close()
    users = (EXAMPLES / "users.toml").read_text("utf-8")
    (folder / "sluice.toml").write_text(f'database_url = "{module_database.app_url}"\n{users}', "utf-8")
    return folder


@pytest.fixture
def sluice(data, capsys):
    def call(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert cli.execute(["statement", *arguments, "--data", str(data)]) == code
        said = capsys.readouterr()
        return said.out if code == 0 else said.err

    return call


def of(party, *more):
    return ("render", "--party", party, "--period", Q1, *more)


def rendered_in_a_process_of_its_own(data, folder, hash_seed):
    """Every file of the quarter, by name."""
    folder.mkdir()
    for lang in Language:
        for form in ("pdf", "xlsx", "json"):
            file = folder / f"{lang}.{form}"
            command = [sys.executable, "-m", "app.cli", "statement", *of("studio", "--lang", lang, "--format", form)]
            environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": f"Etc/GMT+{hash_seed}"}
            subprocess.run(
                [*command, "--out", str(file), "--data", str(data)],
                cwd=ROOT,
                env=environment,
                check=True,
                capture_output=True,
            )
    return {file.name: sha256(file.read_bytes()) for file in folder.iterdir()}


def test_a_statement_is_the_same_byte_for_byte_from_two_processes(data, tmp_path):
    first = rendered_in_a_process_of_its_own(data, tmp_path / "a", "1")
    assert rendered_in_a_process_of_its_own(data, tmp_path / "b", "2") == first
    assert len(set(first.values())) == 7  # JSON is of no language


def test_json_is_the_document_that_the_journal_names(sluice, tmp_path):
    rows = json.loads(sluice("list", "--json"))
    assert [(row["period"], row["party"]) for row in rows] == [(Q1, party) for party in ("spc", "studio", "writer")]
    for row in rows:
        file = tmp_path / "s.json"
        sluice(*of(row["party"], "--format", "json", "--out", str(file)))
        assert sha256(file.read_bytes()) == row["sha256"]


def test_a_page_and_a_sheet_name_the_party_and_the_issuer_and_none_of_the_others_nor_any_account(
    sluice, tmp_path, data
):
    page, sheet = tmp_path / "s.pdf", tmp_path / "s.xlsx"
    sluice(*of("writer", "--lang", "ja", "--out", str(page)))
    sluice(*of("writer", "--lang", "ko", "--format", "xlsx", "--out", str(sheet)))
    text = "".join(each.extract_text() for each in pypdf.PdfReader(page).pages)
    cells = [str(c.value) for s in openpyxl.load_workbook(sheet) for row in s.iter_rows() for c in row]
    text += "".join(cells)
    settings = load_settings(data)
    handler = handler_of(settings, settings.database_url)
    agreement = handler.in_force(PRODUCTION)
    handler.store.engine.dispose()
    names = {party.id: party.name for party in agreement.parties}
    assert {party for party, name in names.items() if name in text} == {"writer", "spc"}
    assert not [account.number for account in agreement.accounts if account.number in text]


def test_without_a_file_it_is_written_here_under_its_own_name(sluice, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert sluice(*of("studio", "--lang", "ko")).startswith(f"{PRODUCTION}-{Q1}-studio.ko.pdf: ")
    assert [file.name for file in tmp_path.iterdir()] == [f"{PRODUCTION}-{Q1}-studio.ko.pdf"]


@pytest.mark.parametrize("user", ["jiho", "dohyun", "auditor"])
def test_ones_own_party_and_who_pays_or_audits_read_a_statement(sluice, tmp_path, user):
    sluice(*of("studio", "--as", user, "--out", str(tmp_path / "s.pdf")))
    assert (tmp_path / "s.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("user", "told"),
    [
        ("kenta", "kenta of broadcaster may not read the statement of studio in LIGHTHOUSE: it is for studio's own"),
        ("eunwoo", "eunwoo of spc may not read the statement of studio"),
        ("taeyang", "Nobody called 'taeyang' acts in LIGHTHOUSE"),
    ],
)
def test_who_is_not_entitled_is_told_why_and_gets_no_file(sluice, tmp_path, user, told):
    said = sluice(*of("studio", "--as", user, "--out", str(tmp_path / "s.pdf")), code=1)
    assert told in said
    assert len(said.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_list_for_somebody_has_what_they_may_read(sluice):
    assert [row["party"] for row in json.loads(sluice("list", PRODUCTION, "--as", "jiho", "--json"))] == ["studio"]
    assert len(json.loads(sluice("list", PRODUCTION, "--as", "auditor", "--json"))) == 3
    assert "no statements have been issued yet" in sluice("list", "--as", "kenta")
    assert "no statements have been issued yet" in sluice("list", "--period", "2025-Q2")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--party", "studio", "--period", "2025-Q2"), "There is no statement of studio for 2025-Q2 of LIGHTHOUSE"),
        (("--party", "nobody", "--period", Q1), "nobody has none for it"),
        (("--party", "studio", "--period", Q1, "--production", "OTHER"), "There is no production 'OTHER' here"),
        (("--party", "studio", "--period", Q1, "--out", "/nowhere/s.pdf"), "there is no folder /nowhere"),
    ],
)
def test_what_there_is_not_is_said_in_one_sentence(sluice, asked, told):
    said = sluice("render", *asked, code=1)
    assert told in said
    assert len(said.splitlines()) == 1


def test_who_fetched_which_file_and_when_is_on_record_once_and_shown(sluice, tmp_path, data):
    file = tmp_path / "s.xlsx"
    fetch = of("spc", "--as", "dohyun", "--lang", "ko", "--format", "xlsx", "--out", str(file))
    sluice(*fetch)
    sluice(*fetch)
    sluice(*of("spc", "--format", "json", "--out", str(tmp_path / "operator.json")))
    sluice(*of("spc", "--as", "auditor", "--format", "json", "--out", str(tmp_path / "s.json")))
    shown = json.loads(sluice("show", "--party", "spc", "--period", Q1, "--json"))
    assert "suji" in {one["by"] for one in shown["fetched"]}, "the auditor of the house, who reads by default"
    fetched = [one for one in shown["fetched"] if one["by"] != "suji"]
    assert [(one["by"], one["reader"], one["form"], one["language"]) for one in fetched] == [
        ("dohyun", "spc", "xlsx", "ko"),
        ("auditor", "spc", "json", ""),
    ]
    assert [one["sha256"] for one in fetched] == [sha256(file.read_bytes()), shown["sha256"]]
    (row,) = json.loads(sluice("list", "--party", "spc", "--json"))
    assert row["fetched_on"] in {one["on"] for one in shown["fetched"]}
    assert "dohyun " in sluice("show", "--party", "spc", "--period", Q1, "--as", "dohyun")
    assert "may not read the statement of spc" in sluice(
        "show", "--party", "spc", "--period", Q1, "--as", "jiho", code=1
    )
    world = World(load_settings(data).database_url, tmp_path)
    assert world.wrong() == []
    world.close()


def test_all_of_a_period_are_written_to_a_folder(data, tmp_path):
    settings = load_settings(data)
    handler = handler_of(settings, settings.database_url)
    with handler.store.reading() as records:
        files = write_all(records, PRODUCTION, tmp_path, Q1)
    handler.store.engine.dispose()
    assert sorted(files) == sorted(tmp_path.iterdir())
    assert len(files) == 3 * (3 + 3 + 1)
    assert openpyxl.load_workbook(BytesIO((tmp_path / f"{PRODUCTION}-{Q1}-spc.ja.xlsx").read_bytes()))


def test_the_engines_are_listed_with_the_periods_that_need_them(data, capsys):
    assert cli.execute(["deployment", "engines", "--data", str(data)]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["engine", "here", "production", "goes_on", "audited"]
    assert [line.split() for line in lines] == [["3", "kept"], ["4", "kept"], ["5", "current", PRODUCTION, Q1]]
