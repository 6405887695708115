"""Pictures as SVG or PNG by Matplotlib: how charts look, and how they become files.

Of Matplotlib's global state only the list of fonts is used. Equal charts give equal bytes. Noto Sans CJK sets Latin,
Korean, Japanese and Chinese letters. SVG letters are outlines, so any viewer shows them.
"""

import io
import warnings
from collections.abc import Callable, Iterable
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
    from matplotlib.dates import DateFormatter, MonthLocator, YearLocator
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties, fontManager
    from matplotlib.ticker import FuncFormatter, Locator, MaxNLocator

COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D")
"""Okabe and Ito's colours, which colour-blind people can tell apart."""
DASHES: Final = ("-", "--", ":", "-.")
INK, FAINT, GRID = "#222222", "#9AA3AB", "#E3E7EA"
_KINDS = {"svg": {"Date": None}, "png": {"Software": None}}
_TICKS = 6
_SCALES = ((9, "billion"), (6, "million"), (3, "thousand"))


def drawn(figure: Callable[[], Figure], kind: str) -> bytes:
    """Draw a figure. `kind` is a value that `chart_kind` returns.

    Raises:
        BadInput: a name has a character that no font has.
    """
    into = io.BytesIO()
    with rc_context(_style()), warnings.catch_warnings():
        warnings.filterwarnings("error", "Glyph")
        try:
            figure().savefig(into, format=kind, dpi=150, metadata=_KINDS[kind])
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


def dress(ax: Axes, title: str) -> None:
    """Give a panel its title, its axes and its grid."""
    ax.set_title(cut(title, 50), loc="left", fontsize=11, color=INK)
    ax.axhline(0, color=INK, linewidth=0.9)
    ax.grid(axis="y", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(FAINT)
    ax.tick_params(labelsize=8.5, color=FAINT, labelcolor=INK)
    ax.xaxis.set_major_formatter(DateFormatter("%Y-%m"))  # type: ignore[no-untyped-call]
    ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.yaxis.set_major_formatter(FuncFormatter(rounded))


def rounded(value: float, _: object = None) -> str:
    """Return a figure of an axis, with separators of thousands."""
    return f"{value:,.10g}".replace("-", "\N{MINUS SIGN}")


def scale(amounts: Iterable[Fraction]) -> tuple[int, str]:
    """Return the power of ten for figures, and its name."""
    most = max(map(abs, amounts), default=Fraction(0))
    return next(((power, f" {name}") for power, name in _SCALES if most >= 10**power), (0, ""))


def month_ticks(months: int) -> Locator:
    """Return round months or years, about seven at most."""
    step = next((step for step in (1, 2, 3, 6) if months / step <= _TICKS), None)
    if step is not None:
        return MonthLocator(range(1, 13, step))  # type: ignore[no-untyped-call]
    years = next(years for years in (1, 2, 5, 10, 20, 50, 100, 10_000) if months / 12 / years <= _TICKS)
    return YearLocator(years)  # type: ignore[no-untyped-call]


def cut(text: str, most: int) -> str:
    """Shorten a name to the width of `most` Latin letters."""
    line, width, kept = " ".join(normalize("NFC", text).split()), 0, 0
    for letter in line:
        width += 2 if east_asian_width(letter) in "WF" else 1
        kept += width <= most
    return line if kept == len(line) else f"{line[: kept - 1].rstrip()}…"
