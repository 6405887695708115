"""Charts of break-even as SVG or PNG: a panel for each scenario, a bar by gross for each claim and party.

A bar begins where something comes in first, and is full where all is back. The dashed line is what the scenario brings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from adapters.extras import needs
from adapters.pictures import COLOURS, FAINT, GRID, INK, cut, drawn, rounded, scale

with needs("plots", "A chart"):
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, MaxNLocator

_WIDTH, _BAR, _HEAD, _FOOT, _LEFT = 10.0, 0.34, 0.8, 0.75, 2.6
"""Inches: width, height of a bar with its space, room above and below a panel, and room for names."""
_WIDEST = Fraction(5, 2)
"""Of what scenarios bring, an axis shows at most this multiple. What is reached beyond is an arrow."""


@dataclass(frozen=True, slots=True)
class GrossBar:
    """A claim or party, and the gross in major units from which it gets anything, and has all; None is never."""

    name: str
    said: str
    begins: Fraction | None
    reached: Fraction | None
    is_party: bool


@dataclass(frozen=True, slots=True)
class GrossPanel:
    """A scenario, the gross that it brings, and its bars."""

    title: str
    gross: Fraction
    bars: Sequence[GrossBar]


def break_even_chart(title: str, currency: str, panels: Sequence[GrossPanel], kind: str) -> bytes:
    """Draw the chart. `kind` is a value that `chart_kind` returns.

    Raises:
        BadInput: a name has a character that no font has.
    """
    return drawn(lambda: _figure(title, currency, panels), kind)


def _figure(title: str, currency: str, panels: Sequence[GrossPanel]) -> Figure:
    heights = [_BAR * max(len(panel.bars), 1) for panel in panels]
    height = _HEAD + sum(heights) + (_FOOT + _HEAD) * len(panels)
    figure = Figure(figsize=(_WIDTH, height), facecolor="white")
    figure.text(0.25 / _WIDTH, 1 - 0.4 / height, cut(title, 90), fontsize=14, color=INK)
    key = "green: claims · blue: parties · dashed: what the scenario brings"
    figure.text(0.25 / _WIDTH, 1 - 0.65 / height, key, fontsize=9, color=INK)
    end = _end(panels)
    power, named = scale([end])
    top = _HEAD
    for panel, tall in zip(panels, heights, strict=True):
        top += _HEAD * 0.6
        place = (_LEFT / _WIDTH, 1 - (top + tall) / height, (_WIDTH - _LEFT - 0.5) / _WIDTH, tall / height)
        _panel(figure.add_axes(place), panel, end, power, f"gross, {currency}{named}")
        top += tall + _FOOT + _HEAD * 0.4
    return figure


def _end(panels: Sequence[GrossPanel]) -> Fraction:
    """The end of the axis: what the dearest bar needs, within limits."""
    most = max((panel.gross for panel in panels), default=Fraction(1)) * _WIDEST
    needed = [bar.reached for panel in panels for bar in panel.bars if bar.reached is not None]
    brought = [panel.gross for panel in panels]
    return min(max([*needed, *brought], default=Fraction(1)), most) * Fraction(21, 20) or Fraction(1)


def _panel(ax: Axes, panel: GrossPanel, end: Fraction, power: int, label: str) -> None:
    ax.set_title(cut(panel.title, 80), loc="left", fontsize=11, color=INK)
    for row, bar in enumerate(panel.bars):
        _bar(ax, row, bar, end, power)
    ax.axvline(float(panel.gross / 10**power), color=INK, linewidth=1, linestyle="--")
    ax.set_yticks(range(len(panel.bars)), [cut(bar.name, 30) for bar in panel.bars], fontsize=8.5)
    ax.set_ylim(len(panel.bars) - 0.4, -0.6)
    ax.set_xlim(0, float(end / 10**power))
    ax.set_xlabel(label, fontsize=9, color=INK)
    ax.grid(axis="x", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(FAINT)
    ax.tick_params(labelsize=8.5, color=FAINT, labelcolor=INK)
    ax.xaxis.set_major_locator(MaxNLocator(8))
    ax.xaxis.set_major_formatter(FuncFormatter(rounded))


def _bar(ax: Axes, row: int, bar: GrossBar, end: Fraction, power: int) -> None:
    """Draw a bar with its figures at its end, inside where there is no room beside it."""
    begins = min(bar.begins if bar.begins is not None else end, end)
    stops = min(bar.reached if bar.reached is not None else end, end)
    left, right = float(begins / 10**power), float(max(stops, begins) / 10**power)
    beyond = bar.reached is None or bar.reached > end
    colour = COLOURS[0] if bar.is_party else COLOURS[2]
    ax.barh(row, right - left, left=left, height=0.5, color=colour, alpha=0.35 if beyond else 0.9)
    if not beyond:
        ax.plot([right], [row], marker="o", markersize=6, color=colour, markeredgecolor="white", zorder=5)
    aside = right < float(end / 10**power) * 0.62
    ax.annotate(
        bar.said,
        (right if aside else left, row),
        xytext=(7 if aside else -5, 0),
        textcoords="offset points",
        ha="left" if aside else "right",
        va="center",
        fontsize=8,
        color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
    )
