"""Which bookings are known: neither two bookings taken for one, nor one for two."""

from datetime import date

import pytest
from msgspec.structs import replace

from domain.bank.identity import KnownBooking, recognise
from domain.bank.lines import Line
from domain.bank.reports import EntryType, ReportKind
from domain.values.money import Money, total

DAY = date(2025, 2, 10)
NOTIFICATION, INTRADAY, STATEMENT = ReportKind


def line(movement, minor=-700, *, entry="", text=None, on=DAY, entry_references=None, **references):
    return Line(
        movement=movement,
        entry=entry or movement,
        booked_on=on,
        value_on=None,
        amount=Money(minor, "KRW"),
        references=references,
        entry_references=entry_references or {},
        type=EntryType.TRANSFER,
        reversal=False,
        batch=None,
        instructed=None,
        rate=None,
        charges=(),
        counterparty=None,
        counterparty_account=None,
        remittance=text,
        reason=None,
    )


def told(lines, kind=NOTIFICATION, report="N1", found=None):
    """The lines as an earlier report told them; `found` says which of them were known then."""
    entries = {one.entry: total((each.amount for each in lines if each.entry == one.entry), "KRW") for one in lines}
    earlier = {name: one.earlier for name, one in (found or {}).items() if one.certain}
    return [
        KnownBooking(
            movement=one.movement,
            entry=one.entry,
            kind=kind,
            report=report,
            file="f" * 64,
            booked_on=one.booked_on,
            value_on=None,
            amount=one.amount,
            references=one.references,
            entry_references=one.entry_references,
            counterparty=None,
            remittance=one.remittance,
            fate="known" if one.movement in earlier else "suspense",
            about=earlier.get(one.movement, ""),
            entry_amount=entries[one.entry],
        )
        for one in lines
    ]


def again(lines, known, kind=STATEMENT, report="S1"):
    """Which earlier movement each line tells; a question mark where it only may."""
    found = recognise(kind, report, lines, known)
    return {name: one.earlier if one.certain else f"{one.earlier}?" for name, one in found.items()}


def test_a_booking_that_shares_its_references_is_the_same_in_the_statement():
    assert again([line("b", servicer="R1", end_to_end="P.1")], told([line("a", servicer="R1")])) == {"b": "a"}


def test_two_bookings_with_one_reference_both_count_in_one_report():
    both = [line("a", servicer="R1"), line("b", servicer="R1")]
    assert again(both, []) == {}


def test_a_statement_that_tells_two_of_one_reference_tells_one_more_than_the_notification():
    found = again([line("b", servicer="R1"), line("c", servicer="R1")], told([line("a", servicer="R1")]))
    assert list(found.values()) == ["a"]


def test_the_counter_of_a_report_is_no_reference():
    fee = line("a")
    known = told([replace(fee, references={"entry": "1"})], STATEMENT, "S1")
    assert (
        again([replace(fee, movement="b", entry="b", references={"entry": "1"}, booked_on=date(2025, 2, 11))], known)
        == {}
    )


@pytest.mark.parametrize("other", [{"on": date(2025, 2, 11)}, {"minor": -701}, {"minor": 700}])
def test_another_day_amount_or_direction_is_another_booking(other):
    assert again([line("b", servicer="R1", **other)], told([line("a", servicer="R1")])) == {}


@pytest.mark.parametrize("kind", [NOTIFICATION, INTRADAY])
def test_a_statement_repeats_other_reports_also_without_any_reference(kind):
    assert again([line("b")], told([line("a")], kind)) == {"b": "a"}


def test_different_references_of_the_order_are_different_bookings():
    assert again([line("b", servicer="R1", end_to_end="P.2")], told([line("a", servicer="R1", end_to_end="P.1")])) == {}


def test_a_bank_may_number_a_booking_anew_in_its_statement_if_the_orders_reference_agrees():
    assert again([line("b", servicer="R9", end_to_end="P.1")], told([line("a", servicer="R1", end_to_end="P.1")])) == {
        "b": "a"
    }


def test_two_notifications_of_one_order_with_different_references_of_the_bank_are_two_bookings():
    known = told([line("a", servicer="R1", end_to_end="P.1")])
    assert again([line("b", servicer="R2", end_to_end="P.1")], known, NOTIFICATION, "N2") == {}


def test_another_reference_of_the_bank_alone_is_doubtful_in_the_statement():
    assert again([line("b", servicer="R2")], told([line("a", servicer="R1")])) == {"b": "a?"}


def test_two_bookings_of_one_id_are_both_known_though_the_statement_gives_them_a_common_reference():
    first, second = (line(name, servicer=of, end_to_end="X") for name, of in (("a", "R1"), ("b", "R2")))
    known = told([first]) + told([second], report="N2")
    both = [line(name, servicer="R1", end_to_end="X") for name in ("c", "d")]
    assert again(both, known) == {"c": "a", "d": "b"}


def test_an_equal_text_makes_a_booking_with_another_reference_of_the_bank_the_same_in_the_statement():
    known = told([line("a", text="Transfer fee", servicer="R1")])
    assert again([line("b", text="Transfer fee", servicer="R9")], known) == {"b": "a"}
    assert again([line("b", text="Other fee", servicer="R9")], known) == {"b": "a?"}


def test_the_order_of_a_sum_makes_it_the_same_though_the_bank_numbers_it_anew_or_sends_it_again():
    ids = {"message": "M1", "payment_information": "M1"}
    known = told([line("a", servicer="R1", **ids)])
    assert again([line("b", servicer="R9", **ids)], known) == {"b": "a"}
    assert again([line("b", **ids)], told([line("a", **ids)]), NOTIFICATION, "N2") == {"b": "a"}


def test_other_messages_about_one_payment_contradict_nothing():
    known = told([line("a", end_to_end="X", message="M1")])
    assert again([line("b", end_to_end="X", message="M2")], known) == {"b": "a"}


def test_two_pages_of_a_statement_tell_two_bookings_of_one_id():
    known = told([line("a", end_to_end="X")], STATEMENT, "41 page 1 (S1)")
    assert again([line("b", end_to_end="X")], known, STATEMENT, "41 page 2 (S2)") == {}
    assert again([line("b", end_to_end="X")], known, STATEMENT, "41 page 1 (S3)") == {"b": "a"}
    assert again([line("b", end_to_end="X")], known, STATEMENT, "42 page 2 (S3)") == {"b": "a"}


def test_two_notifications_of_one_amount_without_references_are_doubtful():
    assert again([line("b")], told([line("a")]), NOTIFICATION, "N2") == {"b": "a?"}


def test_two_notifications_with_different_texts_are_two_bookings():
    known = told([line("a", 1000, text="Invoice 1")])
    assert again([line("b", 1000, text="Invoice 2")], known, NOTIFICATION, "N2") == {}


def test_two_notifications_of_two_payers_are_two_bookings_whatever_the_text():
    known = [replace(one, counterparty="A") for one in told([line("a", 1000, text="Transfer")])]
    other = replace(line("b", 1000, text="Transfer"), counterparty="B")
    assert again([other], known, NOTIFICATION, "N2") == {}


def test_a_file_repeated_under_another_message_id_tells_nothing_new():
    known = told([line("a", text="Invoice 1"), line("c", 900, servicer="R2")])
    repeated = [line("b", text="Invoice  1"), line("d", 900, servicer="R2")]
    assert again(repeated, known, NOTIFICATION, "N1 again") == {"b": "a", "d": "c"}


def test_a_statement_sent_again_tells_nothing_new_even_without_references():
    assert again([line("b")], told([line("a")], STATEMENT, "S1"), STATEMENT, "S1") == {"b": "a"}


def test_a_second_statement_of_a_day_with_one_more_equal_fee_is_doubtful():
    assert again([line("b")], told([line("a")], STATEMENT, "S1"), STATEMENT, "S2") == {"b": "a?"}


def batch(prefix, *lines, **entry_references):
    return [
        replace(one, movement=f"{prefix}.{n}", entry=prefix, entry_references=entry_references)
        for n, one in enumerate(lines, 1)
    ]


DETAILS = (line("x", -100, end_to_end="P.1"), line("y", -200, end_to_end="P.2"), line("z", -200, end_to_end="P.3"))


def test_a_sum_without_details_repeats_the_details():
    known = told(batch("a", *DETAILS, servicer="BATCH"))
    assert again([line("b", -500, servicer="BATCH")], known) == {"b": "a"}


def test_details_repeat_a_sum_told_before():
    known = told([line("a", -500, servicer="BATCH")])
    assert again(batch("b", *DETAILS, servicer="BATCH"), known) == {"b.1": "a", "b.2": "a", "b.3": "a"}


def test_details_told_again_are_each_the_earlier_detail():
    known = told(batch("a", *DETAILS, servicer="BATCH"))
    assert again(batch("b", *reversed(DETAILS)), known) == {"b.1": "a.3", "b.2": "a.2", "b.3": "a.1"}


def test_payments_notified_one_by_one_are_the_details_of_the_statements_entry():
    assert again(batch("b", *DETAILS, servicer="BATCH"), told(list(DETAILS))) == {"b.1": "x", "b.2": "y", "b.3": "z"}


def test_a_statement_repeats_what_an_intraday_report_repeated():
    first = told([line("a", servicer="R1")])
    second = [line("b", servicer="R1", end_to_end="P.1")]
    known = first + told(second, INTRADAY, "I1", recognise(INTRADAY, "I1", second, first))
    assert again([line("c", end_to_end="P.1")], known) == {"c": "a"}


def test_placeholders_are_no_references():
    known = told([line("a", servicer="0000", end_to_end="NONREF")])
    assert again([line("b", servicer="R1", end_to_end="P.1")], known) == {"b": "a"}


def test_a_booking_of_the_first_release_needs_its_reference():
    known = [replace(one, kind=None, booked_on=None) for one in told([line("a", servicer="R1")])]
    assert again([line("b", servicer="R1", on=date(2025, 3, 1))], known) == {"b": "a"}
    assert again([line("b", on=date(2025, 3, 1))], known) == {}


def test_two_thousand_equal_payments_are_recognised_by_their_ids():
    paid = [line(f"a{n}", end_to_end=f"P.{n}") for n in range(2_000)]
    stated = batch("b", *(line("", end_to_end=f"P.{n}") for n in range(2_000)), servicer="BATCH")
    found = again(stated, told(paid))
    assert len(found) == 2_000
    assert found["b.1"] == "a0"


def test_ten_thousand_equal_payments_of_one_reference_are_recognised_by_their_texts():
    paid = [line(f"a{n}", servicer="BATCH", text=f"salary of {n}") for n in range(10_000)]
    stated = [line(f"b{n}", servicer="BATCH", text=f"salary of {n}") for n in range(10_000)]
    assert again(stated, told(paid)) == {f"b{n}": f"a{n}" for n in range(10_000)}


def test_ten_thousand_equal_payments_of_one_reference_whose_texts_differ_count_once():
    paid = [line(f"a{n}", servicer="BATCH", text=f"salary of {n}") for n in range(10_000)]
    stated = [line(f"b{n}", servicer="BATCH", text=f"payee {n}") for n in range(10_000)]
    assert len(set(again(stated, told(paid)).values())) == 10_000


def test_a_shared_reference_of_the_bank_does_not_hide_the_payment_of_the_order():
    known = told([line("a", servicer="R1", end_to_end="P.1"), line("b", end_to_end="P.2")])
    assert again([line("c", servicer="R1", end_to_end="P.2")], known) == {"c": "b"}


def test_entries_of_one_sum_that_share_a_payment_are_compared_payment_by_payment():
    known = told([line("a.1", -3, entry="a", end_to_end="P.1"), line("a.2", -1, entry="a", end_to_end="P.2")])
    new = [line("b.1", -1, entry="b", end_to_end="P.3"), line("b.2", -3, entry="b", end_to_end="P.1")]
    assert again(new, known) == {"b.2": "a.1"}


def test_the_references_of_details_do_not_contradict_the_reference_of_their_entry():
    known = told([line("a", -4, servicer="B1")])
    new = [line("b.1", -1, entry="b", servicer="R1"), line("b.2", -3, entry="b", servicer="R2")]
    assert again(new, known) == {"b.1": "a", "b.2": "a"}


MANY = 5_000


@pytest.mark.parametrize(
    ("earlier", "later", "kind", "certain"),
    [
        ({"servicer": "A"}, {"servicer": "B", "text": "T"}, STATEMENT, False),
        ({"text": "T"}, {"text": "U"}, STATEMENT, True),
        ({}, {}, STATEMENT, True),
        ({"text": "one"}, {"text": "one"}, STATEMENT, True),
        ({"end_to_end": "E"}, {"servicer": "B"}, STATEMENT, True),
    ],
)
def test_thousands_of_equal_bookings_that_share_no_reference_are_compared_one_by_one(earlier, later, kind, certain):
    """This would take half an hour if each were compared with each."""

    def told_as(name, number, fields):
        return line(
            f"{name}{number}", **{key: value if value == "one" else f"{value}{number}" for key, value in fields.items()}
        )

    old = [one for n in range(MANY) for one in told([told_as("a", n, earlier)], report=f"N{n}")]
    found = again([told_as("b", n, later) for n in range(MANY)], old, kind=kind)
    assert len(found) == MANY
    assert all(name.endswith("?") is not certain for name in found.values())
    if certain:
        assert len(set(found.values())) == MANY


def test_of_thousands_of_notices_none_is_another_ones():
    old = [one for n in range(MANY) for one in told([line(f"a{n}", text=f"t{n}")], report=f"N{n}")]
    assert again([line(f"b{n}", text=f"u{n}") for n in range(MANY)], old, kind=NOTIFICATION, report="X") == {}
