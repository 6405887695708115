"""Titles in the languages of those who read them."""

import pytest

from adapters.agreement.documents import BadDocument, parse_agreement
from tests.domain.sharing.waterfall.deal import document, version

SECTION = """
currency: KRW
pools:
  - id: gross
    title: Receipts
    titles: {ko: 매출, ja: 興行収入}
    receives: everything
    positions:
      - {id: fee, title: Fee, to: agent, take: 10 % of gross}
      - {id: bonus, to: agent, take: 1 % of gross, titles: {ko: 보너스, en: Bonus}}
      - {id: plain, to: agent, take: 1 % of gross}
    residue: agent
"""


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("ko", ["매출", "Fee", "보너스", ""]),
        ("ja", ["興行収入", "Fee", "보너스", ""]),
        ("en", ["Receipts", "Fee", "Bonus", ""]),
    ],
)
def test_a_title_is_that_of_the_reader_s_language_or_the_plain_one_or_any(language, titles):
    (pool,) = version(SECTION, ["agent", "other"]).waterfall.pools
    assert [each.title_in(language) for each in (pool, *pool.positions)] == titles


@pytest.mark.parametrize("titles", ["{ko: ''}", "{de: Erlöse}", '{ja: "a\\u0007"}'])
def test_a_title_that_cannot_be_shown_or_is_of_another_language_is_refused(titles):
    text = document(SECTION.replace("{ko: 매출, ja: 興行収入}", titles), ["agent", "other"])
    with pytest.raises(BadDocument, match=r"pools\[gross\]\.titles"):
        parse_agreement(text.encode(), "a.yaml")
