from datetime import date
from decimal import Decimal

import pytest

from adapters.rates import BadRates, read_csv, read_ecb
from domain.rates import Rate

HEADER = "date,base,quote,rate,source\n"
ECB = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube>
<Cube time="2025-03-03"><Cube currency="USD" rate="1.0465"/>
<Cube currency="KRW" rate="1527.32"/></Cube>
</Cube></gesmes:Envelope>"""


def test_rates_are_read_from_csv():
    rates = read_csv((HEADER + "2025-03-03,USD,KRW,1459.50,HOUSE\n\n").encode())
    assert rates == [Rate(on=date(2025, 3, 3), base="USD", quote="KRW", rate=Decimal("1459.50"), source="HOUSE")]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("2025-02-30,USD,KRW,1459.50,HOUSE", "rates.csv:2: date: "),
        ("1735689600,USD,KRW,1459.50,HOUSE", "rates.csv:2: date: "),
        ("2025-03-03,usd,KRW,1459.50,HOUSE", "rates.csv:2: base: "),
        ("2025-03-03,USD,KRW,0,HOUSE", "rates.csv:2: rate: "),
        ("2025-03-03,USD,KRW,NaN,HOUSE", "rates.csv:2: rate: "),
        ("2025-03-03,USD,KRW,HOUSE", "rates.csv:2: row: "),
        ("2025-03-03,USD,KRW,1,", "rates.csv:2: source: "),
        ('2025-03-03,USD,KRW,1,"HOUSE', "rates.csv:2: row: "),
        ("2025-03-03,USD,KRW,1,H\n2025-03-03,USD,KRW,2,H", "rates.csv:3: rate: H USD/KRW of 2025-03-03 is known as 1,"),
        (
            "2025-03-03,USD,KRW,1,H\n2025-03-03,USD,KRW,2,h ",
            "rates.csv:3: rate: h USD/KRW of 2025-03-03 is known as 1,",
        ),
        (
            "2025-03-03,USD,KRW,1459,H\n2025-03-03,KRW,USD,0.1,H",
            "rates.csv:3: rate: H KRW/USD of 2025-03-03 is 0.1, but",
        ),
        ("2026-01-30,EUR,EUR,2,ECB", "rates.csv:2: rate: ECB EUR/EUR of 2026-01-30 is known as 1,"),
    ],
)
def test_a_row_that_does_not_fit_is_named_by_line_and_field(row, place):
    with pytest.raises(BadRates) as caught:
        read_csv((HEADER + row + "\n").encode())
    assert caught.value.sentence.startswith(place)


@pytest.mark.parametrize("raw", [b"", b"day,rate\n", b"\xff\xfe"])
def test_a_file_that_is_no_table_of_rates_is_refused(raw):
    with pytest.raises(BadRates, match=r"rates\.csv:1: "):
        read_csv(raw)


def test_a_rate_given_twice_with_one_value_is_taken_once():
    row = "2025-03-03,USD,KRW,1459.50,HOUSE\n"
    assert len(read_csv((HEADER + row + row).encode())) == 1


def test_reference_rates_are_units_for_one_euro():
    rates = read_ecb(ECB.encode())
    assert [(rate.base, rate.quote, rate.rate, rate.source) for rate in rates] == [
        ("EUR", "USD", Decimal("1.0465"), "ECB"),
        ("EUR", "KRW", Decimal("1527.32"), "ECB"),
    ]


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("xml", "place"),
    [
        ("", ":1: document: "),
        ("<a>\n<b></a>", ":2: document: "),
        ("<a/>", ":1: document: there are no reference rates"),
        (ECB.replace("1.0465", "-1"), ":4: rate: "),
        (ECB.replace("1.0465", "1.04651234567"), ":4: rate: "),
        (ECB.replace(' rate="1527.32"', ""), ":5: rate: "),
        (ECB.replace("2025-03-03", "yesterday"), ":4: date: "),
        (ECB.replace("<gesmes:Envelope", ENTITIES + "<gesmes:Envelope", 1).replace("1.0465", "&b;"), ":"),
        (ECB.replace("<gesmes:Envelope", ENTITIES + "<gesmes:Envelope", 1), ":1: document: reference rates have no"),
    ],
)
def test_broken_or_hostile_xml_is_refused_by_line(xml, place):
    with pytest.raises(BadRates) as caught:
        read_ecb(xml.encode(), "ecb.xml")
    assert caught.value.sentence.startswith(f"ecb.xml{place}")


def test_a_file_beyond_any_history_of_rates_is_refused():
    with pytest.raises(BadRates, match="20000000"):
        read_ecb(b" " * 20_000_001)
