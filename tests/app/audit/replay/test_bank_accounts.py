"""Banks' files with the traits of real ones, their sums and balances: proved, and tampered with."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from domain.commands import RecordOpeningBalance, make
from tests.activities.test_bank_files import PRODUCTION, Lab
from tests.world import World

DAY = date(2025, 2, 10)


@pytest.fixture(scope="module")
def lab(module_database, tmp_path_factory):
    world = World(module_database.app_url, tmp_path_factory.mktemp("lab"))
    lab = Lab(world)
    for account, names in {
        "k26": ("27a", "27b"),
        "k19": ("22",),
        "k03": ("08a", "08b"),
        "k04": ("02",),
        "k17": ("17",),
        "k21": ("01",),
    }.items():
        lab.take(account, *names)
    for number, amount in enumerate(("KRW 5", "KRW 77000000")):
        command = make(
            RecordOpeningBalance,
            nonce=str(number),
            by="eunwoo",
            production=PRODUCTION,
            account="k26",
            amount=amount,
            on=DAY,
            reason="the statement of January",
        )
        world.bank.record_opening_balance(command)
    yield lab
    world.close()


async def findings(connection: sa.Connection) -> list[str]:
    report = await audited(connection, Scope(PRODUCTION))
    return [finding.sentence for finding in report.findings]


async def test_what_was_taken_in_audits_clean(lab):
    with lab.world.store.reading() as records:
        assert await findings(records.connection) == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("UPDATE bank_statement SET closing_minor = closing_minor + 1 WHERE report = 'S26'", "statement S26 on k26"),
        ("DELETE FROM bank_statement WHERE report = 'S26b'", "statement S26b on k26"),
        ("UPDATE bank_statement SET report = 'other' WHERE report = 'S26'", "statement other on k26"),
        ("UPDATE bank_statement SET taken_on = taken_on + 1 WHERE report = 'S26'", "statement S26 on k26"),
        ("UPDATE booking SET minor = minor + 1 WHERE account = 'k04'", "movement"),
    ],
)
async def test_a_changed_record_is_named(lab, module_database, change, name):
    engine = create_engine(module_database.owner_url, poolclass=NullPool)
    with engine.connect() as connection, connection.begin() as transaction:
        for table in ("bank_statement", "booking"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        connection.exec_driver_sql(change)
        assert any(name in sentence for sentence in await findings(connection))
        transaction.rollback()
    engine.dispose()
