import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bank.characters import CharacterSet, latin_name, transliterated

SWIFT_X = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Müller", "Mueller"),
        ("MÜLLER", "MUELLER"),
        ("Übersee", "Uebersee"),
        ("ÜBERSEE", "UEBERSEE"),
        ("Mu\u0308ller", "Mueller"),
        ("Société d'Édition", "Societe d'Edition"),
        ("Łódź Øst Åse", "Lodz Oest Aase"),
        ("Straße & Co. [Berlin]", "Strasse + Co. (Berlin)"),
        ("\uff26\uff49\uff4c\uff4d", "Film"),
        ("O\u2019Neill \u2013 Films", "O'Neill - Films"),
    ],
)
def test_a_text_is_written_in_latin_letters(text, written):
    assert transliterated(text, CharacterSet.SWIFT_X) == (written, "")
    assert transliterated(text, CharacterSet.UTF_8) == (text, "")


@pytest.mark.parametrize("text", ["한별", "山田", "カワ", "Иван", "Νίκος", "100 €", "a@b"])
def test_what_has_no_latin_letters_is_named_and_never_guessed(text):
    _, missing = transliterated(text, CharacterSet.SEPA)
    assert missing
    assert set(missing) <= set(text)


@given(st.text())
def test_what_is_written_is_always_in_the_set(text):
    written, missing = transliterated(text, CharacterSet.SWIFT_X)
    assert SWIFT_X.fullmatch(written)
    assert missing or not text.strip() or written


def test_the_latin_name_that_is_given_counts_before_the_transliteration():
    assert latin_name("Mäkinen", "Makinen", CharacterSet.SEPA) == ("Makinen", "")
    assert latin_name("Mäkinen", "Makinen", CharacterSet.UTF_8) == ("Mäkinen", "")
