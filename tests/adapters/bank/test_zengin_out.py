"""A Zengin file is read back by a reader of its own, field by field, from the published widths."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bank.orders import write
from adapters.bank.zengin_codes import bank_names
from adapters.bank.zengin_out import write_transfers
from domain.bank.messages import ClearingMember
from domain.bank.profile import ZenginProfile
from domain.bank.zengin.transfers import reference
from domain.errors import BadInput, NotFound
from tests.adapters.bank.samples import DEBTOR, order, transfer

HEADER = (1, 2, 1, 10, 40, 4, 4, 15, 3, 15, 1, 7, 17)
DATA = (1, 4, 15, 3, 15, 4, 1, 7, 30, 10, 1, 10, 10, 1, 1, 7)
TRAILER = (1, 6, 12, 101)
END = (1, 119)
PROFILE = ZenginProfile(format="zengin-21", client_code="1234567")
PAYER = DEBTOR.model_copy(
    update={
        "holder": "灯台ドラマ製作",
        "kana_name": "トウダイドラマセイサク ゴウドウガイシャ",
        "clearing": ClearingMember(system="JPZGN", member="0005", branch="001"),
        "kind": "current",
        "number": "12345",
    }
)
PAYEE = PAYER.model_copy(
    update={
        "holder": "カモメサウンドワークス",
        "kana_name": "株式会社カモメサウンドワークス",
        "clearing": ClearingMember(system="JPZGN", member="0001", branch="001"),
        "kind": "savings",
        "number": "7654321",
    }
)


def zengin(*transfers, debtor=PAYER):
    return order(*(transfers or (paid(),)), debtor=debtor)


def paid(end_to_end_id="MANGA12.DUB", amount="JPY 120000", creditor=PAYEE):
    return transfer(end_to_end_id, amount, creditor=creditor)


def split(line, widths):
    fields, at = [], 0
    for width in widths:
        fields.append(line[at : at + width].decode("cp932"))
        at += width
    assert at == len(line) == 120
    return fields


def records(raw):
    return [raw[at : at + 120] for at in range(0, len(raw), 120)]


def test_every_field_of_a_file_is_where_the_banks_read_it():
    raw = write_transfers(zengin(paid(), paid("MANGA12.MIX", "JPY 5")), PROFILE)
    header, first, second, trailer, end = records(raw)
    assert split(header, HEADER) == [
        "1",
        "21",
        "0",
        "0001234567",
        "ﾄｳﾀﾞｲﾄﾞﾗﾏｾｲｻｸ(ﾄﾞ".ljust(40),
        "0304",
        "0005",
        "ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ".ljust(15),
        "001",
        "ﾎﾝﾃﾝ".ljust(15),
        "2",
        "0012345",
        " " * 17,
    ]
    code = reference("MANGA12.DUB")
    assert split(first, DATA) == [
        "2",
        "0001",
        "ﾐｽﾞﾎ".ljust(15),
        "001",
        "ﾄｳｷﾖｳ".ljust(15),
        "0000",
        "4",
        "7654321",
        "ｶ)ｶﾓﾒｻｳﾝﾄﾞﾜ-ｸｽ".ljust(30),
        "0000120000",
        "0",
        code[:10],
        code[10:],
        "7",
        " ",
        " " * 7,
    ]
    assert split(second, DATA)[9] == "0000000005"
    assert split(trailer, TRAILER) == ["8", "000002", "000000120005", " " * 101]
    assert split(end, END) == ["9", " " * 119]


def test_records_are_apart_as_the_bank_wants_it():
    together = write_transfers(zengin(), PROFILE)
    apart = write_transfers(zengin(), PROFILE.model_copy(update={"separator": "crlf"}))
    assert apart == b"".join(line + b"\r\n" for line in records(together))
    assert {len(line) for line in apart.split(b"\r\n")[:-1]} == {120}


def test_our_number_of_a_transfer_goes_in_the_customer_codes_or_as_edi():
    fields = split(records(write_transfers(zengin(), PROFILE.model_copy(update={"reference": "edi"})))[1], DATA)
    assert (fields[11] + fields[12], fields[14]) == (reference("MANGA12.DUB"), "Y")


def test_a_reference_is_twenty_digits_that_only_this_id_has():
    ids = [f"LIGHTHOUSE-{n}.VX-A.2" for n in range(5000)]
    found = {reference(each) for each in ids}
    assert len(found) == len(ids)
    assert all(len(each) == 20 and each.isdigit() for each in found)
    assert reference("MANGA12.DUB") == "09463770259073676694"


def test_the_name_of_a_zengin_file_ends_in_txt_and_equal_orders_give_equal_bytes():
    file = write(zengin(), PROFILE)
    assert file.name == "RUN-1.txt"
    assert file == write(zengin(), PROFILE)


def test_the_client_name_of_the_profile_counts_and_a_long_name_is_cut_before_a_mark():
    profile = PROFILE.model_copy(update={"client_name": "ア" * 39 + "ガ"})
    assert split(records(write_transfers(zengin(), profile))[0], HEADER)[4] == "ｱ" * 39 + " "


def test_the_day_is_month_and_day():
    late = zengin().model_copy(update={"execution_on": date(2027, 1, 4)})
    assert split(records(write_transfers(late, PROFILE))[0], HEADER)[5] == "0104"


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda: zengin(paid(amount="JPY 10000000000")), "carries yen, at most 9999999999"),
        (lambda: zengin(*(paid(f"E{n}", "JPY 9999999999") for n in range(101))), "comes to more than JPY 999999999999"),
        (lambda: zengin(paid(amount="USD 1.00")), "carries yen"),
        (lambda: zengin(paid("E1"), paid("E1")), "E1 twice"),
        (lambda: zengin(*(paid(f"E{n}") for n in range(4))), "takes 3 a file"),
        (lambda: zengin(paid(creditor=PAYEE.model_copy(update={"clearing": None}))), "MANGA12.DUB: the account needs"),
        (lambda: zengin(paid(creditor=PAYEE.model_copy(update={"kind": None}))), "MANGA12.DUB: the account's kind"),
        (lambda: zengin(paid(creditor=PAYEE.model_copy(update={"number": "12345678"}))), "longer than the 7 places"),
        (lambda: zengin(paid(creditor=PAYEE.model_copy(update={"kana_name": "鴎"}))), "'鴎'.*add its kana_name"),
        (lambda: zengin(debtor=PAYER.model_copy(update={"kana_name": None})), "paying account.*cannot be written"),
    ],
)
def test_what_the_format_cannot_carry_is_not_written(made, sentence):
    with pytest.raises(BadInput, match=sentence):
        write_transfers(made(), PROFILE.model_copy(update={"most_transfers": 3} if "a file" in sentence else {}))


@given(
    st.lists(
        st.tuples(st.integers(1, 10**10 - 1), st.text("カガパキャー株式会社 ミ-.()ab\uff21", min_size=1, max_size=60)),
        min_size=1,
        max_size=20,
    ),
    st.booleans(),
)
def test_any_order_that_is_written_has_records_of_120_bytes_and_true_sums(lines, apart):
    transfers = [
        paid(f"E{n}", f"JPY {minor}", PAYEE.model_copy(update={"kana_name": f"ア{name}"}))
        for n, (minor, name) in enumerate(lines)
    ]
    profile = PROFILE.model_copy(update={"separator": "crlf" if apart else "none"})
    try:
        raw = write_transfers(zengin(*transfers), profile)
    except BadInput as refused:
        assert "cannot be written in kana" in refused.sentence  # noqa: PT017 - a kanji alone is no legal form
        return
    found = raw.split(b"\r\n")[:-1] if apart else records(raw)
    paid_out = [split(line, DATA) for line in found[1:-2]]
    assert [int(line[9]) for line in paid_out] == [minor for minor, _ in lines]
    assert [line[11] + line[12] for line in paid_out] == [reference(f"E{n}") for n in range(len(lines))]
    assert split(found[-2], TRAILER)[1:3] == [f"{len(lines):06}", f"{sum(minor for minor, _ in lines):012}"]
    assert b"\xa6" not in raw, "wo is not taken by every bank"
    assert not set(range(0xA7, 0xB1)) & set(raw), "neither small kana nor the long mark"


def test_a_legal_form_needs_brackets_and_a_bank_that_takes_none_gets_no_such_name():
    with pytest.raises(BadInput, match=r"'\)' of .* cannot be written"):
        write_transfers(zengin(), PROFILE.model_copy(update={"symbols": "-("}))


@pytest.mark.parametrize(("member", "branch", "field"), [("9998", "001", "member"), ("0005", "9zz", "branch")])
def test_a_bank_or_branch_that_is_not_in_the_register_is_named(member, branch, field):
    with pytest.raises(NotFound) as refused:
        bank_names(ClearingMember(system="JPZGN", member=member, branch=branch.upper()))
    assert refused.value.data == {"field": field}
