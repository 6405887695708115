"""What is reclaimed where too much was withheld, and what is owed where too little was."""

from datetime import date

import pytest

from domain.tax.readings import Readings
from domain.tax.reclaim import reclaim_until, tax_difference
from domain.values.money import Money
from tests.domain.tax.tables import ON_FILE, TABLES, quoted


@pytest.mark.parametrize(
    ("payer", "withheld", "owed", "reclaimable"),
    [
        ("JP", ("KR", "company", "copyright-licence", "JPY 36000000"), {"form": ON_FILE}, 3_751_200),
        ("KR", ("JP", "company", "copyright-licence", "KRW 150000000"), {"form": ON_FILE}, 18_000_010),
    ],
    ids=["A10", "A42"],
)
def test_without_its_form_a_payee_reclaims_the_difference(payer, withheld, owed, reclaimable):
    found = tax_difference(quoted(payer, *withheld).withheld, quoted(payer, *withheld, **owed).withheld)
    assert (found.reclaimable.minor, found.short.minor) == (reclaimable, 0)


@pytest.mark.parametrize(
    ("payer", "contract", "share", "form", "reclaimable"),
    [
        ("JP", "JPY 6000000", "JPY 4000000", None, 408_400),
        ("JP", "JPY 6000000", "JPY 4000000", ON_FILE, 102_100),
        ("KR", "KRW 100000000", "KRW 60000000", None, 8_800_000),
    ],
    ids=["A21 plain", "A21 reduced", "A50"],
)
def test_an_artists_company_reclaims_what_exceeds_the_artists_tax(payer, contract, share, form, reclaimable):
    withheld = quoted(payer, "US", "artist-company", "artist-fee", contract, form=form).withheld
    artist = quoted(payer, "US", "individual", "artist-fee", share).withheld
    assert tax_difference(withheld, artist).reclaimable.minor == reclaimable


def test_a_wrong_residence_is_a_debt_of_the_payer():
    wrong = quoted("JP", "JP", "individual", "services", "JPY 300000").withheld
    right = quoted("JP", "KR", "individual", "services", "JPY 300000").withheld
    found = tax_difference(wrong, right)
    assert (found.short, found.reclaimable) == (Money(30_630, "JPY"), Money(0, "JPY"))


@pytest.mark.parametrize(
    ("country", "readings", "until"),
    [
        ("KR", Readings(), date(2031, 9, 30)),
        ("KR", Readings(kr_reclaim_starts="remittance_due"), date(2031, 10, 12)),
        ("JP", Readings(), date(2031, 10, 12)),
    ],
)
def test_the_years_of_a_reclaim_count_from_the_day_that_is_read(country, readings, until):
    assert reclaim_until(TABLES[country], date(2026, 9, 15), date(2026, 10, 12), readings) == until
