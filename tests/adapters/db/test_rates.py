"""Imported rates: kept with their file, never revised."""

from datetime import date
from decimal import Decimal

import pytest

from adapters.db.rates import keep_rates, rates_on
from domain.errors import BadInput
from domain.rates import Rate

DAY = date(2025, 8, 28)


def rate(value="1387.10", base="USD", on=DAY, source="ECB"):
    return Rate(on=on, base=base, quote="KRW", rate=Decimal(value), source=source)


def test_rates_are_kept_with_the_file_that_they_came_from(world):
    with world.store.transaction() as transaction:
        assert keep_rates(transaction, "ecb.xml", b"<raw/>", [rate(), rate("9.1", "JPY")]) == 2
    with world.store.reading() as records:
        assert rates_on(records, "ECB", DAY) == {("USD", "KRW"): Decimal("1387.10"), ("JPY", "KRW"): Decimal("9.1")}
        digest = records.connection.exec_driver_sql("SELECT DISTINCT document FROM rate").scalar_one()
        assert records.document(digest) == b"<raw/>"


def test_importing_what_is_known_adds_only_what_is_new(world):
    with world.store.transaction() as transaction:
        keep_rates(transaction, "a.csv", b"1", [rate()])
        assert keep_rates(transaction, "b.csv", b"2", [rate("1387.1"), rate(on=date(2025, 8, 29))]) == 1
        assert keep_rates(transaction, "c.csv", b"3", []) == 0


def test_a_published_rate_is_never_revised(world):
    with world.store.transaction() as transaction:
        keep_rates(transaction, "a.csv", b"1", [rate()])
    with pytest.raises(BadInput, match="nothing was imported"), world.store.transaction() as transaction:
        keep_rates(transaction, "b.csv", b"2", [rate(on=date(2025, 8, 29)), rate("1400")])
    with world.store.reading() as records:
        assert rates_on(records, "ECB", DAY) == {("USD", "KRW"): Decimal("1387.10")}
        assert rates_on(records, "ECB", date(2025, 8, 29)) == {}


def test_another_source_has_its_own_rates(world):
    with world.store.transaction() as transaction:
        keep_rates(transaction, "a.csv", b"1", [rate(), rate("1400", source="HOUSE")])
        assert rates_on(transaction, "HOUSE", DAY) == {("USD", "KRW"): Decimal(1400)}
