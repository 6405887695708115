"""Lists of tax rules, and of the days on which something is due."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from app.tax.quotes import TaxLaw
from domain.tax.days import tax_days
from domain.tax.quote import digest_of
from domain.tax.rules import TaxRule, TaxTable
from domain.tax.withholding import TaxSchedule


def rule_rows(
    law: TaxLaw,
    on: date | None = None,
    payer_country: str | None = None,
    payee_country: str | None = None,
    income: str | None = None,
) -> list[dict[str, Any]]:
    """The rules under the readings chosen, in the order in which they are tried; those that fit the filters."""
    tables = [law.table(payer_country)] if payer_country else law.tables.values()
    return [
        _row(law, table, rule, on)
        for table in tables
        for rule in table.rules
        if rule.counts(law.readings)
        and (on is None or (rule.first_day <= on and (rule.last_day is None or on <= rule.last_day)))
        and (payee_country is None or payee_country in rule.payees)
        and (income is None or income in rule.income)
    ]


def _row(law: TaxLaw, table: TaxTable, rule: TaxRule, on: date | None) -> dict[str, Any]:
    surtax = table.surtax_on(on or rule.last_day or rule.first_day)
    schedule = TaxSchedule.of(table, rule, surtax, law.readings)
    content = rule.model_dump(mode="json", exclude={"id", "form", "readings"})
    return {
        "payer": table.country,
        "rule": rule.id,
        "version": table.version,
        "digest": digest_of(table, schedule),
        **content,
        "form": table.forms[rule.form].original if rule.form else None,
    }


def day_rows(law: TaxLaw, country: str | None, first: date, last: date) -> list[dict[str, Any]]:
    """What is due to the authorities from a day to another, in order."""
    tables = [law.table(country)] if country else law.tables.values()
    rows = [row for table in tables for row in _days_of(law, table, first, last)]
    return sorted(rows, key=lambda row: (row["on"], row["country"]))


def _days_of(law: TaxLaw, table: TaxTable, first: date, last: date) -> Iterator[dict[str, Any]]:
    for one in tax_days(table, first, last, law.calendar_overrides):
        yield {
            "on": one.on,
            "country": table.country,
            "authority": one.authority,
            "what": one.what,
            "paid_from": one.paid_from,
            "paid_to": one.paid_to,
        }
