"""What a releaser reads before releasing."""

from datetime import date

import pytest

from app.payments.preview import preview
from domain.errors import NotFound


@pytest.fixture
def world(world):
    world.register()
    world.clock.to(date(2025, 2, 14))
    return world


def test_a_preview_shows_each_line_with_the_number_masked_and_the_hash_that_a_release_binds(world):
    run = world.prepare().run
    shown = preview(world.handler, run)
    (line,) = shown.lines
    assert (str(line.amount), line.creditor, line.account) == (
        "KRW 192000000",
        "Oh & Partners Writers Agency",
        "…0043",
    )
    assert shown.head.sha256 == world.snapshots().runs[run].sha256
    assert "10020077700043" not in str(shown)


def test_a_run_that_nobody_knows_is_named(world):
    with pytest.raises(NotFound, match="no/run"):
        preview(world.handler, "no/run")
