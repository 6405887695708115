import sqlite3
from datetime import date

from adapters.sandbox_bank.books import BankBooks
from domain.values.money import Money

EARLIER = """
CREATE TABLE account (
    key TEXT PRIMARY KEY, number TEXT NOT NULL, iban INTEGER NOT NULL, currency TEXT NOT NULL,
    opening INTEGER NOT NULL, balance INTEGER NOT NULL) STRICT;
CREATE TABLE payment_order (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL REFERENCES account, message_id TEXT NOT NULL, sha256 TEXT NOT NULL,
    reason TEXT, words TEXT, deliveries INTEGER NOT NULL DEFAULT 1, copies INTEGER NOT NULL DEFAULT 1,
    UNIQUE (account, message_id)) STRICT;
CREATE TABLE transfer (
    id INTEGER PRIMARY KEY, payment_order INTEGER NOT NULL REFERENCES payment_order, e2e TEXT NOT NULL,
    currency TEXT NOT NULL, written TEXT NOT NULL, minor INTEGER NOT NULL, booked_minor INTEGER, rate TEXT,
    execution_on TEXT NOT NULL, creditor TEXT NOT NULL, remittance TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'booked', 'rejected', 'returned')), reason TEXT, words TEXT,
    due_at REAL, quiet INTEGER NOT NULL DEFAULT 0, return_at REAL, return_reason TEXT) STRICT;
CREATE TABLE posting (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL REFERENCES account, on_date TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('CRDT', 'DBIT')), minor INTEGER NOT NULL CHECK (minor > 0),
    kind TEXT NOT NULL CHECK (kind IN ('transfer', 'return', 'credit')), e2e TEXT, counterparty TEXT NOT NULL,
    remittance TEXT NOT NULL, reason TEXT, instructed_minor INTEGER, instructed_currency TEXT, rate TEXT,
    notify TEXT NOT NULL CHECK (notify IN ('due', 'held', 'done')), copies INTEGER NOT NULL DEFAULT 1) STRICT;
CREATE UNIQUE INDEX posting_once ON posting (e2e, kind) WHERE kind <> 'credit';
CREATE INDEX posting_due ON posting (account, on_date) WHERE notify = 'due';
CREATE INDEX posting_day ON posting (account, on_date);
INSERT INTO account VALUES ('A-1', '777', 0, 'KRW', 100, 90);
INSERT INTO payment_order (account, message_id, sha256) VALUES ('A-1', 'M', 'x');
INSERT INTO posting (account, on_date, direction, minor, kind, e2e, counterparty, remittance, notify)
    VALUES ('A-1', '2025-03-04', 'DBIT', 10, 'transfer', 'E1', 'X', '', 'done');
"""
"""The tables of books that release 0.1.0 made."""


def test_books_of_an_earlier_release_keep_their_bookings_and_take_new_kinds(tmp_path):
    db = sqlite3.connect(tmp_path / "books.db")
    db.executescript(EARLIER)
    db.close()
    for _ in range(2):  # opened again, nothing more is to be done
        books = BankBooks(tmp_path / "books.db")
        assert books.bookings("A-1") == [(date(2025, 3, 4), Money(-10, "KRW"))]
        assert (books.effects("E1"), str(books.balances()["A-1"])) == (1, "KRW 90")
        assert books.dialect("A-1").format == "camt"
        (left,) = books.db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'posting_before'").fetchone()
        assert left == 0
        books.close()
