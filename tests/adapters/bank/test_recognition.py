"""What is no bank file is named for what it is, with what to do."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from adapters.bank.read import read_file
from adapters.bank.xml import BadBankFile
from tests.adapters.bank.iso_files import Camt

FILE = Camt().file()


def zipped(*names):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, FILE)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "The file is empty: ask the bank to send it again"),
        (b" \r\n\t\n", "The file is empty"),
        (b"\xef\xbb\xbf", "The file is empty"),
        (b"\0" * 512, "The file is empty"),
        (zipped("statement.xml"), "a ZIP archive: unpack it and put the files in it into the inbox"),
        (zipped(), "a ZIP archive"),
        (
            zipped("[Content_Types].xml", "xl/workbook.xml"),
            "an Excel or other Office document: ask the bank for camt.052",
        ),
        (gzip.compress(FILE), "compressed with gzip: unpack it"),
        (bz2.compress(FILE), "compressed with bzip2: unpack it"),
        (lzma.compress(FILE), "compressed with xz: unpack it"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "a 7-Zip archive"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document: ask the bank for camt.052"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old Excel or Word document"),
        (
            b"<!DOCTYPE html>\n<html><body>Login</body></html>",
            r"a web page \(HTML\), such as a sign-in page or an error",
        ),
        (b"  <html lang='ko'><head/></html>", "a web page"),
        (b"<!-- x --><HTML>", "a web page"),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'x.dtd'><html/>", "a web page"),
        ("<html>로그인</html>".encode("utf-16"), "a web page"),
        (b'{"statements": []}', "JSON: ask the bank for camt.052"),
        (b'[{"amount": 1}]', "JSON"),
        ("date,amount,text\n2025-03-04,1000,급여\n".encode("cp949"), r"a table with commas \(CSV\)"),
        ("日付;金額;摘要\r\n2025;1000;x\r\n".encode("utf-16"), r"a table with semicolons \(CSV\)"),
        (b"date\tamount\n1\t2\n", r"a table with tabs \(CSV\)"),
        ("안녕하세요\n잔액 없음\n".encode("euc-kr"), "plain text of no format that is read here"),
        (b"-----BEGIN PGP MESSAGE-----\n\nhQ", "encrypted with PGP: decrypt it"),
        (b"-----BEGIN PGP SIGNED MESSAGE-----\n", "signed with PGP: check its signature"),
        (b"-----BEGIN PKCS7-----\nMII", r"encrypted or signed \(PKCS 7\): decrypt it"),
        (b"-----BEGIN CERTIFICATE-----\nMII", "a key or certificate"),
        (b"\x85\x02\x0c\x03\x00\xff\xfe" + bytes(range(128, 256)), "binary, perhaps encrypted with PGP: decrypt it"),
        (b"\x00\x01\x02", "binary and of no format that is read here: ask the bank for camt.052"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "binary and of no format"),
    ],
)
def test_a_file_of_another_kind_is_named_with_what_to_do(raw, sentence):
    with pytest.raises(BadBankFile, match=rf"The file is (in )?.*{sentence}|{sentence}"):
        read_file(raw)
