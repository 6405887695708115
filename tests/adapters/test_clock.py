from datetime import UTC, datetime, timedelta

import pytest

from adapters.clock import SandboxClock, SystemClock
from domain.errors import BadInput, Refused

AT = datetime.fromisoformat("2025-03-04T09:00:00+09:00")


def test_the_system_clock_names_its_offset():
    assert SystemClock().now().tzinfo is UTC


def test_a_clock_without_a_file_is_the_system_clock(tmp_path):
    assert abs(SandboxClock(tmp_path / "clock.json").now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_every_reader_sees_where_the_clock_was_set_in_the_offset_it_was_set_in(tmp_path):
    SandboxClock(tmp_path / "clock.json").set(AT)
    assert SandboxClock(tmp_path / "clock.json").now().isoformat() == "2025-03-04T09:00:00+09:00"


def test_a_clock_never_goes_back(tmp_path):
    clock = SandboxClock(tmp_path / "clock.json")
    clock.set(AT)
    clock.set(AT.astimezone(UTC))
    with pytest.raises(Refused, match="is not set back"):
        clock.set(AT - timedelta(seconds=1))
    assert clock.now() == AT


@pytest.mark.parametrize("text", ["", "[]", '{"now": 5}', '{"now": "soon"}', '{"now": "2025-03-04T09:00:00"}'])
def test_a_clock_file_that_cannot_be_read_is_named(tmp_path, text):
    (tmp_path / "clock.json").write_text(text)
    with pytest.raises(BadInput, match=r"clock\.json"):
        SandboxClock(tmp_path / "clock.json").now()


def test_a_clock_is_not_set_to_a_time_without_an_offset(tmp_path):
    with pytest.raises(BadInput, match="has no time zone"):
        SandboxClock(tmp_path / "clock.json").set(AT.replace(tzinfo=None))
