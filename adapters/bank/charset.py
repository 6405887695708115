"""Decodes text files whose encoding is declared nowhere.

UTF-8 is certain when it fits, because no other encoding looks like it. The encodings of East Asia are told apart
by the account's currency, or else by whether the text that they give is in their own script. Western European text is
what is left. A wrong choice could spoil names only: the fields of a bank's file are written in ASCII in all of them.
"""

import re

_HANGUL, _JAPANESE, _CHINESE = "\uac00-\ud7a3", "\u3040-\u30ff\u4e00-\u9fff\uff61-\uff9f", "\u4e00-\u9fff"
_SCRIPTS = {"euc_kr": _HANGUL, "cp949": _HANGUL, "cp932": _JAPANESE, "cp950": _CHINESE, "gb18030": _CHINESE}
_FIRST = {b"KRW": ("cp949", "cp932"), b"JPY": ("cp932", "cp949"), b"TWD": ("cp950",), b"CNY": ("gb18030",)}
_CURRENCY = re.compile(rb":(?:60[FM]?:[CD]\d{6}|34F:)(KRW|JPY|TWD|CNY)")


def decoded(raw: bytes) -> str:
    """Return the text of a file in UTF-8, CP949, Shift_JIS (CP932), Big5, GB 18030, Windows-1252 or ISO-8859-1.

    Without a currency, EUC-KR is tried before CP949, whose additional syllables look like Japanese.
    """
    currency = _CURRENCY.search(raw)
    asian = _FIRST[currency[1]] if currency else ("euc_kr", "cp932", "cp949")
    for encoding in ("utf-8-sig", *asian, "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding not in _SCRIPTS or _is_in(_SCRIPTS[encoding], text):
            return text
    return raw.decode("latin-1")


def _is_in(script: str, text: str) -> bool:
    """Return whether two thirds of the letters beyond ASCII are of a script, and two of them stand side by side."""
    beyond = len(re.findall(r"[^\x00-\x7f]", text))
    own = re.findall(f"[{script}]", text)
    return len(own) * 3 >= beyond * 2 and re.search(f"[{script}]{{2}}", text) is not None
