"""The drama with a waterfall in KRW, exchange rates, and statements in the format of its sources."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from adapters.db.facts import facts_of
from adapters.db.rates import keep_rates
from app.sharing.imports import Import, Imported, import_on
from domain.events.revenue import Confirmed
from domain.rates import Rate
from domain.sharing.waterfall.facts import Facts
from tests.world import PRODUCTION, UNSHARED, World

SHARED = """
receipt_fx:
  - {base: USD, at: receipt_date, source: ECB}
  - {base: TWD, at: period_end, source: ECB, period: month}
  - {base: EUR, at: period_average, source: ECB, period: month}
  - {base: CNY, at: bank_rate}
waterfall:
  currency: KRW
  metrics: [viewers]
  claims:
    - {id: p-and-a, costs: p-and-a}
  pools:
    - id: gross
      receives: everything
      positions:
        - {id: costs, to: spc, recoups: p-and-a}
      residue: studio
"""
TREASURER = "eunwoo"
HEADER = "date,amount,payer,territory,media,window"


def register(world: World) -> None:
    """Put the drama with its waterfall in force, on 5 January 2026."""
    world.register(UNSHARED + SHARED.encode())
    world.clock.to(date(2026, 1, 5))
    publish(world, date(2025, 1, 1), date(2025, 3, 31))


def publish(world: World, first: date, last: date) -> None:
    """Publish rates for weekdays: 1 USD is 1400 KRW plus the day of the month, 1 EUR is 2 USD, 1 TWD is 0.1 USD."""
    rates = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        if day.weekday() < 5 and day != date(2025, 1, 1):
            krw = Decimal(2 * (1400 + day.day))
            rates.append(Rate(on=day, base="EUR", quote="KRW", rate=krw, source="ECB"))
            rates.append(Rate(on=day, base="EUR", quote="USD", rate=Decimal(2), source="ECB"))
            rates.append(Rate(on=day, base="EUR", quote="TWD", rate=Decimal(20), source="ECB"))
    with world.store.transaction() as transaction:
        keep_rates(transaction, f"{first}.csv", f"{first}".encode(), rates)


def csv_file(folder: Path, rows: Sequence[str], header: str = HEADER, name: str = "s.csv") -> Path:
    file = folder / name
    file.write_text("\n".join((header, *rows)) + "\n", "utf-8")
    return file


def take(
    world: World,
    file: Path,
    statement: str = "S1",
    source: str = "tidewater",
    kind: str = "receipt",
    by: str = TREASURER,
    confirms: str | None = None,
    reason: str | None = None,
) -> Imported:
    confirmed = Confirmed(confirms) if confirms else None
    return import_on(world.handler, Import(kind, PRODUCTION, source, statement, by, confirmed, reason), file)


def facts(world: World, until: date = date(2099, 1, 1), through: int | None = None) -> Facts:
    with world.store.reading() as records:
        return facts_of(records, PRODUCTION, until, through)


def tamper(owner_url: str, statement: str) -> None:
    """Change records as the tables' owner with disabled triggers."""
    engine = sa.create_engine(owner_url)
    with engine.begin() as connection:
        for table in ("statement_version", "receipt_row"):
            connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER append_only"))
        connection.exec_driver_sql(statement)
    engine.dispose()
