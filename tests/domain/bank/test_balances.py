"""What a bank account holds, by statements, opening balances and bookings of all productions that name it."""

from datetime import date

from domain.bank.balances import AccountBooking, AccountRecord, KnownBalance, known_balance
from domain.bank.reconciliation import OpeningBalance
from tests.domain import builders as b
from tests.domain.bank.test_reconciliation import MON, THU, TUE, WED, stated


def booked(minor: int, on: date | None, *, on_a_statement: bool = False, name: str = "") -> AccountBooking:
    return AccountBooking(name or f"{on} {minor}", on, b.krw(minor), on_a_statement)


def test_nobody_has_said_what_an_account_holds():
    assert known_balance([]) is None
    assert known_balance([AccountRecord((), (booked(500, MON),))]) is None
    assert known_balance([AccountRecord([stated(MON, None, None, 7)], ())]) is None, "a statement without balances"


def test_the_last_statement_counts_and_what_was_booked_after_it():
    record = AccountRecord(
        [stated(TUE, 100, 150), stated(MON, 0, 100)],
        (booked(100, MON, on_a_statement=True), booked(50, TUE, on_a_statement=True), booked(-30, WED)),
    )
    assert known_balance([record]) == KnownBalance(b.krw(120), "statement", TUE)


def test_a_statement_of_a_day_may_have_been_taken_before_the_last_bookings_of_that_day():
    record = AccountRecord([stated(MON, 0, 100)], (booked(100, MON, on_a_statement=True), booked(-40, MON)))
    assert known_balance([record]) == KnownBalance(b.krw(60), "statement", MON)


def test_what_only_a_notification_tells_of_an_earlier_day_is_not_in_the_account():
    record = AccountRecord([stated(TUE, 100, 100, bookings=0)], (booked(999, MON),))
    assert known_balance([record]) == KnownBalance(b.krw(100), "statement", TUE)


def test_an_opening_balance_counts_from_the_start_of_its_day():
    record = AccountRecord((), (booked(-25, TUE),), OpeningBalance(b.krw(100), TUE))
    assert known_balance([record]) == KnownBalance(b.krw(75), "opening-balance", MON)


def test_the_newer_of_statement_and_opening_balance_counts_and_the_bank_on_the_same_day():
    opening = OpeningBalance(b.krw(100), TUE)
    assert known_balance([AccountRecord([stated(MON, 0, 90)], (), opening)]) == KnownBalance(
        b.krw(90), "statement", MON
    )
    later = OpeningBalance(b.krw(100), THU)
    assert known_balance([AccountRecord([stated(MON, 0, 90)], (), later)]) == KnownBalance(
        b.krw(100), "opening-balance", WED
    )


def test_bookings_without_a_day_are_before_every_statement():
    undated = booked(-5, None)
    assert known_balance([AccountRecord([stated(MON, 0, 90)], (undated,))]) == KnownBalance(b.krw(90), "statement", MON)
    opening = OpeningBalance(b.krw(90), TUE)
    assert known_balance([AccountRecord((), (undated,), opening)]) == KnownBalance(b.krw(85), "opening-balance", MON)


def test_of_two_productions_with_one_bank_account_either_may_have_the_newer_statement():
    ours = AccountRecord([stated(MON, 0, 100)], (booked(-10, WED, name="a"), booked(-70, TUE, name="b")))
    theirs = AccountRecord([stated(TUE, 100, 30)], (booked(-20, WED, name="c"),))
    assert known_balance([ours, theirs]) == KnownBalance(b.krw(0), "statement", TUE)


def test_a_statement_of_a_day_that_was_not_over_lacks_what_another_production_knows_of_that_day():
    ours = AccountRecord((), (booked(-70, TUE, name="b"),))
    theirs = AccountRecord([stated(TUE, 0, 100, taken=TUE)], ())
    assert known_balance([ours, theirs]) == KnownBalance(b.krw(30), "statement", TUE)


def test_a_booking_that_one_file_told_to_two_productions_counts_once():
    ours = AccountRecord([stated(MON, 0, 100)], (booked(-10, TUE, name="1f2e:1"),))
    theirs = AccountRecord((), (booked(-10, TUE, name="1f2e:1"), booked(-10, TUE, name="1f2e:2")))
    assert known_balance([ours, theirs]) == KnownBalance(b.krw(80), "statement", MON)
