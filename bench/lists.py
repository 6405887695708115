"""What a list costs: the CPU of each list command, and the time of a page, the first and one from the middle.

The records are made by SQL: as many payments, receipts, runs, events and entries as asked for, and a few movements in
suspense. Of what a page takes, the query and the making of its rows are counted, not the connection.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from adapters.db.connection import engine_of
from adapters.db.queries.bank import MovementFilter, unmatched
from adapters.db.queries.journal import EventFilter, newest_events
from adapters.db.queries.ledger import EntryFilter, entries
from adapters.db.queries.paging import Page, PageRequest
from adapters.db.queries.payments import PaymentFilter, payments
from adapters.db.queries.receipts import ReceiptFilter, receipts
from adapters.db.queries.runs import RunFilter, runs
from adapters.embedded.postgres import APP, OWNER, EmbeddedPostgres
from app.database import upgrade
from bench import common

PRODUCTION = "BENCH"
TIMES = 5
COMMANDS = (
    ("payment", "list"),
    ("payment", "list", "--production", PRODUCTION, "--status", "due"),
    ("payment", "expected"),
    ("run", "show"),
    ("movement", "list"),
    ("milestone", "list", PRODUCTION),
    ("distribution", "list", PRODUCTION),
    ("statement", "list", PRODUCTION),
    ("ledger", "entries", PRODUCTION),
    ("ledger", "balances", PRODUCTION),
    ("journal", "tail", PRODUCTION),
    ("history", "list"),
    ("agreement", "show"),
)
WHOLE = (("payment", "list", "--all"), ("payment", "list", "--json"))
LISTS: dict[str, Callable[[Connection, PageRequest], Page[Any]]] = {
    "payments": lambda connection, page: payments(connection, PaymentFilter(PRODUCTION), page),
    "payments_held": lambda connection, page: payments(connection, PaymentFilter(PRODUCTION, "held"), page),
    "receipts": lambda connection, page: receipts(connection, ReceiptFilter(PRODUCTION), page),
    "runs": lambda connection, page: runs(connection, RunFilter(PRODUCTION), page),
    "movements": lambda connection, page: unmatched(connection, MovementFilter(PRODUCTION), page),
    "entries": lambda connection, page: entries(connection, EntryFilter(PRODUCTION), page),
    "events": lambda connection, page: newest_events(connection, EventFilter(PRODUCTION), page),
}
_FILL = (
    """INSERT INTO user_account VALUES ('vera', 'vera', '{"user":"vera","person":"vera","grants":[
        {"party":"house","roles":["auditor"],"productions":null}]}')""",
    f"INSERT INTO production VALUES ('{PRODUCTION}', 'Lists', 1, repeat('0', 64))",
    f"""INSERT INTO payment (id, production, instalment, purpose, account, payee, payee_party, currency, minor, due_on,
            status, run, attempt, end_to_end_id)
        SELECT '{PRODUCTION}.P' || n, '{PRODUCTION}', 'P' || n, 'production', 'spc-krw', 'vendor-krw', 'vendor', 'KRW',
            n, DATE '2020-01-01' + (n / 50)::int, CASE WHEN n % 1000 = 0 THEN 'held' WHEN n % 10 = 0 THEN 'due'
            ELSE 'settled' END, 'R' || n / 50, 1, '{PRODUCTION}.P' || n
        FROM generate_series(1, ROWS) n""",
    f"""INSERT INTO receipt (id, production, instalment, purpose, account, payer_party, currency, minor, due_on, status,
            received_minor)
        SELECT '{PRODUCTION}.R' || n, '{PRODUCTION}', 'R' || n, 'contribution', 'spc-krw', 'studio', 'KRW', n,
            DATE '2020-01-01' + (n / 50)::int, 'received', n
        FROM generate_series(1, ROWS) n""",
    f"""INSERT INTO run (id, production, account, currency, execution_on, prepared_by, count, total_minor, sha256,
            status, times_sent, enquiries)
        SELECT 'R' || n, '{PRODUCTION}', 'spc-krw', 'KRW', DATE '2020-01-01' + (n % 3000)::int, 'system', 50, n,
            repeat('0', 64), 'submitted', 1, 0
        FROM generate_series(1, ROWS) n""",
    f"""INSERT INTO journal_event
        SELECT 'production/{PRODUCTION}', n,
            CASE WHEN n % 500 = 0 THEN 'movement-unmatched' ELSE 'receipt-received' END,
            '{{"account":"spc-krw","amount":"KRW 1","bank_reference":"B' || n || '","counterparty":"Who?",'
            || '"end_to_end_id":null,"why":"nobody knows"}}', DATE '2020-01-01' + (n / 50)::int, now(), 'system',
            'k' || n, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex')
        FROM generate_series(1, ROWS) n""",
    f"""INSERT INTO entry
        SELECT 'production/{PRODUCTION}', n, line, CASE WHEN line = 1 THEN 'asset:bank:spc-krw' WHEN n % 500 = 0
            THEN 'suspense:unmatched:spc-krw' ELSE 'income:receipts:studio' END, 'KRW', 3 - 2 * line, 'B' || n,
            DATE '2020-01-01' + (n / 50)::int
        FROM generate_series(1, ROWS) n, generate_series(1, 2) line""",
    f"""INSERT INTO booking (stream, account, movement, entry, report, file, currency, minor, entry_minor, fate, about,
            told)
        SELECT 'production/{PRODUCTION}', 'spc-krw', 'B' || n, 'B' || n, '', '', 'KRW', 1, 1, 'suspense', '',
            '{{"references":{{}},"entry_references":{{}},"counterparty":"Who?","remittance":null}}'
        FROM generate_series(1, ROWS) n WHERE n % 500 = 0""",
    "ANALYZE",
)


@contextmanager
def filled(server: EmbeddedPostgres, count: int) -> Iterator[str]:
    """Fill a database with lists of `count` rows. Yields its URL for the application's role."""
    name = f"lists_{count}"
    server.create_database(name)
    upgrade(server.url(OWNER, name))
    with server.connect(OWNER, name) as connection:
        for statement in _FILL:
            connection.execute(statement.replace("ROWS", str(count)).encode())
    yield server.url(APP, name)
    server.drop_database(name)


def cpu_s(data: Path, *command: str) -> float:
    """Return a command's CPU seconds over its whole process, the least of three runs."""
    return round(min(_once(data, command) for _ in range(3)), 2)


def _once(data: Path, command: tuple[str, ...]) -> float:
    called = [sys.executable, "-m", "app.cli", *command, "--data", str(data)]
    process = subprocess.Popen(
        called, env=os.environ | {"SLUICE_AS": "vera"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{' '.join(command)} failed")
    return used.ru_utime + used.ru_stime


def page_ms(url: str) -> dict[str, dict[str, float]]:
    """Return milliseconds for a page of 100 rows of each list: the first, and one from the middle if it exists."""
    engine = engine_of(url)
    with engine.connect() as connection:
        found = {name: _pages(connection, listed) for name, listed in LISTS.items()}
    engine.dispose()
    return found


def _pages(connection: Connection, listed: Callable[[Connection, PageRequest], Page[Any]]) -> dict[str, float]:
    first = listed(connection, PageRequest(counted=True))
    told: dict[str, float] = {"rows": first.total or 0, "first": _ms(connection, listed, PageRequest())}
    cursor = first.next_cursor
    for _ in range((first.total or 0) // 2_000):
        cursor = listed(connection, PageRequest(1_000, cursor)).next_cursor
    if cursor is not None:
        told["middle"] = _ms(connection, listed, PageRequest(after=cursor))
    return told


def _ms(connection: Connection, listed: Callable[[Connection, PageRequest], Page[Any]], request: PageRequest) -> float:
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        listed(connection, request)
        taken.append(time.perf_counter() - begun)
    return round(statistics.median(taken) * 1000, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 25_000, 100_000])
    parser.add_argument("--commands-at", type=int, default=25_000, help="rows of the lists that commands show")
    asked = parser.parse_args()
    figures: dict[str, object] = {"cpu_s_goal": 0.6, "page_ms_goal": 200}
    with common.postgres() as (server, _), tempfile.TemporaryDirectory(prefix="sluice-") as folder:
        for count in asked.rows:
            with filled(server, count) as url:
                figures[f"page_ms_{count}"] = page_ms(url)
        with filled(server, asked.commands_at) as url:
            data = Path(folder)
            (data / "sluice.toml").write_text(f'database_url = "{url}"\n', "utf-8")
            figures["python_cpu_s"] = round(min(_python() for _ in range(3)), 2)
            figures["cpu_s"] = {" ".join(command): cpu_s(data, *command) for command in COMMANDS}
            figures[f"cpu_s_of_{asked.commands_at}_rows"] = {" ".join(one): cpu_s(data, *one) for one in WHOLE}
    common.print_json(figures)


def _python() -> float:
    process = subprocess.Popen([sys.executable, "-c", "import sqlalchemy, psycopg, pydantic"])
    _, _, used = os.wait4(process.pid, 0)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
