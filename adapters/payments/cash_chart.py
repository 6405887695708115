"""Charts of what accounts will hold: a panel for each account, a stepped line for each scenario."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from adapters.extras import needs
from adapters.pictures import COLOURS, DASHES, INK, cut, drawn, dress, month_ticks

with needs("plots", "A chart"):
    from matplotlib.axes import Axes
    from matplotlib.dates import date2num
    from matplotlib.figure import Figure

_SHORT = "#B00020"
_WIDTH, _HEIGHT, _HEAD = 8.5, 3.4, 0.7
"""Inches: width, height of a panel, and height of the title."""
_SCALES = ((9, "billion"), (6, "million"), (3, "thousand"))


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """A scenario's balance in major units at the end of each day on which something moves."""

    name: str
    points: Sequence[tuple[date, Fraction]]
    short_on: date | None


@dataclass(frozen=True, slots=True)
class BalancePanel:
    """An account from a day to another, from its balance now; a change from zero where that is unknown.

    `limit` is how far below zero it may go, in major units, zero or above.
    """

    title: str
    currency: str
    first: date
    last: date
    opening: Fraction
    known: bool
    limit: Fraction
    lines: Sequence[BalanceLine]


def balance_chart(title: str, panels: Sequence[BalancePanel], kind: str) -> bytes:
    """Draw the chart. `kind` is a value that `adapters.pictures.chart_kind` returns.

    Raises:
        BadInput: a name has a character that no font has.
    """
    return drawn(lambda: _figure(title, panels), kind)


def _figure(title: str, panels: Sequence[BalancePanel]) -> Figure:
    height = _HEAD + _HEIGHT * max(len(panels), 1)
    figure = Figure(figsize=(_WIDTH, height), facecolor="white")
    figure.text(0.25 / _WIDTH, 1 - 0.36 / height, cut(title, 90), fontsize=14, color=INK)
    axes = figure.subplots(max(len(panels), 1), 1, squeeze=False)[:, 0]
    figure.subplots_adjust(
        left=0.95 / _WIDTH,
        right=1 - 0.3 / _WIDTH,
        top=1 - (_HEAD + 0.2) / height,
        bottom=0.45 / height,
        hspace=0.75 / (_HEIGHT - 0.75),
    )
    for ax, panel in zip(axes, panels, strict=False):
        _panel(ax, panel)
    for ax in axes[len(panels) :]:
        ax.set_visible(False)
    return figure


def _panel(ax: Axes, panel: BalancePanel) -> None:
    power, scale = _scale(panel)
    dress(ax, panel.title)
    ax.set_ylabel(f"{'balance' if panel.known else 'change'}, {panel.currency}{scale}", fontsize=9, color=INK)
    if panel.limit:
        ax.axhline(-float(panel.limit / 10**power), color=_SHORT, linewidth=0.9, linestyle=":", label="overdraft")
    for number, line in enumerate(panel.lines):
        _line(ax, panel, line, number, power)
    ax.set_xlim(_place(panel.first), _place(panel.last))
    ax.xaxis.set_major_locator(month_ticks(max(1, (panel.last - panel.first).days // 30)))
    ax.legend(loc="best", frameon=False, fontsize=8.5, labelcolor=INK)


def _line(ax: Axes, panel: BalancePanel, line: BalanceLine, number: int, power: int) -> None:
    points = [(panel.first, panel.opening), *line.points]
    points.append((panel.last, points[-1][1]))
    days = [_place(day) for day, _ in points]
    held = [float(amount / 10**power) for _, amount in points]
    colour, dashes = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    said = f"{cut(line.name, 40)}: short from {line.short_on}" if line.short_on else cut(line.name, 40)
    ax.step(days, held, where="post", color=colour, linestyle=dashes, linewidth=1.8, label=said)
    for day, place, amount in zip([day for day, _ in points], days, held, strict=True):
        if day == line.short_on:
            ax.plot([place], [amount], marker="v", markersize=8, color=_SHORT, markeredgecolor="white", zorder=5)


def _place(day: date) -> float:
    return float(date2num(day))  # type: ignore[no-untyped-call]


def _scale(panel: BalancePanel) -> tuple[int, str]:
    """Return the power of ten for figures, and its name."""
    amounts = [panel.opening, panel.limit, *(amount for line in panel.lines for _, amount in line.points)]
    most = max(abs(amount) for amount in amounts)
    return next(((power, f" {name}") for power, name in _SCALES if most >= 10**power), (0, ""))
