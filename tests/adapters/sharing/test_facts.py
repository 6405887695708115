from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from adapters.agreement.documents import BadDocument
from adapters.sharing.facts import Units, read_facts
from domain.errors import BadInput
from domain.sharing.waterfall.facts import FactKind, ordered


@pytest.fixture
def read(tmp_path):
    def write(text, name="facts.csv", **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_facts([path], Units("USD", {"EUR": Decimal("1.25")}, ("admissions", "copies")), **options)

    return write


def test_receipts_of_a_day_and_kind_are_one_sum(read):
    facts = read("date,amount,media\n2025-01-31,USD 1.50,tv\n2025-01-31,USD 2,tv\n2025-02-28,USD -0.25,tv\n")
    assert [(each.on, each.amount) for each in facts.receipts] == [(date(2025, 1, 31), 350), (date(2025, 2, 28), -25)]


def test_each_receipt_keeps_its_id_or_line_where_it_has_to_be_explained(read):
    facts = read("date,amount,id\n2025-01-31,USD 1,A\n2025-01-31,USD 2,\n", singly=True)
    assert [each.id.split("/")[-1] for each in facts.receipts] == ["A", "facts.csv:3"]


def test_other_currencies_convert_at_the_row_s_rate_or_the_agreement_s_exactly(read):
    facts = read("date,amount,rate\n2025-01-31,EUR 1.00,\n2025-01-31,JPY 3,1/3\n".replace("1/3", "0.0071"))
    assert [each.amount for each in facts.receipts] == [125, Fraction("2.13")]
    with pytest.raises(BadDocument, match=r"facts.csv:2: rate: KRW is not USD"):
        read("date,amount\n2025-01-31,KRW 1\n")


def test_a_reversal_takes_a_receipt_back_from_its_own_day(read):
    text = "date,id,amount,reverses\n2025-01-31,A,USD 5,\n2025-01-31,B,USD 7,\n2025-06-30,C,USD -5,A\n"
    for singly in (False, True):
        facts = read(text, singly=singly)
        assert sum(each.amount for each in facts.receipts) == 700
        assert {each.on for each in facts.receipts} == {date(2025, 1, 31)}
    with pytest.raises(BadDocument, match=r"facts.csv:4: amount: receipt 'A' is USD 5.00"):
        read(text.replace("USD -5", "USD -4"))


def test_other_facts_come_in_rows_or_in_yaml_lists(read):
    row = read("date,kind,name,amount\n2025-01-01,cost,p-and-a,USD 5\n2025-01-01,metric,admissions,12\n")
    listed = read(
        "costs:\n  - {date: 2025-01-01, name: p-and-a, amount: USD 5}\n"
        "metrics:\n  - {date: 2025-01-01, name: admissions, amount: 12}\n"
        "dates:\n  - {date: 2025-01-02, name: run-ends}\n",
        "facts.yaml",
    )
    for facts in (row, listed):
        assert [(each.kind, each.amount) for each in facts.others[:2]] == [(FactKind.COST, 500), (FactKind.METRIC, 12)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("amount\nUSD 1\n", "1: date: there is no column 'date'"),
        ("date,amount,colour\n", "1: colour: a receipt has no 'colour'"),
        ("date,amount\n2025-01-31,USD 1\n2025-01-31,USD 1,2\n", "3: row: it has 3 cells under 2 column names"),
        ("date,amount\n2025-01-31,USD 1\n2025-13-31,USD 1\n", "3: date:"),
        ("date,amount\n2025-01-31,USD 1\n2025-01-31,USD 1e5\n", "3: amount:"),
        ("date,amount\n2025-01-31,USD 1\n2025-01-31,USD 1.234\n", "3: amount:"),
        ("date,amount\n2025-01-31,USD 1\n2025-01-31,USD \u0661\n", "3: amount:"),
        ('date,amount\n2025-01-31,"USD 1\n', "row:"),
        ("date,amount,kind,name\n2025-01-31,USD 1,gift,x\n", "2: kind:"),
        ("date,amount,kind,name\n2025-01-31,1e999999999,metric,x\n", "2: amount:"),
        ("date,amount,kind,name\n2025-01-31,USD 1,cost,\n", "2: name:"),
        ("date,amount,id,reverses\n2025-01-31,USD 1,A,\n2025-01-31,USD 1,A,\n", "3: id: 'A' was used before"),
        ("date,amount,id,reverses\n2025-01-31,USD 1,A,B\n", "2: reverses: no receipt 'B'"),
        ("date,amount,rate\n2025-01-31,EUR 1,0\n", "2: rate: '0' is not above zero"),
        (b"date,amount\n\xff\xfe,1\n", "this is not text in utf-8"),
    ],
)
def test_a_row_that_does_not_fit_is_named_by_file_line_and_field(read, text, said):
    with pytest.raises(BadDocument) as caught:
        read(text)
    assert "facts.csv:" in caught.value.sentence
    assert said in caught.value.sentence


def test_yaml_that_does_not_fit_is_named_by_line(read):
    for text, said in (
        ("costs:\n  - {date: 2025-01-01, name: x, amuont: USD 1}\n", "2: amuont"),
        ("gifts: []\n", "1: gifts"),
        ("costs:\n  - {date: 2025-01-01, name: x, amount: 1.5}\n", "2: document"),
        ("- 1\n", "1: document"),
    ):
        with pytest.raises(BadDocument, match=f"facts.yaml:{said}"):
            read(text, "facts.yaml")


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"none.csv: No such file or directory: name a CSV or XLSX file"):
        read_facts([tmp_path / "none.csv"], Units("USD"))


def test_counts_come_with_receipts_and_go_with_what_is_taken_back(read):
    text = "date,id,amount,admissions,copies\n2025-01-31,A,USD 5,12,1\n2025-01-31,B,USD 7,3,0\n2025-02-28,C,USD 1,0,0\n"
    assert [each.counts for each in read(text).receipts] == [
        (("admissions", Fraction(15)), ("copies", Fraction(1))),
        (("admissions", 0), ("copies", 0)),
    ]
    listed = read("receipts:\n  - {date: 2025-01-31, amount: USD 5, admissions: 12}\n", "facts.yaml", singly=True)
    assert [each.counts for each in listed.receipts] == [(("admissions", Fraction(12)),)]
    with pytest.raises(BadDocument, match=r"facts.csv:2: admissions: 'twelve' is no number"):
        read("date,amount,admissions\n2025-01-31,USD 5,twelve\n")
    with pytest.raises(BadDocument, match=r"facts.csv:2: admissions: '5' was counted, and nothing paid"):
        read("date,amount,admissions\n2025-01-31,USD 0,5\n")
    with pytest.raises(
        BadDocument,
        match=r"1: screens: a receipt has no 'screens', and the agreement counts admissions, copies",
    ):
        read("date,amount,screens\n2025-01-31,USD 5,5\n")


def test_what_a_reversal_takes_back_is_not_run(read):
    text = (
        "date,id,amount,admissions,reverses\n2025-01-31,A,USD 5,5,\n2025-01-31,B,USD 7,7,\n"
        "2025-02-28,C,USD 4,4,\n2025-06-30,D,USD -5,,A\n"
    )
    ran = ordered(read(text).receipts)
    assert [(each.on, each.amount, each.counts[0][1]) for each in ran] == [
        (date(2025, 1, 31), 700, 7),
        (date(2025, 2, 28), 400, 4),
    ]
