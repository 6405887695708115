"""Files that an independent writer makes are read back exactly. A file that is not whole is refused, and no more."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.bank.xml import BadBankFile
from adapters.bank.zengin_in import read, recognises
from tests.adapters.bank.zengin_samples import end, entry, file, notification, statement, transfer

CREATED = st.dates(date(2019, 5, 1), date(2037, 12, 31))
KANA = st.text("ｱｲｳｶﾞｼﾔｷﾞﾐﾂﾊﾟﾝABZ019()-.", max_size=18).map(str.strip)
SEPARATORS = st.sampled_from(["", "\r\n", "\n", "\r"])
ENTRIES = st.lists(
    st.tuples(st.integers(-(10**11), 10**11).filter(bool), st.integers(0, 3000), KANA, KANA, st.booleans()), max_size=8
)
ACCOUNTS = st.lists(st.tuples(CREATED, st.integers(-(10**12), 10**12), ENTRIES), min_size=1, max_size=3)


def statements(given_accounts):
    return [
        statement(
            [
                (
                    minor,
                    entry(
                        minor, on(created, days), payer=f"ｱ{payer}", edi=edi, transaction="19" if correction else "11"
                    ),
                )
                for minor, days, payer, edi, correction in entries
            ],
            opening=opening,
            created=created,
            account=f"{n:07d}",
        )
        for n, (created, opening, entries) in enumerate(given_accounts, 1)
    ]


def on(created, days):
    return created - timedelta(days=days)


@given(ACCOUNTS, SEPARATORS, st.booleans())
def test_generated_statements_are_read_back_exactly(given_accounts, separator, counted):
    records = statements(given_accounts)
    ends = end(sum(map(len, records)) + 1, len(records)) if counted else None
    raw = file(*records, separator=separator, ends=ends)
    assert recognises(raw)
    for n, (of, (created, opening, entries)) in enumerate(zip(read(raw).reports, given_accounts, strict=True), 1):
        assert of.account_number == f"00170011{n:07d}"
        moved = sum(minor for minor, *_ in entries)
        if moved and not opening and not opening + moved:
            continue
        assert (of.opening.amount.minor, of.closing.amount.minor) == (opening, opening + moved)
        assert [
            (signed(one), one.booked_on, one.details[0].counterparty, one.details[0].remittance, one.reversal)
            for one in of.entries
        ] == [
            (minor, on(created, days), f"ｱ{payer}", edi or None, correction)
            for minor, days, payer, edi, correction in entries
        ]


def signed(one):
    return one.booked.minor if one.direction == "credit" else -one.booked.minor


@given(CREATED, ENTRIES, SEPARATORS)
def test_generated_notifications_are_read_back_exactly(created, entries, separator):
    transfers = [
        (
            abs(minor),
            minor < 0,
            transfer(abs(minor) % 10**10, on(created, days), payer=f"ｱ{payer}", edi=edi, cancelled=minor < 0)
            if abs(minor) < 10**10
            else transfer(0, on(created, days), payer=f"ｱ{payer}", edi=edi, cancelled=minor < 0, large=abs(minor)),
        )
        for minor, days, payer, edi, _ in entries
    ]
    (of,) = read(file(notification(transfers, created=created), separator=separator)).reports
    assert [(signed(one), one.booked_on, one.reversal, one.references.end_to_end) for one in of.entries] == [
        (minor, on(created, days), minor < 0, edi or None) for minor, days, _, edi, _ in entries
    ]


@given(ACCOUNTS, SEPARATORS, st.data())
def test_a_file_that_lacks_a_record_is_refused(given_accounts, separator, data):
    records = [record for account in statements(given_accounts) for record in account] + ["9"]
    del records[data.draw(st.integers(0, len(records) - 1))]
    with pytest.raises(BadBankFile, match=r"^Record \d+: "):
        read(file(records[:-1], separator=separator, ends=records[-1]) if records else b"")


@given(ACCOUNTS, SEPARATORS, st.data())
def test_a_file_that_was_cut_off_is_refused(given_accounts, separator, data):
    raw = file(*statements(given_accounts), separator=separator)
    with pytest.raises(BadBankFile, match=r"^Record \d+: "):
        read(raw[: data.draw(st.integers(0, len(raw) - 200 - len(separator)))])


@settings(max_examples=300)
@given(ACCOUNTS, SEPARATORS, st.data())
def test_a_file_with_strange_bytes_is_read_or_refused(given_accounts, separator, data):
    raw = bytearray(file(*statements(given_accounts), separator=separator))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert recognises(bytes(raw)) in {True, False}
    with suppress(BadBankFile):
        for of in read(bytes(raw)).reports:
            if of.opening and of.closing:
                moved = sum(signed(one) for one in of.entries)
                assert of.opening.amount.minor + moved == of.closing.amount.minor


@settings(max_examples=300)
@given(st.binary(max_size=500) | st.text(max_size=200).map(lambda text: f"103007{text}".encode()))
def test_bytes_that_are_no_statement_are_refused(raw):
    assert recognises(raw) in {True, False}
    with pytest.raises(BadBankFile):
        read(raw)
