from datetime import UTC, datetime
from io import BytesIO
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from adapters.sharing.statements import Format, Language, render
from domain.errors import BadInput
from tests.domain.statement_samples import HEAD, LONG_NAME, below_minimum, large, small


def read(statement, language=Language.ENGLISH) -> PdfReader:
    return PdfReader(BytesIO(render(statement, language, Format.PDF)))


def squeezed(page) -> str:
    return "".join(page.extract_text().split())


@pytest.mark.parametrize(
    ("language", "first_page", "last_page"),
    [
        (Language.ENGLISH, ("Receipts", "KRW(SouthKoreanWon)", "Page1of3"), "Page3of3"),
        (Language.KOREAN, ("수익정산서", "수입", "배급수수료", "1/3쪽"), "3/3쪽"),
        (Language.JAPANESE, ("収益分配精算書", "収入", "配給手数料", "1/3ページ"), "3/3ページ"),
    ],
)
def test_pages_are_numbered_and_speak_the_language(language, first_page, last_page):
    pages = [squeezed(page) for page in read(large(), language).pages]
    assert len(pages) == 3
    for text in (*first_page, "".join(LONG_NAME.split())):
        assert text in pages[0]
    assert last_page in pages[2]
    assert HEAD in pages[2]


def test_a_pool_that_goes_on_over_a_page_says_again_which_it_is():
    pages = [squeezed(page) for page in read(large()).pages]
    heading = "日本地域配信・放送・パッケージ・商品化の窓口収入PositionKind"
    assert heading in pages[0]
    assert heading in pages[1]


def test_every_font_is_in_the_file_and_the_file_stays_small():
    written = render(large(), Language.JAPANESE, Format.PDF)
    assert len(written) < 400_000
    for page in PdfReader(BytesIO(written)).pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert "/FontFile3" in inner or "/FontFile2" in inner
            assert "NotoSansCJK" in inner["/FontName"] or "SourceSans3" in inner["/FontName"]


def test_the_file_is_dated_by_the_statement():
    found = read(small()).metadata
    assert found.creation_date == datetime(2027, 5, 14, 6, 30, 5, tzinfo=UTC)
    assert found.title == "Participation statement DRAMA1/2027-Q1/MORI"


def test_a_payment_below_the_minimum_is_shown_as_carried_forward():
    text = squeezed(read(below_minimum()).pages[0])
    assert "CarriedforwardUSD-77.14" in text
    assert "DueforpaymentUSD0.00" in text
    assert "minimumpayoutofUSD100.00" in text
    assert "Paymentdate" not in text


def test_the_fraction_that_is_rounded_is_shown():
    text = squeezed(read(small()).pages[0])
    assert "Entitlementtodatebeforerounding128.5714285714" in text
    assert "Rounding-0.0014285714" in text


@pytest.mark.parametrize(
    "name",
    [
        "#strong[x] $a$ *b* _c_ @d <e> \\u{0}",
        "Łódź Łęczyca",
        "Nguyễn Đặng Ωμέγα",
        "Студия «Мосфильм»",
        "한글\u0301",
        "北京华夏电影",
    ],
)
def test_a_name_is_set_as_it_is_written(name):
    text = squeezed(read(small().model_copy(update={"party_name": name})).pages[0])
    assert "".join(name.split()) in text


def test_a_name_in_decomposed_letters_is_set_composed():
    name = normalize("NFD", "한강 스튜디오")
    assert "한강스튜디오" in squeezed(read(small().model_copy(update={"party_name": name})).pages[0])


def test_a_letter_that_no_font_has_is_an_error_that_says_what_to_do():
    thai = small().model_copy(update={"party_name": "บริษัท ไทย จำกัด"})
    with pytest.raises(BadInput, match=r"2027-Q1/MORI cannot be set as a PDF.*XLSX and JSON take any"):
        render(thai, Language.ENGLISH, Format.PDF)
    assert render(thai, Language.ENGLISH, Format.XLSX)


def test_a_reason_of_any_length_is_shown_whole():
    whole = large()
    reason = "理由" * 1000
    long = whole.model_copy(update={"holds": (whole.holds[0].model_copy(update={"reason": reason}),) * 4})
    text = "".join(squeezed(page) for page in read(long).pages)
    assert text.count("理由") == 4000
