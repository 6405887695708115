"""The sandbox bank's books: one SQLite file, shared with its admin commands.

Amounts are integers in minor units. A decision and the messages it causes are committed together, so a kill at any
moment loses neither. UNIQUE constraints allow one booking per payment.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path

from adapters.sandbox_bank.answers import Holder
from domain.errors import BadInput, NotFound
from domain.values.currency import exponent
from domain.values.money import Money

DEFAULT_OPENING_MINOR = 10**14
"""Default opening balance: more than any production spends."""

_IN_WON = {
    "KRW": Decimal(1), "USD": Decimal(1380), "EUR": Decimal(1500), "JPY": Decimal("9.2"), "GBP": Decimal(1750),
    "CNY": Decimal(190), "TWD": Decimal(43), "HKD": Decimal(177), "SGD": Decimal(1030), "CAD": Decimal(1000),
    "AUD": Decimal(900), "CHF": Decimal(1600), "CZK": Decimal(60),
}  # fmt: skip
"""What the bank pays in won for one unit, unless somebody sets another rate. Every bank has rates of its own."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    key TEXT PRIMARY KEY, number TEXT NOT NULL, iban INTEGER NOT NULL, currency TEXT NOT NULL,
    opening INTEGER NOT NULL, balance INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS rate (
    base TEXT NOT NULL, quote TEXT NOT NULL, rate TEXT NOT NULL, PRIMARY KEY (base, quote)) STRICT;
CREATE TABLE IF NOT EXISTS received (
    claim TEXT PRIMARY KEY, account TEXT NOT NULL, sha256 TEXT NOT NULL, outcome TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS payment_order (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL REFERENCES account, message_id TEXT NOT NULL, sha256 TEXT NOT NULL,
    reason TEXT, words TEXT, deliveries INTEGER NOT NULL DEFAULT 1, copies INTEGER NOT NULL DEFAULT 1,
    UNIQUE (account, message_id)) STRICT;
CREATE TABLE IF NOT EXISTS transfer (
    id INTEGER PRIMARY KEY, payment_order INTEGER NOT NULL REFERENCES payment_order, e2e TEXT NOT NULL,
    currency TEXT NOT NULL, written TEXT NOT NULL, minor INTEGER NOT NULL, booked_minor INTEGER, rate TEXT,
    execution_on TEXT NOT NULL, creditor TEXT NOT NULL, remittance TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'booked', 'rejected', 'returned')), reason TEXT, words TEXT,
    due_at REAL, quiet INTEGER NOT NULL DEFAULT 0, return_at REAL, return_reason TEXT) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS transfer_once ON transfer (e2e) WHERE state <> 'rejected';
CREATE INDEX IF NOT EXISTS transfer_of_order ON transfer (payment_order);
CREATE INDEX IF NOT EXISTS transfer_e2e ON transfer (e2e);
CREATE INDEX IF NOT EXISTS transfer_due ON transfer (due_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS transfer_back ON transfer (return_at) WHERE state = 'booked' AND return_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS posting (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL REFERENCES account, on_date TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('CRDT', 'DBIT')), minor INTEGER NOT NULL CHECK (minor > 0),
    kind TEXT NOT NULL CHECK (kind IN ('transfer', 'return', 'credit')), e2e TEXT, counterparty TEXT NOT NULL,
    remittance TEXT NOT NULL, reason TEXT, instructed_minor INTEGER, instructed_currency TEXT, rate TEXT,
    notify TEXT NOT NULL CHECK (notify IN ('due', 'held', 'done')), copies INTEGER NOT NULL DEFAULT 1) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS posting_once ON posting (e2e, kind) WHERE kind <> 'credit';
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

_EXACT = Context(prec=80)


class BankBooks:
    """One connection to the books. Each process and thread opens its own."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA foreign_keys = ON")
        self.db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the connection. Committed data stays."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction. It takes the write lock at once, so that new ids can be computed safely."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def open_account(self, key: str, number: str, *, iban: bool, opening: Money) -> None:
        """Open an account in the currency of its opening balance. Opening it again unchanged has no effect.

        Raises:
            BadInput: the key is open with another number or currency.
        """
        with self.transaction() as db:
            db.execute(
                "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (key, number, iban, opening.currency, opening.minor, opening.minor),
            )
            is_open = db.execute("SELECT number, currency FROM account WHERE key = ?", (key,)).fetchone()
        if is_open != (number, opening.currency):
            raise BadInput(f"{key} is open at the sandbox bank with another number or currency: use another key.")

    def accounts(self) -> list[str]:
        """Return the keys of all open accounts."""
        return [key for (key,) in self.db.execute("SELECT key FROM account ORDER BY key")]

    def holder(self, key: str) -> Holder:
        """Return the account in the form that reports use.

        Raises:
            NotFound: it was never opened.
        """
        row = self.db.execute("SELECT number, iban, currency FROM account WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise NotFound(f"The sandbox bank has no account {key}: see `sluice sandbox books` for those it has.")
        return Holder(row[0], bool(row[1]), row[2])

    def set_rate(self, base: str, quote: str, rate: Decimal) -> None:
        """Set the bank's own rate, in units of `quote` per `base`, for amounts without an agreed rate."""
        exponent(base), exponent(quote)  # both must be currencies
        if not rate.is_finite() or rate <= 0:
            raise BadInput(f"{rate} is not an exchange rate: write a number above zero, such as 148.50.")
        self.db.execute(
            "INSERT INTO rate VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET rate = excluded.rate", (base, quote, str(rate))
        )

    def rates(self, quote: str) -> dict[str, Decimal]:
        """Return the bank's own rates into a currency, by base currency: those set by hand, else its list."""
        rows = self.db.execute("SELECT base, rate FROM rate WHERE quote = ?", (quote,))
        won = _IN_WON.get(quote)
        listed = {base: round(worth / won, 6) for base, worth in _IN_WON.items()} if won else {}
        return listed | {base: Decimal(rate) for base, rate in rows}

    def effects(self, end_to_end_id: str) -> int:
        """Return how many times money left an account for this payment. It must be 0 or 1."""
        count: int = self.db.execute(
            "SELECT count(*) FROM posting WHERE kind = 'transfer' AND e2e = ?", (end_to_end_id,)
        ).fetchone()[0]
        return count

    def booked(self) -> dict[str, Money]:
        """Return the amount booked for each payment, in the account's currency, by end-to-end id."""
        rows = self.db.execute(
            "SELECT e2e, minor, currency FROM posting JOIN account ON account.key = posting.account"
            " WHERE kind = 'transfer' ORDER BY posting.id"
        )
        return {e2e: Money(minor, currency) for e2e, minor, currency in rows}

    def balances(self) -> dict[str, Money]:
        """Return the balance of each account, by key."""
        rows = self.db.execute("SELECT key, balance, currency FROM account ORDER BY key")
        return {key: Money(minor, currency) for key, minor, currency in rows}


def converted(minor: int, base: str, quote: str, rate: Decimal) -> int:
    """Convert minor units of `base` to minor units of `quote`, rounded once, half to even."""
    exact = _EXACT.multiply(Decimal(minor).scaleb(exponent(quote) - exponent(base)), rate)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN, context=_EXACT))
