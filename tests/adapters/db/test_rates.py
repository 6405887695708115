"""Imported rates: kept with their file, contradicted by none, and corrected by a row of their own."""

from datetime import date
from decimal import Decimal

import pytest

from adapters.db.rates import books_on, correct_rates, keep_rates, rates_on
from domain.errors import BadInput, NotFound
from domain.rates import Rate

DAY = date(2025, 8, 28)
EURO = {"USD": "1.1919", "KRW": "1712.34", "JPY": "183.59"}


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


def test_a_known_rate_is_not_revised_by_an_import(world):
    with world.store.transaction() as transaction:
        keep_rates(transaction, "a.csv", b"1", [rate()])
    with pytest.raises(BadInput, match=r"is known as 1387.10, not 1400"), world.store.transaction() as transaction:
        keep_rates(transaction, "b.csv", b"2", [rate(on=date(2025, 8, 29)), rate("1400")])
    with world.store.reading() as records:
        assert rates_on(records, "ECB", DAY) == {("USD", "KRW"): Decimal("1387.10")}
        assert rates_on(records, "ECB", date(2025, 8, 29)) == {}


def test_another_source_has_its_own_rates(world):
    with world.store.transaction() as transaction:
        keep_rates(transaction, "a.csv", b"1", [rate(), rate("1400", source="HOUSE")])
        assert rates_on(transaction, "HOUSE", DAY) == {("USD", "KRW"): Decimal(1400)}


def test_a_source_is_one_whatever_its_blanks_and_case(world):
    with world.store.transaction() as transaction:
        keep_rates(transaction, "a.csv", b"1", [rate(source="House Bank")])
        assert keep_rates(transaction, "b.csv", b"2", [rate(source=" HOUSEBANK ")]) == 0
        assert rates_on(transaction, "house\u3000bank", DAY) == {("USD", "KRW"): Decimal("1387.10")}
        with pytest.raises(BadInput, match=r"is known as 1387.10, not 1388"):
            keep_rates(transaction, "c.csv", b"3", [rate("1388", source="house bank")])


def test_an_import_that_contradicts_what_is_known_of_the_day_is_refused_with_both_figures(world):
    euro = [Rate(on=DAY, base="EUR", quote=code, rate=Decimal(figure), source="ECB") for code, figure in EURO.items()]
    inverse = Rate(on=DAY, base="USD", quote="EUR", rate=Decimal("0.5"), source="ECB")
    with world.store.transaction() as transaction:
        keep_rates(transaction, "a.csv", b"1", euro)
    said = r"ECB USD/EUR of 2025-08-28 is 0.5, but 0.8389965601 by the known EUR/USD 1.1919: nothing was imported"
    with pytest.raises(BadInput, match=said), world.store.transaction() as transaction:
        keep_rates(transaction, "b.csv", b"2", [inverse])
    with (
        pytest.raises(BadInput, match=r"ECB USD/KRW of 2025-08-28 is 1387.10, but"),
        world.store.transaction() as change,
    ):
        keep_rates(change, "c.csv", b"3", [rate()])


def test_a_corrected_rate_counts_from_then_on_and_what_counted_before_is_kept(world):
    with world.store.transaction() as transaction:
        keep_rates(transaction, "a.csv", b"1", [rate(), rate("9.1", "JPY")])
    with world.store.transaction() as transaction:
        corrected = [rate("1378.10", source="ecb"), rate("9.1", "JPY")]
        assert correct_rates(transaction, "b.csv", b"2", corrected, "sora", "a misprint") == corrected[:1]
    with world.store.transaction() as transaction:
        assert rates_on(transaction, "ECB", DAY)["USD", "KRW"] == Decimal("1378.10")
        assert [book["USD", "KRW"] for book in books_on(transaction, "ECB", DAY)] == [
            Decimal("1387.10"),
            Decimal("1378.10"),
        ]
        assert keep_rates(transaction, "a.csv", b"1", [rate(), rate("1378.10")]) == 0


def test_only_a_known_rate_is_corrected_and_only_to_what_contradicts_no_other(world):
    with world.store.transaction() as transaction:
        euro = Rate(on=DAY, base="EUR", quote="KRW", rate=Decimal(1610), source="ECB")
        dollar = Rate(on=DAY, base="EUR", quote="USD", rate=Decimal("1.1607"), source="ECB")
        keep_rates(transaction, "a.csv", b"1", [rate(), euro, dollar])
        with pytest.raises(NotFound, match="ECB has no JPY/KRW of 2025-08-28 to correct"):
            correct_rates(transaction, "b.csv", b"2", [rate("9.1", "JPY")], "sora", "x")
        with pytest.raises(BadInput, match=r"nothing was corrected; write all rates of the day that are wrong"):
            correct_rates(transaction, "b.csv", b"2", [rate("1400")], "sora", "x")
        both = [rate("1400"), euro.model_copy(update={"rate": Decimal(1625)})]
        assert correct_rates(transaction, "b.csv", b"2", both, "sora", "x") == both
