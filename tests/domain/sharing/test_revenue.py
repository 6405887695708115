from datetime import date
from decimal import Decimal

import pytest

from domain.agreement.checks.receipts import receipt_fx
from domain.agreement.model import ReceiptFx
from domain.calendar.calendars import Calendars
from domain.commands import ImportStatement
from domain.errors import BadInput, IllegalTransition, NotFound, WrongRole
from domain.events import ImportedRows, StatementImported, StatementKind, StatementTotal, read_event
from domain.ledger.entries import postings
from domain.ledger.journal import canonical, sha256
from domain.rates import mean
from domain.schemas import SCHEMAS
from domain.sharing import revenue
from domain.sharing.revenue import StatementVersion
from domain.values.money import totals
from tests.domain import builders as b

TARGET = Calendars.of(["TARGET"])


def rows(sha: str = "a", media: str = "svod", amount: int = 100) -> ImportedRows:
    return ImportedRows(
        kind=StatementKind.RECEIPT,
        source="tidewater",
        statement="S1",
        count=1,
        sha256=sha * 64,
        file="s.csv",
        file_sha256=sha * 64,
        totals=(StatementTotal(of=media, amount=b.krw(amount)),),
    )


def command(version: int = 1, **more) -> ImportStatement:
    return ImportStatement(key="k", by="sora", production="HANA", version=version, rows=rows(**more))


def test_a_first_statement_counts_and_the_same_rows_count_once():
    (event,) = revenue.take(command(), None, b.agreement(), b.SORA)
    assert isinstance(event, StatementImported)
    assert (event.version, event.restated) == (1, ())
    standing = StatementVersion(1, "a" * 64, event.rows.totals)
    assert revenue.take(command(2), standing, b.agreement(), b.SORA) == []


def test_an_import_without_counts_has_the_hashes_that_it_had_before_there_were_any():
    (event,) = revenue.take(command(), None, b.agreement(), b.SORA)
    assert b"counts" not in canonical(event)
    assert sha256(SCHEMAS.canonical(event, 1)) == "4910a00be7b465b791c2a5911c52968e703cca8c3f62c3800062674b835a363f"
    assert sha256(SCHEMAS.canonical(command(), 1)) == "d3700154ddd78a15961490940762e0e8473f704d41c193d1c35ebaaea1c09c65"
    assert read_event(canonical(event)) == event


def test_a_restatement_says_why_and_a_reason_that_restates_nothing_is_refused():
    why = command(2, sha="b").model_copy(update={"reason": "returned discs"})
    (event,) = revenue.take(why, StatementVersion(1, "a" * 64, ()), b.agreement(), b.SORA)
    assert event.reason == "returned discs"
    first = command().model_copy(update={"reason": "returned discs"})
    with pytest.raises(BadInput, match=r"tidewater S1 has no receipts on record.*leave `--reason` out, or correct"):
        revenue.take(first, None, b.agreement(), b.SORA)


def test_other_rows_restate_by_negating_exactly_what_the_version_before_posted():
    (first,) = revenue.take(command(), None, b.agreement(), b.SORA)
    standing = StatementVersion(1, "a" * 64, first.rows.totals)
    (second,) = revenue.take(command(2, sha="b", media="Pay TV / first", amount=70), standing, b.agreement(), b.SORA)
    entries = [*postings(first), *postings(second)]
    by_account = {}
    for entry in entries:
        by_account.setdefault(entry.account, []).append(entry.amount)
    balances = {account: totals(amounts)["KRW"].minor for account, amounts in by_account.items()}
    assert balances == {
        "asset:receivable:tidewater": 70,
        "income:receipts:svod": 0,
        "income:receipts:pay-tv-first": -70,
    }


def test_two_who_restate_the_same_version_do_not_both_succeed():
    with pytest.raises(IllegalTransition, match="tidewater S1 is at version 2, and these rows were to be version 2"):
        revenue.take(command(2), StatementVersion(2, "b" * 64, ()), b.agreement(), b.SORA)


@pytest.mark.parametrize("person", [b.YUN, b.JI])
def test_who_is_no_treasurer_of_the_account_holder_imports_nothing(person):
    with pytest.raises(WrongRole, match="may not import receipts of HANA"):
        revenue.take(command(), None, b.agreement(), person)


def test_the_days_that_a_rule_needs_are_days_on_which_its_source_publishes():
    def days(at, on, period="month"):
        return revenue.fixing_days(ReceiptFx(at=at, source="ECB", period=period), on, TARGET)

    assert days("receipt_date", date(2026, 1, 1)) == (date(2025, 12, 31),)
    assert days("period_end", date(2026, 1, 15)) == (date(2026, 1, 30),)
    assert days("period_end", date(2025, 12, 1), "year") == (date(2025, 12, 31),)
    average = days("period_average", date(2025, 12, 31))
    assert (len(average), average[0], average[-1]) == (21, date(2025, 12, 1), date(2025, 12, 31))
    assert date(2025, 12, 25) not in average


def test_a_mean_of_rates_is_exact_and_rounded_once():
    assert mean([Decimal("1.1"), Decimal("1.2")]) == Decimal("1.15")
    assert mean([Decimal(1), Decimal(1), Decimal(2)]) == Decimal("1.333333333")


def test_an_average_crosses_each_day_by_itself_and_needs_all_of_them():
    rule = ReceiptFx(at="period_average", source="ECB")
    published = [
        (date(2026, 1, 2), {("EUR", "KRW"): Decimal(1600), ("EUR", "USD"): Decimal(1)}),
        (date(2026, 1, 5), {("EUR", "KRW"): Decimal(1600), ("EUR", "USD"): Decimal(2)}),
    ]
    found = revenue.converted_by(rule, published, "USD", "KRW")
    assert (found.rate, found.fixing_on, found.rule, found.source) == (1200, date(2026, 1, 5), "period_average", "ECB")
    with pytest.raises(NotFound):
        revenue.converted_by(rule, [*published, (date(2026, 1, 6), {})], "USD", "KRW")


def with_rules(*rules: ReceiptFx):
    return b.agreement().model_copy(update={"receipt_fx": rules})


def test_a_currency_s_own_rule_goes_before_the_rule_for_all_others_and_the_contract_s_rate_is_last():
    own, other = ReceiptFx(base="USD", at="bank_rate"), ReceiptFx(at="receipt_date", source="ECB")
    assert revenue.receipt_rule(with_rules(other, own), "USD") == own
    assert revenue.receipt_rule(with_rules(other, own), "JPY") == other
    assert revenue.receipt_rule(with_rules(own), "JPY") is None
    assert revenue.at_contract(b.agreement(), "USD", "KRW").rate == Decimal("1300.00")
    with pytest.raises(BadInput, match="does not say how BHD becomes KRW"):
        revenue.at_contract(b.agreement(), "BHD", "KRW")


@pytest.mark.parametrize(
    ("rules", "codes"),
    [
        ((ReceiptFx(base="USD", at="bank_rate"), ReceiptFx(at="receipt_date", source="ECB")), []),
        ((ReceiptFx(at="bank_rate"), ReceiptFx(at="bank_rate")), ["duplicate"]),
        ((ReceiptFx(at="period_end"),), ["no-source"]),
        ((ReceiptFx(at="bank_rate", source="ECB"),), ["source-unused"]),
        ((ReceiptFx(base="XXX", at="bank_rate"),), ["unknown-currency"]),
    ],
)
def test_rules_for_receipts_are_checked(rules, codes):
    assert [finding.code for finding in receipt_fx(with_rules(*rules))] == codes
