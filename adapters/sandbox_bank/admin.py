"""Commands to the sandbox bank by people and the embedded stack. They use its books, not a network."""

import re
from datetime import date
from pathlib import Path

from adapters.sandbox_bank.bookings import post
from adapters.sandbox_bank.books import CREDIT_LINE_MINOR, FUNDS_MINOR, BankBooks, converted
from adapters.sandbox_bank.dialect import Dialect
from domain.errors import BadInput, NotFound
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
    data_dir: Path,
    key: str,
    number: str,
    currency: str,
    *,
    iban: bool = False,
    opening: Money | None = None,
    dialect: Dialect | None = None,
) -> bool:
    """Open an account. The running bank serves it from its next poll. Opening it again changes nothing.

    Args:
        data_dir: the stack's data folder.
        key: names the account's folder, such as `MANGA12-spc-jpy`.
        number: the account number in payment files.
        currency: the currency of the account.
        iban: whether the number is an IBAN.
        opening: the opening balance, which cannot be overdrawn; by default nothing, with a credit line of 10**14 minor
            units.
        dialect: how its files are written; the account's present dialect if left out.

    Returns whether the account is new.

    Raises:
        BadInput: not a key, the opening is in another currency, or the key is open with another number or currency.
    """
    credit_line = CREDIT_LINE_MINOR if opening is None else 0
    opening = opening if opening is not None else Money.zero(currency)
    if not _KEY.fullmatch(key) or opening.currency != currency:
        raise BadInput(f"{key}: open an account by letters, digits, dots and hyphens, with a balance in {currency}.")
    books = BankBooks(books_path(data_dir))
    try:
        new = books.open_account(key, number, iban=iban, opening=opening, credit_line=credit_line)
        if dialect is not None:
            books.set_dialect(key, dialect)
    finally:
        books.close()
    return new


def open_with_funds(data_dir: Path, key: str, number: str, currency: str, *, iban: bool, on: date) -> None:
    """Open an account that holds money of its own, and let the bank state it on a day that is over.

    So everybody knows the balance, and no booking of a day to come is missing in the statement. An account that is open
    already is left as it is.
    """
    opening = Money(FUNDS_MINOR, currency)
    if open_account(data_dir, key, number, currency, iban=iban, opening=opening):
        books = BankBooks(books_path(data_dir))
        try:
            request_statement(books, key, on)
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
    whole = amount.minor if rate is None else converted(amount.minor, amount.currency, currency, rate)
    charge = min(books.dialect(account).credit_charge, whole - 1)
    instructed = (None, None, None) if rate is None else (amount.minor, amount.currency, str(rate))
    key = reference if _END_TO_END_ID.fullmatch(reference) else None
    with books.transaction() as db:
        values = (account, on.isoformat(), whole - charge, key, payer, reference, None, *instructed, charge, None)
        post(db, ("CRDT", "credit", *values))


def debit(books: BankBooks, account: str, amount: Money, payee: str, reference: str, on: date) -> None:
    """Let money leave an account by no order of ours, such as by a card or another bank's direct debit.

    Raises:
        BadInput: the amount is not above zero, in another currency, or more than the account has.
        NotFound: there is no such account.
    """
    currency = books.holder(account).currency
    if amount.currency != currency or amount.minor <= 0 or not payee or not 0 < len(reference) <= _MAX_REMITTANCE:
        raise BadInput(
            f"{amount} to {payee!r} for {reference!r} cannot leave {account}: write an amount above 0 in {currency}, "
            f"who gets it, and a reference of at most {_MAX_REMITTANCE} characters."
        )
    with books.transaction() as db:
        (has,) = db.execute("SELECT balance + credit_line FROM account WHERE key = ?", (account,)).fetchone()
        if amount.minor > has:
            raise BadInput(f"{account} has no more than {Money(has, currency)}: {amount} cannot leave it.")
        values = (account, on.isoformat(), amount.minor, None, payee, reference, None, None, None, None, 0, None)
        post(db, ("DBIT", "transfer", *values))


def reverse(books: BankBooks, account: str, reference: str, on: date) -> None:
    """Take back the last credit under a reference, as a bank does that credited the wrong account.

    Raises:
        NotFound: there is no such credit that was not reversed before.
        BadInput: the balance is not sufficient.
    """
    with books.transaction() as db:
        row = db.execute(
            "SELECT p.id, p.minor, p.e2e, p.counterparty, p.remittance, a.balance + a.credit_line FROM posting p"
            " JOIN account a ON a.key = p.account WHERE p.account = ? AND p.kind = 'credit' AND p.remittance = ?"
            " AND p.id NOT IN (SELECT reverses FROM posting WHERE reverses IS NOT NULL) ORDER BY p.id DESC LIMIT 1",
            (account, reference),
        ).fetchone()
        if row is None:
            raise NotFound(f"{account} has no credit for {reference!r} that can be reversed: see what came in there.")
        number, minor, key, payer, remittance, available = row
        if minor > available:
            raise BadInput(f"{account} holds less than the credit for {reference!r}: it cannot be reversed.")
        values = (account, on.isoformat(), minor, key, payer, remittance, None, None, None, None, 0, number)
        post(db, ("DBIT", "reversal", *values))


def request_statement(books: BankBooks, account: str, on: date) -> None:
    """Request a statement of one day so far. The bank sends it with its next step.

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
