"""The characters of Zengin files: half-width kana without small ones, capitals, digits, and a few symbols.

Each is one byte in CP932. A voicing mark is a character of its own. Kanji cannot be written: how a name is read is
known to its bearer only. Sources: the record formats of Zenginkyo (JBA protocol), and the typing rules of Keiyo Bank.
"""

import unicodedata

NAME_SYMBOLS = "().-"
"""The symbols that names may have. Some banks take fewer, such as none of full stops."""
MARKS = frozenset("ﾞﾟ")

_HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}
_MARKS = {"\u3099": "ﾞ", "\u309a": "ﾟ"}
_COMBINING = {0x309B: "\u3099", 0x309C: "\u309a"}
"""Voicing marks that stand alone; Unicode would set a blank before them."""
_LARGE = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
_LIKE_HYPHENS = frozenset("ー\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
_QUOTES = {"「": "｢", "」": "｣", "¥": "\\"}
_HIRAGANA = range(0x3041, 0x3097)
_TO_KATAKANA = 0x60
_KANA = (frozenset(_HALF.values()) | MARKS) - set("ｦｧｨｩｪｫｬｭｮｯｰ")
_VOICED = frozenset("ｳｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎﾜ")
"""The kana that a voicing mark may follow."""
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")


def written(text: str, symbols: str = NAME_SYMBOLS, wo: str = "") -> tuple[str, str]:
    """Return a text in Zengin characters, and what of it cannot be written (left out of the text).

    Hiragana and full-width kana become half-width, small kana large (キャ, ｷﾔ), long-vowel marks hyphens, Latin letters
    capitals. `wo` is what the bank takes for ヲ, nothing if it refuses it.
    """
    found: list[str] = []
    missing: list[str] = []
    for letter in unicodedata.normalize("NFKC", text.translate(_COMBINING)):
        half = _half(letter, wo)
        if half in MARKS and (not found or found[-1] not in _VOICED):
            missing.append(letter)
        elif half and all(each in _KANA or each in _LETTERS or each in symbols or each == wo for each in half):
            found.append(half)
        else:
            missing.append(letter)
    return "".join(found), "".join(missing)


def _half(letter: str, wo: str) -> str:
    if letter in _LIKE_HYPHENS:
        return "-"
    if letter in _QUOTES:
        return _QUOTES[letter]
    if ord(letter) in _HIRAGANA:
        letter = chr(ord(letter) + _TO_KATAKANA)
    if letter == "ヲ":
        return wo
    parts = unicodedata.normalize("NFD", _LARGE.get(letter, letter))
    return "".join(_MARKS.get(part) or _HALF.get(part) or part.upper() for part in parts)


def fitted(text: str, width: int) -> str:
    """Return a text cut to a width. A kana is never cut from its voicing mark: both go."""
    if len(text) <= width:
        return text
    end = width - 1 if text[width] in MARKS else width
    return text[:end].rstrip()
