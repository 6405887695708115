"""Account reports that the bank sends unasked, in the dialect of the account: bookings when made, and days."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from itertools import groupby

from adapters.sandbox_bank.bookings import Moment
from adapters.sandbox_bank.books import BankBooks
from adapters.sandbox_bank.dialect import Dialect, Telling
from adapters.sandbox_bank.entries import Posting, Report, entries_of, pages_of
from adapters.sandbox_bank.files import account_file, file_name
from adapters.sandbox_bank.outgoing import send

_BATCH = 10_000
_POSTINGS = """
SELECT p.id, p.direction, p.minor, p.kind, p.e2e, p.counterparty, p.remittance, p.reason, p.instructed_minor,
    p.instructed_currency, p.rate, p.on_date, p.charge, p.booking, p.instruction_id, o.message_id,
    o.payment_information_id, coalesce(o.as_one, 0)
FROM posting p LEFT JOIN payment_order o ON o.id = p.payment_order
"""


def notify(books: BankBooks, account: str, now: Moment) -> None:
    """Report bookings not yet reported, one file per day and per 10,000 lines."""
    db, dialect = books.db, books.dialect(account)
    groups = db.execute(
        "SELECT DISTINCT on_date, copies FROM posting WHERE account = ? AND notify = 'due' ORDER BY on_date, copies",
        (account,),
    ).fetchall()
    for on, copies in groups:
        values = (account, on, copies)
        due = _postings(db, "p.account = ? AND p.on_date = ? AND p.notify = 'due' AND p.copies = ?", values)
        for batch in _batches(books, account, on, due, dialect):
            _notify(books, account, batch, dialect, now, copies)
        db.execute(
            "UPDATE posting SET notify = 'done' WHERE account = ? AND on_date = ? AND notify = 'due' AND copies = ?",
            values,
        )


def _batches(
    books: BankBooks, account: str, on: str, due: Sequence[Posting], dialect: Dialect
) -> Iterable[Sequence[Posting]]:
    """Return the postings of each notification. An order that is booked as one sum is not divided."""
    if dialect.notification == "none" or dialect.format == "zengin":
        return
    if dialect.notification == "running":
        yield _postings(books.db, "p.account = ? AND p.on_date = ? AND p.notify <> 'held'", (account, on))
        return
    size = _BATCH if dialect.lump == "never" else len(due)
    for start in range(0, len(due), size):
        yield due[start : start + size]


def _notify(
    books: BankBooks, account: str, batch: Sequence[Posting], dialect: Dialect, now: Moment, copies: int
) -> None:
    telling: Telling = "notification" if dialect.notification == "camt.054" else "intraday"
    day = date.fromisoformat(batch[0].on)
    (number,) = books.db.execute("SELECT count(*) + 1 FROM outgoing WHERE account = ?", (account,)).fetchone()
    entries = entries_of(batch, dialect, telling)
    report = Report(telling, books.holder(account), number, day, day, None, None, entries)
    _send(books.db, account, [report], dialect, now, copies)


def close_days(books: BankBooks, account: str, now: Moment) -> None:
    """Request the day-end statements of all days before today that have bookings."""
    books.db.execute(
        "INSERT INTO statement (account, on_date, day_end)"
        " SELECT DISTINCT account, on_date, 1 FROM posting WHERE account = ? AND on_date < ? ORDER BY on_date"
        " ON CONFLICT DO NOTHING",
        (account, now.at.date().isoformat()),
    )


def state(books: BankBooks, now: Moment) -> None:
    """Send every statement requested by a person or by the end of a day."""
    rows = books.db.execute("SELECT id, account, on_date FROM statement WHERE NOT done ORDER BY id").fetchall()
    dialects = {account: books.dialect(account) for _, account, _ in rows}

    def _file(row: tuple[int, str, str]) -> tuple[str, str, int]:
        number, account, _ = row
        dialect = dialects[account]
        return dialect.group, "" if dialect.group else account, number if _own_file(dialect) else 0

    for _, due in groupby(sorted(rows, key=_file), key=_file):
        _state(books, list(due), dialects, now)


def _own_file(dialect: Dialect) -> bool:
    return dialect.days == "own" and not dialect.group


def _state(books: BankBooks, due: Sequence[tuple[int, str, str]], dialects: dict[str, Dialect], now: Moment) -> None:
    """Send one file of statements; with pages, one file for each page."""
    db = books.db
    reports: list[Report] = []
    for account, rows in groupby(sorted(due, key=lambda row: (row[1], row[0])), key=lambda row: row[1]):
        days = sorted({on for _, _, on in rows})
        dialect = dialects[account]
        for first, last in [(days[0], days[-1])] if dialect.days == "statement" else [(on, on) for on in days]:
            reports.append(_statement(books, account, first, last, dialect, len(reports)))
    account = min(account for _, account, _ in due)
    dialect = dialects[account]
    size = 0 if dialect.format == "zengin" else dialect.page
    pages = [page for report in reports for page in pages_of(report, size)]
    for file in [[page] for page in pages] if size else [reports]:
        _send(db, account, file, dialect, now)
    db.executemany("UPDATE statement SET done = 1 WHERE id = ?", [(number,) for number, _, _ in due])


def _statement(books: BankBooks, account: str, first: str, last: str, dialect: Dialect, before: int) -> Report:
    """Make the statement of a span of days. `before` counts statements made in the same step."""
    (opening,) = books.db.execute(
        "SELECT a.opening + coalesce((SELECT sum(CASE p.direction WHEN 'CRDT' THEN p.minor ELSE -p.minor END)"
        " FROM posting p WHERE p.account = a.key AND p.on_date < ?), 0) FROM account a WHERE a.key = ?",
        (first, account),
    ).fetchone()
    lines = _postings(books.db, "p.account = ? AND p.on_date BETWEEN ? AND ?", (account, first, last))
    (made,) = books.db.execute("SELECT count(*) FROM statement WHERE account = ? AND done", (account,)).fetchone()
    moved = sum(each.minor if each.direction == "CRDT" else -each.minor for each in lines)
    return Report(
        telling="statement",
        holder=books.holder(account),
        number=made + before + 1,
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        opening=opening,
        closing=opening + moved,
        entries=entries_of(lines, dialect, "statement"),
    )


def _send(
    db: sqlite3.Connection, account: str, reports: Sequence[Report], dialect: Dialect, now: Moment, copies: int = 1
) -> None:
    build = partial(account_file, at=now.at, reports=reports, dialect=dialect)
    for _ in range(2 if dialect.repeats else 1):
        send(db, account, file_name(reports[0].telling, dialect), build, copies)


def _postings(db: sqlite3.Connection, where: str, values: tuple[object, ...]) -> list[Posting]:
    return [Posting(*row) for row in db.execute(f"{_POSTINGS} WHERE {where} ORDER BY p.id", values)]
