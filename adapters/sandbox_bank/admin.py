"""Commands to the sandbox bank by people and the embedded stack. They use its books, not a network."""

import re
from datetime import date
from pathlib import Path

from adapters.sandbox_bank.books import DEFAULT_OPENING_MINOR, BankBooks, converted
from domain.errors import BadInput
from domain.values.money import Money

_MAX_REMITTANCE = 140
_END_TO_END_ID = re.compile(r"[A-Za-z0-9/?:().,'+ -]{1,35}")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,40}")


def books_path(data_dir: Path) -> Path:
    """Return the path of the books in a stack's data folder."""
    return data_dir / "sandbox-bank" / "books.db"


def folders_path(data_dir: Path) -> Path:
    """Return the path of the exchange folders in a stack's data folder."""
    return data_dir / "bank"


def open_account(
    data_dir: Path, key: str, number: str, currency: str, *, iban: bool = False, opening: Money | None = None
) -> None:
    """Open an account. The running bank serves it from its next poll. Opening it again changes nothing.

    Args:
        data_dir: the stack's data folder.
        key: names the account's folder, such as `MANGA12-spc-jpy`.
        number: the account number in payment files.
        currency: the currency of the account.
        iban: whether the number is an IBAN.
        opening: the opening balance, by default 10**14 minor units. There is no overdraft.

    Raises:
        BadInput: not a key, the opening is in another currency, or the key is open with another number or currency.
    """
    opening = opening if opening is not None else Money(DEFAULT_OPENING_MINOR, currency)
    if not _KEY.fullmatch(key) or opening.currency != currency:
        raise BadInput(f"{key}: open an account by letters, digits, dots and hyphens, with a balance in {currency}.")
    books = BankBooks(books_path(data_dir))
    try:
        books.open_account(key, number, iban=iban, opening=opening)
    finally:
        books.close()


def credit(books: BankBooks, account: str, amount: Money, payer: str, reference: str, on: date) -> None:
    """Credit money from outside to an account. The bank notifies it with its next step.

    The reference becomes the remittance text, and the end-to-end id if it is a valid one. An amount in another currency
    is converted at the bank's own rate.

    Raises:
        BadInput: the amount is not above zero, there is no rate, or the payer or the reference is empty or too long.
        NotFound: there is no such account.
    """
    currency = books.holder(account).currency
    if amount.minor <= 0 or not payer or not 0 < len(reference) <= _MAX_REMITTANCE:
        raise BadInput(
            f"{amount} from {payer!r} for {reference!r} cannot come in: write an amount above zero, who pays, "
            f"and a reference of at most {_MAX_REMITTANCE} characters."
        )
    rate = None if amount.currency == currency else books.rates(currency).get(amount.currency)
    if rate is None and amount.currency != currency:
        raise BadInput(f"{account} is kept in {currency}: set the bank's rate from {amount.currency} first.")
    booked = amount.minor if rate is None else converted(amount.minor, amount.currency, currency, rate)
    instructed = (None, None, None) if rate is None else (amount.minor, amount.currency, str(rate))
    key = reference if _END_TO_END_ID.fullmatch(reference) else None
    with books.transaction() as db:
        db.execute(
            "INSERT INTO posting (account, on_date, direction, minor, kind, e2e, counterparty, remittance,"
            " instructed_minor, instructed_currency, rate, notify)"
            " VALUES (?, ?, 'CRDT', ?, 'credit', ?, ?, ?, ?, ?, ?, 'due')",
            (account, on.isoformat(), booked, key, payer, reference, *instructed),
        )
        db.execute("UPDATE account SET balance = balance + ? WHERE key = ?", (booked, account))


def request_statement(books: BankBooks, account: str, on: date) -> None:
    """Request a camt.053 of one day so far. The bank sends it with its next step.

    Raises:
        NotFound: there is no such account.
    """
    books.holder(account)
    with books.transaction() as db:
        db.execute("INSERT INTO statement (account, on_date, day_end) VALUES (?, ?, 0)", (account, on.isoformat()))


def transfers(books: BankBooks) -> list[tuple[str, str, str, str, int]]:
    """Return one line per transfer received: account, end-to-end id, amount as sent, state, number of bookings."""
    rows = books.db.execute(
        "SELECT o.account, t.e2e, t.written, t.state,"
        " (SELECT count(*) FROM posting p WHERE p.kind = 'transfer' AND p.e2e = t.e2e AND t.state <> 'rejected')"
        " FROM transfer t JOIN payment_order o ON o.id = t.payment_order ORDER BY t.id"
    )
    return rows.fetchall()
