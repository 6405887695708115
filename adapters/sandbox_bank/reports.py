"""Reports that the bank sends unasked: bookings as camt.054, days as camt.053, and returned money."""

import sqlite3
from datetime import date
from functools import partial

from adapters.sandbox_bank.answers import Posting, notification, statement
from adapters.sandbox_bank.books import BankBooks
from adapters.sandbox_bank.orders import Moment
from adapters.sandbox_bank.outgoing import send

_BATCH = 10_000
_COLUMNS = (
    "id, direction, minor, kind, e2e, counterparty, remittance, reason, instructed_minor, instructed_currency, rate"
)


def bring_back(books: BankBooks, now: Moment) -> None:
    """Credit returns that are due after settlement, with the reason of their fault."""
    db = books.db
    due = db.execute(
        "SELECT t.id, o.account, t.e2e, t.minor, t.currency, t.booked_minor, t.rate, t.creditor, t.return_reason"
        " FROM transfer t JOIN payment_order o ON o.id = t.payment_order"
        " WHERE t.state = 'booked' AND t.return_at <= ? ORDER BY t.id",
        (now.seconds,),
    ).fetchall()
    for number, account, e2e, minor, currency, booked, rate, creditor, reason in due:
        instructed = (minor, currency, rate) if rate is not None else (None, None, None)
        db.execute(
            "INSERT INTO posting (account, on_date, direction, minor, kind, e2e, counterparty, remittance, reason,"
            " instructed_minor, instructed_currency, rate, notify)"
            " VALUES (?, ?, 'CRDT', ?, 'return', ?, ?, 'Returned', ?, ?, ?, ?, 'due')",
            (account, now.at.date().isoformat(), booked, e2e, creditor, reason, *instructed),
        )
        db.execute("UPDATE account SET balance = balance + ? WHERE key = ?", (booked, account))
        db.execute("UPDATE transfer SET state = 'returned' WHERE id = ?", (number,))


def notify(books: BankBooks, account: str, now: Moment) -> None:
    """Send a camt.054 of bookings not yet reported, one file per day and per 10,000 lines."""
    db, holder = books.db, books.holder(account)
    groups = db.execute(
        "SELECT DISTINCT on_date, copies FROM posting WHERE account = ? AND notify = 'due' ORDER BY on_date, copies",
        (account,),
    ).fetchall()
    for on, copies in groups:
        due = _postings(db, "account = ? AND on_date = ? AND notify = 'due' AND copies = ?", (account, on, copies))
        for start in range(0, len(due), _BATCH):
            batch = due[start : start + _BATCH]
            send(
                db,
                account,
                "camt.054",
                partial(notification, at=now.at, holder=holder, on=date.fromisoformat(on), postings=batch),
                copies,
            )
            db.execute(
                "UPDATE posting SET notify = 'done' WHERE account = ? AND on_date = ? AND notify = 'due'"
                " AND copies = ? AND id BETWEEN ? AND ?",
                (account, on, copies, batch[0].id, batch[-1].id),
            )


def close_days(books: BankBooks, account: str, now: Moment) -> None:
    """Request the day-end statements of all days before today that have bookings."""
    books.db.execute(
        "INSERT INTO statement (account, on_date, day_end)"
        " SELECT DISTINCT account, on_date, 1 FROM posting WHERE account = ? AND on_date < ? ORDER BY on_date"
        " ON CONFLICT DO NOTHING",
        (account, now.at.date().isoformat()),
    )


def state(books: BankBooks, now: Moment) -> None:
    """Send the camt.053 of every statement requested by a person or by the end of a day."""
    db = books.db
    for number, account, on in db.execute(
        "SELECT id, account, on_date FROM statement WHERE NOT done ORDER BY id"
    ).fetchall():
        holder = books.holder(account)
        (opening,) = db.execute(
            "SELECT a.opening + coalesce((SELECT sum(CASE p.direction WHEN 'CRDT' THEN p.minor ELSE -p.minor END)"
            " FROM posting p WHERE p.account = a.key AND p.on_date < ?), 0) FROM account a WHERE a.key = ?",
            (on, account),
        ).fetchone()
        lines = _postings(db, "account = ? AND on_date = ?", (account, on))
        day = date.fromisoformat(on)
        send(
            db,
            account,
            "camt.053",
            partial(statement, at=now.at, holder=holder, on=day, opening=opening, postings=lines),
        )
        db.execute("UPDATE statement SET done = 1 WHERE id = ?", (number,))


def _postings(db: sqlite3.Connection, where: str, values: tuple[object, ...]) -> list[Posting]:
    rows = db.execute(f"SELECT {_COLUMNS} FROM posting WHERE {where} ORDER BY id", values)  # noqa: S608  # our own text
    return [Posting(*row) for row in rows]
