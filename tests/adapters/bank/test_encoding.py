"""A bank's XML file may be in any encoding that it declares."""

import codecs

import pytest

from adapters.bank.read import read_file
from adapters.bank.xml import BadBankFile
from tests.adapters.bank.iso_files import Camt

TOLD = Camt("camt.054", 8)


def written(name="Nord GmbH", declared="UTF-8"):
    detail = TOLD.detail("1000", parties=TOLD.party("Cdtr", name))
    return TOLD.file(TOLD.entry("1000", detail)).decode().replace('encoding="UTF-8"', f'encoding="{declared}"')


def name_in(raw):
    return read_file(raw).reports[0].entries[0].details[0].counterparty


@pytest.mark.parametrize(
    ("declared", "codec", "name"),
    [
        ("UTF-8", "utf-8", "가온 スタジオ ü"),
        ("utf-8", "utf-8-sig", "가온"),
        ("UTF-16", "utf-16", "가온 スタジオ"),
        ("UTF-16", "utf-16-le", "가온"),
        ("UTF-16BE", "utf-16-be", "가온"),
        ("UTF-16LE", "utf-16-le", "가온"),
        ("UTF-32", "utf-32", "가온"),
        ("EUC-KR", "euc-kr", "가온"),
        ("euc-kr", "cp949", "가온 똠방각하"),
        ("CP949", "cp949", "똠방각하"),
        ("ks_c_5601-1987", "cp949", "가온"),
        ("windows-949", "cp949", "가온"),
        ("Shift_JIS", "shift_jis", "スタジオ"),
        ("Shift_JIS", "cp932", "髙橋①"),
        ("Windows-31J", "cp932", "髙橋"),
        ("EUC-JP", "euc_jp", "スタジオ"),
        ("ISO-2022-JP", "iso2022_jp", "スタジオ"),
        ("ISO-8859-1", "latin-1", "Müller"),
        ("ISO-8859-15", "iso8859-15", "Müller €"),
        ("iso-8859-2", "iso8859-2", "Łódź"),
        ("windows-1252", "cp1252", "Müller ‰ €"),
        ("Windows-1251", "cp1251", "Студия"),
        ("GB2312", "gb2312", "工作室"),
        ("Big5", "big5", "工作室"),
        ("US-ASCII", "ascii", "Nord"),
    ],
)
def test_a_file_is_read_in_the_encoding_that_it_declares(declared, codec, name):
    assert name_in(written(name, declared).encode(codec)) == name


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_that_declares_no_encoding_is_in_that_of_its_mark_or_utf_8(codec):
    assert name_in(written("가온").replace(' encoding="UTF-8"', "").encode(codec)) == "가온"
    assert name_in(written("가온").partition("\n")[2].encode(codec)) == "가온"


def test_single_quotes_and_other_attributes_of_a_declaration_do_not_matter():
    raw = written("가온", "EUC-KR").replace(
        'version="1.0" encoding="EUC-KR"', "version='1.0'  encoding = 'EUC-KR' standalone='yes'"
    )
    assert name_in(raw.encode("euc-kr")) == "가온"


def test_a_file_of_single_bytes_that_says_utf_16_is_read_as_utf_8():
    assert name_in(written("가온", "utf-16").encode()) == "가온"


def test_bytes_that_are_not_in_the_declared_encoding_are_refused_by_line():
    raw = written("가온", "EUC-KR").encode("euc-kr").replace("가".encode("euc-kr"), b"\xb0\x00", 1)
    with pytest.raises(
        BadBankFile, match=r"Line 2: the file is said to be in EUC-KR, and its byte \d+ is not: ask the bank"
    ):
        read_file(raw)
    with pytest.raises(BadBankFile, match="Line 2: this is not well-formed XML"):
        read_file(written("가온").encode("euc-kr"))
    with pytest.raises(BadBankFile, match="said to be in utf-16-le"):
        read_file(codecs.BOM_UTF16_LE + written().encode("utf-16-le")[:-1])


@pytest.mark.parametrize("declared", ["utf-7", "rot13", "zip", "unicode_escape", "idna", "punycode", "x-none", "cp037"])
def test_what_is_no_character_set_is_not_tried(declared):
    with pytest.raises(
        BadBankFile, match=f"declares the encoding {declared}, which is not read here: ask the bank for UTF-8"
    ):
        read_file(written(declared=declared).encode())
