from datetime import date

import pytest

from domain.bank.dates import era_creation_day, era_day, nearest_day, swift_day


@pytest.mark.parametrize(
    ("written", "day"),
    [("250210", date(2025, 2, 10)), ("790101", date(2079, 1, 1)), ("800101", date(1980, 1, 1)), ("250229", None)],
)
def test_a_swift_year_from_80_on_is_of_the_last_century(written, day):
    assert swift_day(written) == day


@pytest.mark.parametrize(
    ("written", "near", "day"),
    [
        ("0102", date(2024, 12, 31), date(2025, 1, 2)),
        ("1231", date(2025, 1, 2), date(2024, 12, 31)),
        ("0210", date(2025, 2, 10), date(2025, 2, 10)),
        ("0229", date(2025, 3, 1), date(2024, 2, 29)),
        ("0229", date(2026, 6, 1), None),
        ("0000", date(2026, 6, 1), None),
    ],
)
def test_a_day_without_a_year_is_the_nearest_one(written, near, day):
    assert nearest_day(written, near) == day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("010501", date(2019, 5, 1)),
        ("010430", None),
        ("020229", date(2020, 2, 29)),
        ("030229", None),
        ("070210", date(2025, 2, 10)),
        ("081128", date(2026, 11, 28)),
        ("191231", date(2037, 12, 31)),
        ("000101", None),
    ],
)
def test_a_file_is_created_in_a_year_of_reiwa(written, day):
    assert era_creation_day(written) == day


@pytest.mark.parametrize("written", ["200101", "251128", "280503", "310430", "630101"])
def test_a_year_that_may_be_of_heisei_or_of_the_western_calendar_is_not_guessed(written):
    assert era_creation_day(written) is None


@pytest.mark.parametrize(
    ("written", "latest", "day"),
    [
        ("070210", date(2025, 2, 10), date(2025, 2, 10)),
        ("061231", date(2025, 1, 6), date(2024, 12, 31)),
        ("310430", date(2019, 5, 7), date(2019, 4, 30)),
        ("310501", date(2019, 5, 7), None),
        ("010501", date(2019, 5, 7), date(2019, 5, 1)),
        ("280503", date(2025, 2, 10), date(2016, 5, 3)),
        ("070211", date(2025, 2, 10), None),
        ("250210", date(2025, 2, 10), None),
        ("070000", date(2025, 2, 10), None),
    ],
)
def test_a_day_of_an_era_is_not_after_the_latest_and_at_most_ten_years_before(written, latest, day):
    assert era_day(written, latest) == day
