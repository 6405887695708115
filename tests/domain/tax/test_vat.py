"""Value added tax on invoices: rounding, deductible shares, and services from abroad."""

from datetime import date
from fractions import Fraction

import pytest

from domain.errors import BadInput
from domain.tax.invoice_days import (
    SupplyPart,
    advance_invoice,
    collective_invoice_due,
    late_invoice_charge,
    supplies,
)
from domain.tax.kinds import IncomeKind
from domain.tax.vat import (
    InvoiceLine,
    VatInvoice,
    VatRateName,
    export_rate,
    flagged_reverse_charge,
    input_tax,
    reverse_charge,
    small_issuer_tax,
    vat_by_rate,
)
from domain.values.money import Money
from tests.domain.tax.tables import VAT

JP, KR = VAT["JP"], VAT["KR"]


def invoice(*amounts: str, supplied_on=date(2026, 9, 15), registration="T7000012050002", **line) -> VatInvoice:
    lines = tuple(InvoiceLine(amount=Money.parse(each), **line) for each in amounts)
    return VatInvoice(
        number="2026-17", issued_on=supplied_on, supplied_on=supplied_on, registration=registration, lines=lines
    )


def test_tax_is_rounded_once_for_an_invoice_and_rate():
    (found,) = vat_by_rate(JP, invoice("JPY 105", "JPY 105", "JPY 105"))
    assert (found.exclusive, found.tax) == (Money(315, "JPY"), Money(31, "JPY"))


def test_each_rate_is_rounded_by_itself():
    lines = (
        InvoiceLine(amount=Money(105, "JPY")),
        InvoiceLine(amount=Money(99, "JPY"), rate=VatRateName.REDUCED),
        InvoiceLine(amount=Money(50, "JPY"), rate=VatRateName.ZERO),
        InvoiceLine(amount=Money(6, "JPY")),
    )
    taxes = {one.rate: one.tax.minor for one in vat_by_rate(JP, invoice("JPY 1").model_copy(update={"lines": lines}))}
    assert taxes == {"standard": 11, "reduced": 7, "zero": 0}


def test_korean_tax_is_on_top_of_the_supply():
    (found,) = vat_by_rate(KR, invoice("KRW 100000000"))
    assert found.exclusive + found.tax == Money(110_000_000, "KRW")


def test_lines_of_one_rate_with_and_without_tax_are_refused():
    mixed = (InvoiceLine(amount=Money(105, "JPY")), InvoiceLine(amount=Money(105, "JPY"), tax_included=True))
    with pytest.raises(BadInput, match="2026-17 has standard lines with and without tax"):
        vat_by_rate(JP, invoice("JPY 1").model_copy(update={"lines": mixed}))


def test_korea_has_no_reduced_rate():
    with pytest.raises(BadInput, match="no reduced rate"):
        vat_by_rate(KR, invoice("KRW 100", rate=VatRateName.REDUCED))


@pytest.mark.parametrize(
    ("supplied_on", "deductible"),
    [
        (date(2023, 9, 30), 100_000),
        (date(2026, 9, 30), 80_000),
        (date(2026, 10, 1), 70_000),
        (date(2028, 9, 30), 70_000),
        (date(2028, 10, 1), 50_000),
        (date(2030, 9, 30), 50_000),
        (date(2030, 10, 1), 30_000),
        (date(2031, 9, 30), 30_000),
        (date(2031, 10, 1), 0),
    ],
)
def test_tax_of_a_supplier_without_number_is_deductible_by_the_day_of_supply(supplied_on, deductible):
    bought = invoice("JPY 1100000", supplied_on=supplied_on, registration=None, tax_included=True)
    found = input_tax(JP, bought)
    assert found.deductible == Money(deductible, "JPY")
    assert found.cost == Money(1_100_000 - deductible, "JPY")


def test_tax_of_a_registered_supplier_is_deductible_in_full():
    found = input_tax(JP, invoice("JPY 1100000", tax_included=True))
    assert (found.deductible, found.cost) == (Money(100_000, "JPY"), Money(1_000_000, "JPY"))


@pytest.mark.parametrize(
    ("on", "individual", "paid"),
    [
        (date(2026, 12, 31), False, 20_000),
        (date(2027, 1, 1), True, 30_000),
        (date(2027, 1, 1), False, None),
        (date(2029, 1, 1), True, None),
    ],
)
def test_small_issuers_pay_a_share_for_some_years(on, individual, paid):
    found = small_issuer_tax(JP, Money(100_000, "JPY"), on, individual=individual)
    assert found == (None if paid is None else Money(paid, "JPY"))


@pytest.mark.parametrize(
    ("ratio", "general", "figures"),
    [
        (96, True, (0, 0, 0)),
        (95, True, (0, 0, 0)),
        (80, True, (1_000_000, 800_000, 200_000)),
        (80, False, (0, 0, 0)),
    ],
)
def test_a_foreign_artist_is_a_reverse_charge_only_below_95_percent(ratio, general, figures):
    charge = flagged_reverse_charge(JP, IncomeKind.ARTIST_FEE)
    fee, on = Money(10_000_000, "JPY"), date(2026, 9, 15)
    found = reverse_charge(JP, charge, fee, on, taxable_percent=Fraction(ratio), general=general)
    assert (found.output.minor, found.input.minor, found.payable.minor) == figures


@pytest.mark.parametrize(("taxable", "payable"), [(0, 5_000_000), (100, 0)])
def test_korea_charges_services_from_abroad_to_who_cannot_deduct(taxable, payable):
    charge = flagged_reverse_charge(KR, IncomeKind.SERVICES)
    fee = Money(50_000_000, "KRW")
    found = reverse_charge(KR, charge, fee, date(2026, 9, 15), taxable_percent=Fraction(taxable))
    assert found.payable == Money(payable, "KRW")


def test_a_licence_from_abroad_is_flagged_in_korea_and_not_in_japan():
    assert flagged_reverse_charge(KR, IncomeKind.COPYRIGHT_LICENCE).name == "대리납부"
    assert flagged_reverse_charge(JP, IncomeKind.COPYRIGHT_LICENCE) is None


@pytest.mark.parametrize(
    ("evidence", "rate"),
    [
        ({"through_bank": True}, "zero"),
        ({"through_bank": False}, "standard"),
        ({"through_bank": True, "listed": True}, "standard"),
        ({"through_bank": True, "listed": True, "reciprocal": True}, "zero"),
    ],
)
def test_an_export_of_services_is_at_zero_with_its_evidence(evidence, rate):
    assert export_rate(**evidence) == rate


PARTS = [
    SupplyPart(due_on=date(2026, 3, 2), amount=Money(288_000_000, "KRW")),
    SupplyPart(due_on=date(2026, 7, 1), amount=Money(384_000_000, "KRW")),
    SupplyPart(due_on=date(2026, 11, 30), amount=Money(288_000_000, "KRW")),
]


def test_instalments_over_six_months_are_supplied_on_their_due_days():
    assert supplies(PARTS, date(2026, 11, 30)) == PARTS


def test_instalments_over_less_are_supplied_at_delivery():
    assert supplies(PARTS, date(2026, 9, 1)) == [SupplyPart(due_on=date(2026, 9, 1), amount=Money(960_000_000, "KRW"))]


@pytest.mark.parametrize(
    ("paid_on", "verdict"),
    [
        (date(2026, 10, 8), "good"),
        (date(2026, 10, 9), "good with the contract's dates"),
        (date(2026, 10, 20), "good with the contract's dates"),
        (date(2026, 10, 31), "good with the contract's dates"),
        (date(2026, 11, 1), "not good"),
    ],
)
def test_an_invoice_before_the_supply_is_good_if_it_is_paid_soon(paid_on, verdict):
    assert advance_invoice(date(2026, 10, 1), paid_on) == verdict


@pytest.mark.parametrize(
    ("issued_on", "charge"),
    [
        (date(2026, 9, 10), 0),
        (date(2026, 9, 11), 1_000_000),
        (date(2026, 11, 2), 1_000_000),
        (date(2027, 1, 25), 1_000_000),
        (date(2027, 2, 1), 2_000_000),
    ],
)
def test_a_late_invoice_costs_its_supplier(issued_on, charge):
    supply = Money(100_000_000, "KRW")
    assert late_invoice_charge(supply, date(2026, 8, 31), issued_on) == Money(charge, "KRW")


def test_a_collective_invoice_is_due_on_the_10th():
    assert collective_invoice_due(date(2026, 12, 31)) == date(2027, 1, 10)
