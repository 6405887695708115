"""Quotes of tax at source and the rules in force, from the tables, the settings and files; no database is needed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from adapters.tax.override_files import load_overrides
from adapters.tax.rule_tables import tax_tables
from app.settings import load_settings
from domain.calendar.overrides import CalendarOverride
from domain.errors import BadInput, Refused
from domain.tax.in_force import RulesInForce
from domain.tax.overrides import chosen_readings, overridden
from domain.tax.payment import TaxedPayment
from domain.tax.quote import TaxQuote, quote
from domain.tax.readings import Readings


@dataclass(frozen=True, slots=True)
class TaxLaw:
    """The rules in force by the payer's country, and corrections of calendars."""

    rules: Mapping[str, RulesInForce]
    calendar_overrides: tuple[CalendarOverride, ...]

    def of(self, country: str | None) -> Iterable[RulesInForce]:
        """The rules of a payer's country, or of all.

        Raises:
            BadInput: there are none.
        """
        if country is None:
            return self.rules.values()
        if country not in self.rules:
            known = ", ".join(self.rules)
            raise BadInput(f"There are no tax rules for payers in {country!r}: there are some for {known}.")
        return [self.rules[country]]

    def quote(self, payer: str, payment: TaxedPayment, vat_percent: Fraction = Fraction(0)) -> TaxQuote:
        """The tax on a payment of a payer in a country; held where there are no rules for it."""
        if payer not in self.rules:
            need = f"table of tax rules for payers in {payer}: there are some for {', '.join(self.rules)}"
            why = f"held: there are no tax rules for payers in {payer}"
            return TaxQuote(gross=None if payment.net else payment.amount, why=why, needs=(need,))
        return quote(self.rules[payer], payment, vat_percent)


def law_in_force(files: Iterable[Path], readings: Mapping[str, str], data: Path | None = None) -> TaxLaw:
    """The tables with the changes of the settings' file, of `files`, and with `readings`; the last wins.

    Raises:
        BadDocument: a file does not fit; every finding names line and field.
        BadInput: a file cannot be opened, or there is no such reading.
    """
    settings = load_settings(data)
    paths = ([] if settings.tax_rules is None else [settings.tax_rules]) + list(files)
    overrides = [load_overrides(path) for path in paths]
    tables, days = tax_tables(), settings.calendar_overrides
    if unknown := {one.country for one in overrides} - set(tables):
        raise BadInput(f"Overrides are for payers in {', '.join(sorted(unknown))}, for which there is no table.")
    chosen = _readings(chosen_readings(overrides).model_dump() | dict(readings))
    rules = {name: RulesInForce(overridden(table, overrides), chosen, days) for name, table in tables.items()}
    return TaxLaw(rules, days)


def _readings(chosen: Mapping[str, Any]) -> Readings:
    for name, choice in chosen.items():
        if name not in Readings.model_fields:
            raise BadInput(f"There is no reading {name!r}: there are {', '.join(Readings.model_fields)}.")
        possible = Readings.model_json_schema()["properties"][name]["enum"]
        if choice not in possible:
            raise BadInput(f"{name} cannot be {choice!r}: write {' or '.join(possible)}.")
    return Readings.model_validate(chosen)


def answer(found: TaxQuote) -> dict[str, Any]:
    """A quote for programs; amounts are integers in minor units of the currency of the tax."""
    amounts = {"national": found.national, "local": found.local, "withheld": found.withheld}
    amounts |= {"net": found.net, "gross": found.gross}
    return {
        "rule": found.rule and found.rule.id,
        **{name: amount and amount.minor for name, amount in amounts.items()},
        "due_on": found.due_on and found.due_on.isoformat(),
        "authority": found.authority,
        "why": found.why,
        "needs": list(found.needs),
    }


def refuse_other_figures(found: TaxQuote, printed: tuple[int, int]) -> None:
    """Compare a quote with the national and local tax that somebody printed.

    Raises:
        Refused: they differ.
    """
    if found.national is None or found.local is None:
        raise Refused(
            f"Nothing can be compared, because the payment is {found.why}: it needs {'; '.join(found.needs)}."
        )
    if printed != (found.national.minor, found.local.minor):
        said = " + ".join(f"{each:,}" for each in printed)
        ours = f"{found.national.minor:,} + {found.local.minor:,}"
        raise Refused(f"The printed tax {said} is not {ours}, which the rule gives ({found.why}): ask who printed it.")
