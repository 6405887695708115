"""What a releaser reads before releasing."""

from datetime import date

import pytest

from adapters.bank.folder import folder_of
from adapters.sandbox_bank.admin import request_statement
from app.payments.preview import preview
from domain.errors import NotFound
from tests.world import PRODUCTION


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


def test_a_preview_says_until_when_the_books_of_the_account_are_reconciled(world):
    run = world.send().run
    assert preview(world.handler, run).reconciled_until is None
    world.take()
    request_statement(world.their_bank.books, folder_of(PRODUCTION, "spc-krw"), world.clock.now().date())
    world.take()
    assert preview(world.handler, run).reconciled_until == date(2025, 2, 14)


def test_a_run_that_nobody_knows_is_named(world):
    with pytest.raises(NotFound, match="no/run"):
        preview(world.handler, "no/run")
