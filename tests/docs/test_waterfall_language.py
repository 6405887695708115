"""The reference page of the language: every example comes out as it says, and every phrase has one."""

import inspect
import re
from datetime import date
from fractions import Fraction

import pytest

from app.sharing.waterfall import as_json, run_files
from domain.sharing.waterfall import phrases
from tests.docs.pages import DOCS
from tests.domain.sharing.waterfall.deal import document

PAGE = (DOCS / "reference/waterfall-language.md").read_text("utf-8")
PARTIES = ("agent", "bank", "investor", "producer", "star")
_EXAMPLE = re.compile(r"^```yaml\n(.*?)^```\n+```csv\n(.*?)^```\n+```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = _EXAMPLE.findall(PAGE)


@pytest.mark.parametrize(("section", "rows", "said"), EXAMPLES)
def test_an_example_comes_out_as_the_page_says(section, rows, said, tmp_path):
    (tmp_path / "a.yaml").write_text(document(section, PARTIES), "utf-8")
    (tmp_path / "facts.csv").write_text(rows, "utf-8")
    answer = as_json(run_files(tmp_path / "a.yaml", [tmp_path / "facts.csv"], date(2030, 12, 31)))
    found = {name: Fraction(one["entitlement"]["exact"]) for name, one in answer["parties"].items()}
    wanted = dict(line.split() for line in said.splitlines())
    assert {name: str(amount) for name, amount in found.items() if amount} == wanted


def test_every_block_of_the_page_is_part_of_an_example():
    assert PAGE.count("```") == 6 * len(EXAMPLES)


def test_every_word_of_the_grammar_is_in_an_example():
    grammar = "".join(line for line in (inspect.getdoc(phrases) or "").splitlines(True) if line.startswith("    "))
    words = {word for text in re.findall(r'"([a-z-][a-z -]*|[%/+])"', grammar) for word in text.split()}
    used = " ".join(section for section, _, _ in EXAMPLES)
    missing = [word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", used)]
    assert not missing
