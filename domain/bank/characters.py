"""The letters that banks take in Latin files, and how others are written in them.

SWIFT's set x and the Latin set that every SEPA bank must take have the same characters (EPC217-08). A text in a script
that has no Latin letters of its own, such as Hangul or kanji, cannot be transliterated: how a name is read is known to
its bearer only.
"""

import unicodedata
from enum import StrEnum


class CharacterSet(StrEnum):
    """A set of characters of a payment file. SEPA names have at most 70 characters, others 140."""

    UTF_8 = "utf-8"
    SEPA = "sepa"
    SWIFT_X = "swift-x"

    @property
    def longest_name(self) -> int:
        """The most characters of a party's name."""
        return 70 if self is CharacterSet.SEPA else 140


_LATIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")
_WRITTEN = {
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe", "å": "aa",
    "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ẞ": "SS", "Æ": "Ae", "Œ": "Oe", "Ø": "Oe", "Å": "Aa",
    "đ": "d", "ð": "d", "þ": "th", "ł": "l", "\u0131": "i", "ħ": "h",
    "Đ": "D", "Ð": "D", "Þ": "Th", "Ł": "L", "Ħ": "H",
    "&": "+", "_": "-", ";": ",", "[": "(", "]": ")", "{": "(", "}": ")", "<": "(", ">": ")", "\\": "/", "|": "/",
    '"': "'", "`": "'", "\u00b4": "'", "\u2018": "'", "\u2019": "'", "\u201c": "'", "\u201d": "'", "«": "'", "»": "'",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "·": ".", "…": "...", "\u00a0": " ",
}  # fmt: skip
"""Letters that are not a plain letter with an accent, and signs. Other signs have no agreed stand-in."""


def transliterated(text: str, characters: CharacterSet) -> tuple[str, str]:
    """Return a text in a character set, and its characters that cannot be written in it (left out of the text).

    An umlaut becomes two letters (Müller, Mueller), in capitals if the whole word is (MÜLLER, MUELLER). Other accents
    are dropped.
    """
    if characters is CharacterSet.UTF_8:
        return text, ""
    composed = unicodedata.normalize("NFC", text)
    written, missing = [], []
    for place, letter in enumerate(composed):
        latin = _in_latin(letter)
        if latin is None:
            missing.append(letter)
        elif len(latin) > 1 and letter.isupper() and _among_capitals(composed, place):
            written.append(latin.upper())
        else:
            written.append(latin)
    return "".join(written), "".join(missing)


def _in_latin(letter: str) -> str | None:
    if letter in _LATIN:
        return letter
    if letter in _WRITTEN:
        return _WRITTEN[letter]
    # Compatibility forms are the same letters in another shape: full-width ones, and ligatures.
    parts = [part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)]
    plain = "".join(_WRITTEN.get(part, part) for part in parts)
    return plain if plain and set(plain) <= _LATIN else None


def _among_capitals(text: str, place: int) -> bool:
    neighbours = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    return any(each.isalpha() for each in neighbours) and all(each.isupper() for each in neighbours if each.isalpha())


def latin_name(name: str, given: str | None, characters: CharacterSet) -> tuple[str, str]:
    """Return a party's name in a character set, and what cannot be written of it. A given Latin name counts first."""
    return transliterated(name if given is None or characters is CharacterSet.UTF_8 else given, characters)
