"""Forecasts from files: run a waterfall on each scenario of a sheet, and format the results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.console import Console

from adapters.agreement.documents import load_agreement
from adapters.sharing.scenarios import read_scenarios
from app.sharing.waterfall import (
    facts_of,
    last_day,
    table_of,
    units_of,
    versions,
)
from domain.sharing.waterfall.forecast import Return, forecast
from domain.sharing.waterfall.result import written
from domain.values.currency import exponent


@dataclass(frozen=True, slots=True)
class Forecast:
    """The outcome for each party in each scenario. `names` are the agreement's names of the parties."""

    title: str
    currency: str
    as_of: date
    names: Mapping[str, str]
    scenarios: Mapping[str, Mapping[str, Return]]


def forecast_files(
    agreement: Path,
    scenarios: Path,
    facts: Sequence[Path],
    as_of: date | None,
    amends: Sequence[Path] = (),
    mapping: Path | None = None,
) -> Forecast:
    """Run every scenario of a sheet on top of the facts. `as_of` defaults to the day of the last fact of any.

    Raises:
        BadInput: a file does not fit, or the facts of a scenario do not fit the waterfall.
    """
    chain = versions(agreement, amends)
    loaded = load_agreement(agreement).agreement
    units = units_of(loaded)
    happened = facts_of(agreement, facts, mapping)
    assumed = {name: happened.joined(each) for name, each in read_scenarios(scenarios, units).items()}
    until = as_of or max(last_day(each) for each in assumed.values())
    found = {name: forecast(chain, each, until) for name, each in assumed.items()}
    return Forecast(loaded.title, units.currency, until, {party.id: party.name for party in loaded.parties}, found)


def as_json(found: Forecast) -> dict[str, Any]:
    """Return the result for programs: exact rationals and decimals. A rate is a yearly fraction, to 12 places."""
    return {
        "currency": found.currency,
        "as_of": str(found.as_of),
        "scenarios": {
            name: {party: _return_json(one, found.currency) for party, one in parties.items()}
            for name, parties in found.scenarios.items()
        },
    }


def _return_json(one: Return, currency: str) -> dict[str, Any]:
    return {
        "out": written(one.out, currency),
        "came_in": written(one.came_in, currency),
        "net": written(one.came_in - one.out, currency),
        "recouped_on": str(one.recouped_on) if one.recouped_on else None,
        "multiple": {"exact": str(one.multiple), "decimal": _decimal(one.multiple)}
        if one.multiple is not None
        else None,
        "irr": f"{one.irr:f}" if one.irr is not None else None,
        "flows": [
            {
                "on": str(flow.on),
                "out": written(flow.out, currency),
                "came_in": written(flow.came_in, currency),
                "net_to_date": written(flow.net, currency),
            }
            for flow in one.flows
        ],
    }


def as_text(found: Forecast) -> str:
    """Return the result for people: a table for each scenario, amounts in major units."""
    console = Console(width=110)
    with console.capture() as captured:
        for name, parties in found.scenarios.items():
            console.print(f"{name} ({found.currency}, facts to {found.as_of})", markup=False, highlight=False)
            table = table_of("party", "laid out", "came in", "net", "recouped on", "multiple", "IRR")
            for party, one in parties.items():
                amounts = (one.out, one.came_in, one.came_in - one.out)
                table.add_row(party, *(_amount(each, found.currency) for each in amounts), *returned_words(one))
            console.print(table)
            console.print()
    return "\n".join(line.rstrip() for line in captured.get().rstrip().splitlines())


def returned_words(one: Return) -> tuple[str, str, str]:
    """Return recoupment date, multiple and rate as text, with a dash for a missing value."""
    if one.multiple is None:
        return "-", "-", "-"
    rate = f"{one.irr * 100:.2f} %" if one.irr is not None else "-"
    return str(one.recouped_on or "not"), f"{Decimal(round(one.multiple * 1000)).scaleb(-3)} x", rate


def _amount(amount: Fraction, currency: str) -> str:
    """Format an amount in minor units with thousands separators."""
    return f"{Decimal(round(amount)).scaleb(-exponent(currency)):,}"


def _decimal(ratio: Fraction) -> str:
    """Format a ratio with at most 12 decimal places."""
    return f"{Decimal(round(ratio * 10**12)).scaleb(-12).normalize():f}"
