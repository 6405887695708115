"""What an agreement or the settings say differently from the tables: readings, forms, rules; each with a reason."""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from domain.tax.readings import Readings
from domain.tax.rules import Country, RuleId, TaxForm, TaxRule, TaxTable, Words
from domain.values.record import Record


class TaxOverrides(Record):
    """Changes to the table of one payer's country.

    A rule with the name of one of the table's replaces that in its place. Any other rule is tried before those of the
    table, so it wins wherever it fits. `reason` is part of the explanation of every payment that such a rule decides.
    """

    sluice_tax: Literal[1]
    country: Country
    reason: Words
    readings: Readings = Readings()
    forms: dict[RuleId, TaxForm] = Field(default_factory=dict)
    rules: tuple[TaxRule, ...] = ()


def overridden(table: TaxTable, overrides: Iterable[TaxOverrides]) -> TaxTable:
    """A table with the changes for its country, the last of several first."""
    for one in overrides:
        if one.country == table.country:
            table = _changed(table, one)
    return table


def chosen_readings(overrides: Iterable[TaxOverrides]) -> Readings:
    """The readings that overrides choose; where several do, the last wins."""
    chosen: dict[str, object] = {}
    for one in overrides:
        chosen |= one.readings.model_dump(include=one.readings.model_fields_set)
    return Readings.model_validate(chosen)


def _changed(table: TaxTable, change: TaxOverrides) -> TaxTable:
    mine = {rule.id: rule.model_copy(update={"reason": rule.reason or change.reason}) for rule in change.rules}
    replaced = [mine.pop(rule.id, rule) for rule in table.rules]
    content = dict(table) | {"rules": (*mine.values(), *replaced), "forms": {**table.forms, **change.forms}}
    return TaxTable.model_validate(content)
