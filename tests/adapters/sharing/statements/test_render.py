import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.sharing.statements import Format, Language, render
from adapters.sharing.statements.layout import laid_out
from adapters.sharing.statements.words import Words
from domain.schemas import SCHEMAS
from domain.sharing.statements import read_statement
from tests.domain.statement_samples import particular, small

ROOT = Path(__file__).parents[4]
HASHES = """
import hashlib, json
from adapters.sharing.statements import Format, Language, render
from tests.domain.statement_samples import large
files = {f"{lang}.{form}": render(large(), lang, form) for lang in Language for form in (Format.PDF, Format.XLSX)}
print(json.dumps({name: hashlib.sha256(file).hexdigest() for name, file in files.items()}))
"""


def hashes(seed: str, zone: str) -> dict[str, str]:
    env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT), "LC_ALL": "C"}
    found = subprocess.run([sys.executable, "-c", HASHES], env=env, cwd=ROOT, capture_output=True, check=True)
    return json.loads(found.stdout)


def test_a_statement_renders_byte_for_byte_again_in_another_process_zone_and_hash_order():
    first = hashes("1", "Asia/Seoul")
    assert hashes("2", "America/Los_Angeles") == first
    assert len(set(first.values())) == len(first) == 2 * len(Language)


@pytest.mark.parametrize("form", [Format.PDF, Format.XLSX])
def test_another_statement_has_other_bytes(form):
    one = small()
    later = one.signature.model_copy(update={"seq": one.signature.seq + 1})
    other = one.model_copy(update={"signature": later})
    assert render(one, Language.ENGLISH, form) != render(other, Language.ENGLISH, form)


@pytest.mark.parametrize(
    ("language", "digest"), [("en", "0df9d2e07e135d06"), ("ko", "201783ed81084b13"), ("ja", "804c165f0681818c")]
)
def test_a_statement_of_the_second_version_looks_as_it_did_when_it_was_issued(language, digest):
    second = read_statement(SCHEMAS.canonical(particular(), 2))
    laid = laid_out(second, Words.of(Language(language)))
    assert hashlib.sha256(repr(laid).encode()).hexdigest()[:16] == digest


def test_a_statement_says_why_reports_were_restated_how_many_rows_came_and_what_waits():
    laid = laid_out(particular(), Words.of(Language.ENGLISH))
    tables = {table.title: table for table in laid.sections}
    assert "Rows" in [column.heading for column in tables["Receipts of the period by source"].columns]
    assert "감사 결과 환율 정정; returned discs" in tables["Reports that were restated"].rows[0].cells
    assert "KRW KR svod → KRW JP svod" in tables["Order of one day's receipts"].rows[0].cells
    assert len(tables["Reserves by the day of their release"].rows) == 2 * len(particular().reserves)
    assert tables["Carried forward"].rows[0].cells[0] == "Open from earlier periods"
