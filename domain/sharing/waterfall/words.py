"""The words that receipts carry for territory, media and window, and groups of them such as "Asia excluding Japan"."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from domain.values.record import Record

_MAX_KNOWN = 50_000
"""Of a file with more kinds of receipts by day, the rest is looked up for each row."""


def _listed(written: Any) -> Any:
    if isinstance(written, str):
        return (written,)
    return tuple(written) if isinstance(written, list) else written


Words = Annotated[
    tuple[str, ...], Field(min_length=1), BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])
]
"""One word or a list of them."""


class WordGroup(Record):
    """A word that stands for others: those of `of`, without those of `excluding`.

    Both may name groups. Without `of` it is every word but those of `excluding`.
    """

    id: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    of: Words | None = None
    excluding: Words | None = None


class WordList(Record):
    """The words of one column of receipts. Where `words` are listed, a receipt with another one is refused."""

    words: Words | None = None
    groups: tuple[WordGroup, ...] = ()


class ReceiptWords(Record):
    """The words of receipts by column, and their groups, which `receives`, `only` and `excluding` may name."""

    territory: WordList | None = None
    media: WordList | None = None
    window: WordList | None = None

    def of(self, field: str) -> WordList | None:
        """The list of a column, None of a column without one."""
        listed: WordList | None = getattr(self, field, None)
        return listed


def unlisted(lists: ReceiptWords | None, field: str, word: str) -> str | None:
    """What is wrong with a word of a receipt: it is not on its column's list. A blank is on every list."""
    listed = lists.of(field) if lists is not None else None
    if not word or listed is None or listed.words is None or word in listed.words:
        return None
    return (
        f"{field} {word!r} is not on the agreement's list ({', '.join(listed.words)}): correct it, or amend the list."
    )


class WordLists:
    """The lists of words by the day of a receipt: those of the last of some versions that is in force on it.

    `versions` are lists with the day from which they count, oldest first; the first counts for earlier days as well.
    """

    def __init__(self, versions: Sequence[tuple[date, ReceiptWords | None]]) -> None:
        self._versions = versions
        self._known: set[tuple[str, ...]] = set()

    @property
    def open(self) -> bool:
        """Whether there is no list at all."""
        return all(lists is None for _, lists in self._versions)

    def check(self, on: str, words: Mapping[str, str]) -> tuple[str, str] | None:
        """The first field of a receipt of a day, written `YYYY-MM-DD`, whose word is not listed; and a sentence."""
        known = (on, *words.values())
        if known in self._known:
            return None
        begun = [lists for since, lists in self._versions if since.isoformat() <= on]
        lists = begun[-1] if begun else self._versions[0][1]
        for field, word in words.items():
            if sentence := unlisted(lists, field, word):
                return field, sentence
        if len(self._known) < _MAX_KNOWN:
            self._known.add(known)
        return None


@dataclass(frozen=True, slots=True)
class WordSet:
    """A set of words: these, or with `others` all but these and a blank, since nobody knows what that stands for."""

    words: frozenset[str]
    others: bool = False

    def __contains__(self, word: object) -> bool:
        return bool(word) and word not in self.words if self.others else word in self.words

    def __bool__(self) -> bool:
        return self.others or bool(self.words)

    def __or__(self, other: "WordSet") -> "WordSet":
        return ~(~self & ~other)

    def __sub__(self, other: "WordSet") -> "WordSet":
        return self & ~other

    def __invert__(self) -> "WordSet":
        return WordSet(self.words, not self.others)

    def __and__(self, other: "WordSet") -> "WordSet":
        if self.others and other.others:
            return WordSet(self.words | other.words, others=True)
        if self.others:
            return WordSet(other.words - self.words)
        return WordSet(self.words - other.words if other.others else self.words & other.words)

    def within(self, other: "WordSet") -> bool:
        """Whether every word of this is one of the other."""
        return not self - other


class Dictionary:
    """What the words of one column mean. The groups must have passed the checks."""

    def __init__(self, listed: WordList | None) -> None:
        self._groups: Mapping[str, WordGroup] = {group.id: group for group in listed.groups} if listed else {}
        self.known = frozenset(listed.words) if listed is not None and listed.words is not None else None
        self._meanings: dict[str, WordSet] = {}

    def meaning(self, words: Iterable[str]) -> WordSet:
        """Every word that some words and groups stand for."""
        found = WordSet(frozenset())
        for word in words:
            found |= self._meaning(word)
        return found

    def _meaning(self, word: str) -> WordSet:
        group = self._groups.get(word)
        if group is None:
            return WordSet(frozenset((word,)))
        if word not in self._meanings:
            every = WordSet(self.known) if self.known is not None else WordSet(frozenset(), others=True)
            found = self.meaning(group.of) if group.of is not None else every
            self._meanings[word] = found - self.meaning(group.excluding or ())
        return self._meanings[word]
