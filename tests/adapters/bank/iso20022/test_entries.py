"""Entries: what is booked, when, of what kind, and for which batch."""

from datetime import date

import pytest

from adapters.bank.read import read_file
from adapters.bank.xml import BadBankFile
from domain.bank.messages import Direction
from domain.bank.reports import Batch, EntryType, References
from domain.values.money import Money
from tests.adapters.bank.iso_files import CODE, Camt, amount

TOLD = Camt("camt.054", 8)
VERSIONS = pytest.mark.parametrize(
    "told", [Camt("camt.054", version) for version in range(2, 14)], ids=lambda it: it.kind
)


def entries_of(told, *entries, **fields):
    (report,) = read_file(told.file(*entries, **fields)).reports
    return report.entries


def entry_of(told, written="1000", *details, **fields):
    (entry,) = entries_of(told, told.entry(written, *details, **fields))
    return entry


@VERSIONS
def test_an_entry_is_read_with_its_dates_references_and_text(told):
    entry = entry_of(
        told, way="CRDT", servicer="CN_98765/01", ref="1", text=" Fee of March ", value="<Dt>2025-03-06</Dt>"
    )
    assert (entry.place, entry.direction, entry.booked) == ("1.1", Direction.CREDIT, Money(1000, "JPY"))
    assert (entry.booked_on, entry.value_on) == (date(2025, 3, 4), date(2025, 3, 6))
    assert entry.references == References(servicer="CN_98765/01", entry="1")
    assert (entry.text, entry.details, entry.batch, entry.charges) == ("Fee of March", (), None, None)


@VERSIONS
@pytest.mark.parametrize("status", ["PDNG", "INFO"])
def test_an_entry_that_is_not_booked_is_left_out_and_keeps_its_place(told, status):
    found = entries_of(told, told.entry("5", status=status), told.entry("7"))
    assert [(each.place, each.booked.minor) for each in found] == [("1.2", 7)]


def test_a_future_or_proprietary_status_is_understood():
    proprietary = TOLD.entry("7").replace("<Cd>BOOK</Cd>", "<Prtry>BOOK</Prtry>")
    assert [each.place for each in entries_of(TOLD, TOLD.entry("5", status="FUTR"), proprietary)] == ["1.2"]


@pytest.mark.parametrize("status", ["<Sts><Cd>DONE</Cd></Sts>", "<Sts/>", "<Sts><Prtry>x</Prtry></Sts>"])
def test_an_entry_that_may_or_may_not_be_booked_is_refused(status):
    raw = TOLD.file(TOLD.entry("5").replace("<Sts><Cd>BOOK</Cd></Sts>", status))
    with pytest.raises(BadBankFile, match=r"Ntry\[1\]/Sts is '\w*', which does not say whether the entry is booked"):
        read_file(raw)


def test_an_entry_without_a_status_is_booked_in_a_statement_only():
    bare = TOLD.entry("5").replace("<Sts><Cd>BOOK</Cd></Sts>", "")
    assert [each.booked.minor for each in entries_of(Camt("camt.053", 8), bare)] == [5]
    for family in ("camt.052", "camt.054"):
        with pytest.raises(BadBankFile, match=r"Ntry\[1\] lacks Sts"):
            read_file(Camt(family, 8).file(bare))


@pytest.mark.parametrize(
    ("booked", "value", "made", "on"),
    [
        ("<Dt>2025-03-03</Dt>", "<Dt>2025-03-05</Dt>", None, 3),
        ("<Dt>2025-03-03Z</Dt>", "", None, 3),
        ("<Dt>2025-03-03+09:00</Dt>", "", None, 3),
        ("<DtTm>2025-03-03T23:59:59-05:00</DtTm>", "", None, 3),
        ("<DtTm>2025-03-03T00:10:00.5+09:00</DtTm>", "", None, 3),
        ("", "<DtTm>2025-03-05T10:00:00</DtTm>", None, 5),
        ("", "", "2025-03-06T10:00:00", 6),
        ("", "", "", 4),
    ],
)
def test_the_booking_day_is_the_banks_or_the_value_day_or_the_reports(booked, value, made, on):
    told = Camt("camt.054", 7)
    fields = {} if made is None else {"made": made}
    (entry,) = entries_of(told, told.entry("1", booked=booked, value=value), **fields)
    assert entry.booked_on == date(2025, 3, on)


@pytest.mark.parametrize(
    "on",
    [
        "<Dt>2025-02-30</Dt>",
        "<Dt>04.03.2025</Dt>",
        "<DtTm>2025-03-04</DtTm>",
        "<Dt></Dt>",
        "<Dt>0000-01-01</Dt>",
        "<Dt>12025-01-01</Dt>",
    ],
)
def test_an_impossible_date_is_refused(on):
    if on == "<DtTm>2025-03-04</DtTm>":  # a date is enough where a time may stand
        assert entry_of(TOLD, booked=on).booked_on == date(2025, 3, 4)
        return
    with pytest.raises(BadBankFile, match=r"Line 2: .*Ntry\[1\]/BookgDt/Dt(Tm)? is '.*', which is not a date"):
        read_file(TOLD.file(TOLD.entry("1", booked=on)))


@pytest.mark.parametrize(
    ("written", "currency", "sentence"),
    [
        ("1000.5", "JPY", r"is '1000.5': it has more decimals than JPY has \(0\)"),
        ("1.001", "USD", r"more decimals than USD has \(2\)"),
        ("-1000", "JPY", "is '-1000': this is not an amount of money"),
        ("1,000", "JPY", "not an amount"),
        ("1E3", "JPY", "not an amount"),
        ("NaN", "JPY", "not an amount"),
        ("٣", "JPY", "not an amount"),
        ("", "JPY", "not an amount"),
        (".", "JPY", "not an amount"),
        ("1" * 19, "JPY", "more than 18 digits"),
        ("1", "ZZZ", "is in 'ZZZ', which is not an ISO 4217 currency"),
        ("1", "XAU", "is in 'XAU', which is not an ISO 4217 currency"),
        ("1", "", r"lacks its currency \(Ccy\)"),
    ],
)
def test_an_amount_that_is_none_is_refused(written, currency, sentence):
    with pytest.raises(BadBankFile, match=rf"Line 2: BkToCstmrDbtCdtNtfctn/Ntfctn\[1\]/Ntry\[1\]/Amt .*{sentence}"):
        read_file(TOLD.file(TOLD.entry(written, currency=currency)))


@pytest.mark.parametrize(
    "written", ["1000", "1000.00", "+1000", "01000", "1000.", " 1000 ", "10<!-- -->00", "<![CDATA[1000]]>"]
)
def test_an_amount_may_be_written_in_every_way_of_xml(written):
    assert entry_of(TOLD, written).booked == Money(1000, "JPY")


def test_an_entry_of_zero_moves_nothing_and_is_left_out():
    assert [each.place for each in entries_of(TOLD, TOLD.entry("0"), TOLD.entry("5"))] == ["1.2"]


@pytest.mark.parametrize(("written", "reversal"), [("true", True), ("1", True), ("false", False), ("", False)])
def test_a_reversal_is_marked(written, reversal):
    assert entry_of(TOLD, reversal=written).reversal is reversal


@pytest.mark.parametrize(
    ("field", "given", "sentence"),
    [
        ("way", "SIDEWAYS", "CdtDbtInd is 'SIDEWAYS', which is neither CRDT nor DBIT"),
        ("reversal", "maybe", "RvslInd is 'maybe', which is neither true nor false"),
    ],
)
def test_a_wrong_indicator_is_refused(field, given, sentence):
    with pytest.raises(BadBankFile, match=sentence):
        entry_of(TOLD, **{field: given})


@pytest.mark.parametrize("twice", ["Amt", "CdtDbtInd", "AcctSvcrRef", "BookgDt", "Sts"])
def test_an_entry_that_says_two_things_is_refused(twice):
    entry = TOLD.entry("1000")
    start, end = entry.index(f"<{twice}"), entry.index(f"</{twice}>") + len(twice) + 3
    with pytest.raises(BadBankFile, match=rf"Ntry\[1\]/{twice} comes twice"):
        read_file(TOLD.file(entry[:end] + entry[start:end] + entry[end:]))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("<Cd>BOOK</Cd>", "<Cd>BOOK</Cd><Cd>PDNG</Cd>", r"Sts/Cd does not belong here"),
        ("<Cd>BOOK</Cd>", "<Cd>BOOK</Cd><Prtry>no</Prtry>", r"Sts/Prtry does not belong here"),
        ("<Dt>2025-03-04</Dt>", "<Dt>2025-03-04</Dt><Dt>2025-03-05</Dt>", "Dt/Dt comes twice"),
        ("<SubFmlyCd>DMCT", "<SubFmlyCd>CHRG</SubFmlyCd><SubFmlyCd>DMCT", "SubFmlyCd comes twice"),
    ],
)
def test_a_part_that_says_two_things_is_refused(old, new, sentence):
    with pytest.raises(BadBankFile, match=sentence):
        read_file(TOLD.file(TOLD.entry("1000").replace(old, new)))


@VERSIONS
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (CODE.format("DMCT"), EntryType.TRANSFER),
        (CODE.format("CHRG"), EntryType.CHARGE),
        (CODE.format("COMM"), EntryType.CHARGE),
        (CODE.format("FEES"), EntryType.CHARGE),
        (CODE.format("INTR"), EntryType.INTEREST),
        (CODE.format("RRTN"), EntryType.RETURN),
        (CODE.format("RPCR"), EntryType.RETURN),
        ("<BkTxCd><Prtry><Cd>NCHG+808</Cd><Issr>DK</Issr></Prtry></BkTxCd>", EntryType.CHARGE),
        ("<BkTxCd><Prtry><Cd>NRTI+109+00900</Cd></Prtry></BkTxCd>", EntryType.RETURN),
        ("<BkTxCd><Prtry><Cd>NINT</Cd></Prtry></BkTxCd>", EntryType.INTEREST),
        ("<BkTxCd><Prtry><Cd>FEES</Cd></Prtry></BkTxCd>", EntryType.CHARGE),
        ("<BkTxCd><Prtry><Cd>INTERNAL</Cd></Prtry></BkTxCd>", EntryType.TRANSFER),
        ("<BkTxCd/>", EntryType.TRANSFER),
        ("", EntryType.TRANSFER),
    ],
)
def test_the_banks_code_says_what_kind_of_entry_it_is(told, code, kind):
    assert entry_of(told, code=code).type is kind
    assert entry_of(told, "1000", told.detail("1000"), code=code).details[0].type is kind
    assert entry_of(told, "1000", told.detail("1000", code=code)).details[0].type is kind


BATCH = "<Btch><MsgId>{0}</MsgId><PmtInfId>{1}</PmtInfId><NbOfTxs>{2}</NbOfTxs>{3}</Btch>"


@VERSIONS
def test_an_entry_for_a_batch_names_its_order(told):
    total = amount("1000", name="TtlAmt")
    entry = entry_of(told, batch=BATCH.format("M ", "P", "4", total))
    assert (entry.batch, entry.details) == (Batch("M", "P", 4, Money(1000, "JPY")), ())


def test_several_batches_in_one_entry_say_what_they_agree_on():
    groups = [
        f"<NtryDtls>{BATCH.format('M', ref, count, amount(written, name='TtlAmt'))}</NtryDtls>"
        for ref, count, written in (("P1", 2, "300"), ("P2", 3, "700"))
    ]
    raw = TOLD.file(TOLD.entry("1000", text="x").replace("<AddtlNtryInf>", f"{''.join(groups)}<AddtlNtryInf>"))
    (entry,) = read_file(raw).reports[0].entries
    assert entry.batch == Batch("M", None, 5, Money(1000, "JPY"))
    assert entry.references.others == ("P1", "P2")


def test_details_may_stand_in_several_groups():
    groups = "".join(f"<NtryDtls>{TOLD.detail(each)}</NtryDtls>" for each in ("300", "700"))
    raw = TOLD.file(TOLD.entry("1000", text="x").replace("<AddtlNtryInf>", f"{groups}<AddtlNtryInf>"))
    (entry,) = read_file(raw).reports[0].entries
    assert [each.booked.minor for each in entry.details] == [300, 700]


def test_a_batch_without_a_count_is_read_and_a_wrong_count_refused():
    assert entry_of(TOLD, batch="<Btch><MsgId>M</MsgId></Btch>").batch == Batch("M", None, None, None)
    with pytest.raises(BadBankFile, match=r"Btch/NbOfTxs is 'four', which is not a count"):
        entry_of(TOLD, batch=BATCH.format("M", "P", "four", ""))
