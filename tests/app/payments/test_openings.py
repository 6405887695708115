"""What `run open` says where it starts nothing."""

from datetime import date

from app.payments.openings import why_nothing_opened
from app.payments.preview import preview
from tests.world import PRODUCTION


def test_a_weekend_and_a_holiday_are_named_with_the_opening(registered):
    registered.clock.to(date(2025, 3, 1))  # a Saturday, Independence Movement Day, whose substitute is Monday
    said = why_nothing_opened(registered.handler, PRODUCTION, "spc-krw")
    assert said.startswith(
        "spc-krw is closed on Saturday 1 March (KR Independence Movement Day), Sunday 2 March (KR weekend), "
        "Monday 3 March (KR Alternative holiday for Independence Movement Day), "
        "and opens on Tuesday 4 March 2025 at 08:00 (Asia/Seoul); "
    )


def test_a_preview_on_a_closed_day_says_so(registered):
    registered.clock.to(date(2025, 2, 14))
    run = registered.prepare().run
    assert preview(registered.handler, run).closed is None
    registered.clock.to(date(2025, 2, 15))
    assert "and opens on Monday 17 February" in preview(registered.handler, run).closed


def test_a_day_on_which_nothing_is_due_names_what_comes_next_and_what_is_held(registered):
    registered.clock.to(date(2025, 2, 3))
    said = why_nothing_opened(registered.handler, PRODUCTION, "spc-krw")
    assert (
        said == "nothing is due from spc-krw today; next is LIGHTHOUSE.WR-A, KRW 192000000, on Friday 14 February 2025"
    )
