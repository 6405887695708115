"""Break-even from files: the gross that each claim and party needs in each scenario of a sheet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.console import Console

from adapters.agreement.documents import load_agreement
from adapters.sharing.scenarios import read_scenarios
from app.sharing.waterfall import facts_of, last_day, table_of, units_of, versions
from domain.sharing.waterfall.break_even import BreakEven, GrossNeeded, gross_needed
from domain.sharing.waterfall.result import written
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class BreakEvens:
    """The gross needed in each scenario. `names` are the agreement's names of claims and parties."""

    title: str
    currency: str
    as_of: date
    names: Mapping[str, str]
    scenarios: Mapping[str, GrossNeeded]


def break_even_files(
    agreement: Path,
    scenarios: Path,
    facts: Sequence[Path],
    as_of: date | None,
    amends: Sequence[Path] = (),
    mapping: Path | None = None,
) -> BreakEvens:
    """Find break-even in every scenario of a sheet. `as_of` defaults to the day of the last fact of any.

    Raises:
        BadInput: a file does not fit, or the facts of a scenario do not fit the waterfall.
    """
    chain = versions(agreement, amends)
    loaded = load_agreement(agreement).agreement
    units = units_of(loaded)
    happened = facts_of(agreement, facts, mapping)
    assumed = {name: happened.joined(each) for name, each in read_scenarios(scenarios, units).items()}
    until = as_of or max(last_day(each) for each in assumed.values())
    names = {party.id: party.name for party in loaded.parties}
    names |= {claim.id: claim.title or claim.id for claim in chain[-1].waterfall.claims}
    found = {name: gross_needed(chain, each, until) for name, each in assumed.items()}
    return BreakEvens(loaded.title, units.currency, until, names, found)


def as_json(found: BreakEvens) -> dict[str, Any]:
    """Return the result for programs. Gross is in whole minor units, and as an amount; null is never."""
    return {
        "currency": found.currency,
        "as_of": str(found.as_of),
        "scenarios": {
            name: {
                "gross": str(Money(needed.gross, found.currency)),
                "claims": {each: _json(one, needed.gross, found.currency) for each, one in needed.claims.items()},
                "parties": {each: _json(one, needed.gross, found.currency) for each, one in needed.parties.items()},
            }
            for name, needed in found.scenarios.items()
        },
    }


def _json(one: BreakEven, gross: int, currency: str) -> dict[str, Any]:
    def said(amount: int | None) -> str | None:
        """Return gross as an amount."""
        return None if amount is None else str(Money(amount, currency))

    return {
        "amount": written(one.amount, currency),
        "begins_at": said(one.begins),
        "reached_at": said(one.reached),
        "missing": said(None if one.reached is None else max(one.reached - gross, 0)),
        "on": str(one.on) if one.on else None,
    }


def as_text(found: BreakEvens) -> str:
    """Return the result for people: a table for each scenario, claims before parties."""
    console = Console(width=110)
    with console.capture() as captured:
        for name, needed in found.scenarios.items():
            brought = amount_of(needed.gross, found.currency)
            console.print(f"{name} brings {found.currency} {brought} by {found.as_of}", markup=False, highlight=False)
            table = table_of("claim or party", "to recoup", "begins at gross", "reached at gross", "still needed", "on")
            for label, one in rows(needed):
                still = None if one.reached is None else max(one.reached - needed.gross, 0)
                figures = (int(one.amount), one.begins, one.reached, still)
                table.add_row(label, *(amount_of(each, found.currency) for each in figures), str(one.on or "-"))
            console.print(table)
            console.print()
    return "\n".join(line.rstrip() for line in captured.get().rstrip().splitlines())


def rows(needed: GrossNeeded) -> Iterator[tuple[str, BreakEven]]:
    """Return claims and parties with their ids, claims first."""
    yield from needed.claims.items()
    yield from needed.parties.items()


def amount_of(minor: int | Fraction | None, currency: str) -> str:
    """Format minor units with separators of thousands; "never" for None."""
    return "never" if minor is None else f"{Money(round(minor), currency).decimal:,}"
