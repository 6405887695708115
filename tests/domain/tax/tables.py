"""Builders for tests of tax: the tables that come with Sluice, and payments in few words."""

from datetime import date

from adapters.tax.rule_tables import tax_tables, vat_rules
from domain.tax.in_force import RulesInForce
from domain.tax.payment import FormOnFile, PayeeStatus, TaxedPayment
from domain.tax.quote import TaxQuote, quote
from domain.tax.readings import Readings
from domain.values.money import Money

TABLES = tax_tables()
VAT = vat_rules()
DAY = date(2026, 9, 15)
ON_FILE = FormOnFile(received_on=date(2026, 8, 1), filed_on=date(2026, 8, 1))


def payment(country: str, kind: str, income: str, amount: str, paid_on: date = DAY, **more) -> TaxedPayment:
    status = {name: more.pop(name) for name in list(more) if name in PayeeStatus.model_fields}
    payee = PayeeStatus(country=country, kind=kind, **status)
    return TaxedPayment(payee=payee, income=income, amount=Money.parse(amount), paid_on=paid_on, **more)


def quoted(payer: str, *about, readings: Readings | None = None, **more) -> TaxQuote:
    return quote(RulesInForce(TABLES[payer], readings), payment(*about, **more))
