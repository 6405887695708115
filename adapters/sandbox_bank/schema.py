"""The tables of the sandbox bank's books, and how books of an earlier release get them."""

import sqlite3

_VERSION = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS account (
    key TEXT PRIMARY KEY, number TEXT NOT NULL, iban INTEGER NOT NULL, currency TEXT NOT NULL,
    opening INTEGER NOT NULL, balance INTEGER NOT NULL, credit_line INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS dialect (account TEXT PRIMARY KEY REFERENCES account, traits TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS rate (
    base TEXT NOT NULL, quote TEXT NOT NULL, rate TEXT NOT NULL, PRIMARY KEY (base, quote)) STRICT;
CREATE TABLE IF NOT EXISTS received (
    claim TEXT PRIMARY KEY, account TEXT NOT NULL, sha256 TEXT NOT NULL, outcome TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS payment_order (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL REFERENCES account, message_id TEXT NOT NULL, sha256 TEXT NOT NULL,
    reason TEXT, words TEXT, deliveries INTEGER NOT NULL DEFAULT 1, copies INTEGER NOT NULL DEFAULT 1,
    payment_information_id TEXT, type TEXT NOT NULL DEFAULT 'pain.001.001.09', as_one INTEGER NOT NULL DEFAULT 1,
    UNIQUE (account, message_id)) STRICT;
CREATE TABLE IF NOT EXISTS transfer (
    id INTEGER PRIMARY KEY, payment_order INTEGER NOT NULL REFERENCES payment_order, e2e TEXT NOT NULL,
    currency TEXT NOT NULL, written TEXT NOT NULL, minor INTEGER NOT NULL, booked_minor INTEGER, rate TEXT,
    execution_on TEXT NOT NULL, creditor TEXT NOT NULL, remittance TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'booked', 'rejected', 'returned')), reason TEXT, words TEXT,
    due_at REAL, quiet INTEGER NOT NULL DEFAULT 0, return_at REAL, return_reason TEXT, instruction_id TEXT) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS transfer_once ON transfer (e2e) WHERE state <> 'rejected';
CREATE INDEX IF NOT EXISTS transfer_of_order ON transfer (payment_order);
CREATE INDEX IF NOT EXISTS transfer_e2e ON transfer (e2e);
CREATE INDEX IF NOT EXISTS transfer_due ON transfer (due_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS transfer_back ON transfer (return_at) WHERE state = 'booked' AND return_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS posting (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL REFERENCES account, on_date TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('CRDT', 'DBIT')), minor INTEGER NOT NULL CHECK (minor > 0),
    kind TEXT NOT NULL CHECK (kind IN ('transfer', 'return', 'credit', 'charge', 'reversal')), e2e TEXT,
    counterparty TEXT NOT NULL, remittance TEXT NOT NULL, reason TEXT, instructed_minor INTEGER,
    instructed_currency TEXT, rate TEXT, notify TEXT NOT NULL CHECK (notify IN ('due', 'held', 'done')),
    copies INTEGER NOT NULL DEFAULT 1, charge INTEGER NOT NULL DEFAULT 0, payment_order INTEGER, booking INTEGER,
    instruction_id TEXT, reverses INTEGER UNIQUE REFERENCES posting) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS posting_once ON posting (e2e, kind) WHERE kind IN ('transfer', 'return');
CREATE INDEX IF NOT EXISTS posting_due ON posting (account, on_date) WHERE notify = 'due';
CREATE INDEX IF NOT EXISTS posting_day ON posting (account, on_date);
CREATE TABLE IF NOT EXISTS statement (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL REFERENCES account, on_date TEXT NOT NULL, day_end INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS statement_day_end ON statement (account, on_date) WHERE day_end;
CREATE TABLE IF NOT EXISTS outgoing (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL UNIQUE, raw BLOB NOT NULL,
    written INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX IF NOT EXISTS outgoing_due ON outgoing (id) WHERE NOT written;
CREATE TABLE IF NOT EXISTS fault (
    id INTEGER PRIMARY KEY, kind TEXT, payment TEXT, seed INTEGER, rate TEXT, kinds TEXT,
    reason TEXT NOT NULL, seconds INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS fault_met (
    fault INTEGER NOT NULL, kind TEXT NOT NULL, e2e TEXT NOT NULL, PRIMARY KEY (fault, kind, e2e)) STRICT;
"""
_BEFORE = (
    "ALTER TABLE account ADD COLUMN credit_line INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE payment_order ADD COLUMN payment_information_id TEXT",
    "ALTER TABLE payment_order ADD COLUMN type TEXT NOT NULL DEFAULT 'pain.001.001.09'",
    "ALTER TABLE payment_order ADD COLUMN as_one INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE transfer ADD COLUMN instruction_id TEXT",
    "ALTER TABLE posting RENAME TO posting_before",
    "DROP INDEX posting_once",
    "DROP INDEX posting_due",
    "DROP INDEX posting_day",
)
_KEPT = (
    "id, account, on_date, direction, minor, kind, e2e, counterparty, remittance, reason, instructed_minor,"
    " instructed_currency, rate, notify, copies"
)
_AFTER = (
    f"INSERT INTO posting ({_KEPT}) SELECT {_KEPT} FROM posting_before",  # noqa: S608  # our own text
    "DROP TABLE posting_before",
)


def prepare(db: sqlite3.Connection) -> None:
    """Create the tables, or bring those of an earlier release to today's, in one transaction."""
    if _version(db) == _VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        if _version(db) != _VERSION:
            is_old = db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'posting'").fetchone() is not None
            statements = [each for each in _TABLES.split(";\n") if each.strip()]
            for each in (*(_BEFORE if is_old else ()), *statements, *(_AFTER if is_old else ())):
                db.execute(each)
            db.execute(f"PRAGMA user_version = {_VERSION}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _version(db: sqlite3.Connection) -> int:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)
