"""The chart of a forecast: its lines and their labels."""

from collections.abc import Mapping
from pathlib import Path

from adapters.pictures import chart_kind
from adapters.sharing.forecast_chart import Panel, PartyLine, chart
from app.sharing.waterfall_forecast import Forecast, returned_words
from domain.sharing.waterfall.forecast import Return
from domain.values.currency import exponent

__all__ = ["chart_kind", "write_chart"]


def write_chart(found: Forecast, to: Path) -> None:
    """Draw each party's cumulative position by day in each scenario.

    Raises:
        BadInput: the file's format is neither SVG nor PNG.
    """
    panels = [_panel(found, scenario, parties) for scenario, parties in found.scenarios.items()]
    to.write_bytes(chart(found.title, found.currency, panels, chart_kind(to)))


def _panel(found: Forecast, scenario: str, parties: Mapping[str, Return]) -> Panel:
    """Draw the parties that lay something out, or else those that receive something."""
    drawn = {party: one for party, one in parties.items() if one.out > 0}
    drawn = drawn or {party: one for party, one in parties.items() if one.flows}
    unit = 10 ** exponent(found.currency)
    return Panel(
        scenario,
        tuple(
            PartyLine(
                found.names[party], _said(one), [(flow.on, flow.net / unit) for flow in one.flows], one.recouped_on
            )
            for party, one in drawn.items()
        ),
    )


def _said(one: Return) -> str:
    if one.multiple is None:
        return "nothing laid out"
    recouped, multiple, rate = returned_words(one)
    since = f"recouped {recouped}" if one.recouped_on else "not recouped"
    return f"{since} · {multiple} · IRR {rate}"
