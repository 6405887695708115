"""What will move on an account, on which day, and when it turns negative."""

from datetime import date, timedelta

import pytest

from domain.payments.cash import (
    CashDay,
    CashKind,
    CashMovement,
    CashView,
    by_day,
    by_week,
    cash_movements,
    first_short,
    later,
)
from domain.state import State
from tests.domain import builders as b

TERMS = b.agreement()
DAY = timedelta(days=1)


def movements(state: State, account: str = "spc-krw", today: date = b.TODAY) -> dict[str, CashMovement]:
    return {one.about: one for one in cash_movements(CashView(TERMS, account, state, today, b.due_date))}


def moved(minor: int, days: int, kind: CashKind = CashKind.DUE) -> CashMovement:
    return CashMovement("HANA", f"{minor}", "vendor", kind, b.krw(minor), b.TODAY + days * DAY)


def test_everything_that_is_promised_stands_on_its_day():
    found = movements(b.registered())
    assert {name: (one.kind, one.on, one.amount) for name, one in found.items()} == {
        "HANA.L1": (CashKind.RECEIPT, b.TODAY, b.krw(50_000 * 1300)),
        "HANA.P1": (CashKind.SCHEDULED, b.TODAY, b.krw(-120_000_000)),
        "HANA.P2": (CashKind.SCHEDULED, b.TODAY, b.krw(-80_000_000)),
        "HANA.P3": (CashKind.MILESTONE, b.TODAY + 3 * DAY, b.krw(-60_000_000)),
        "HANA.U1": (CashKind.SCHEDULED, b.TODAY, b.krw(-16_049_371)),
        "HANA.U2": (CashKind.MILESTONE, b.TODAY, b.krw(-1300)),
    }


def test_what_is_over_is_due_today_and_what_others_owe_is_late_and_has_no_day():
    found = movements(b.owing(), today=b.TODAY + 9 * DAY)
    assert (found["HANA.P1"].kind, found["HANA.P1"].on) == (CashKind.DUE, b.TODAY + 9 * DAY)
    assert (found["HANA.L1"].kind, found["HANA.L1"].on) == (CashKind.LATE, None)
    assert found["HANA.P3"].on == b.TODAY + 12 * DAY, (
        "a milestone whose planned day is over is not accepted before today"
    )


def test_what_is_at_the_bank_is_on_its_way_and_what_is_settled_is_over():
    state, _ = b.at_the_bank()
    found = movements(state)
    assert {found[name].kind for name in ("HANA.P1", "HANA.P2")} == {CashKind.ON_ITS_WAY}
    assert found["HANA.U1"].kind is CashKind.DUE


def test_each_account_has_its_own():
    assert set(movements(b.registered(), "spc-jpy")) == {"HANA.C1", "HANA.C2", "HANA.R1"}


def test_days_run_from_the_balance_and_stop_at_the_end():
    days = by_day(b.krw(100), [moved(50, 1), moved(-120, 1), moved(-40, 3), moved(999, 90)], "KRW", b.TODAY + 10 * DAY)
    assert days == [
        CashDay(b.TODAY + DAY, b.krw(50), b.krw(120), b.krw(30), b.krw(30)),
        CashDay(b.TODAY + 3 * DAY, b.krw(0), b.krw(40), b.krw(-10), b.krw(-10)),
    ]
    assert first_short(days, b.krw(9)) == days[1]
    assert first_short(days, b.krw(10)) is None


def test_of_an_unknown_balance_only_the_movements_are_known():
    [day] = by_day(None, [moved(-5, 1)], "KRW", b.TODAY + DAY)
    assert (day.goes_out, day.balance) == (b.krw(5), None)
    assert first_short([day], b.krw(0)) is None
    assert by_week([day])[0].lowest is None


def test_a_week_keeps_its_worst_day():
    """TODAY is a Wednesday."""
    [week, after] = by_week(by_day(b.krw(10), [moved(-50, 0), moved(45, 1), moved(1, 7)], "KRW", b.TODAY + 30 * DAY))
    assert (week.on, week.balance, week.lowest) == (b.TODAY - 2 * DAY, b.krw(5), b.krw(-40))
    assert (after.on, after.comes_in) == (b.TODAY + 5 * DAY, b.krw(1))


@pytest.mark.parametrize("kind", CashKind)
def test_only_what_is_expected_comes_later(kind):
    [one] = later([moved(7, 1, kind)], 30)
    assert one.on == b.TODAY + (31 if kind is CashKind.RECEIPT else 1) * DAY
