"""Compares names of parties with listed names, across scripts and spellings.

Names are written in ASCII letters (anyascii), without case, marks and legal forms. Two are alike if rapidfuzz gives
them at least `ALIKE` of 100, whatever the order of their words. A short name must be the same.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import floor

from anyascii import anyascii
from rapidfuzz import fuzz, process

from domain.agreement.model import Party
from domain.payees.screening import KnownList, ListedEntry, ScreenedParty

ALIKE = 88
"""From how many of 100 two names are alike."""
_SHORT = 5
_FORMS = frozenset(
    ("co", "company", "corp", "corporation", "inc", "incorporated", "limited", "llc", "ltd", "plc", "gmbh", "ag", "sa")
) | {"sarl", "srl", "bv", "nv", "oy", "ab", "as", "kk", "kabushiki", "kaisha", "yugen", "godo", "jusighoesa", "the"}
_NO_LETTER = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=100_000)
def plain(name: str) -> str:
    """A name for comparison: ASCII words without case and legal forms, in their order."""
    words = _NO_LETTER.split(anyascii(unicodedata.normalize("NFKC", name)).casefold())
    return " ".join(word for word in words if word and word not in _FORMS)


def found_in(known: KnownList, parties: Iterable[Party]) -> Iterator[ScreenedParty]:
    """The entries of a list whose names are like those of a party, each with the name that is most alike."""
    for party in parties:
        names = tuple(plain(one) for one in (party.name, party.latin_name, party.kana_name) if one)
        key = (known.document, names)
        if key not in _FOUND:
            _FOUND[key] = tuple(_compared(known, names))
        for entry, listed, score in _FOUND[key]:
            yield ScreenedParty(party.id, known.source, entry, listed, score, known.document, known.published_on)


_FOUND: dict[tuple[str, tuple[str, ...]], tuple[tuple[ListedEntry, str, int], ...]] = {}
"""What was found for names in a list, as both are the same each time that something falls due."""


def _compared(known: KnownList, names: Iterable[str]) -> Iterator[tuple[ListedEntry, str, int]]:
    owners = [(entry, name) for entry in known.entries for name in entry.names]
    choices = [plain(name) for _, name in owners]
    best: dict[str, tuple[ListedEntry, str, int]] = {}
    for name in names:
        for score, n in _alike(name, choices):
            entry, listed = owners[n]
            if entry.id not in best or best[entry.id][2] < score:
                best[entry.id] = (entry, listed, score)
    yield from best.values()


def _alike(name: str, choices: list[str]) -> Iterator[tuple[int, int]]:
    """The scores and places of the choices that are like a name."""
    if len(name) < _SHORT:
        yield from ((100, n) for n, choice in enumerate(choices) if name and choice == name)
        return
    for choice, score, n in process.extract(
        name, choices, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, limit=None
    ):
        if len(choice) >= _SHORT:
            yield floor(score), n
