"""The reference page of calendars and day counts says what the code does."""

import pathlib
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import get_args

import pytest

from adapters.agreement.documents import BadDocument, parse_agreement
from app.cli import execute
from app.settings import Settings
from domain.agreement.clauses import LateInterest
from domain.agreement.model import Account, Agreement, FxRule, Instalment, ReceiptFx
from domain.calendar.calendars import (
    FIRST_YEAR,
    LAST_YEAR,
    Calendars,
    Convention,
)
from domain.calendar.dates import (
    DayCount,
    PeriodDayCount,
    add_months,
    year_fraction,
    year_fraction_within,
)
from domain.calendar.interest import Compounding
from domain.rates import publication_days
from domain.sharing.waterfall.model import Interest, Waterfall
from tests.domain import builders as b

PAGE = (pathlib.Path(__file__).parents[2] / "docs/reference/calendars-and-day-counts.md").read_text("utf-8")


def table(first_column):
    """The rows of the table whose first column is headed so, without back quotes."""
    (rows,) = re.findall(rf"^\| {first_column} \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return [[cell.strip().strip("`") for cell in row.strip("|").split(" | ")] for row in rows.splitlines()]


def block(language):
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return found


@pytest.mark.parametrize(("code", "closed", "open_"), [(row[0], *row[-2:]) for row in table("calendar")])
def test_each_calendar_is_closed_and_open_as_the_page_says(code, closed, open_):
    calendar = Calendars.of([code])
    assert not calendar.is_business_day(date.fromisoformat(closed))
    assert calendar.is_business_day(date.fromisoformat(open_))


def test_calendars_answer_for_the_years_that_the_page_names():
    assert f"for the years {FIRST_YEAR} to {LAST_YEAR}" in PAGE


def test_a_wrong_name_is_found_as_the_page_shows():
    (line,) = re.findall(r"^    AGREEMENT\.yaml:\d+: (.*) …$", PAGE, re.MULTILINE)
    account = "{id: a, owner: bank, control: external, currency: USD, bic: SLUAKRSE, number: '1', calendars: [KOR]}"
    text = block("yaml").replace("waterfall:", f"accounts: [{account}]\nwaterfall:")
    with pytest.raises(BadDocument) as bad:
        parse_agreement(text.encode(), "AGREEMENT.yaml")
    assert any(line in str(finding) for finding in bad.value.findings)


@pytest.mark.parametrize(("name", "moved"), [(row[0], row[-1]) for row in table("convention")])
def test_each_convention_moves_a_date_as_the_page_says(name, moved):
    assert Calendars.of(["KR"]).adjust(date(2025, 5, 31), Convention(name)) == date.fromisoformat(moved)
    assert {row[0] for row in table("convention")} == set(Convention)


def test_a_month_later_is_as_the_page_says():
    day, later = re.search(r"one month after (\S+) is (\S+)\.", PAGE).groups()
    assert add_months(date.fromisoformat(day), 1) == date.fromisoformat(later)


@pytest.mark.parametrize(("count", "start", "end", "part"), [(row[0], *row[-3:]) for row in table("day count")])
def test_each_day_count_gives_the_part_of_a_year_that_the_page_says(count, start, end, part):
    said = sum(map(Fraction, part.split(" + ")))
    assert year_fraction(count, date.fromisoformat(start), date.fromisoformat(end)) == said


def test_the_page_has_every_day_count_of_payments_and_of_claims():
    assert {row[0] for row in table("day count")} == set(get_args(DayCount))
    ((name, *_),) = table("rule of claims")
    assert {name} == set(get_args(PeriodDayCount)) - set(get_args(DayCount))


def test_a_part_of_an_interest_period_is_as_the_page_says():
    ((name, *_, start, end, period, part),) = table("rule of claims")
    within = tuple(date.fromisoformat(day) for day in period.split(" to "))
    found = year_fraction_within(name, within, date.fromisoformat(start), date.fromisoformat(end))
    assert found == Fraction(part)


def test_the_page_has_every_way_of_compounding():
    said = {word for row in table("`compounds`") for word in re.findall(r"[a-z-]+", row[0])}
    assert said == set(get_args(Compounding))


@pytest.mark.parametrize("count", ["30/360 US", "actual/actual ICMA"])
def test_a_claim_without_interest_periods_is_refused_by_rules_that_need_them(count):
    text = block("yaml").replace("days: 30E/360, compounds: half-yearly", f"days: {count}")
    line = text[: text.index(count)].count("\n") + 1
    with pytest.raises(BadDocument) as bad:
        parse_agreement(text.encode(), "a.yaml")
    (found,) = map(str, bad.value.findings)
    assert found.startswith(f"a.yaml:{line}: waterfall.claims[loan].interest.days: {count} counts by interest periods")


def test_the_loan_is_repaid_with_the_interest_that_the_page_says(capsys, tmp_path):
    for name, text in {"a.yaml": block("yaml"), "facts.csv": block("csv")}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert execute(["waterfall", "run", str(tmp_path / "a.yaml"), "--facts", str(tmp_path / "facts.csv")]) == 0
    said = [re.split(r" {2,}", line.strip())[:2] for line in capsys.readouterr().out.splitlines()]
    wanted = [line.split() for line in block("text").splitlines()]
    assert len(wanted) == 2
    assert all(line in said for line in wanted)


def test_the_defaults_of_terms_are_those_of_the_models():
    fields = {
        "accounts[].calendars": Account.model_fields["calendars"],
        "opens_at": Agreement.model_fields["opens_at"],
        "banks_closed_at_most_days": Agreement.model_fields["banks_closed_at_most_days"],
        "schedule[].late_interest.days": LateInterest.model_fields["days"],
        "schedule[].convention": Instalment.model_fields["convention"],
        "waterfall.claims[].interest.days": Interest.model_fields["days"],
        "waterfall.claims[].interest.compounds": Interest.model_fields["compounds"],
        "waterfall.answer_within_business_days": Waterfall.model_fields["answer_within_business_days"],
    }
    said = {row[0]: row[-1] for row in table("term")}
    published = said.pop("fx[].published_on`, `receipt_fx[].published_on")
    assert {
        name: "must be given" if field.is_required() else str(field.default).removesuffix(":00")
        for name, field in fields.items()
    } == said
    assert published.startswith("[TARGET]` for the source `ECB`")
    rules = (
        FxRule(base="USD", quote="KRW", contract=Decimal(1), pay_at="reference", source="ECB", fixing="payment_date"),
        ReceiptFx(at="receipt_date", source="ECB"),
    )
    assert all(publication_days(b.agreement(), rule, []).codes == {"TARGET"} for rule in rules)


def test_the_defaults_of_settings_are_those_of_the_settings():
    said = {row[0]: int(row[-1]) for row in table("setting")}
    assert said == {name: Settings.model_fields[name].default for name in said}
    assert len(said) == 3
