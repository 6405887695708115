"""Value added tax on an invoice, and what the payer does with it."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from adapters.tax.rule_tables import vat_rules
from domain.errors import BadInput
from domain.tax.identifiers import TaxIdKind, checked_tax_id
from domain.tax.kinds import IncomeKind
from domain.tax.vat import VatInvoice, VatRules, flagged_reverse_charge, input_tax, reverse_charge, vat_by_rate
from domain.values.money import Money, total

_NUMBERS = {"JP": TaxIdKind.JP_INVOICE, "KR": TaxIdKind.KR_BUSINESS}
"""The supplier's number that an invoice carries, by country."""


def rules_of(country: str) -> VatRules:
    """The rules of a payer's country.

    Raises:
        BadInput: there are none.
    """
    rules = vat_rules()
    if country not in rules:
        raise BadInput(f"There are no rules of value added tax for {country!r}: there are some for {', '.join(rules)}.")
    return rules[country]


def invoice_answer(country: str, invoice: VatInvoice, *, individual: bool) -> dict[str, Any]:
    """The tax of a domestic supplier's invoice, by rate, and how much the payer deducts. Amounts are in minor units.

    Raises:
        BadInput: there are no rules for the country, or the supplier's number is wrong.
    """
    rules = rules_of(country)
    if invoice.registration is not None:
        number = checked_tax_id(_NUMBERS[country], invoice.registration, individual=individual)
        invoice = invoice.model_copy(update={"registration": number})
    by_rate = vat_by_rate(rules, invoice)
    currency = by_rate[0].tax.currency
    exclusive, tax = (total((getattr(one, name) for one in by_rate), currency) for name in ("exclusive", "tax"))
    found = input_tax(rules, invoice)
    return {
        "rates": [{"rate": one.rate.value, "exclusive": one.exclusive.minor, "tax": one.tax.minor} for one in by_rate],
        "exclusive": exclusive.minor,
        "tax": tax.minor,
        "total": (exclusive + tax).minor,
        "deductible": found.deductible.minor,
        "cost": found.cost.minor,
        "registration": invoice.registration,
    }


def reverse_charge_answer(
    country: str, income: IncomeKind, fee: Money, on: date, *, taxable_percent: Decimal, general: bool
) -> dict[str, Any]:
    """What the payer declares for a service from abroad, in minor units; `charge` is None if nothing is flagged."""
    rules = rules_of(country)
    charge = flagged_reverse_charge(rules, income)
    if charge is None:
        return {"charge": None, "output": 0, "input": 0, "payable": 0}
    found = reverse_charge(rules, charge, fee, on, taxable_percent=Fraction(taxable_percent), general=general)
    amounts = {"output": found.output.minor, "input": found.input.minor, "payable": found.payable.minor}
    return {"charge": charge.name, **amounts}
