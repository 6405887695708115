"""A worker's clock decides the business day, so it must agree with the database's."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import ClockOff
from domain.health.clocks import MAY_BE_OFF, check_drift

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("off", [timedelta(0), MAY_BE_OFF, -MAY_BE_OFF])
def test_a_clock_may_be_off_by_a_minute(off):
    check_drift(NOW + off, NOW, NOW + off)


def test_an_answer_that_took_long_says_nothing_of_the_clock():
    check_drift(NOW - timedelta(hours=1), NOW, NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("off", "sentence"),
    [
        (timedelta(days=1), "1 day, 0:00:00 ahead of the database's"),
        (-timedelta(days=1), "1 day, 0:00:00 behind the database's"),
        (MAY_BE_OFF + SECOND, "0:01:01 ahead of"),
        (-MAY_BE_OFF - SECOND, "0:01:01 behind"),
    ],
)
def test_a_clock_that_is_too_far_off_gets_the_difference_and_what_to_do(off, sentence):
    with pytest.raises(ClockOff, match=sentence) as raised:
        check_drift(NOW + off, NOW, NOW + off)
    assert "by NTP" in raised.value.sentence
