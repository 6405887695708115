"""Charts of a forecast by Matplotlib: a panel for each scenario, a stepped line for each party."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from adapters.extras import needs
from adapters.pictures import COLOURS, DASHES, INK, cut, drawn, dress, month_ticks, scale

with needs("plots", "A chart"):
    from matplotlib.axes import Axes
    from matplotlib.dates import date2num
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_ACROSS = 3
_WIDTH, _HEIGHT, _LINE, _HEAD = 5.2, 3.1, 0.37, 0.75
"""Inches: panel width, plot height, height of a party's entry below, and height of the title."""


@dataclass(frozen=True, slots=True)
class PartyLine:
    """A party's net position in major units by day, its description, and the day on which it has recouped."""

    name: str
    said: str
    points: Sequence[tuple[date, Fraction]]
    recouped_on: date | None


@dataclass(frozen=True, slots=True)
class Panel:
    """A scenario with its lines."""

    title: str
    courses: Sequence[PartyLine]


def chart(title: str, currency: str, panels: Sequence[Panel], kind: str) -> bytes:
    """Draw the chart. `kind` is a value that `chart_kind` returns.

    Raises:
        BadInput: a name has a character that no font has.
    """
    return drawn(lambda: _figure(title, currency, panels), kind)


def _figure(title: str, currency: str, panels: Sequence[Panel]) -> Figure:
    figure, axes = _grid(len(panels), max((len(panel.courses) for panel in panels), default=0))
    width, height = figure.get_size_inches()
    top = 1 - 0.36 / height
    figure.text(0.25 / width, top, cut(title, int(14 * width) - 24), fontsize=14, color=INK)
    figure.text(1 - 0.25 / width, top, "● recouped", fontsize=9, color=INK, ha="right")
    power, named = scale(_nets(panels))
    days = sorted({day for panel in panels for course in panel.courses for day, _ in course.points}) or [
        date(1970, 1, 1)
    ]
    end = days[-1] + (days[-1] - days[0]) / 25
    for panel, ax in zip(panels, axes, strict=False):
        dress(ax, panel.title)
        ax.set_ylabel(f"net to date, {currency}{named}", fontsize=9, color=INK)
        ax.label_outer(remove_inner_ticks=False)
        ax.tick_params(labelbottom=True)
        _key(ax, panel, [_line(ax, n, course, power, end) for n, course in enumerate(panel.courses)])
    axes[0].xaxis.set_major_locator(
        month_ticks(days[-1].year * 12 + days[-1].month - days[0].year * 12 - days[0].month)
    )
    for ax in axes[len(panels) :]:
        ax.set_visible(False)
    return figure


def _grid(panels: int, courses: int) -> tuple[Figure, list[Axes]]:
    """Draw the panels on one scale, each with room below for its key."""
    across = min(panels, _ACROSS)
    down = math.ceil(panels / across)
    key = _LINE * courses + 0.55
    width, height = max(across * _WIDTH, 7), _HEAD + down * (_HEIGHT + key)
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    figure.subplots_adjust(
        left=0.9 / width,
        right=1 - 0.25 / width,
        top=1 - (_HEAD + 0.25) / height,
        bottom=key / height,
        hspace=(key + 0.35) / (_HEIGHT - 0.35),
        wspace=0.08,
    )
    return figure, list(axes.flat)


def _line(ax: Axes, n: int, course: PartyLine, power: int, end: date) -> Line2D:
    """Draw a line from zero to the end of all panels. A position stays until it changes."""
    points = list(course.points) or [(end, Fraction(0))]
    days = [points[0][0], *(day for day, _ in points), end]
    nets = [float(net / 10**power) for net in (Fraction(0), *(net for _, net in points), points[-1][1])]
    colour, dashes = COLOURS[n % len(COLOURS)], DASHES[n // len(COLOURS) % len(DASHES)]
    places = [float(date2num(day)) for day in days]  # type: ignore[no-untyped-call]
    (line,) = ax.step(places, nets, where="post", color=colour, linestyle=dashes, linewidth=1.8)
    for day, place, net in list(zip(days, places, nets, strict=True))[1:-1]:
        if day == course.recouped_on:
            ax.plot([place], [net], marker="o", markersize=7, color=colour, markeredgecolor="white", zorder=5)
    return line


def _key(ax: Axes, panel: Panel, lines: Sequence[Line2D]) -> None:
    """Describe each line below the panel, where the text covers no line."""
    legend = ax.legend(
        lines,
        [f"{cut(course.name, 60)}\n{course.said}" for course in panel.courses],
        loc="upper left",
        bbox_to_anchor=(0, -0.34 / _HEIGHT),
        frameon=False,
        fontsize=8.5,
        labelcolor=INK,
        borderaxespad=0,
        handlelength=2.2,
    )
    for text in legend.get_texts():
        text.set_linespacing(1.3)


def _nets(panels: Sequence[Panel]) -> Iterator[Fraction]:
    for panel in panels:
        for course in panel.courses:
            yield from (net for _, net in course.points)
