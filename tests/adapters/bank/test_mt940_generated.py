"""Statements that an independent writer makes are read back exactly. Bytes that are none are refused, no more."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.bank.mt940 import read, recognises
from adapters.bank.xml import BadBankFile
from domain.values.currency import exponent
from tests.adapters.bank.swift_samples import in_blocks, line, mt940

DAYS = st.dates(date(2000, 1, 1), date(2079, 12, 31))
REFERENCES = st.text("ABCXYZ0123456789.-", min_size=1, max_size=31).map(lambda text: f"R{text}9")
WORDS = st.lists(
    # No line of a message begins with a hyphen, so no word does.
    st.text("ABYZabz0189.,()+-'가힣물길カヴ", min_size=1, max_size=30).map(lambda text: text.lstrip("-") or "W"),
    min_size=1,
    max_size=12,
)
ENTRIES = st.lists(
    st.tuples(st.integers(-(10**12), 10**12).filter(bool), REFERENCES, REFERENCES, WORDS, st.booleans()), max_size=12
)
STATEMENTS = st.lists(
    st.tuples(st.sampled_from(["KRW", "JPY", "EUR", "USD", "TWD"]), DAYS, st.integers(-(10**13), 10**13), ENTRIES),
    min_size=1,
    max_size=4,
)


def wrapped(words):
    """Words over lines, none of them longer than SWIFT's 65 characters."""
    return "\n".join(" ".join(words[n : n + 2]) for n in range(0, len(words), 2))


def statement(number, currency, day, opening, entries):
    decimals = exponent(currency)
    lines = [
        line(
            minor,
            day,
            entry=f"{day:%m%d}",
            decimals=decimals,
            mark=("RC" if minor < 0 else "RD") if reversal else None,
            customer=customer,
            bank=bank,
            told=wrapped(words),
        )
        for minor, customer, bank, words, reversal in entries
    ]
    moved = sum(minor for minor, *_ in entries)
    return mt940(
        lines,
        moved,
        opening=opening,
        on=day,
        currency=currency,
        decimals=decimals,
        sequence=f"{number}/1",
        account=f"99{number}",
    )


@given(STATEMENTS, st.booleans())
def test_a_generated_file_is_read_back_exactly(statements, blocks):
    texts = [statement(n, *each) for n, each in enumerate(statements, 1)]
    file = read("".join(in_blocks(text) if blocks else text for text in texts).encode())
    assert [of.account_number for of in file.reports] == [f"99{n}" for n, _ in enumerate(statements, 1)]
    for of, (currency, day, opening, entries) in zip(file.reports, statements, strict=True):
        assert (of.currency, of.opening.amount.minor, of.opening.on, of.closing.on) == (currency, opening, day, day)
        assert of.closing.amount.minor == opening + sum(minor for minor, *_ in entries)
        assert [
            (
                one.booked.minor * (1 if one.direction == "credit" else -1),
                one.references.end_to_end,
                one.references.servicer,
                one.details[0].remittance,
                one.reversal,
                one.booked_on,
                one.value_on,
            )
            for one in of.entries
        ] == [
            (minor, customer, bank, " ".join(words), reversal, day, day)
            for minor, customer, bank, words, reversal in entries
        ]


@given(STATEMENTS, st.data())
def test_a_file_that_lacks_a_line_of_money_is_refused(statements, data):
    lines = "".join(statement(n, *each) for n, each in enumerate(statements, 1)).split("\n")
    money = [n for n, each in enumerate(lines) if each.startswith((":61:", ":60F:", ":62F:", ":20:"))]
    del lines[data.draw(st.sampled_from(money))]
    with pytest.raises(BadBankFile, match=r"^Line "):
        read("\n".join(lines).encode())


@settings(max_examples=300)
@given(STATEMENTS, st.data())
def test_a_statement_with_strange_bytes_is_refused_or_its_entries_lead_to_its_balance(statements, data):
    raw = bytearray("".join(statement(n, *each) for n, each in enumerate(statements, 1)).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BadBankFile):
        for of in read(bytes(raw)).reports:
            if of.kind == "statement" and of.opening and of.closing:
                signs = {"credit": 1, "debit": -1}
                moved = sum(one.booked.minor * signs[one.direction] for one in of.entries)
                assert of.opening.amount.minor + moved == of.closing.amount.minor


@settings(max_examples=300)
@given(st.binary(max_size=400))
@example(b":20:\n:25:\n:28C:\n:60F:C000000KRW\n:62F:C")
@example(b"/etc/hostname")
def test_bytes_that_are_no_statement_are_refused(raw):
    assert recognises(raw) in {True, False}
    with pytest.raises(BadBankFile):
        read(raw)


FIELDS = [":20:A", ":25:1", ":28C:1/1", ":60F:C250210KRW0,", ":60M:", ":61:2502100210C5,NTRF", ":61:", ":86:?20EREF+"]
OTHERS = [":86:/CNTP/", "-", "-}", "{2:O942", "{4:", ":62F:C250210KRW0,", ":62M:C250210KRW5,", ":34F:KRW", ":90D:", "٣"]
PIECES = st.sampled_from([*FIELDS, *OTHERS])


@settings(max_examples=300)
@given(st.lists(PIECES | st.text(max_size=12), max_size=25))
def test_what_looks_like_a_statement_is_read_or_refused(pieces):
    raw = "\n".join(pieces).encode("utf-8", "surrogatepass")
    with suppress(BadBankFile):
        for of in read(raw).reports:
            assert of.account_number
            assert of.id
