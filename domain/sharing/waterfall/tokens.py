"""The words of a phrase, and a cursor that reads them from the left."""

import re
from datetime import date

from domain.errors import BadInput
from domain.values.money import Money

_TOKEN = re.compile(
    r"\s*(?:(?P<amount>[A-Z]{3} [0-9]+(?:\.[0-9]+)?(?![\w.]))|(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-]))"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?(?![\w.-]))|(?P<word>[A-Za-z0-9][A-Za-z0-9-]*)|(?P<sign>[-+%/()]))"
)
_MAX_LENGTH = 400
_MAX_DEPTH = 20

WORDS = frozenset(
    word
    for words in (
        ("what", "remains", "of", "all", "for", "each", "is", "left", "the", "greater", "lesser", "everything", "else"),
        ("and", "or", "not", "recouped", "from", "before", "reaches", "exceeds", "below", "at", "most", "this"),
    )
    for word in words
)
"""Reserved words, which cannot be names. Other words of the grammar stand only where no name can."""


class PhraseError(BadInput):
    """A phrase cannot be parsed. The sentence says what was expected and where."""


class Tokens:
    """The tokens of a phrase. Every method leaves those that it does not understand."""

    def __init__(self, text: str) -> None:
        if len(text) > _MAX_LENGTH:
            raise PhraseError(f"the phrase has {len(text)} characters: split it, {_MAX_LENGTH} are the most.")
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        self._depth = 0
        at, end = 0, len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None:
                raise PhraseError(f"{text!r} cannot be read from {text[at:].strip()[:20]!r} on: use plain words.")
            self._tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))
            at = match.end()
        self._at = 0

    def end(self) -> None:
        """Raise an error if anything follows the phrase."""
        if self._at < len(self._tokens):
            raise self.wrong("the end")

    def deeper(self) -> None:
        """Count one more bracket. Raises an error if there are too many."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise PhraseError(f"the phrase nests deeper than {_MAX_DEPTH} brackets: split it.")

    def kind(self, ahead: int = 0) -> str:
        """The kind of a token from here on; empty behind the last."""
        return self._token(ahead)[0]

    def word(self, ahead: int = 0) -> str:
        """The text of a token from here on (of the one before, with -1); empty outside the phrase."""
        return self._token(ahead)[1]

    def _token(self, ahead: int) -> tuple[str, str]:
        at = self._at + ahead
        return self._tokens[at] if 0 <= at < len(self._tokens) else ("", "")

    def words(self, ahead: int, *words: str) -> bool:
        """Whether these words stand ahead."""
        return all(self.word(ahead + n) == word for n, word in enumerate(words))

    def take(self) -> tuple[str, str]:
        """The next token, with its kind."""
        self._at += 1
        return self._tokens[self._at - 1]

    def skip(self, *words: str) -> bool:
        """Read these words if they stand here."""
        found = self.words(0, *words)
        self._at += len(words) if found else 0
        return found

    def expect(self, word: str) -> None:
        """Read a word. Raises an error if another stands here."""
        if not self.skip(word):
            raise self.wrong(f'"{word}"')

    def name(self) -> str:
        """Read a name."""
        if self.kind() != "word" or self.word() in WORDS:
            raise self.wrong("a name")
        return self.take()[1]

    def money(self) -> Money:
        """Read an amount."""
        try:
            return Money.parse(self.take()[1])
        except BadInput as error:
            raise PhraseError(error.sentence) from None

    def day(self) -> date:
        """Read a date."""
        try:
            return date.fromisoformat(self.take()[1])
        except (ValueError, IndexError):
            raise PhraseError(f"{self._text!r} needs a date such as 2026-03-31 after from or before.") from None

    def wrong(self, expected: str) -> PhraseError:
        """The error that something else was expected here."""
        found = f"{self.word()!r} stands there" if self.word() else "it ends there"
        before = " ".join(text for _, text in self._tokens[: self._at])
        return PhraseError(f"{self._text!r} should go on with {expected} after {before!r}, and {found}.")
