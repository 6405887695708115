from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.agreement.model import Purpose
from domain.calendar.closures import ClosedDay, Closure
from domain.payments.openings import why_nothing
from domain.payments.payments import Payment, Status
from domain.values.money import Money

TODAY = date(2026, 11, 28)
MONDAY = datetime(2026, 11, 30, 8, tzinfo=ZoneInfo("Asia/Seoul"))
CLOSED = Closure((ClosedDay(TODAY, {"KR": "weekend"}),), MONDAY)


def payment(name: str, due_on: date | None, status: Status, amount: str = "KRW 100", run: str | None = None) -> Payment:
    return Payment(name, name, Purpose.FEE, "spc", "writer", "writer", Money.parse(amount), None, due_on, status, run)


def test_a_closed_day_says_when_it_opens_and_what_waits():
    said = why_nothing(
        "spc",
        CLOSED,
        [
            payment("A", TODAY, Status.DUE),
            payment("B", MONDAY.date(), Status.SCHEDULED, "JPY 5"),
            payment("C", date(2026, 12, 24), Status.SCHEDULED),
        ],
        TODAY,
    )
    assert said == (
        "spc is closed on Saturday 28 November (KR weekend), "
        "and opens on Monday 30 November 2026 at 08:00 (Asia/Seoul); "
        "2 payments (JPY 5, KRW 100) are due by then"
    )


def test_a_business_day_on_which_nothing_is_due_names_what_is_next():
    said = why_nothing("spc", None, [payment("C", date(2026, 12, 24), Status.SCHEDULED)], TODAY)
    assert said == "nothing is due from spc today; next is C, KRW 100, on Thursday 24 December 2026"
    assert why_nothing("spc", None, [], TODAY) == "nothing is due from spc today"
    assert why_nothing("spc", None, [payment("D", None, Status.SCHEDULED)], TODAY) == "nothing is due from spc today"
    assert why_nothing("spc", CLOSED, [], TODAY).endswith("no payment is due by then")


def test_what_is_held_or_in_a_run_already_is_not_next():
    held, in_a_run = payment("H", TODAY, Status.HELD), payment("R", TODAY, Status.DUE, run="R/1")
    said = why_nothing("spc", None, [held, in_a_run], TODAY)
    assert said == (
        "nothing is due from spc today; 1 payment (KRW 100) is held: `sluice payment list --account spc --status held`"
    )
