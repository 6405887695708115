"""What the records have of a bank account: the bank's statements, the bookings by day, and the opening balance."""

import json
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import rows, tables
from adapters.db.streams import stream_of
from domain.bank.balances import AccountBooking, AccountRecord, known_balance
from domain.bank.reconciliation import AccountBooks, OpeningBalance, Reconciliation, Untold, reconcile
from domain.bank.statements import BankStatement
from domain.errors import NotFound
from domain.payments.payments import AT_THE_BANK
from domain.reads import EVERYTHING, Sight
from domain.values.money import Money

_CORRECTED = """
corrected AS (
    SELECT e.about AS movement, sum(e.minor) AS minor
    FROM entry e JOIN journal_event j ON j.stream = e.stream AND j.seq = e.seq
    WHERE e.stream = :stream AND e.account = :ledger AND j.type <> ALL (ARRAY[
        'payments-settled', 'payment-returned', 'receipt-matched', 'receipt-reversed', 'charge-booked',
        'movement-unmatched', 'opening-balance-recorded'])
    GROUP BY e.about
), of_account AS (SELECT * FROM booking WHERE stream = :stream AND account = :account)
"""
"""What people took off the bank account again, such as a booking that the bank told twice."""

_BY_DAY = sa.text(f"""
WITH {_CORRECTED}
SELECT booked_on, sum(minor)::text AS minor FROM (
    SELECT booked_on, minor FROM of_account WHERE fate <> 'known'
    UNION ALL
    SELECT b.booked_on, c.minor FROM corrected c LEFT JOIN of_account b USING (movement)
) each GROUP BY booked_on
""")  # noqa: S608 - our own text

_UNTOLD = sa.text(f"""
WITH {_CORRECTED}
SELECT b.*, (
    SELECT min(s.movement) FROM of_account s
    WHERE s.kind = 'statement' AND s.fate = 'suspense' AND s.booked_on = b.booked_on AND s.minor = b.minor
) AS twin
FROM of_account b LEFT JOIN corrected c USING (movement)
WHERE b.fate <> 'known' AND b.kind IN ('notification', 'intraday') AND b.minor + COALESCE(c.minor, 0) <> 0
    AND NOT EXISTS (
        SELECT FROM of_account k
        WHERE k.about IN (b.movement, b.entry) AND k.fate = 'known' AND k.kind = 'statement')
ORDER BY b.booked_on, b.movement
""")  # noqa: S608 - our own text

_BOOKINGS = sa.text("""
WITH of_account AS (SELECT * FROM booking WHERE stream = :stream AND account = :account), corrected AS (
    SELECT e.about AS movement, sum(e.minor) AS minor
    FROM journal_event j JOIN entry e ON e.stream = j.stream AND e.seq = j.seq
    WHERE j.stream = :stream AND j.type IN ('movement-allocated', 'movement-allocation-undone') AND e.account = :ledger
    GROUP BY e.about
)
SELECT b.movement, b.booked_on, b.minor + COALESCE(c.minor, 0) AS minor, (b.kind = 'statement') IS TRUE OR EXISTS (
    SELECT FROM of_account k WHERE k.about IN (b.movement, b.entry) AND k.fate = 'known' AND k.kind = 'statement'
) AS stated
FROM of_account b LEFT JOIN corrected c USING (movement)
WHERE b.fate <> 'known' AND (b.booked_on IS NULL OR b.booked_on >= :since)
""")
"""The bookings since a day, less what people took off again, such as a booking that the bank told twice."""

_LEDGER = sa.text("SELECT COALESCE(sum(minor), 0)::text FROM entry WHERE stream = :stream AND account = :ledger")

_OPENING = sa.text(
    "SELECT body FROM journal_event WHERE stream = :stream AND type = 'opening-balance-recorded'"
    " AND body::jsonb ->> 'account' = :account ORDER BY seq DESC LIMIT 1"
)


_ACCOUNTS = sa.text(
    "SELECT account, currency FROM booking WHERE stream = :stream"
    " UNION SELECT account, currency FROM bank_statement WHERE stream = :stream ORDER BY account"
)


def reconciliations(
    connection: Connection, production: str, account: str | None, on: date, sight: Sight = EVERYTHING
) -> list[Reconciliation]:
    """Compare the bank's balances with the books, for one account or all of which the bank told something.

    Raises:
        NotFound: the bank told nothing of the account.
    """
    reported = connection.execute(_ACCOUNTS, {"stream": stream_of(production)}).all()
    shown = [row for row in reported if sight.everything or row.account in sight.accounts]
    chosen = [row for row in shown if account in {None, row.account}]
    if account is not None and not chosen:
        raise NotFound(
            f"No bank told anything of account {account} of {production} yet: there is nothing to reconcile."
        )
    return [_compared(connection, production, row.account, row.currency, on) for row in chosen]


def reconciled_until(connection: Connection, production: str, account: str) -> date | None:
    """The last day up to which the bank's statements of an account agree with the books."""
    reported = {row.account: row.currency for row in connection.execute(_ACCOUNTS, {"stream": stream_of(production)})}
    if account not in reported:
        return None
    return _compared(connection, production, account, reported[account], date.max).reconciled_until


def _compared(connection: Connection, production: str, account: str, currency: str, on: date) -> Reconciliation:
    books = account_books(connection, production, account, currency)
    return reconcile(bank_statements(connection, production, account), books, on)


def bank_statements(connection: Connection, production: str, account: str) -> list[BankStatement]:
    """The statements of an account, in the order in which they were taken."""
    table = tables.bank_statement.c
    query = (
        sa.select(tables.bank_statement)
        .where(table.stream == stream_of(production), table.account == account)
        .order_by(table.seq, table.place)
    )
    return [rows.bank_statement_of(dict(row)) for row in connection.execute(query).mappings()]


def account_books(connection: Connection, production: str, account: str, currency: str) -> AccountBooks:
    """What the books have of an account."""
    named = {"stream": stream_of(production), "account": account, "ledger": f"asset:bank:{account}"}
    by_day = {row.booked_on: Money(int(row.minor), currency) for row in connection.execute(_BY_DAY, named)}
    untold = [
        Untold(row.movement, row.booked_on, Money(row.minor, currency), row.kind, row.about, row.twin)
        for row in connection.execute(_UNTOLD, named)
    ]
    ledger = Money(int(connection.execute(_LEDGER, named).scalar_one()), currency)
    opening = opening_balance(connection, production, account)
    return AccountBooks(account, ledger, by_day, untold, opening, _on_the_way(connection, production, account))


def account_record(connection: Connection, production: str, account: str, currency: str) -> AccountRecord:
    """What a production's books have of a bank account, as far as its balance depends on it."""
    told, opening = bank_statements(connection, production, account), opening_balance(connection, production, account)
    record = AccountRecord(told, (), opening)
    known = known_balance([record])
    since = known.on if known is not None else date.max
    named = {"stream": stream_of(production), "account": account, "ledger": f"asset:bank:{account}", "since": since}
    booked = tuple(
        AccountBooking(row.movement, row.booked_on, Money(int(row.minor), currency), row.stated)
        for row in connection.execute(_BOOKINGS, named)
    )
    return AccountRecord(told, booked, opening)


def opening_balance(connection: Connection, production: str, account: str) -> OpeningBalance | None:
    """The opening balance on record of an account."""
    named = {"stream": stream_of(production), "account": account}
    body = connection.execute(_OPENING, named).scalar_one_or_none()
    if body is None:
        return None
    reported = json.loads(body)
    return OpeningBalance(Money.parse(reported["amount"]), date.fromisoformat(reported["on"]))


def first_booking(connection: Connection, production: str, account: str) -> date | None:
    """The first day of which the books have a booking of an account."""
    table = tables.booking.c
    query = sa.select(sa.func.min(table.booked_on)).where(
        table.stream == stream_of(production), table.account == account
    )
    found: date | None = connection.execute(query).scalar_one()
    return found


def _on_the_way(connection: Connection, production: str, account: str) -> dict[str, Money]:
    """Payments that the bank has and did not book, by id."""
    table = tables.payment.c
    query = sa.select(table.id, table.currency, table.minor).where(
        table.production == production, table.account == account, table.status.in_(sorted(AT_THE_BANK))
    )
    return {row.id: Money(row.minor, row.currency) for row in connection.execute(query.order_by(table.id))}
