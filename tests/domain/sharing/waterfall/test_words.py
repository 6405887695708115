"""Lists of territories, media and windows, and groups of them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.agreement.documents import BadDocument, parse_agreement
from domain.sharing.waterfall.entry import NoEntry
from domain.sharing.waterfall.words import ReceiptWords, WordList, WordLists, WordSet
from tests.domain.sharing.waterfall.deal import document, receipt, share

SECTION = """
currency: USD
words:
  territory:
    {words}
    groups:
      - {{id: Asia, of: [KR, JP, TW]}}
      - {{id: Asia excluding Japan, of: Asia, excluding: JP}}
      - {{id: worldwide except Asia, excluding: Asia}}
  media:
    groups: [{{id: home entertainment, of: [dvd, svod]}}]
pools:
  - id: asia
    receives: {{territory: {asia}}}
    positions: [{{id: fee, to: agent, take: 10 % of asia, only: {{media: home entertainment}}}}]
    residue: one
  - {{id: world, receives: {{territory: worldwide except Asia}}, residue: two}}
  - {{id: others, receives: everything else, residue: three}}
"""
OPEN = SECTION.format(words="", asia="Asia excluding Japan")
CLOSED = SECTION.format(words="words: [KR, JP, TW, US, DE]", asia="Asia excluding Japan")


@pytest.mark.parametrize(
    ("territory", "to"), [("KR", "one"), ("TW", "one"), ("JP", "three"), ("US", "two"), ("FR", "two"), ("", "three")]
)
def test_a_group_is_one_word_in_what_a_pool_receives(territory, to):
    shared = share(OPEN, "agent one two three", receipt("2025-01-31", "USD 100", territory=territory))
    assert shared[to] == "100"


def test_a_group_is_one_word_in_what_a_position_takes_only_of():
    rows = [receipt("2025-01-31", "USD 100", territory="KR", media=media) for media in ("dvd", "svod", "tv")]
    assert share(OPEN, "agent one two three", *rows)["agent"] == "20"


def test_a_receipt_with_a_word_that_is_not_listed_is_refused():
    assert share(CLOSED, "agent one two three", receipt("2025-01-31", "USD 100", territory="DE"))["two"] == "100"
    assert share(CLOSED, "agent one two three", receipt("2025-01-31", "USD 100"))["three"] == "100"
    with pytest.raises(NoEntry, match=r"territory 'FR' is not on the agreement's list \(KR, JP, TW, US, DE\)"):
        share(CLOSED, "agent one two three", receipt("2025-01-31", "USD 100", territory="FR"))


@pytest.mark.parametrize(
    ("section", "old", "new", "place", "sentence"),
    [
        (CLOSED, "of: [KR, JP, TW]", "of: [KR, JP, TV]", "words.territory.groups[Asia].of", "write one of Asia"),
        (CLOSED, "territory: Asia ", "territory: Asai ", "pools[asia].receives.territory", "did you mean 'Asia"),
        (OPEN, "territory: Asia ", "territory: ASIA  ", "receives.territory", "did you mean 'Asia excluding Japan'"),
        (OPEN, "of: [KR, JP, TW]", "of: [KR, Asia excluding Japan]", "groups[Asia]", "stands for itself"),
        (OPEN, "{id: Asia, of: [KR, JP, TW]}", "{id: Asia}", "groups[Asia]", "stands for nothing"),
        (OPEN, "excluding: JP", "excluding: US", "groups[Asia excluding Japan].excluding", "changes nothing"),
        (OPEN, "excluding: JP", "excluding: Asia", "groups[Asia excluding Japan]", "nothing is left"),
        (CLOSED, "id: Asia,", "id: KR,", "groups[KR].id", "already"),
        (OPEN, "territory: Asia excluding Japan", "territory: [KR, FR]", "pools[world].receives", "already"),
        (OPEN, "only: {media: home entertainment}", "only: {territory: JP}", "positions[fee].only", "no receipt"),
    ],
)
def test_what_is_wrong_with_words_is_found_by_line(section, old, new, place, sentence):
    assert old in section
    text = document(section.replace(old, new, 1), ["agent", "one", "two", "three"])
    with pytest.raises(BadDocument) as caught:
        parse_agreement(text.encode(), "a.yaml")
    assert any(place in str(one) and sentence in str(one) for one in caught.value.findings), caught.value.findings


WORDS = st.sampled_from("abcdefg")
SELECTIONS = st.builds(WordSet, st.frozensets(WORDS), st.booleans())


@given(SELECTIONS, SELECTIONS, WORDS)
def test_selections_are_sets_of_words(one, other, word):
    assert (word in one | other) == (word in one or word in other)
    assert (word in one & other) == (word in one and word in other)
    assert (word in one - other) == (word in one and word not in other)
    assert not one.within(other) or word not in one or word in other


def test_a_word_is_looked_up_on_the_list_of_the_version_that_is_in_force_on_the_day():
    first, second = (ReceiptWords(territory=WordList(words=words)) for words in (("KR", "JP"), ("KR", "TW")))
    lists = WordLists([(date(2025, 1, 1), first), (date(2026, 1, 1), second)])
    assert lists.check("2025-12-31", {"territory": "JP", "media": "svod"}) is None
    field, sentence = lists.check("2026-01-01", {"territory": "JP", "media": "svod"})
    assert (field, sentence) == (
        "territory",
        "territory 'JP' is not on the agreement's list (KR, TW): correct it, or amend the list.",
    )
    assert lists.check("2024-06-01", {"territory": "TW", "media": ""}) is not None
    assert lists.check("2026-01-01", {"territory": "", "media": ""}) is None
    assert WordLists([(date(2025, 1, 1), None)]).open
