"""Diagrams of waterfalls. Graphviz lays out pools, positions and parties in layers, and writes SVG."""

import html
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from rich.cells import cell_len, chop_cells

from adapters.extras import needs
from app.sharing.waterfall import versions
from domain.sharing.waterfall.compile import compile_network
from domain.sharing.waterfall.network import (
    Basin,
    Leaf,
    Node,
    leaves,
)
from domain.sharing.waterfall.result import Result, written
from domain.sharing.waterfall.run import WaterfallVersion

with needs("plots", "A drawing"):
    import pygraphviz

_INK = "#5b6770"
_FONT = "Noto Sans CJK JP,Noto Sans CJK KR,Helvetica,Arial,sans-serif"
_GRAPH = {"pad": "0.3", "nodesep": "0.3", "ranksep": "0.3"}
_BOX = {"shape": "box", "color": _INK, "fontname": _FONT, "fixedsize": "true"}
_ARROW = {"color": _INK, "arrowsize": "0.7"}
_LOOKS = {
    "pool": {"style": "filled", "fillcolor": "#dbe9f6", "penwidth": "1.6"},
    "position": {"style": "filled", "fillcolor": "#fdf3d8"},
    "party": {"style": "filled,rounded", "fillcolor": "#dff2e1"},
    "amount": {"shape": "none"},
}
_POINTS = {"amount": 9}
"""The size of letters, where it is not `_TEXT` points."""
_TEXT = 11
_POINTS_PER_INCH = 72
_CELL = 0.62
"""The width of a cell in font sizes. A letter takes one, a Korean or Japanese one two, whatever font a reader has."""
_LINE = 1.35
"""The height of a line in font sizes."""
_MARGIN = {"amount": (4, 2)}
"""Points beside and above the text, where they are not `_BESIDE`."""
_BESIDE = (12, 7)
_CELLS = 30
"""The longest line. A longer text is broken between words, or else within one."""


def draw(agreement: Path, result: Result | None) -> str:
    """Return an agreement's network as SVG. With a result, the arrows carry what has flowed.

    Sizes are computed from the texts and not from the fonts of this machine, for the reader's may be others.
    """
    graph = _Picture(versions(agreement)[-1], result).graph
    with _quiet():
        return str(graph.draw(format="svg", prog="dot").decode())


class _Picture:
    """The boxes and arrows of a network. The amount on an arrow is a place of its own, so that no line crosses it."""

    def __init__(self, version: WaterfallVersion, result: Result | None) -> None:
        self._result = result
        pools = version.waterfall.pools
        self._titles = {pool.id: pool.title for pool in pools}
        self._titles |= {position.id: position.title for pool in pools for position in pool.positions}
        self.graph = pygraphviz.AGraph(directed=True, strict=False, **_GRAPH)
        self.graph.node_attr.update(_BOX)
        self.graph.edge_attr.update(_ARROW)
        for basin in compile_network(version.waterfall, version.parties).basins:
            self._pool(basin)

    def _pool(self, basin: Basin) -> None:
        here = self._box("pool", basin.id, self._amount("inflow", basin.id))
        for place in basin.places:
            position = self._box("position", place.id, place.takes[0].phrase)
            self._arrow(here, position, self._amount("positions", place.id), "solid")
            self._recipient(position, place.recipient, "solid")
        self._recipient(here, basin.residue, "dashed")

    def _recipient(self, source: str, node: Node, style: str) -> None:
        for leaf in leaves(node):
            self._arrow(source, self._end(leaf), self._amount("recipients", leaf.key.removeprefix("leaf:")), style)

    def _end(self, leaf: Leaf) -> str:
        return f"pool {leaf.to}" if leaf.is_pool else self._box("party", leaf.to, self._amount("parties", leaf.to))

    def _box(self, kind: str, key: str, *more: str) -> str:
        title = "" if kind == "party" else self._titles.get(key, "")
        return self._node(kind, f"{kind} {key}", title or key, *more)

    def _node(self, kind: str, name: str, *texts: str) -> str:
        lines = [line for text in texts for line in _broken(text)]
        size, (beside, above) = _POINTS.get(kind, _TEXT), _MARGIN.get(kind, _BESIDE)
        self.graph.add_node(
            name,
            label="\n".join(html.escape(line, quote=False).replace("\\", "\\\\") for line in lines),
            fontsize=size,
            width=(max(map(cell_len, lines)) * _CELL * size + 2 * beside) / _POINTS_PER_INCH,
            height=(len(lines) * _LINE * size + 2 * above) / _POINTS_PER_INCH,
            **_LOOKS[kind],
        )
        return name

    def _arrow(self, source: str, target: str, amount: str, style: str) -> None:
        if amount:
            between = self._node("amount", f"amount {self.graph.number_of_edges()}", amount)
            self.graph.add_edge(source, between, style=style, arrowhead="none")
            source = between
        self.graph.add_edge(source, target, style=style)

    def _amount(self, what: str, name: str) -> str:
        amounts: Mapping[str, Fraction] = getattr(self._result, what) if self._result is not None else {}
        if self._result is None or name not in amounts:
            return ""
        whole, _, part = written(amounts[name], self._result.currency)["decimal"].partition(".")
        return f"{int(whole):,}" + (f".{part[:2]}" if part else "")


def _broken(text: str) -> list[str]:
    """Return the lines of a text."""
    lines: list[str] = []
    for word in text.split():
        for piece in chop_cells(word, _CELLS):
            if lines and cell_len(lines[-1]) + 1 + cell_len(piece) <= _CELLS:
                lines[-1] += f" {piece}"
            else:
                lines.append(piece)
    return lines


@contextmanager
def _quiet() -> Iterator[None]:
    """Drop Fontconfig's warnings about newer system settings. It writes them to file descriptor 2."""
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
