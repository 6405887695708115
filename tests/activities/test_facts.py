"""Statements of sources, taken in on a real database."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from fractions import Fraction
from unicodedata import normalize

import pytest
import sqlalchemy as sa

from adapters.agreement.documents import BadDocument
from adapters.db import tables
from adapters.db.queries.facts import ImportFilter, imported
from adapters.sharing.facts import Units, read_facts
from app.sharing.distributions import unplaced_of
from app.sharing.waterfall import run_files
from domain.errors import BadInput, CannotShare, IllegalTransition, NotFound, RateMissing, Refused, WrongRole
from domain.events import CommandRefused, StatementImported
from domain.sharing.waterfall.facts import FactKind
from domain.sharing.waterfall.run import WaterfallVersion, run
from domain.values.money import Money
from tests import revenue as r
from tests.adapters.sharing.sheets.books import book
from tests.world import PRODUCTION, UNSHARED

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
    with world.store.reading() as records:
        query = sa.select(tables.receipt_row).order_by(tables.receipt_row.c.statement, tables.receipt_row.c.line)
        return list(records.connection.execute(query).mappings())


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
    with sharing.store.reading() as records:
        assert records.document(event.rows.file_sha256) == file.read_bytes()
        query = sa.select(tables.journal_event.c.effective_on).order_by(tables.journal_event.c.seq.desc()).limit(1)
        assert records.connection.execute(query).scalar_one() == date(2025, 2, 28)


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


def test_a_statement_is_restated_to_nothing_if_somebody_confirms_that(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, ROWS))
    with pytest.raises(BadInput, match=r"tidewater S1 has 4 rows by now, and this file has none.*`--empty`"):
        r.take(sharing, r.csv_file(tmp_path, []))
    with pytest.raises(BadInput, match="tidewater S1 has 1 rows, and was to be empty"):
        r.take(sharing, r.csv_file(tmp_path, ROWS[:1]), confirms="empty")
    r.take(sharing, r.csv_file(tmp_path, []), confirms="empty")
    assert r.facts(sharing).receipts == ()
    assert sharing.balances()["asset:receivable:tidewater KRW"] == "KRW 0"


def test_statements_of_one_number_from_two_sources_or_of_two_kinds_are_two(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, ROWS[:1]))
    r.take(sharing, r.csv_file(tmp_path, ROWS[:1]), source="other", confirms="repeated")
    cost = r.csv_file(tmp_path, ["2025-01-31,p-and-a,KRW 7"], "date,name,amount")
    r.take(sharing, cost, kind="cost")
    found = r.facts(sharing)
    assert [each.amount for each in found.receipts] == [2_000_000]
    assert [each.amount for each in found.others] == [7]


def test_the_same_rows_under_another_name_are_recognised_in_any_wrapping(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, ROWS, name="q1.csv"), "q1")
    again = book(tmp_path / "q1.xlsx", [line.split(",") for line in (r.HEADER, *ROWS)])
    for source, statement, file in (
        ("tidewater", "q2", "q1.csv"),
        ("other", "q1", "q1.csv"),
        ("other", "q1", "q1.xlsx"),
    ):
        sentence = f"The receipts of {source} {statement} are on record as tidewater q1, and would count twice"
        with pytest.raises(BadInput, match=sentence):
            r.take(sharing, tmp_path / file, statement, source)
    assert r.take(sharing, again, "q1").new is False
    assert r.take(sharing, again, "q2", confirms="repeated").new is True
    assert sharing.wrong() == []


def test_a_name_that_differs_in_case_alone_is_the_name_on_record(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, ROWS), "q1", "rest")
    for source, statement, said in (("rest", "Q1", "'Q1' and 'q1'"), ("Rest", "q2", "'Rest' and 'rest'")):
        with pytest.raises(BadInput, match=f"{said}, which is on record, differ in case alone"):
            r.take(sharing, r.csv_file(tmp_path, ROWS[:1]), statement, source)


def test_a_file_with_a_column_of_kinds_is_a_statement_of_each_kind_and_all_or_nothing(sharing, tmp_path):
    header = "date,kind,name,amount,territory,id,reverses"
    rows = [
        "2025-01-31,receipt,,KRW 900,KR,R1,",
        "2025-01-06,cost,p-and-a,KRW 200,,C1,",
        "2025-02-01,,,KRW -900,,R2,R1",
    ]
    with pytest.raises(BadInput, match="3: currency: the agreement does not say how GBP becomes KRW"):
        r.take(sharing, r.csv_file(tmp_path, [rows[0], rows[1].replace("KRW", "GBP")], header))
    assert rows_of(sharing) == []
    taken = r.take(sharing, r.csv_file(tmp_path, rows, header))
    assert [(one.kind, one.rows) for one in (taken, *taken.also)] == [("receipt", 2), ("cost", 1)]
    found = r.facts(sharing)
    assert [(each.on, each.amount) for each in found.receipts] == [(date(2025, 1, 31), 0)]
    assert [(each.name, each.amount) for each in found.others] == [("p-and-a", 200)]
    with pytest.raises(BadInput, match="tidewater S1 has 1 rows by now, and this file has none"):
        r.take(sharing, r.csv_file(tmp_path, rows[:1], header))
    assert r.take(sharing, r.csv_file(tmp_path, rows[:1], header), confirms="empty").also[0].rows == 0
    assert sharing.wrong() == []


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
    converted = {
        code: (row["rate_rule"], row["rate_source"], str(row["fixing_on"]), str(row["rate"]), str(row["amount"]))
        for code, row in by_currency.items()
    }
    assert converted["USD"] == ("receipt_date", "ECB", "2025-01-31", "1431", "143100.00")
    assert converted["TWD"] == ("period_end", "ECB", "2025-02-28", "142.8", "1428.000")
    # 22 days from 2 to 31 January: 2 x (1400 + the mean of their days of the month)
    days = [day for day in range(2, 32) if date(2025, 1, day).weekday() < 5]
    mean = Fraction(2 * (1400 * len(days) + sum(days)), len(days))
    assert converted["EUR"][:3] == ("period_average", "ECB", "2025-01-31")
    assert abs(Fraction(converted["EUR"][3]) - mean) < Fraction(1, 10**5)
    assert converted["CNY"] == ("bank_rate", "tidewater", "2025-02-03", "193.4567", "1934.567000")
    assert converted["JPY"][0] == "contract"
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
    with pytest.raises(BadDocument, match=r"s.csv:2: date: '2052-01-31' is not from 1990 to 2027-01-06"):
        r.take(sharing, r.csv_file(tmp_path, ["2052-01-31,KRW 1,,,,"]))


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("UPDATE receipt_row SET minor = minor + 1, amount = amount + 1 WHERE line = 2", "not what was imported"),
        ("UPDATE receipt_row SET amount = amount + 1 WHERE line = 2", "converted into other amounts"),
        ("DELETE FROM receipt_row WHERE line = 3", "not what was imported"),
        ("DELETE FROM statement_version", "not registered as it says"),
        ("UPDATE statement_version SET version = 9", "not registered as it says"),
    ],
)
def test_rows_that_were_tampered_with_are_found(sharing, database, tmp_path, change, finding):
    r.take(sharing, r.csv_file(tmp_path, ROWS))
    r.tamper(database.owner_url, change)
    (wrong,) = sharing.wrong()
    assert finding in wrong
    assert f"production/{PRODUCTION} event" in wrong


# Counts

COUNTED = f"{r.HEADER},viewers"
VIEWED = (
    "2025-01-31,KRW 1000,tidewater,KR,svod,first,10",
    "2025-01-31,KRW 500,tidewater,KR,svod,first,5",
    "2025-02-28,KRW -200,tidewater,JP,tvod,first,-3",
    "2025-02-28,KRW 700,tidewater,JP,tvod,first,0",
)


def counted(world, **asked):
    return [(each.on.isoformat(), each.amount, each.counts) for each in r.facts(world, **asked).receipts]


def test_counts_come_back_summed_with_the_receipts_that_they_came_with(sharing, tmp_path):
    taken = r.take(sharing, r.csv_file(tmp_path, VIEWED, COUNTED))
    assert taken.counts == {"viewers": 12}
    assert [(one.of, one.count) for one in sharing.newest().rows.counts] == [("viewers", 12)]
    assert counted(sharing) == [
        ("2025-01-31", 1500, (("viewers", Fraction(15)),)),
        ("2025-02-28", 500, (("viewers", Fraction(-3)),)),
    ]
    assert sharing.wrong() == []


def test_counts_of_one_source_stand_beside_receipts_of_another_that_has_none(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, VIEWED[:2], COUNTED))
    r.take(sharing, r.csv_file(tmp_path, ROWS), source="other")
    assert counted(sharing) == [
        ("2025-01-31", 1_501_500, (("viewers", Fraction(15)),)),
        ("2025-02-28", 200_000, ()),
    ]


def test_a_restated_count_replaces_the_first_which_stays_as_it_was_known_then(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, VIEWED[:1], COUNTED))
    first = len(sharing.events())
    again = r.take(sharing, r.csv_file(tmp_path, [VIEWED[0].removesuffix("10") + "12"], COUNTED))
    assert (again.version, again.new) == (2, True)
    assert counted(sharing) == [("2025-01-31", 1000, (("viewers", Fraction(12)),))]
    assert counted(sharing, through=first) == [("2025-01-31", 1000, (("viewers", Fraction(10)),))]
    bare = r.take(sharing, r.csv_file(tmp_path, [VIEWED[0].removesuffix(",10")]))
    assert (bare.version, bare.counts) == (3, {})
    assert counted(sharing) == [("2025-01-31", 1000, ())]
    assert sharing.wrong() == []


def test_the_same_counts_again_change_nothing(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, VIEWED, COUNTED))
    before = sharing.events()
    again = r.take(sharing, r.csv_file(tmp_path, VIEWED, COUNTED, name="again.csv"))
    assert (again.new, again.version) == (False, 1)
    assert sharing.events() == before


def test_a_file_of_counts_alone_can_be_restated_to_nothing(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, VIEWED, COUNTED))
    r.take(sharing, r.csv_file(tmp_path, [], COUNTED), confirms="empty")
    assert counted(sharing) == []
    assert sharing.wrong() == []


@pytest.mark.parametrize("applies", ["prospectively", "retroactively"])
def test_what_an_earlier_version_counts_can_be_restated_for_as_long_as_runs_go_through_it(sharing, tmp_path, applies):
    r.take(sharing, r.csv_file(tmp_path, VIEWED, COUNTED))
    later = r.SHARED.replace("metrics: [viewers]", f"applies: {applies}\n  metrics: [units]")
    amended = (UNSHARED + later.encode()).replace(b"\nversion: 1\n", b"\nversion: 2\n")
    amended = amended.replace(b"\neffective_on: 2025-01-06\n", b"\neffective_on: 2026-01-01\n")
    sharing.amend(amended)
    restated = r.csv_file(tmp_path, VIEWED[:1], COUNTED)
    if applies == "prospectively":
        assert r.take(sharing, restated).counts == {"viewers": 10}
    else:
        with pytest.raises(BadDocument, match="viewers: a receipt has no 'viewers', and the agreement counts units"):
            r.take(sharing, restated)


@pytest.mark.parametrize("metric", ["viewer", "admissions"])
def test_what_the_agreement_in_force_does_not_count_is_refused(sharing, tmp_path, metric):
    sentence = rf"s.csv:1: {metric}: a receipt has no '{metric}', and the agreement counts viewers"
    with pytest.raises(BadDocument, match=sentence):
        r.take(sharing, r.csv_file(tmp_path, VIEWED, f"{r.HEADER},{metric}"))
    assert rows_of(sharing) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE receipt_row SET counts = '{\"viewers\":11}' WHERE line = 2",
        "UPDATE receipt_row SET counts = '{\"viewer\":10}' WHERE line = 2",
        'UPDATE receipt_row SET counts = \'{"viewers":10,"viewers":1}\' WHERE line = 2',
        "UPDATE receipt_row SET counts = NULL WHERE line = 2",
        "UPDATE receipt_row SET counts = NULL",
    ],
)
def test_counts_that_were_tampered_with_are_found(sharing, database, tmp_path, change):
    r.take(sharing, r.csv_file(tmp_path, VIEWED, COUNTED))
    r.tamper(database.owner_url, change)
    (wrong,) = sharing.wrong()
    assert "the rows of tidewater S1 version 1 are not what was imported" in wrong


def test_counts_that_were_smuggled_into_rows_without_are_found(sharing, database, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, ROWS))
    r.tamper(database.owner_url, "UPDATE receipt_row SET counts = '{\"viewers\":1}' WHERE line = 3")
    (wrong,) = sharing.wrong()
    assert "the rows of tidewater S1 version 1 are not what was imported" in wrong


@pytest.mark.parametrize("counts", ['{"viewers": 1}', '{"viewers":1.5}', '{"viewers":"1"}', "[1]", "{}", "null"])
def test_the_database_takes_counts_in_no_form_but_the_one_that_is_hashed(sharing, database, tmp_path, counts):
    r.take(sharing, r.csv_file(tmp_path, VIEWED, COUNTED))
    with pytest.raises(sa.exc.IntegrityError, match="counts_check"):
        r.tamper(database.owner_url, f"UPDATE receipt_row SET counts = '{counts}' WHERE line = 2")  # noqa: S608 - our own


def some_rows(seed: int, count: int = 40) -> list[str]:
    chance = random.Random(seed)  # noqa: S311 - the same every time, by seed
    currencies = ("KRW", "USD", "EUR", "JPY")
    return [
        f"2025-0{chance.randint(1, 3)}-{chance.randint(1, 28):02},"
        f"{chance.choice(currencies)} {chance.randint(-50, 10_000)},"
        f"{chance.choice(['', 'tidewater'])},{chance.choice(['KR', 'JP'])},{chance.choice(['svod', 'tvod'])},first"
        for _ in range(count)
    ]


def snapshot(world):
    """What counts, and the books: everything that must not depend on how rows came in."""
    found = r.facts(world)
    amounts = {(each.on, each.kind): each.amount for each in found.receipts if each.amount}
    return amounts, {account: amount for account, amount in world.balances().items() if Money.parse(amount).minor}


@pytest.mark.parametrize("seed", range(3))
def test_split_shuffled_restated_or_taken_at_once_the_same_rows_are_the_same_facts(sharing, tmp_path, seed):
    rows = some_rows(seed)
    r.take(sharing, r.csv_file(tmp_path, rows))
    at_once = snapshot(sharing)
    assert r.take(sharing, r.csv_file(tmp_path, rows)).new is False
    cut = random.Random(seed).randint(0, len(rows))  # noqa: S311 - the same every time, by seed
    r.take(sharing, r.csv_file(tmp_path, rows[:cut]))
    r.take(sharing, r.csv_file(tmp_path, rows[cut:]), "S2")
    assert snapshot(sharing) == at_once
    r.take(sharing, r.csv_file(tmp_path, []), "S2", confirms="empty")
    r.take(sharing, r.csv_file(tmp_path, rows[::-1]))
    assert snapshot(sharing) == at_once
    assert sharing.wrong() == []


def test_a_run_of_the_waterfall_shares_what_was_imported(sharing, tmp_path):
    r.take(sharing, r.csv_file(tmp_path, ROWS))
    r.take(sharing, r.csv_file(tmp_path, ["2025-01-06,p-and-a,KRW 200000"], "date,name,amount"), kind="cost")
    agreement = sharing.handler.in_force(PRODUCTION)
    version = WaterfallVersion(
        agreement.waterfall, tuple(party.id for party in agreement.parties), agreement.effective_on
    )
    result = run([version], r.facts(sharing), date(2025, 3, 31))
    assert {party: payable.due.minor for party, payable in result.payable.items() if payable.due.minor} == {
        "spc": 200_000,
        "studio": 1_500_000,
    }


def test_concurrent_imports_are_one_version_each_or_one_is_refused(sharing, tmp_path):
    files = [r.csv_file(tmp_path, ROWS[:n], name=f"{n}.csv") for n in (1, 2, 3, 4)]

    def attempt(file):
        try:
            return r.take(sharing, file).version
        except IllegalTransition:
            return None

    with ThreadPoolExecutor(4) as threads:
        versions = [version for version in threads.map(attempt, files) if version]
    with sharing.store.reading() as records:
        known = [row.version for row in imported(records.connection, ImportFilter(PRODUCTION)).items]
    assert known == list(range(1, len(known) + 1))
    assert len(versions) == len(known)
    assert sharing.wrong() == []


def test_the_receipts_of_a_day_are_in_the_order_of_statements_and_rows_also_after_a_restatement(sharing, tmp_path):
    first = ("2025-01-31,KRW 100,tidewater,US,svod,first", "2025-01-31,KRW 100,tidewater,KR,svod,first")
    r.take(sharing, r.csv_file(tmp_path, first))
    r.take(sharing, r.csv_file(tmp_path, ("2025-01-31,KRW 50,aurora,AT,svod,first",), name="a.csv"), statement="S2")
    r.take(sharing, r.csv_file(tmp_path, [row.replace("100", "70") for row in first], name="b.csv"))
    found = [(each.kind.fields[2], each.amount) for each in r.facts(sharing).receipts]
    assert found == [("US", 70), ("KR", 70), ("AT", 50)]


def test_an_amendment_may_not_change_the_currency_or_drop_the_waterfall_under_imported_facts(sharing, tmp_path):
    def amend(old, new):
        changed = UNSHARED + r.SHARED.replace(old, new).encode()
        return sharing.amend(changed.replace(b"\nversion: 1\n", b"\nversion: 2\n"))

    r.take(sharing, r.csv_file(tmp_path, ROWS))
    with pytest.raises(Refused, match=r"waterfall\.currency: .* is in KRW, .* register a new production"):
        amend("currency: KRW", "currency: JPY")
    with pytest.raises(Refused, match="an amendment may not drop it: leave it in"):
        amend(r.SHARED, "")
    assert amend("residue: studio", "residue: spc").last_seq


def test_what_enters_a_pool_because_a_field_is_empty_is_told_beside_a_preview(world, tmp_path):
    by_territory = r.SHARED.replace(
        "    - id: gross\n      receives: everything\n",
        "    - {id: korea, receives: {territory: KR}, residue: spc}\n"
        "    - id: gross\n      receives: everything else\n",
    )
    world.register(UNSHARED + by_territory.encode())
    world.clock.to(date(2026, 1, 5))
    blank = ["2025-01-31,KRW 900,tidewater,,,", "2025-02-01,KRW 100,onair,,,", "2025-06-30,KRW 7,,,,"]
    r.take(world, r.csv_file(tmp_path, [*blank, "2025-02-01,KRW 5,onair,KR,,"]))
    because = "go to gross because territory is empty"
    assert unplaced_of(world.handler, PRODUCTION, "2025-Q1") == [f"2 rows, KRW 1,000, {because}"]
    assert unplaced_of(world.handler, PRODUCTION, "2025-Q2") == [f"3 rows, KRW 1,007, {because}"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("seed", range(3))
def test_a_file_comes_to_the_same_where_it_is_imported_and_where_it_is_run(sharing, tmp_path, seed, suffix):
    chance = random.Random(seed)  # noqa: S311 - the same every time, by seed
    table = [["date", "kind", "name", "amount", "currency", "payer", "territory", "id", "reverses"]]
    for n in range(30):
        day, amount = f"2025-0{chance.randint(1, 3)}-1{chance.randint(0, 9)}", str(chance.randint(-9, 99) * 100)
        payer, territory = chance.choice((" cine", "극장", normalize("NFD", "극장"))), chance.choice(("KR ", "", "JP"))
        table.append([day, "", "", amount, "KRW", payer, territory, f"R{n}", ""])
        if chance.random() < 0.3:
            back = amount.removeprefix("-") if amount[0] == "-" else f"-{amount}"
            table.append(["2025-04-01", "receipt", "", back, "KRW", "", "", "", f"R{n}"])
        if chance.random() < 0.3:
            table.append([day, "cost", "p-and-a", amount, "KRW", "", "", "", ""])
    head, *rows = table
    chance.shuffle(rows)
    path = tmp_path / f"f{suffix}"
    if suffix == ".xlsx":
        book(path, [head, *rows])
    else:
        path = r.csv_file(tmp_path, [",".join(row) for row in rows], ",".join(head))
    r.take(sharing, path)
    imported_, ran = r.facts(sharing), read_facts([path], Units("KRW"))
    version = WaterfallVersion(sharing.handler.in_force(PRODUCTION).waterfall, ("spc", "studio"), date(2025, 1, 6))
    first, second = (run([version], each, date(2025, 12, 31)) for each in (imported_, ran))
    assert first == second
    assert sorted((each.on, each.name, each.amount) for each in imported_.others) == sorted(
        (each.on, each.name, each.amount) for each in ran.others
    )


def test_an_import_refuses_words_that_the_agreement_does_not_list_as_a_run_on_files_does(world, tmp_path):
    listed = r.SHARED + "  words: {territory: {words: [KR, JP]}}\n"
    world.register(UNSHARED + listed.encode())
    world.clock.to(date(2026, 1, 5))
    r.publish(world, date(2025, 1, 1), date(2025, 3, 31))
    rows = (*ROWS, "2025-02-28,KRW 1,tidewater,Korea,svod,first")
    with pytest.raises(BadDocument) as refused:
        r.take(world, r.csv_file(tmp_path, rows))
    (finding,) = refused.value.findings
    assert (finding.line, finding.field) == (6, "territory")
    assert finding.sentence.startswith("territory 'Korea' is not on the agreement's list (KR, JP)")
    agreement = tmp_path / "agreement.yaml"
    agreement.write_bytes(UNSHARED + listed.encode())
    with pytest.raises(CannotShare, match=r"territory 'Korea' is not on the agreement's list \(KR, JP\)"):
        run_files(agreement, [tmp_path / "s.csv"], None)
    assert r.take(world, r.csv_file(tmp_path, ROWS)).rows == 4
