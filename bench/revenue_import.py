"""Importing statements of receipts: checked, spooled, converted, copied, one event, one transaction.

Compared in the same run with one pass of a library's reader over the same file (`csv.reader`, or openpyxl), and with a
COPY of the same rows into the same table. Each reads each file in a process of its own, so that its memory is its own.

A million rows of XLSX, on two cores that others used as well: 57 s and 200 MB (openpyxl alone: 213 s and 256 MB; the
same rows as CSV: 14 s). Of 100,000 rows in a profile, two thirds of the time goes into cells: walking the XML, and
what a cell's type makes of its text. Reading rows as facts takes a sixth, hashing and spooling them a tenth.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import xlsxwriter
from openpyxl import load_workbook

from activities.proposals import ProposalActivities
from adapters.agreement.cache import Agreements
from adapters.command_handler import CommandHandler
from adapters.db.facts import copy_in, facts_of
from adapters.db.rates import keep_rates
from adapters.db.store import Store
from adapters.embedded.postgres import APP, OWNER, EmbeddedPostgres
from app.database import upgrade
from app.sharing.imports import Import, Imported, import_on
from bench import common
from domain.commands import RegisterAgreement
from domain.events import StatementKind
from domain.events.revenue import Confirmed
from domain.identity import Role
from domain.identity.people import grants_of
from domain.identity.records import UserRecord
from domain.rates import Rate

TODAY = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Asia/Seoul"))
CURRENCIES = ("KRW", "USD", "JPY", "EUR")
FIRST, DAYS = date(2023, 1, 2), 730
GOAL_RSS_MB = 500
USERS = tuple(
    UserRecord(user=name, person=name, grants=(grants_of(party, (role,), None),))
    for name, party, role in (("jiho", "studio", Role.PRODUCER), ("dohyun", "spc", Role.TREASURER))
)


class Fixed:
    """A clock that stands still."""

    def now(self) -> datetime:
        return TODAY.astimezone(UTC)


def statement(rows: int) -> Iterator[tuple[date | str, ...]]:
    """Yield a weekly statement of two years. The 40 payers have 5 territories and one medium each."""
    chance = random.Random(rows)
    days = [FIRST + timedelta(days=n) for n in range(0, DAYS, 7)]
    yield ("date", "payer", "territory", "media", "window", "currency", "amount")
    for n in range(rows):
        sign = "-" if n % 100 == 0 else ""
        payer = chance.randrange(40)
        yield (
            days[chance.randrange(len(days))],
            f"payer-{payer}",
            f"T{payer % 6 * 5 + n % 5}",
            f"media-{payer % 4}",
            "first",
            CURRENCIES[n % 4],
            f"{sign}{chance.randrange(1, 10_000_000)}",
        )


def write(file: Path, rows: int) -> None:
    """Write a statement as CSV, or as a workbook with cells of dates, texts and numbers."""
    if file.suffix == ".csv":
        with file.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows(statement(rows))
        return
    with xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for line, (on, *words, amount) in enumerate(statement(rows)):
            sheet.write(line, 0, on)
            sheet.write_row(line, 1, words)
            sheet.write(line, 6, int(str(amount)) if line else amount)


def handler_on(store: Store) -> CommandHandler:
    """Return a handler on a production whose work is shared in KRW, with two years of rates."""
    handler = CommandHandler(store, Agreements(), Fixed(), USERS, 120)
    agreement = json.loads(common.agreement("BENCH", 1))
    agreement["waterfall"] = {"currency": "KRW", "pools": [{"id": "gross", "receives": "everything", "residue": "spc"}]}
    agreement["receipt_fx"] = [{"at": "receipt_date", "source": "ECB"}]
    rates = [
        Rate(on=FIRST + timedelta(days=n - 10), base="EUR", quote=quote, rate=Decimal(rate) + n, source="ECB")
        for n in range(DAYS + 10)
        for quote, rate in (("KRW", "1400.25"), ("USD", "1.0831"), ("JPY", "160.5"))
    ]
    with store.transaction() as transaction:
        digest = transaction.keep("agreement.yaml", json.dumps(agreement).encode())
        keep_rates(transaction, "rates.csv", b"rates", rates)
    ProposalActivities(handler).register(
        RegisterAgreement(key="register/BENCH", by="jiho", production="BENCH", document=digest)
    )
    return handler


def imported(database_url: str, file: Path, statement: str) -> dict[str, object]:
    """Import a file and read its facts in this process."""
    store = Store(sa.create_engine(database_url, pool_size=4))
    handler = CommandHandler(store, Agreements(), Fixed(), USERS, 120)
    begun = time.perf_counter()
    answer: Imported = import_on(
        handler, Import("receipt", "BENCH", "bench", statement, "dohyun", Confirmed.REPEATED), file
    )
    import_s = time.perf_counter() - begun
    rss_mb = common.peak_rss_mb(int(Path("/proc/self").readlink().name))
    begun = time.perf_counter()
    again = import_on(handler, Import("receipt", "BENCH", "bench", statement, "dohyun", Confirmed.REPEATED), file)
    again_s = time.perf_counter() - begun
    begun = time.perf_counter()
    with store.reading() as records:
        groups = len(facts_of(records, "BENCH", TODAY.date()).receipts)
    facts_s = time.perf_counter() - begun
    return {
        "rows": answer.rows,
        "import_s": round(import_s, 2),
        "rows_per_s": round(answer.rows / import_s),
        "peak_rss_mb": rss_mb,
        "peak_rss_mb_goal": GOAL_RSS_MB,
        "again_s": round(again_s, 2),
        "again_changed": again.new,
        "facts_of_s": round(facts_s, 2),
        "groups_of_all_statements": groups,
    }


def read_plainly(file: Path) -> dict[str, object]:
    """Read a file with the library alone, in this process."""
    begun = time.perf_counter()
    if file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as lines:
            rows = sum(1 for _ in csv.reader(lines))
    else:
        book = load_workbook(file, read_only=True, data_only=True)
        rows = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
    seconds = time.perf_counter() - begun
    rss_mb = common.peak_rss_mb(int(Path("/proc/self").readlink().name))
    return {"reader_s": round(seconds, 2), "reader_rows_per_s": round(rows / seconds), "reader_peak_rss_mb": rss_mb}


def copied_again(store: Store) -> float:
    """Return the seconds of a COPY of the table's rows into the table again."""
    copied = (
        'SELECT 0, line, "on", currency, minor, bank_rate, payer, territory, media, "window", amount, rate_rule, '
        "rate_source, fixing_on, rate FROM receipt_row WHERE statement = (SELECT max(id) FROM statement_version)"
    )
    with store.transaction() as transaction:
        driver = transaction.connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - a connection that is open has one
        with driver.cursor().copy(f"COPY ({copied}) TO STDOUT") as out:
            text = b"".join(bytes(block) for block in out).decode()
        begun = time.perf_counter()
        copy_in(transaction, StatementKind.RECEIPT, text)
        copy_s = time.perf_counter() - begun
        transaction.connection.rollback()
    return copy_s


def measure(server: EmbeddedPostgres, folder: Path, sizes: list[int]) -> dict[str, object]:
    server.create_database()
    upgrade(server.url(OWNER))
    store = Store(sa.create_engine(server.url(APP), pool_size=4))
    handler_on(store)
    figures: dict[str, object] = {"bench": Path(__file__).stem}
    for rows, suffix in product(sizes, (".csv", ".xlsx")):
        file = folder / f"{rows}{suffix}"
        write(file, rows)
        found = in_a_process("--one", server.url(APP), str(file))
        reader = in_a_process("--plain", str(file))
        copy_s = copied_again(store)
        figures[f"rows_{rows}_{suffix[1:]}"] = (
            found
            | reader
            | {
                "copy_s": round(copy_s, 2),
                "times_reader_and_copy": round(found["import_s"] / (reader["reader_s"] + copy_s), 2),
            }
        )
        file.unlink()
    store.engine.dispose()
    return figures


def in_a_process(*arguments: str) -> dict[str, Any]:
    own = (sys.executable, "-m", "bench.revenue_import", *arguments)
    found: dict[str, Any] = json.loads(subprocess.run(own, check=True, capture_output=True, text=True).stdout)
    return found


def main(sizes: list[int]) -> None:
    with common.postgres() as (server, folder):
        common.print_json(measure(server, folder, sizes))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="rows of a file")
    parser.add_argument("--one", nargs=2, metavar=("URL", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--plain", metavar="FILE", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        file = Path(given.one[1])
        common.print_json(imported(given.one[0], file, f"{file.suffix[1:]}-{file.stem}"))
    elif given.plain:
        common.print_json(read_plainly(Path(given.plain)))
    else:
        main(given.sizes)
