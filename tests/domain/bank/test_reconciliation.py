"""Balances of statements against each other and against the books."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from domain.bank.reconciliation import (
    AccountBooks,
    OpeningBalance,
    Reconciliation,
    Untold,
    complete_day,
    reconcile,
)
from domain.bank.statements import BankStatement, chain, wholes
from domain.values.money import Money
from tests.domain import builders as b

MON, TUE, WED, THU, FRI = (date(2025, 2, 10) + timedelta(days=n) for n in range(5))
LATER = date(2025, 3, 31)


def stated(
    on: date,
    opening: int | None,
    closing: int | None,
    net: int | None = None,
    *,
    bookings: int = 1,
    number: str | None = None,
    name: str = "",
    page: tuple[int, bool] | None = None,
    since: date | None = None,
    seq: int = 0,
    taken: date = date(2025, 2, 17),
) -> BankStatement:
    """A statement of a day, or from a day on, whose bookings add up unless `net` says otherwise."""
    made = net if net is not None else (closing or 0) - (opening or 0)
    return BankStatement(
        account="spc-krw",
        seq=seq,
        place=1,
        taken_on=taken,
        report=name or f"S{on}",
        number=number,
        page=page[0] if page else None,
        last_page=page[1] if page else True,
        opening=None if opening is None else b.krw(opening),
        opening_on=None if opening is None else on,
        closing=None if closing is None else b.krw(closing),
        closing_on=None if closing is None else on,
        first_on=(since or on) if bookings else None,
        last_on=on if bookings else None,
        bookings=bookings,
        net=b.krw(made),
    )


def books(
    by_day: dict[date | None, int], *, untold: Sequence[Untold] = (), opening: OpeningBalance | None = None
) -> AccountBooks:
    made = {day: b.krw(minor) for day, minor in by_day.items()}
    ledger = b.krw(sum(by_day.values()) + (opening.amount.minor if opening else 0))
    return AccountBooks("spc-krw", ledger, made, untold, opening)


def untold(minor: int, on: date, **others: str) -> Untold:
    return Untold(movement="n:1.1", booked_on=on, amount=b.krw(minor), kind="notification", about="", **others)


def said(found: Reconciliation) -> list[tuple[str, int]]:
    return [(one.kind, one.amount.minor) for one in found.differences]


def in_order(*told: BankStatement) -> list[tuple[date, int]]:
    return [(link.statement.last_on, link.jump.minor) for link in chain(wholes(told))]


# ---- statements among themselves


def test_statements_follow_each_other_whatever_the_order_in_which_they_came():
    told = [stated(WED, 3, 6, seq=1), stated(MON, 0, 1, seq=2), stated(TUE, 1, 3, seq=3)]
    assert in_order(*told) == [(MON, 0), (TUE, 0), (WED, 0)]


def test_a_statement_that_is_repeated_counts_once():
    assert in_order(stated(MON, 0, 1), stated(MON, 0, 1, seq=5, name="other"), stated(TUE, 1, 3)) == [
        (MON, 0),
        (TUE, 0),
    ]


def test_of_a_day_so_far_and_the_whole_day_the_whole_day_counts():
    assert in_order(stated(MON, 0, 9, bookings=3, seq=1), stated(MON, 0, 1, seq=2)) == [(MON, 0)]
    assert chain(wholes([stated(MON, 0, 9, bookings=3, seq=1), stated(MON, 0, 1, seq=2)]))[
        0
    ].statement.closing == b.krw(9)


def test_two_statements_of_one_day_follow_each_other():
    assert in_order(stated(MON, 4, 7, name="b"), stated(MON, 0, 4, name="a"), stated(TUE, 7, 8)) == [
        (MON, 0),
        (MON, 0),
        (TUE, 0),
    ]


def test_a_statement_that_ends_where_it_began_is_not_taken_for_another_of_that_day():
    told = [stated(MON, 9, 5, name="b"), stated(MON, 9, 9, bookings=2, name="a"), stated(TUE, 5, 6)]
    assert in_order(*told) == [(MON, 0), (MON, 0), (TUE, 0)]
    again = stated(MON, 9, 9, bookings=2, name="c", seq=7)
    assert in_order(*told, again) == [(MON, 0), (MON, 0), (TUE, 0)]
    assert in_order(*reversed(told)) == [(MON, 0), (MON, 0), (TUE, 0)]


def test_pages_make_one_statement_in_any_order_and_from_several_files():
    pages = [
        stated(MON, None, 6, 3, number="7", name="p3", page=(3, True), seq=1),
        stated(MON, 0, None, 1, number="7", name="p1", page=(1, False), seq=2),
        stated(MON, None, None, 2, number="7", name="p2", page=(2, False), seq=3),
        stated(MON, 0, None, 1, number="7", name="p1", page=(1, False), seq=4),
    ]
    [whole] = wholes(pages)
    assert (whole.opening, whole.closing, whole.net, whole.missing) == (b.krw(0), b.krw(6), b.krw(6), "")
    assert whole.off == b.krw(0)


def test_the_same_number_in_the_next_year_is_another_statement():
    first = [stated(MON, 0, None, 1, number="1", page=(1, False)), stated(MON, None, 3, 2, number="1", page=(2, True))]
    after = date(2026, 1, 2)
    second = [
        stated(after, 3, None, 5, number="1", page=(1, False), seq=9),
        stated(after, None, 9, 1, number="1", page=(2, True), seq=9),
    ]
    assert in_order(*first, *second) == [(MON, 0), (after, 0)]


def test_a_page_that_did_not_come_is_named_and_its_statement_does_not_count():
    pages = [stated(MON, 0, None, 1, page=(1, False)), stated(MON, None, 6, 3, page=(3, True))]
    [whole] = wholes(pages)
    assert whole.missing == "page 2"
    assert chain([whole]) == []
    [lastless] = wholes(pages[:1])
    assert lastless.missing == "the last page"


def test_a_statement_of_several_days_and_those_of_its_days_are_the_same():
    daily = [stated(MON, 0, 1), stated(TUE, 1, 3), stated(WED, 3, 6)]
    whole = stated(WED, 0, 6, bookings=3, since=MON, name="week", seq=9)
    assert in_order(*daily, whole) == [(MON, 0), (TUE, 0), (WED, 0)]
    assert in_order(*daily[:2], whole, stated(THU, 6, 7)) == [(WED, 0), (THU, 0)]


def test_an_opening_that_is_missing_follows_from_the_closing():
    [whole] = wholes([stated(MON, None, 6, 4)])
    assert whole.opening == b.krw(2)


# ---- against the books


def test_books_that_agree_are_reconciled_until_the_last_statement():
    found = reconcile([stated(MON, 0, 5), stated(TUE, 5, 3)], books({MON: 5, TUE: -2}), LATER)
    assert (found.bank, found.books, found.difference, found.unexplained) == (b.krw(3), b.krw(3), b.krw(0), b.krw(0))
    assert (found.on, found.reconciled_until, found.differences) == (TUE, TUE, ())


def test_what_was_booked_after_the_last_statement_is_no_difference():
    found = reconcile([stated(MON, 0, 5)], books({MON: 5, WED: 7}, untold=[untold(7, WED)]), LATER)
    assert (found.difference, found.differences, found.reconciled_until) == (b.krw(0), (), MON)


def test_the_question_may_be_of_an_earlier_day():
    told = [stated(MON, 0, 5), stated(TUE, 5, 3)]
    found = reconcile(told, books({MON: 5, TUE: -2}), MON)
    assert (found.on, found.bank, found.reconciled_until) == (MON, b.krw(5), MON)


def test_an_opening_balance_that_the_books_never_had_is_named():
    found = reconcile([stated(MON, 76, 77)], books({MON: 1}), LATER)
    assert said(found) == [("opening-balance", 76)]
    assert (found.unexplained, found.reconciled_until) == (b.krw(0), None)


def test_an_opening_balance_on_record_reconciles():
    opening = OpeningBalance(b.krw(76), MON)
    found = reconcile([stated(MON, 76, 77)], books({MON: 1}, opening=opening), LATER)
    assert (found.differences, found.reconciled_until) == ((), MON)


def test_another_opening_balance_than_the_banks_is_named_with_the_banks():
    opening = OpeningBalance(b.krw(70), MON)
    found = reconcile([stated(MON, 76, 77)], books({MON: 1}, opening=opening), LATER)
    [one] = found.differences
    assert (one.kind, one.amount) == ("opening-balance", b.krw(6))
    assert "by the bank it is KRW 76" in one.why


def test_bookings_before_the_day_of_the_opening_balance_count_twice_and_are_named():
    opening = OpeningBalance(b.krw(76), TUE)
    found = reconcile([stated(TUE, 76, 77)], books({MON: 6, TUE: 1}, opening=opening), LATER)
    assert said(found) == [("before-opening", -6)]
    assert found.unexplained == b.krw(0)


def test_a_statement_that_opens_elsewhere_tells_of_a_missing_one_with_days_and_numbers():
    told = [stated(MON, 0, 77, number="41"), stated(FRI, 12, 13, number="44")]
    found = reconcile(told, books({MON: 77, FRI: 1}), LATER)
    [one] = found.differences
    assert (one.kind, one.amount, found.unexplained, found.reconciled_until) == (
        "missing-statement",
        b.krw(-65),
        b.krw(0),
        MON,
    )
    assert one.why == (
        "a statement of 2025-02-11 to 2025-02-13 is missing (numbers 42 to 43): "
        "that of 2025-02-10 closed with KRW 77, and that of 2025-02-14 opens with KRW 12"
    )


def test_a_statement_that_is_missing_between_two_days_is_said_to_be_there():
    found = reconcile([stated(MON, 0, 77), stated(TUE, 12, 13)], books({MON: 77, TUE: 1}), LATER)
    assert found.differences[0].why.startswith("a statement between 2025-02-10 and 2025-02-11 is missing: ")


def test_a_missing_statement_whose_bookings_were_notified_leaves_no_difference_and_is_still_missing():
    told = [stated(MON, 0, 77), stated(WED, 12, 13)]
    found = reconcile(told, books({MON: 77, TUE: -65, WED: 1}, untold=[untold(-65, TUE)]), LATER)
    assert (found.difference, said(found)) == (b.krw(0), [("missing-statement", 0)])
    assert found.reconciled_until == MON


def test_a_missing_statement_that_comes_late_closes_the_gap():
    told = [stated(MON, 0, 77), stated(WED, 12, 13), stated(TUE, 77, 12, seq=7)]
    found = reconcile(told, books({MON: 77, TUE: -65, WED: 1}), LATER)
    assert (found.differences, found.reconciled_until) == ((), WED)


def test_a_booking_that_no_statement_has_is_named_with_the_one_it_may_be():
    told = [stated(MON, 0, 5)]
    found = reconcile(told, books({MON: 10}, untold=[untold(5, MON, twin="s:1.1")]), LATER)
    [one] = found.differences
    assert (one.kind, one.amount, found.unexplained) == ("not-in-a-statement", b.krw(-5), b.krw(0))
    assert one.why == (
        "KRW 5 (n:1.1) is in the books by a notification, and in no statement; "
        "movement s:1.1 of that day and amount may be the same"
    )


def test_a_debit_and_a_credit_that_no_statement_has_do_not_cancel_each_other():
    both = [untold(5, MON), untold(-5, MON)]
    found = reconcile([stated(MON, 0, 1)], books({MON: 1}, untold=both), LATER)
    assert found.difference == b.krw(0)
    assert said(found) == [("not-in-a-statement", -5), ("not-in-a-statement", 5)]
    assert found.reconciled_until is None


def test_a_statement_that_does_not_add_up_is_named():
    found = reconcile([stated(MON, 0, 5, 4)], books({MON: 4}), LATER)
    assert said(found) == [("does-not-add-up", 1)]
    assert found.reconciled_until is None


def test_a_missing_page_is_named_and_the_next_statement_counts_what_it_told():
    told = [stated(MON, 0, 5), stated(TUE, 5, None, 2, page=(1, False)), stated(WED, 10, 11)]
    found = reconcile(told, books({MON: 5, TUE: 2, WED: 1}), LATER)
    assert said(found) == [("missing-statement", 3), ("missing-pages", 0)]
    assert (found.unexplained, found.reconciled_until) == (b.krw(0), MON)


def test_what_nothing_explains_stays_unexplained():
    found = reconcile([stated(MON, 0, 5), stated(TUE, 5, 8)], books({MON: 5, TUE: 2}), LATER)
    assert (found.difference, found.unexplained, found.reconciled_until) == (b.krw(1), b.krw(1), MON)


def test_a_ledger_that_is_not_its_bookings_is_named_and_reconciles_nothing():
    ours = AccountBooks("spc-krw", b.krw(9), {MON: b.krw(5)})
    found = reconcile([stated(MON, 0, 5)], ours, LATER)
    assert said(found) == [("ledger", 0)]
    assert found.reconciled_until is None


def test_without_a_statement_there_is_nothing_to_compare():
    found = reconcile([stated(MON, None, None, 5)], books({MON: 5}), LATER)
    assert (found.bank, found.on, found.difference, found.reconciled_until) == (None, None, None, None)
    assert found.books == b.krw(5)


def test_an_overdraft_is_a_balance_like_any_other():
    found = reconcile([stated(MON, 0, -5)], books({MON: -5}), LATER)
    assert (found.bank, found.reconciled_until) == (Money(-5, "KRW"), MON)


# ---- days that are complete


@pytest.mark.parametrize(
    ("told", "complete"),
    [
        ([stated(MON, 7, 9)], {MON}),
        ([stated(MON, 7, 9), stated(WED, 9, 9, bookings=0)], {MON, TUE, WED}),
        ([stated(MON, 7, 9), stated(WED, 8, 8, bookings=0)], {MON}),
        ([stated(MON, 7, 9), stated(WED, 8, 9), stated(THU, 9, 10)], {MON, THU}),
        ([stated(MON, 7, 9, 1), stated(TUE, 9, 10)], {TUE}),
        ([stated(MON, 7, None, 1)], set()),
        ([stated(MON, 7, None, 1, page=(1, False)), stated(MON, None, 9, 1, page=(2, True))], {MON}),
        ([stated(MON, 7, None, 1, page=(1, False)), stated(MON, None, 9, 1, page=(3, True))], set()),
        ([stated(MON, 7, 8, name="a"), stated(MON, 8, 9, name="b")], {MON}),
        ([stated(MON, 7, 8, name="a"), stated(MON, 8, 9, 5, name="b")], set()),
        ([stated(MON, 7, 9, taken=MON)], set()),
        ([stated(MON, 7, 9, taken=MON), stated(TUE, 9, 9, bookings=0)], {MON, TUE}),
        ([stated(MON, 7, 9, taken=MON), stated(TUE, 8, 8)], set()),
        ([], set()),
    ],
)
def test_a_day_is_complete_if_the_statements_tell_all_of_it(told, complete):
    assert {day for day in (MON, TUE, WED, THU, FRI) if complete_day(told, day)} == complete
