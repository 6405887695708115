import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.sharing.statements import Format, Language, render
from tests.domain.statement_samples import small

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
