"""The sandbox bank's books: one SQLite file, shared with its admin commands.

Amounts are integers in minor units. A decision and the messages it causes are committed together, so a kill at any
moment loses neither. UNIQUE constraints allow one booking per payment.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path

from adapters.sandbox_bank.dialect import DEFAULT, Dialect
from adapters.sandbox_bank.entries import Holder
from adapters.sandbox_bank.schema import prepare
from domain.errors import BadInput, NotFound
from domain.values.currency import exponent
from domain.values.money import Money

FUNDS_MINOR = 10**12
"""What a new account of the embedded stack holds: more than the productions that people try out spend."""
CREDIT_LINE_MINOR = 10**14
"""How far an account may be overdrawn unless it is opened with money of its own: more than any production spends."""

_IN_WON = {
    "KRW": Decimal(1), "USD": Decimal(1380), "EUR": Decimal(1500), "JPY": Decimal("9.2"), "GBP": Decimal(1750),
    "CNY": Decimal(190), "TWD": Decimal(43), "HKD": Decimal(177), "SGD": Decimal(1030), "CAD": Decimal(1000),
    "AUD": Decimal(900), "CHF": Decimal(1600), "CZK": Decimal(60),
}  # fmt: skip
"""What the bank pays in won for one unit, unless somebody sets another rate. Every bank has rates of its own."""

_ZENGIN_LIMIT = 10**14
"""A Zengin balance has 14 digits."""
_EXACT = Context(prec=80)


class BankBooks:
    """One connection to the books. Each process and thread opens its own."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA foreign_keys = ON")
        prepare(self.db)

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

    def open_account(self, key: str, number: str, *, iban: bool, opening: Money, credit_line: int = 0) -> bool:
        """Open an account in the currency of its opening balance. Opening it again unchanged has no effect.

        `credit_line` is how far it may be overdrawn, in minor units. Returns whether the account is new.

        Raises:
            BadInput: the key is open with another number or currency.
        """
        with self.transaction() as db:
            new = db.execute(
                "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (key, number, iban, opening.currency, opening.minor, opening.minor, credit_line),
            ).rowcount
            is_open = db.execute("SELECT number, currency FROM account WHERE key = ?", (key,)).fetchone()
        if is_open != (number, opening.currency):
            raise BadInput(f"{key} is open at the sandbox bank with another number or currency: use another key.")
        return bool(new)

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

    def set_dialect(self, account: str, dialect: Dialect) -> None:
        """Let the bank write an account's files in a dialect from now on.

        Raises:
            NotFound: there is no such account.
            BadInput: the format cannot carry the account's currency or its balance.
        """
        currency = self.holder(account).currency
        (balance,) = self.db.execute("SELECT balance FROM account WHERE key = ?", (account,)).fetchone()
        if dialect.format == "zengin" and (currency != "JPY" or balance >= _ZENGIN_LIMIT):
            raise BadInput(
                f"{account} holds {currency} {balance}: Zengin records carry JPY below {_ZENGIN_LIMIT}, so open a JPY "
                "account with less."
            )
        self.db.execute(
            "INSERT INTO dialect VALUES (?, ?) ON CONFLICT DO UPDATE SET traits = excluded.traits",
            (account, dialect.model_dump_json()),
        )

    def dialect(self, account: str) -> Dialect:
        """Return the dialect of an account's files."""
        row = self.db.execute("SELECT traits FROM dialect WHERE account = ?", (account,)).fetchone()
        return DEFAULT if row is None else Dialect.model_validate_json(row[0])

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
        """Return the amount booked for each payment without charges, in the account's currency, by end-to-end id."""
        rows = self.db.execute(
            "SELECT e2e, minor - charge, currency FROM posting JOIN account ON account.key = posting.account"
            " WHERE kind = 'transfer' AND e2e IS NOT NULL ORDER BY posting.id"
        )
        return {e2e: Money(minor, currency) for e2e, minor, currency in rows}

    def bookings(self, account: str) -> list[tuple[date, Money]]:
        """Return each booking of an account with its day: positive for money that came in."""
        currency = self.holder(account).currency
        rows = self.db.execute(
            "SELECT on_date, CASE direction WHEN 'CRDT' THEN minor ELSE -minor END FROM posting WHERE account = ?"
            " ORDER BY id",
            (account,),
        )
        return [(date.fromisoformat(on), Money(minor, currency)) for on, minor in rows]

    def moved(self) -> dict[str, Money]:
        """Return what each account gained or lost since it was opened, by key."""
        rows = self.db.execute("SELECT key, balance - opening, currency FROM account ORDER BY key")
        return {key: Money(minor, currency) for key, minor, currency in rows}

    def balances(self) -> dict[str, Money]:
        """Return the balance of each account, by key."""
        rows = self.db.execute("SELECT key, balance, currency FROM account ORDER BY key")
        return {key: Money(minor, currency) for key, minor, currency in rows}


def converted(minor: int, base: str, quote: str, rate: Decimal) -> int:
    """Convert minor units of `base` to minor units of `quote`, rounded once, half to even."""
    exact = _EXACT.multiply(Decimal(minor).scaleb(exponent(quote) - exponent(base)), rate)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN, context=_EXACT))
