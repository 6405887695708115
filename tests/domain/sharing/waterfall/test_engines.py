"""Engines are found by their recorded number."""

import pytest

from domain.errors import UnknownEngine
from domain.sharing.waterfall.engines import ENGINES, Engines


def test_the_last_engine_is_the_current_one():
    assert Engines([ENGINES.of("3", "a test")]).current.number == "3"
    assert ENGINES.current.number == ENGINES.numbers[-1]


def test_an_engine_that_is_not_here_is_named_with_what_it_computed_and_what_to_do():
    with pytest.raises(UnknownEngine) as error:
        ENGINES.of("2", "Distribution 2025-Q1 of LIGHTHOUSE")
    assert error.value.sentence == (
        "Distribution 2025-Q1 of LIGHTHOUSE was computed by engine 2, and this release has 3, 4, 5: use a release that "
        "has it (`sluice deployment engines` says what else needs it)."
    )
    assert error.value.data == {"engine": "2"}
