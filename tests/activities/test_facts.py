"""Statements of sources, taken in on a real database."""

from datetime import date
from fractions import Fraction

import pytest
import sqlalchemy as sa

from adapters.db import tables
from adapters.documents import BadDocument
from domain.errors import BadInput, NotFound, RateMissing, WrongRole
from domain.events import CommandRefused, StatementImported
from domain.waterfall.facts import FactKind
from tests import revenue as r
from tests.world import PRODUCTION

ROWS = (
    "2025-01-31,KRW 1000000,tidewater,KR,svod,first",
    "2025-01-31,KRW 500000,tidewater,KR,svod,first",
    "2025-02-28,KRW 250000,tidewater,JP,tvod,first",
    "2025-02-28,KRW -50000,tidewater,JP,tvod,first",
)


@pytest.fixture
def sharing(world):
    r.register(world)
    return world


def rows_of(world):
    with world.store.transaction() as transaction:
        query = sa.select(tables.receipt_row).order_by(tables.receipt_row.c.statement, tables.receipt_row.c.line)
        return list(transaction.connection.execute(query).mappings())


def test_receipts_come_back_summed_by_day_and_kind_and_post_what_the_source_owes(sharing, tmp_path):
    taken = r.take(sharing, r.csv_file(tmp_path, ROWS))
    assert (taken.version, taken.new, taken.rows) == (1, True, 4)
    found = r.facts(sharing)
    assert [(each.on, each.kind.fields, each.amount) for each in found.receipts] == [
        (date(2025, 1, 31), ("KRW", "tidewater", "KR", "svod", "first"), 1_500_000),
        (date(2025, 2, 28), ("KRW", "tidewater", "JP", "tvod", "first"), 200_000),
    ]
    assert set(found.where.values()) == {"tidewater S1:2", "tidewater S1:4"}
    assert [each.on for each in r.facts(sharing, date(2025, 1, 31)).receipts] == [date(2025, 1, 31)]
    balances = sharing.balances()
    assert balances["asset:receivable:tidewater KRW"] == "KRW 1700000"
    assert balances["income:receipts:svod KRW"] == "KRW -1500000"
    assert balances["income:receipts:tvod KRW"] == "KRW -200000"
    assert sharing.wrong() == []


def test_the_journal_names_the_file_and_the_rows_but_counts_on_their_last_day(sharing, tmp_path):
    file = r.csv_file(tmp_path, ROWS, name="q1.csv")
    r.take(sharing, file)
    event = sharing.newest()
    assert isinstance(event, StatementImported)
    assert (event.rows.file, event.rows.from_on, event.rows.to_on) == ("q1.csv", date(2025, 1, 31), date(2025, 2, 28))
    with sharing.store.transaction() as transaction:
        assert transaction.document(event.rows.file_sha256) == file.read_bytes()
        query = sa.select(tables.journal_event.c.effective_on).order_by(tables.journal_event.c.seq.desc()).limit(1)
        assert transaction.connection.execute(query).scalar_one() == date(2025, 2, 28)


def test_the_same_rows_again_change_nothing_by_whatever_file_they_come(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, ROWS))
    before = sharing.events(), len(rows_of(sharing))
    again = r.take(sharing, r.csv_file(tmp_path, [ROWS[0], "", *ROWS[1:]], name="again.csv"))
    assert (again.new, again.version) == (False, 1)
    assert (sharing.events(), len(rows_of(sharing))) == before


def test_a_corrected_statement_restates_and_the_earlier_version_stays_readable(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, ROWS))
    first = len(sharing.events())
    taken = r.take(sharing, r.csv_file(tmp_path, ROWS[:1]))
    assert (taken.version, taken.new) == (2, True)
    assert [each.amount for each in r.facts(sharing).receipts] == [1_000_000]
    assert [each.amount for each in r.facts(sharing, through=first).receipts] == [1_500_000, 200_000]
    balances = sharing.balances()
    assert balances["asset:receivable:tidewater KRW"] == "KRW 1000000"
    assert balances["income:receipts:tvod KRW"] == "KRW 0"
    back = r.take(sharing, r.csv_file(tmp_path, ROWS))
    assert (back.version, back.new) == (3, True)
    assert [each.amount for each in r.facts(sharing).receipts] == [1_500_000, 200_000]
    assert sharing.wrong() == []


def test_a_statement_can_be_restated_to_nothing(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, ROWS))
    r.take(sharing, r.csv_file(tmp_path, []))
    assert r.facts(sharing).receipts == ()
    assert sharing.balances()["asset:receivable:tidewater KRW"] == "KRW 0"


def test_statements_of_one_number_from_two_sources_or_of_two_kinds_are_two(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, ROWS[:1]))
    r.take(sharing, r.csv_file(tmp_path, ROWS[:1]), source="other")
    cost = r.csv_file(tmp_path, ["2025-01-31,p-and-a,KRW 7"], "date,name,amount")
    r.take(sharing, cost, kind="cost")
    found = r.facts(sharing)
    assert [each.amount for each in found.receipts] == [2_000_000]
    assert [each.amount for each in found.others] == [7]


def test_the_rule_of_each_currency_converts_with_its_provenance(sharing, tmp_path):
    rows = [
        "2025-02-01,USD 100.00,,,,,",  # a Saturday: Friday's rate
        "2025-02-03,TWD 10.00,,,,,",
        "2025-01-10,EUR 1.00,,,,,",
        "2025-02-03,CNY 10.00,,,,,193.4567",
        "2025-02-03,JPY 1000,,,,,",
    ]
    r.take(sharing, r.csv_file(tmp_path, rows, f"{r.HEADER},rate"))
    by_currency = {row["currency"]: row for row in rows_of(sharing)}
    told = {
        code: (row["rate_rule"], row["rate_source"], str(row["fixing_on"]), str(row["rate"]), str(row["amount"]))
        for code, row in by_currency.items()
    }
    assert told["USD"] == ("receipt_date", "ECB", "2025-01-31", "1431", "143100.00")
    assert told["TWD"] == ("period_end", "ECB", "2025-02-28", "142.8", "1428.000")
    # 22 days from 2 to 31 January: 2 x (1400 + the mean of their days of the month)
    days = [day for day in range(2, 32) if date(2025, 1, day).weekday() < 5]
    mean = Fraction(2 * (1400 * len(days) + sum(days)), len(days))
    assert told["EUR"][:3] == ("period_average", "ECB", "2025-01-31")
    assert abs(Fraction(told["EUR"][3]) - mean) < Fraction(1, 10**5)
    assert told["CNY"] == ("bank_rate", "tidewater", "2025-02-03", "193.4567", "1934.567000")
    assert told["JPY"][0] == "contract"
    exact = {each.kind.fields[0]: each.amount for each in r.facts(sharing).receipts}
    assert exact["CNY"] == Fraction("1934.567")
    assert exact["USD"] == 143_100
    assert sharing.balances()["asset:receivable:tidewater USD"] == "USD 100.00"
    assert sharing.wrong() == []


@pytest.mark.parametrize(
    ("row", "error", "sentence"),
    [
        (
            "2025-04-01,USD 1.00,,,,,",
            RateMissing,
            r"s.csv:3: ECB has no USD/KRW for 2025-04-01, .*`sluice rate import`",
        ),
        ("2025-04-10,EUR 1.00,,,,,", RateMissing, r"ECB has no EUR/KRW for 2025-04-01, which the period_average"),
        ("2025-01-10,CNY 1.00,,,,,", BadInput, "s.csv:3: currency: CNY is converted at the bank's rate, and the row"),
        ("2025-01-10,USD 1.00,,,,,1400", BadInput, "USD is converted at the rate of ECB, not at the row's"),
        ("2025-01-10,KRW 1,,,,,2", BadInput, "an amount in KRW needs no rate"),
        ("2025-01-10,BHD 1.000,,,,,", BadInput, "does not say how BHD becomes KRW: add a rule under `receipt_fx`"),
    ],
)
def test_an_amount_that_cannot_be_converted_refuses_the_whole_statement(sharing, tmp_path, row, error, sentence):
    before = sharing.events()
    with pytest.raises(error, match=sentence):
        r.take(sharing, r.csv_file(tmp_path, ["2025-01-10,KRW 1,,,,,", row], f"{r.HEADER},rate"))
    assert sharing.events() == before
    assert rows_of(sharing) == []
    assert r.facts(sharing).receipts == ()


def test_costs_advances_metrics_openings_and_dates_are_facts_and_post_nothing(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, ["2025-01-31,p-and-a,USD 10.00"], "date,name,amount"), kind="cost")
    r.take(sharing, r.csv_file(tmp_path, ["2025-01-31,mg,KRW 5"], "date,name,amount"), kind="advance")
    r.take(sharing, r.csv_file(tmp_path, ["2025-02-01,viewers,1000.50"], "date,name,amount"), kind="metric")
    r.take(sharing, r.csv_file(tmp_path, ["2025-01-06,gross,KRW -5"], "date,name,amount"), kind="opening")
    r.take(sharing, r.csv_file(tmp_path, ["2026-06-30,run-end"], "date,name"), kind="date")
    assert [(each.kind, each.name, each.amount) for each in r.facts(sharing).others] == [
        (FactKind.OPENING, "gross", -5),
        (FactKind.COST, "p-and-a", 14_310),
        (FactKind.ADVANCE, "mg", 5),
        (FactKind.METRIC, "viewers", Fraction("1000.5")),
        (FactKind.DATE, "run-end", 0),
    ]
    assert not [name for name in sharing.balances() if name.startswith(("asset:receivable", "income:"))]
    assert sharing.wrong() == []


@pytest.mark.parametrize("user", ["dohyun", "haruka", "nobody"])
def test_only_a_treasurer_of_who_holds_our_accounts_imports_and_the_refusal_is_recorded(sharing, tmp_path, user):
    with pytest.raises(WrongRole):
        r.take(sharing, r.csv_file(tmp_path, ROWS), by=user)
    refusal = sharing.newest()
    assert isinstance(refusal, CommandRefused)
    assert refusal.code == "WrongRole"
    assert rows_of(sharing) == []


def test_without_a_waterfall_or_a_production_nothing_is_imported(world, tmp_path):
    with pytest.raises(NotFound, match="LIGHTHOUSE"):
        r.take(world, r.csv_file(tmp_path, ROWS))
    world.register()
    with pytest.raises(BadInput, match="has no waterfall"):
        r.take(world, r.csv_file(tmp_path, ROWS))


def test_a_date_more_than_a_year_ahead_is_a_slip(sharing, tmp_path):
    with pytest.raises(BadDocument, match=r"s.csv:2: on \(date\): '2052-01-31' is not from 1990 to 2027-01-06"):
        r.take(sharing, r.csv_file(tmp_path, ["2052-01-31,KRW 1,,,,"]))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE receipt_row SET minor = minor + 1, amount = amount + 1 WHERE line = 2", "not what was imported"),
        ("UPDATE receipt_row SET amount = amount + 1 WHERE line = 2", "converted into other amounts"),
        ("DELETE FROM receipt_row WHERE line = 3", "not what was imported"),
        ("DELETE FROM statement_version", "not registered as it says"),
        ("UPDATE statement_version SET version = 9", "not registered as it says"),
    ],
)
def test_rows_that_were_tampered_with_are_found(sharing, database, tmp_path, change, told):
    r.take(sharing, r.csv_file(tmp_path, ROWS))
    r.tamper(database.owner_url, change)
    (wrong,) = sharing.wrong()
    assert told in wrong
    assert f"production/{PRODUCTION} event" in wrong
