"""What changes the balance of an account: orders that are due, returns, and credits that are reversed."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.sandbox_bank.books import BankBooks

_FEE_WORDS = "Transfer fee"


@dataclass(frozen=True, slots=True)
class Moment:
    """The current time: the business time of bookings, and the seconds that delays are counted in."""

    at: datetime
    seconds: float


def settle(books: BankBooks, account: str, now: Moment) -> list[int]:
    """Book what is due on an account, or reject what its balance cannot cover; return the ids of the orders."""
    db, currency = books.db, books.holder(account).currency
    dialect = books.dialect(account)
    balance, credit_line = db.execute("SELECT balance, credit_line FROM account WHERE key = ?", (account,)).fetchone()
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM posting").fetchone()
    due = db.execute(
        "SELECT t.id, t.payment_order, t.e2e, t.minor, t.currency, t.booked_minor, t.rate, t.execution_on, t.creditor,"
        " t.remittance, t.quiet, o.copies, t.instruction_id FROM transfer t"
        " JOIN payment_order o ON o.id = t.payment_order"
        " WHERE t.state = 'waiting' AND t.due_at <= ? AND o.account = ? ORDER BY t.id",
        (now.seconds, account),
    ).fetchall()
    today = now.at.date().isoformat()
    postings: list[tuple[object, ...]] = []
    states: list[tuple[object, ...]] = []
    charge = dialect.debit_charge
    bookings: dict[tuple[object, ...], int] = {}
    for number, order, e2e, minor, of, booked, rate, on, creditor, remittance, quiet, copies, instruction in due:
        whole = booked + charge
        if whole > balance + credit_line:
            states.append(("rejected", "AM04", "The balance is not sufficient", number))
            continue
        balance -= whole
        last += 1
        instructed = (minor, of) if of != currency else (None, None)
        notify, day = "held" if quiet else "due", max(on, today)
        booking = bookings.setdefault((order, quiet, day), last)
        states.append(("booked", None, None, number))
        line = (last, account, day, whole, e2e, creditor, remittance, *instructed, rate, notify, copies)
        postings.append((*line, charge, order, booking, instruction))
    db.executemany(
        "INSERT INTO posting (id, account, on_date, direction, minor, kind, e2e, counterparty, remittance,"
        " instructed_minor, instructed_currency, rate, notify, copies, charge, payment_order, booking, instruction_id)"
        " VALUES (?, ?, ?, 'DBIT', ?, 'transfer', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        postings,
    )
    db.executemany("UPDATE transfer SET state = ?, reason = ?, words = ? WHERE id = ?", states)
    db.execute("UPDATE account SET balance = ? WHERE key = ?", (balance, account))
    for _, quiet, day in bookings:
        _take_fee(db, account, dialect.fee, str(day), "held" if quiet else "due")
    return sorted({row[1] for row in due})


def _take_fee(db: sqlite3.Connection, account: str, minor: int, day: str, notify: str) -> None:
    """Book the charge for an order, unless there is none or the balance is not sufficient."""
    if minor == 0:
        return
    taken = db.execute(
        "UPDATE account SET balance = balance - ? WHERE key = ? AND balance + credit_line >= ?", (minor, account, minor)
    )
    if taken.rowcount:
        db.execute(
            "INSERT INTO posting (account, on_date, direction, minor, kind, counterparty, remittance, notify)"
            " VALUES (?, ?, 'DBIT', ?, 'charge', '', ?, ?)",
            (account, day, minor, _FEE_WORDS, notify),
        )


def bring_back(books: BankBooks, now: Moment) -> None:
    """Credit returns that are due after settlement, with the reason of their fault."""
    due = books.db.execute(
        "SELECT t.id, o.account, t.e2e, t.minor, t.currency, t.booked_minor, t.rate, t.creditor, t.return_reason"
        " FROM transfer t JOIN payment_order o ON o.id = t.payment_order"
        " WHERE t.state = 'booked' AND t.return_at <= ? ORDER BY t.id",
        (now.seconds,),
    ).fetchall()
    on = now.at.date().isoformat()
    for number, account, e2e, minor, currency, booked, rate, creditor, reason in due:
        instructed = (minor, currency, rate) if rate is not None else (None, None, None)
        post(
            books.db,
            ("CRDT", "return", account, on, booked, e2e, creditor, "Returned", reason, *instructed, 0, None),
        )
        books.db.execute("UPDATE transfer SET state = 'returned' WHERE id = ?", (number,))


def post(db: sqlite3.Connection, values: Sequence[object]) -> None:
    """Record one booking that no order causes, and change the balance by it.

    The values are: direction, kind, account, day, minor units, end-to-end id, counterparty, remittance, reason, the
    instructed minor units, currency and rate, the charge taken off, and the posting that it reverses.
    """
    db.execute(
        "INSERT INTO posting (direction, kind, account, on_date, minor, e2e, counterparty, remittance, reason,"
        " instructed_minor, instructed_currency, rate, charge, reverses, notify)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'due')",
        values,
    )
    direction, _, account, _, minor = values[:5]
    sign = 1 if direction == "CRDT" else -1
    db.execute("UPDATE account SET balance = balance + ? * ? WHERE key = ?", (sign, minor, account))
