"""Lists of tax rules, and of the days on which something is due."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from app.tax.quotes import TaxLaw
from domain.tax.days import tax_days
from domain.tax.in_force import RulesInForce
from domain.tax.rules import TaxRule, TaxTable


def rule_rows(
    law: TaxLaw,
    on: date | None = None,
    payer_country: str | None = None,
    payee_country: str | None = None,
    income: str | None = None,
) -> list[dict[str, Any]]:
    """The rules under the readings chosen, in the order in which they are tried; those that fit the filters."""
    return [
        _row(rules, rule, on)
        for rules in law.of(payer_country)
        for rule in rules.table.rules
        if rule.counts(rules.readings)
        and (on is None or (rule.first_day <= on and (rule.last_day is None or on <= rule.last_day)))
        and (payee_country is None or payee_country in rule.payees)
        and (income is None or income in rule.income)
    ]


def _row(rules: RulesInForce, rule: TaxRule, on: date | None) -> dict[str, Any]:
    applied = rules.applied(rule, on or rule.last_day or rule.first_day)
    return {
        "payer": rules.table.country,
        "rule": rule.id,
        "version": applied.version,
        "digest": applied.digest,
        **rule.model_dump(mode="json", exclude={"id", "form", "readings"}),
        "form": rules.table.forms[rule.form].original if rule.form else None,
    }


def day_rows(law: TaxLaw, country: str | None, first: date, last: date) -> list[dict[str, Any]]:
    """What is due to the authorities from a day to another, in order."""
    rows = [row for rules in law.of(country) for row in _days_of(law, rules.table, first, last)]
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
