"""Diagrams of waterfalls. Graphviz lays out pools, positions and parties in layers, and writes SVG."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from adapters.extras import needs
from app.sharing.waterfall import versions
from domain.sharing.waterfall.compile import compile_network
from domain.sharing.waterfall.network import (
    Basin,
    Leaf,
    Network,
    Node,
    leaves,
)
from domain.sharing.waterfall.result import Result, written

with needs("plots", "A drawing"):
    import pygraphviz

_INK = "#5b6770"
_FONT = "Noto Sans CJK JP,Noto Sans CJK KR,Helvetica,Arial,sans-serif"
_GRAPH = {"pad": "0.3", "nodesep": "0.3", "ranksep": "0.6"}
_BOX = {"shape": "box", "color": _INK, "fontname": _FONT, "fontsize": "11", "margin": "0.22,0.08"}
_ARROW = {"color": _INK, "fontname": _FONT, "fontsize": "9", "arrowsize": "0.7"}
_LOOKS = {
    "pool": {"style": "filled", "fillcolor": "#dbe9f6", "penwidth": "1.6"},
    "position": {"style": "filled", "fillcolor": "#fdf3d8"},
    "party": {"style": "filled,rounded", "fillcolor": "#dff2e1"},
}


def draw(agreement: Path, result: Result | None) -> str:
    """Return an agreement's network as SVG. With a result, the edges show what has flowed."""
    version = versions(agreement)[-1]
    graph = _Picture(compile_network(version.waterfall, version.parties), result).graph
    with _quiet():
        return str(graph.draw(format="svg", prog="dot").decode())


class _Picture:
    """The boxes and arrows of a network."""

    def __init__(self, network: Network, result: Result | None) -> None:
        self._result = result
        self.graph = pygraphviz.AGraph(directed=True, strict=False, **_GRAPH)
        self.graph.node_attr.update(_BOX)
        self.graph.edge_attr.update(_ARROW)
        for basin in network.basins:
            self._pool(basin)

    def _pool(self, basin: Basin) -> None:
        here = self._box("pool", basin.id, self._said("inflow", basin.id))
        for place in basin.places:
            position = self._box("position", place.id, place.takes[0].phrase)
            self._arrow(here, position, self._said("positions", place.id), "solid")
            self._recipient(position, place.recipient, "solid")
        self._recipient(here, basin.residue, "dashed")

    def _recipient(self, source: str, node: Node, style: str) -> None:
        for leaf in leaves(node):
            self._arrow(source, self._end(leaf), self._said("recipients", leaf.key.removeprefix("leaf:")), style)

    def _end(self, leaf: Leaf) -> str:
        return f"pool {leaf.to}" if leaf.is_pool else self._box("party", leaf.to, self._said("parties", leaf.to))

    def _box(self, kind: str, title: str, *lines: str) -> str:
        name = f"{kind} {title}"
        self.graph.add_node(name, label="\n".join([title, *filter(None, lines)]), **_LOOKS[kind])
        return name

    def _arrow(self, source: str, target: str, amount: str, style: str) -> None:
        self.graph.add_edge(source, target, label=amount, style=style)

    def _said(self, what: str, name: str) -> str:
        amounts: Mapping[str, Fraction] = getattr(self._result, what) if self._result is not None else {}
        if self._result is None or name not in amounts:
            return ""
        whole, _, part = written(amounts[name], self._result.currency)["decimal"].partition(".")
        return f"{int(whole):,}" + (f".{part[:2]}" if part else "")


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
