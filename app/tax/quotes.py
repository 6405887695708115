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
from domain.tax.overrides import chosen_readings, overridden
from domain.tax.payment import TaxedPayment
from domain.tax.quote import TaxQuote, quote
from domain.tax.readings import Readings
from domain.tax.rules import TaxTable


@dataclass(frozen=True, slots=True)
class TaxLaw:
    """The tables by the payer's country, the readings chosen, and corrections of calendars."""

    tables: Mapping[str, TaxTable]
    readings: Readings
    calendar_overrides: tuple[CalendarOverride, ...]

    def table(self, country: str) -> TaxTable:
        """The table of a payer's country.

        Raises:
            BadInput: there is none.
        """
        if country not in self.tables:
            known = ", ".join(self.tables)
            raise BadInput(f"There are no tax rules for payers in {country!r}: there are some for {known}.")
        return self.tables[country]

    def quote(self, payer: str, payment: TaxedPayment, vat_percent: Fraction = Fraction(0)) -> TaxQuote:
        """The tax on a payment of a payer in a country; held where there is no table for it."""
        if payer not in self.tables:
            need = f"table of tax rules for payers in {payer}: there are some for {', '.join(self.tables)}"
            why = f"held: there are no tax rules for payers in {payer}"
            return TaxQuote(gross=None if payment.net else payment.amount, why=why, needs=(need,))
        table, days = self.tables[payer], self.calendar_overrides
        return quote(table, payment, self.readings, vat_percent=vat_percent, overrides=days)


def law_in_force(files: Iterable[Path], readings: Mapping[str, str], data: Path | None = None) -> TaxLaw:
    """The tables with the changes of the settings' file, of `files`, and with `readings`; the last wins.

    Raises:
        BadDocument: a file does not fit; every finding names line and field.
        BadInput: a file cannot be opened, or there is no such reading.
    """
    settings = load_settings(data)
    paths = ([] if settings.tax_rules is None else [settings.tax_rules]) + list(files)
    overrides = [load_overrides(path) for path in paths]
    tables = {country: overridden(table, overrides) for country, table in tax_tables().items()}
    if unknown := {one.country for one in overrides} - set(tables):
        raise BadInput(f"Overrides are for payers in {', '.join(sorted(unknown))}, for which there is no table.")
    chosen = chosen_readings(overrides).model_dump() | dict(readings)
    return TaxLaw(tables, _readings(chosen), settings.calendar_overrides)


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
