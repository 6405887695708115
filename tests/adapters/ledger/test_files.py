"""Files of the books, read by the programs that they are for."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core.data import Open, Transaction
from openpyxl import load_workbook

from adapters.db.queries.ledger import JournalRow, PostedRow
from adapters.ledger.beancount import write_beancount
from adapters.ledger.books import LedgerBooks
from adapters.ledger.csv_file import write_csv
from adapters.ledger.xlsx import write_xlsx
from domain.ledger.books import REVALUATION, TrialLine
from domain.values.money import Money

ON = date(2026, 3, 31)
HOSTILE = '=HYPERLINK("http://x")\n\\"'


def journal(*entries):
    return [
        JournalRow(seq, line, date(2026, 1, seq), "payments-fell-due", account, Money.parse(amount), about)
        for seq, line, account, amount, about in entries
    ]


LINES = journal(
    (1, 1, "expense:production:rights", "JPY 1000", "WR-A"),
    (1, 2, "liability:payable:writer", "JPY -1000", "WR-A"),
    (2, 1, "suspense:unmatched:spc-usd", "USD -12.30", HOSTILE),
    (2, 2, "asset:bank:spc-usd", "USD 12.30", HOSTILE),
    (3, 1, "asset:bank:a_b", "USD 1.00", "x"),
    (3, 2, "asset:bank:a-b", "USD -1.00", "x"),
)


@pytest.fixture
def books():
    general = [PostedRow("asset:bank:spc-usd", ON, 2, 2, Money(1230, "USD"), Money(1230, "USD"), "m")]
    trial = [TrialLine(REVALUATION, None, None, Money(5, "KRW"))]
    return LedgerBooks('A "title"', "KRW", ON, LINES, lambda: general, lambda: trial)


def test_beancount_reads_the_journal_without_an_error(books, tmp_path):
    write_beancount(books, tmp_path / "books.beancount")
    entries, errors, options = loader.load_file(str(tmp_path / "books.beancount"))
    assert errors == []
    assert (options["title"], options["operating_currency"]) == ('A "title"', ["KRW"])
    transactions = [entry for entry in entries if isinstance(entry, Transaction)]
    read = [
        (int(one.meta["number"]), posting.meta["account"], posting.units.number, posting.units.currency)
        for one in transactions
        for posting in one.postings
    ]
    assert read == [(row.seq, row.account, row.amount.decimal, row.amount.currency) for row in LINES]


def test_two_accounts_that_beancount_writes_alike_stay_two(books, tmp_path):
    write_beancount(books, tmp_path / "books.beancount")
    entries, _, _ = loader.load_file(str(tmp_path / "books.beancount"))
    opened = [entry.account for entry in entries if isinstance(entry, Open)]
    assert {"Assets:Bank:A-b", "Assets:Bank:A-b-2"} <= set(opened)
    assert len(opened) == len({row.account for row in LINES})


def test_csv_has_a_line_for_each_entry_and_no_formula(books, tmp_path):
    write_csv(books, tmp_path / "books.csv")
    with (tmp_path / "books.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0) for row in rows] == [
        row.amount.decimal for row in LINES
    ]
    assert rows[2]["about"] == f"'{HOSTILE}"


def test_a_workbook_has_journal_general_ledger_and_trial_balance(books, tmp_path):
    write_xlsx(books, tmp_path / "books.xlsx", datetime(2026, 4, 1, tzinfo=UTC))
    book = load_workbook(tmp_path / "books.xlsx")
    assert book.sheetnames == ["Journal", "General ledger", "Trial balance 2026-03-31"]
    assert [row[5:9] for row in book["Journal"].iter_rows(values_only=True)][3] == (None, 12.3, "USD", HOSTILE)
    assert book["Journal"]["I4"].data_type == "s"
    assert next(book["General ledger"].iter_rows(min_row=2, values_only=True))[4:7] == (12.3, None, 12.3)
    assert next(book["Trial balance 2026-03-31"].iter_rows(min_row=2, values_only=True))[-1] == 5
