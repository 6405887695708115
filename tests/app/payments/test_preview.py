"""What a releaser reads before releasing."""

from datetime import date

import pytest

from adapters.bank.folder import folder_of
from adapters.sandbox_bank.admin import request_statement
from app.payments.preview import preview
from domain.errors import NotFound
from tests.world import PRODUCTION, UNSHARED


@pytest.fixture
def unregistered(world):
    world.clock.to(date(2025, 2, 14))
    return world


@pytest.fixture
def due(unregistered):
    unregistered.register()
    return unregistered


def test_a_preview_shows_each_account_whole_and_new_with_the_hash_that_a_release_binds(due):
    run = due.prepare().run
    shown = preview(due.handler, run)
    (line,) = shown.lines
    assert (str(line.amount), line.creditor, line.account, line.new) == (
        "KRW 192000000",
        "Oh & Partners Writers Agency",
        "10020077700043",
        True,
    )
    assert shown.head.sha256 == due.snapshots().runs[run].sha256


def test_a_preview_says_until_when_the_books_of_the_account_are_reconciled(due):
    run = due.send().run
    assert preview(due.handler, run).reconciled_until is None
    due.take()
    request_statement(due.their_bank.books, folder_of(PRODUCTION, "spc-krw"), due.clock.now().date())
    due.take()
    assert preview(due.handler, run).reconciled_until == date(2025, 2, 14)


def test_a_run_that_nobody_knows_is_named(due):
    with pytest.raises(NotFound, match="no/run"):
        preview(due.handler, "no/run")


def test_a_preview_shows_names_as_the_banks_file_writes_them(unregistered):
    swift = b"cut_off: 15:30\n    bank_file: {format: pain.001.001.03, character_set: swift-x}\n"
    unregistered.register(UNSHARED.replace(b"cut_off: 15:30\n", swift))
    shown = preview(unregistered.handler, unregistered.prepare().run)
    (line,) = shown.lines
    assert (line.creditor, line.written_as) == ("Oh & Partners Writers Agency", "Oh + Partners Writers Agency")
    assert shown.debtor == shown.debtor_written_as
