import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bank.zengin.characters import MARKS, NAME_SYMBOLS, fitted, written

TAKEN = set("ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ().-")


@pytest.mark.parametrize(
    ("text", "kana"),
    [
        ("キュウヨイチロウ", "ｷﾕｳﾖｲﾁﾛｳ"),
        ("ジンジショウゴ", "ｼﾞﾝｼﾞｼﾖｳｺﾞ"),
        ("ﾔﾏﾀﾞｰﾀﾛｳ", "ﾔﾏﾀﾞ-ﾀﾛｳ"),
        ("ｷｬﾉﾝ", "ｷﾔﾉﾝ"),
        ("ぱぴゅ っ", "ﾊﾟﾋﾟﾕ ﾂ"),
        ("ヴィラ", "ｳﾞｲﾗ"),
        ("カ゛ガが", "ｶﾞｶﾞｶﾞ"),
        ("\uff26ilm\u3000\uff41bc\uff11\uff12", "FILM ABC12"),
        ("ヵヶヮ", "ｶｹﾜ"),
        ("(A-1.B)", "(A-1.B)"),
    ],
)
def test_a_reading_is_written_in_half_width_kana(text, kana):
    assert written(text) == (kana, "")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("山田ﾀﾛｳ", "山田"),
        ("A,B", ","),
        ("ヲ", "ヲ"),
        ("ヰ", "ヰ"),
        ("A&B", "&"),
        ("ア・ウ", "・"),
        ("é", "é"),
        ("゛ア", "\u3099"),
        ("A゛", "\u3099"),
    ],
)
def test_what_banks_refuse_is_named(text, missing):
    assert written(text)[1] == missing


def test_a_bank_may_take_other_symbols_and_another_kana_for_wo():
    assert written("A.B", "()-")[1] == "."
    assert written("A/B", "()-/")[0] == "A/B"
    assert written("カヲリ", NAME_SYMBOLS, "ｵ") == ("ｶｵﾘ", "")
    assert written("カヲリ", NAME_SYMBOLS, "ｦ") == ("ｶｦﾘ", "")


@given(st.text())
def test_what_is_written_is_one_byte_a_character_that_banks_take(text):
    kana, _ = written(text)
    assert set(kana) <= TAKEN
    assert len(kana.encode("cp932")) == len(kana)


@given(st.text(alphabet="カガパキャーA ", max_size=40), st.integers(1, 30))
def test_a_cut_never_falls_between_a_kana_and_its_mark(text, width):
    kana, _ = written(text)
    cut = fitted(kana, width)
    assert len(cut) <= width
    assert kana.startswith(cut)
    if len(kana) > width and kana[width] in MARKS and kana[width - 1] != " ":
        assert len(cut) <= width - 1


def test_the_published_case_of_a_cut():
    assert fitted("ｶﾞｸﾌﾞﾁ", 4) == "ｶﾞｸ"
