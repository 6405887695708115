"""Charts of a forecast as SVG or PNG by Matplotlib: a panel for each scenario, a stepped line for each party.

Of Matplotlib's global state only the list of fonts is used. Equal forecasts give equal bytes. Noto Sans CJK sets Latin,
Korean, Japanese and Chinese letters. SVG letters are outlines, so any viewer shows them.
"""

import io
import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final
from unicodedata import east_asian_width, normalize

import noto_cjk_sans_jp_regular

from adapters.extras import needs
from domain.errors import BadInput

with needs("plots", "A chart"):
    from matplotlib import rc_context
    from matplotlib.axes import Axes
    from matplotlib.dates import DateFormatter, MonthLocator, YearLocator, date2num
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties, fontManager
    from matplotlib.lines import Line2D
    from matplotlib.ticker import FuncFormatter, Locator, MaxNLocator

_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D")
"""Okabe and Ito's colours, which colour-blind people can tell apart."""
_DASHES: Final = ("-", "--", ":", "-.")
_INK, _FAINT, _GRID = "#222222", "#9AA3AB", "#E3E7EA"
_KINDS = {"svg": {"Date": None}, "png": {"Software": None}}
_SCALES = ((9, "billion"), (6, "million"), (3, "thousand"))
_ACROSS, _TICKS = 3, 6
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
    into = io.BytesIO()
    with rc_context(_style()), warnings.catch_warnings():
        warnings.filterwarnings("error", "Glyph")
        try:
            _figure(title, currency, panels).savefig(into, format=kind, dpi=150, metadata=_KINDS[kind])
        except UserWarning as warning:
            raise BadInput(
                f"The chart cannot be drawn: {warning}. "
                "Names may be in Latin, Greek, Cyrillic, Korean, Japanese or Chinese letters."
            ) from None
    return into.getvalue()


def chart_kind(to: Path) -> str:
    """Return the kind of picture that a file's name asks for.

    Raises:
        BadInput: the name ends in neither .svg nor .png.
    """
    kind = to.suffix.lower().removeprefix(".")
    if kind not in _KINDS:
        raise BadInput(f"{to}: a chart is SVG or PNG: let the file's name end in .svg or .png.")
    return kind


@cache
def _style() -> dict[Any, Any]:
    """Return settings: names are not parsed as formulas, and ids in an SVG derive from its content."""
    (file,) = Path(str(noto_cjk_sans_jp_regular.__file__)).parent.glob("*.otf")
    fontManager.addfont(file)
    return {
        "font.family": [FontProperties(fname=file).get_name(), "DejaVu Sans"],
        "svg.fonttype": "path",
        "svg.hashsalt": "sluice",
        "text.parse_math": False,
    }


def _figure(title: str, currency: str, panels: Sequence[Panel]) -> Figure:
    figure, axes = _grid(len(panels), max((len(panel.courses) for panel in panels), default=0))
    width, height = figure.get_size_inches()
    top = 1 - 0.36 / height
    figure.text(0.25 / width, top, _cut(title, int(14 * width) - 24), fontsize=14, color=_INK)
    figure.text(1 - 0.25 / width, top, "● recouped", fontsize=9, color=_INK, ha="right")
    power, scale = _scale(panels)
    days = sorted({day for panel in panels for course in panel.courses for day, _ in course.points}) or [
        date(1970, 1, 1)
    ]
    end = days[-1] + (days[-1] - days[0]) / 25
    for panel, ax in zip(panels, axes, strict=False):
        _dress(ax, panel.title)
        ax.set_ylabel(f"net to date, {currency}{scale}", fontsize=9, color=_INK)
        ax.label_outer(remove_inner_ticks=False)
        ax.tick_params(labelbottom=True)
        _key(ax, panel, [_line(ax, n, course, power, end) for n, course in enumerate(panel.courses)])
    axes[0].xaxis.set_major_locator(_ticks(days[-1].year * 12 + days[-1].month - days[0].year * 12 - days[0].month))
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


def _dress(ax: Axes, title: str) -> None:
    ax.set_title(_cut(title, 50), loc="left", fontsize=11, color=_INK)
    ax.axhline(0, color=_INK, linewidth=0.9)
    ax.grid(axis="y", color=_GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(_FAINT)
    ax.tick_params(labelsize=8.5, color=_FAINT, labelcolor=_INK)
    ax.xaxis.set_major_formatter(DateFormatter("%Y-%m"))  # type: ignore[no-untyped-call]
    ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}".replace("-", "\N{MINUS SIGN}")))


def _line(ax: Axes, n: int, course: PartyLine, power: int, end: date) -> Line2D:
    """Draw a line from zero to the end of all panels. A position stays until it changes."""
    points = list(course.points) or [(end, Fraction(0))]
    days = [points[0][0], *(day for day, _ in points), end]
    nets = [float(net / 10**power) for net in (Fraction(0), *(net for _, net in points), points[-1][1])]
    colour, dashes = _COLOURS[n % len(_COLOURS)], _DASHES[n // len(_COLOURS) % len(_DASHES)]
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
        [f"{_cut(course.name, 60)}\n{course.said}" for course in panel.courses],
        loc="upper left",
        bbox_to_anchor=(0, -0.34 / _HEIGHT),
        frameon=False,
        fontsize=8.5,
        labelcolor=_INK,
        borderaxespad=0,
        handlelength=2.2,
    )
    for text in legend.get_texts():
        text.set_linespacing(1.3)


def _ticks(months: int) -> Locator:
    """Return round months or years, about seven at most."""
    step = next((step for step in (1, 2, 3, 6) if months / step <= _TICKS), None)
    if step is not None:
        return MonthLocator(range(1, 13, step))  # type: ignore[no-untyped-call]
    years = next(years for years in (1, 2, 5, 10, 20, 50, 100, 10_000) if months / 12 / years <= _TICKS)
    return YearLocator(years)  # type: ignore[no-untyped-call]


def _scale(panels: Sequence[Panel]) -> tuple[int, str]:
    """Return the power of ten for figures, and its name."""
    most = max((abs(net) for net in _nets(panels)), default=Fraction(0))
    return next(((power, f" {name}") for power, name in _SCALES if most >= 10**power), (0, ""))


def _nets(panels: Sequence[Panel]) -> Iterator[Fraction]:
    for panel in panels:
        for course in panel.courses:
            yield from (net for _, net in course.points)


def _cut(text: str, most: int) -> str:
    """Shorten a name to the width of `most` Latin letters."""
    line, width, kept = " ".join(normalize("NFC", text).split()), 0, 0
    for letter in line:
        width += 2 if east_asian_width(letter) in "WF" else 1
        kept += width <= most
    return line if kept == len(line) else f"{line[: kept - 1].rstrip()}…"
