"""The chart of break-even: its bars and their labels."""

from fractions import Fraction
from pathlib import Path

from adapters.pictures import chart_kind
from adapters.sharing.break_even_chart import GrossBar, GrossPanel, break_even_chart
from app.sharing.waterfall_break_even import BreakEvens, amount_of, rows
from domain.sharing.waterfall.break_even import BreakEven, GrossNeeded
from domain.values.currency import exponent

__all__ = ["chart_kind", "write_chart"]


def write_chart(found: BreakEvens, to: Path) -> None:
    """Draw the gross that each claim and party needs in each scenario.

    Raises:
        BadInput: the file's format is neither SVG nor PNG.
    """
    panels = [_panel(found, scenario, needed) for scenario, needed in found.scenarios.items()]
    to.write_bytes(break_even_chart(f"{found.title}: break-even", found.currency, panels, chart_kind(to)))


def _panel(found: BreakEvens, scenario: str, needed: GrossNeeded) -> GrossPanel:
    unit = 10 ** exponent(found.currency)

    def major(minor: int | None) -> Fraction | None:
        """Return major units."""
        return None if minor is None else Fraction(minor, unit)

    bars = [
        GrossBar(found.names[name], _said(one, found.currency), major(one.begins), major(one.reached), one_of_parties)
        for name, one in rows(needed)
        for one_of_parties in [needed.parties.get(name) is one]
    ]
    return GrossPanel(
        f"{scenario} brings {amount_of(needed.gross, found.currency)}", Fraction(needed.gross, unit), bars
    )


def _said(one: BreakEven, currency: str) -> str:
    if one.reached is None:
        return "never"
    return f"{amount_of(one.reached, currency)}{f' on {one.on}' if one.on else ''}"
