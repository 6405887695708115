from datetime import date

from domain import health
from tests.domain import builders as b

TODAY = date(2025, 2, 10)


def test_an_account_that_turns_negative_is_told_weeks_ahead_and_is_wrong_when_it_is_near():
    far = health.short_of_money("P", "spc-krw", date(2025, 3, 31), b.krw(-5), TODAY)
    near = health.short_of_money("P", "spc-krw", date(2025, 2, 24), b.krw(-5), TODAY)
    assert (far.kind, far.what, far.since, far.wrong) == ("short-of-money", "P spc-krw", date(2025, 3, 31), False)
    assert "on 2025-03-31, in 49 days, it will be at KRW -5" in far.why
    assert near.wrong


def test_an_unknown_balance_is_told_where_something_is_to_be_paid():
    assert health.balance_unknown("P", "spc-krw", 0) is None
    found = health.balance_unknown("P", "spc-krw", 3)
    assert (found.kind, found.wrong) == ("balance-unknown", False)
    assert "3 payments" in found.why


def test_a_late_receipt_is_told_with_its_last_reminder():
    found = health.receipt_late("P.C1", "mori", b.krw(7), date(2025, 2, 1), TODAY, None)
    assert found.why == "mori owes KRW 7 since 9 days"
    again = health.receipt_late("P.C1", "mori", b.krw(7), date(2025, 2, 1), TODAY, date(2025, 2, 5))
    assert again.why.endswith("and they were reminded on 2025-02-05")


def test_late_milestones_are_told_together():
    assert health.milestones_late("P", [], TODAY) is None
    found = health.milestones_late("P", [("wrap", date(2025, 2, 9)), ("lock", date(2025, 1, 31))], TODAY)
    assert (found.what, found.since) == ("P", date(2025, 1, 31))
    assert "2 milestones should have been accepted, the first 10 days ago: wrap (planned for 2025-02-09)" in found.why
