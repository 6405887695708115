"""What nothing explains is listed by pages, oldest first, until somebody says what it was."""

from datetime import date

import pytest

from adapters.bank.folder import folder_of
from adapters.db.queries.bank import MovementFilter, unmatched
from adapters.db.queries.paging import PageRequest
from adapters.db.streams import stream_of
from adapters.db.suspense import in_suspense
from adapters.sandbox_bank import admin
from domain.commands import AllocateMovement
from domain.reads import Sight
from domain.values.money import Money
from tests.world import PRODUCTION, World


@pytest.fixture(scope="module")
def stranger(module_database, tmp_path_factory):
    """Three movements of KRW 1, 2 and 3 that nobody knows; what the second was has been said."""
    world = World(module_database.app_url, tmp_path_factory.mktemp("world"))
    world.register()
    for minor in (1, 2, 3):
        account = folder_of(PRODUCTION, "spc-krw")
        admin.credit(world.their_bank.books, account, Money(minor, "KRW"), "Who?", f"R{minor}", date(2025, 1, 8))
        world.take()
    with world.store.reading() as records:
        world.found = unmatched(records.connection).items  # type: ignore[attr-defined]
    world.movements.allocate(
        AllocateMovement(
            key="a",
            by="eunwoo",
            production=PRODUCTION,
            account="spc-krw",
            movement=world.found[1].movement,  # type: ignore[attr-defined]
            to="source",
            name="streamer",
            reason="its advice",
        )
    )
    yield world
    world.close()


def minors(stranger, *asked, **more):
    with stranger.store.reading() as records:
        page = unmatched(records.connection, *asked, **more)
    return [row.open.minor for row in page.items], page


def test_what_is_explained_is_in_the_list_no_more(stranger):
    assert [row.open.minor for row in stranger.found] == [1, 2, 3]
    assert minors(stranger)[0] == [1, 3]
    with stranger.store.reading() as records:
        names = [row.movement for row in stranger.found]
        left = in_suspense(records.connection, stream_of(PRODUCTION), "spc-krw", [*names, "never"])
    assert left == dict(zip(names, (Money(1, "KRW"), Money(0, "KRW"), Money(3, "KRW")), strict=True))


def test_movements_come_by_pages(stranger):
    first, page = minors(stranger, page=PageRequest(1, counted=True))
    assert (first, page.total) == ([1], 2)
    assert minors(stranger, page=PageRequest(1, page.next_cursor))[0] == [3]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (MovementFilter(PRODUCTION, "spc-krw"), [1, 3]),
        (MovementFilter(account="spc-jpy"), []),
        (MovementFilter("OTHER"), []),
        (MovementFilter(until=date(2025, 1, 1)), []),
    ],
)
def test_movements_can_be_asked_for_by_account_and_day(stranger, chosen, found):
    assert minors(stranger, chosen)[0] == found


def test_a_movement_is_seen_by_who_keeps_its_account(stranger):
    assert minors(stranger, sight=Sight(party="spc", accounts=frozenset({"spc-krw"})))[0] == [1, 3]
    assert minors(stranger, sight=Sight(party="writer"))[0] == []
