"""The books of a played production on a real database."""

from datetime import UTC, date, datetime

import pytest

from adapters.db.queries import ledger
from adapters.db.queries.ledger import EntryFilter
from adapters.db.queries.paging import PageRequest
from app.ledger.books import BooksFormat, Valuation, books_of, trial_of, valuation, write_books
from domain.errors import NotFound
from domain.values.money import Money
from tests.world import PRODUCTION, World


@pytest.fixture(scope="module")
def paid(module_database, tmp_path_factory):
    """A production whose first payments are made."""
    world = World(module_database.app_url, tmp_path_factory.mktemp("bank"))
    world.register()
    world.clock.to(date(2025, 2, 14))
    world.send()
    world.take()
    yield world
    world.close()


@pytest.fixture
def records(paid):
    with paid.store.reading() as records:
        yield records


@pytest.fixture
def agreement(paid, records):
    return paid.handler.agreement(records, PRODUCTION)


def test_a_trial_balance_agrees_with_the_balances_and_adds_up(records, agreement):
    lines = trial_of(records, agreement, PRODUCTION, Valuation(date(2025, 12, 31), "KRW"))
    held = {
        (line.account, side.currency): side.minor if side is line.debit else -side.minor
        for line in lines
        for side in (line.debit, line.credit)
        if side is not None
    }
    balances = ledger.balances(records.connection, PRODUCTION)
    assert held == {(row.account, row.currency): row.balance.minor for row in balances if row.balance.minor}
    assert held
    assert sum(line.value.minor for line in lines) == 0


def test_the_general_ledger_goes_on_from_the_balance_of_before(records):
    whole = ledger.general_ledger(records.connection, EntryFilter(PRODUCTION)).items
    sums: dict[tuple[str, str], int] = {}
    for row in whole:
        key = (row.account, row.amount.currency)
        sums[key] = sums.get(key, 0) + row.amount.minor
        assert row.balance == Money(sums[key], row.amount.currency)
    since = max(row.effective_on for row in whole)
    later = ledger.general_ledger(records.connection, EntryFilter(PRODUCTION, since=since)).items
    assert later == tuple(row for row in whole if row.effective_on >= since)


def test_pages_of_the_general_ledger_make_the_whole(records):
    whole, page, cursor = ledger.general_ledger(records.connection, EntryFilter(PRODUCTION)).items, [], None
    while True:
        found = ledger.general_ledger(records.connection, EntryFilter(PRODUCTION), PageRequest(2, cursor))
        page += found.items
        if (cursor := found.next_cursor) is None:
            break
    assert tuple(page) == whole


def test_the_journal_has_every_entry_with_its_event(records, agreement):
    books = books_of(records, agreement, PRODUCTION, Valuation(date(2025, 12, 31), "KRW"), None)
    rows = list(books.journal)
    assert len(rows) == len(ledger.entries(records.connection, EntryFilter(PRODUCTION)).items)
    assert {"payments-fell-due", "payments-settled"} <= {row.event for row in rows}


def test_books_are_valued_in_the_currency_of_the_waterfall_unless_another_is_named(agreement):
    assert valuation(agreement, date(2025, 3, 1), None, None).currency == "KRW"
    assert valuation(agreement, date(2025, 3, 1), "JPY", "ECB") == Valuation(date(2025, 3, 1), "JPY", "ECB")


def test_a_source_without_rates_is_named(records, agreement):
    with pytest.raises(NotFound, match="NOBODY has no rate of"):
        trial_of(records, agreement, PRODUCTION, Valuation(date(2025, 12, 31), "USD", "NOBODY"))


def test_a_file_of_the_journal_needs_no_rates(records, agreement, tmp_path):
    books = books_of(records, agreement, PRODUCTION, Valuation(date(2025, 12, 31), "USD", "NOBODY"), None)
    write_books(books, BooksFormat.CSV, tmp_path / "books.csv", datetime(2026, 1, 1, tzinfo=UTC))
    assert "payments-settled" in (tmp_path / "books.csv").read_text("utf-8-sig")
    with pytest.raises(NotFound, match="NOBODY has no rate of"):
        write_books(books, BooksFormat.XLSX, tmp_path / "books.xlsx", datetime(2026, 1, 1, tzinfo=UTC))
    assert [one.name for one in tmp_path.iterdir()] == ["books.csv"]
