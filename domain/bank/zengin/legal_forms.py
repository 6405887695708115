"""Legal forms in the names of Japanese companies, and their abbreviations in Zengin files (Keiyo Bank's table).

A form is written `ｶ)X` before the name, `X(ｶ` after it, and `X(ｶ)Y` within it.
"""

import re
import unicodedata

_FORMS = (
    ("特定非営利活動法人", "ﾄｸﾃｲﾋｴｲﾘｶﾂﾄﾞｳﾎｳｼﾞﾝ", "ﾄｸﾋ"),
    ("社会福祉法人", "ｼﾔｶｲﾌｸｼﾎｳｼﾞﾝ", "ﾌｸ"),
    ("国立大学法人", "ｺｸﾘﾂﾀﾞｲｶﾞｸﾎｳｼﾞﾝ", "ﾀﾞｲ"),
    ("農事組合法人", "ﾉｳｼﾞｸﾐｱｲﾎｳｼﾞﾝ", "ﾉｳ"),
    ("独立行政法人", "ﾄﾞｸﾘﾂｷﾞﾖｳｾｲﾎｳｼﾞﾝ", "ﾄﾞｸ"),
    ("行政書士法人", "ｷﾞﾖｳｾｲｼﾖｼﾎｳｼﾞﾝ", "ｷﾞﾖ"),
    ("司法書士法人", "ｼﾎｳｼﾖｼﾎｳｼﾞﾝ", "ｼﾎｳ"),
    ("一般財団法人", "ｲﾂﾊﾟﾝｻﾞｲﾀﾞﾝﾎｳｼﾞﾝ", "ｻﾞｲ"),
    ("公益財団法人", "ｺｳｴｷｻﾞｲﾀﾞﾝﾎｳｼﾞﾝ", "ｻﾞｲ"),
    ("財団法人", "ｻﾞｲﾀﾞﾝﾎｳｼﾞﾝ", "ｻﾞｲ"),
    ("一般社団法人", "ｲﾂﾊﾟﾝｼﾔﾀﾞﾝﾎｳｼﾞﾝ", "ｼﾔ"),
    ("公益社団法人", "ｺｳｴｷｼﾔﾀﾞﾝﾎｳｼﾞﾝ", "ｼﾔ"),
    ("社団法人", "ｼﾔﾀﾞﾝﾎｳｼﾞﾝ", "ｼﾔ"),
    ("弁護士法人", "ﾍﾞﾝｺﾞｼﾎｳｼﾞﾝ", "ﾍﾞﾝ"),
    ("税理士法人", "ｾﾞｲﾘｼﾎｳｼﾞﾝ", "ｾﾞｲ"),
    ("宗教法人", "ｼﾕｳｷﾖｳﾎｳｼﾞﾝ", "ｼﾕｳ"),
    ("学校法人", "ｶﾞﾂｺｳﾎｳｼﾞﾝ", "ｶﾞｸ"),
    ("医療法人社団", "ｲﾘﾖｳﾎｳｼﾞﾝｼﾔﾀﾞﾝ", "ｲ"),
    ("医療法人財団", "ｲﾘﾖｳﾎｳｼﾞﾝｻﾞｲﾀﾞﾝ", "ｲ"),
    ("医療法人", "ｲﾘﾖｳﾎｳｼﾞﾝ", "ｲ"),
    ("相互会社", "ｿｳｺﾞｶﾞｲｼﾔ", "ｿ"),
    ("株式会社", "ｶﾌﾞｼｷｶﾞｲｼﾔ", "ｶ"),
    ("有限会社", "ﾕｳｹﾞﾝｶﾞｲｼﾔ", "ﾕ"),
    ("合同会社", "ｺﾞｳﾄﾞｳｶﾞｲｼﾔ", "ﾄﾞ"),
    ("合名会社", "ｺﾞｳﾒｲｶﾞｲｼﾔ", "ﾒ"),
    ("合資会社", "ｺﾞｳｼｶﾞｲｼﾔ", "ｼ"),
)
"""Kanji, reading, abbreviation; a form that contains another stands before it."""
_OFFICES = (("営業所", "ｴｲｷﾞﾖｳｼﾖ", "ｴｲ"), ("出張所", "ｼﾕﾂﾁﾖｳｼﾞﾖ", "ｼﾕﾂ"), ("出張所", "ｼﾕﾂﾁﾖｳｼﾖ", "ｼﾕﾂ"))
_READINGS = {reading: short for _, reading, short in (*_FORMS, *_OFFICES)}
_FORM = re.compile("|".join(re.escape(reading) for _, reading, _ in _FORMS))
_OFFICE = re.compile(f"({'|'.join(re.escape(reading) for _, reading, _ in _OFFICES)})$")
_SHORT = {"(株)": "株式会社", "(有)": "有限会社", "(同)": "合同会社", "(名)": "合名会社", "(資)": "合資会社"}


def read(name: str) -> str:
    """Return a name whose legal forms are in kana. Kanji that are no legal form stay, for nobody can read them."""
    text = unicodedata.normalize("NFKC", name)
    for short, form in _SHORT.items():
        text = text.replace(short, form)
    for kanji, reading, _ in (*_FORMS, *_OFFICES):
        text = text.replace(kanji, reading)
    return text


def abbreviated(name: str) -> str:
    """Return a name in Zengin characters with its legal form, and the form of an office at its end, abbreviated."""
    form = _FORM.search(name)
    if form is not None:
        before, after = name[: form.start()].rstrip(), name[form.end() :].lstrip()
        name = _placed(before, _READINGS[form[0]], after)
    office = _OFFICE.search(name)
    return _placed(name[: office.start()].rstrip(), _READINGS[office[0]], "") if office is not None else name


def _placed(before: str, short: str, after: str) -> str:
    if not before:
        return f"{short}){after}"
    return f"{before}({short}){after}" if after else f"{before}({short}"
