"""A waterfall as a picture: pools, positions and parties in layers, by Graphviz (the wheel brings its own)."""

from pathlib import Path

import pygraphviz

from app.waterfall import versions
from domain.waterfall.compile import compile_network
from domain.waterfall.network import Basin, Leaf, Network, Node, leaves
from domain.waterfall.result import Result, written

_FONT = "Noto Sans CJK KR, Noto Sans CJK JP, Helvetica, sans-serif"


def draw(agreement: Path, result: Result | None) -> bytes:
    """The network of an agreement as SVG, with what has flowed on the edges where there is a result."""
    version = versions(agreement)[-1]
    picture = _Picture(compile_network(version.waterfall, version.parties), result)
    return picture.svg()


class _Picture:
    def __init__(self, network: Network, result: Result | None) -> None:
        self._network = network
        self._result = result
        self._graph = pygraphviz.AGraph(directed=True, strict=False, rankdir="TB", nodesep=0.25, ranksep=0.55)
        self._graph.node_attr.update(fontname=_FONT, fontsize=11, style="filled,rounded", color="#5b6770")
        self._graph.edge_attr.update(fontname=_FONT, fontsize=9, color="#5b6770", arrowsize=0.7)

    def svg(self) -> bytes:
        """Every pool, position and party that money can reach, laid out."""
        for basin in self._network.basins:
            self._pool(basin)
        picture: bytes = self._graph.draw(format="svg", prog="dot")
        return picture

    def _pool(self, basin: Basin) -> None:
        shown = basin.id not in self._network.parties
        inflow = self._said("inflow", basin.id)
        self._graph.add_node(f"pool {basin.id}", label=f"{basin.id}{inflow}", shape="box", fillcolor="#dbe9f6")
        for place in basin.places:
            name = f"position {place.id}"
            self._graph.add_node(name, label=f"{place.id}\n{place.takes[0].phrase}", shape="box", fillcolor="#fdf3d8")
            self._graph.add_edge(f"pool {basin.id}", name, label=self._said("positions", place.id))
            self._recipient(name, place.recipient)
        self._recipient(f"pool {basin.id}", basin.residue, residue=True, own=not shown)

    def _recipient(self, source: str, node: Node, *, residue: bool = False, own: bool = False) -> None:
        for leaf in leaves(node):
            target = f"pool {leaf.to}" if leaf.is_pool else f"party {leaf.to}"
            if not leaf.is_pool:
                total = self._said("parties", leaf.to)
                self._graph.add_node(target, label=f"{leaf.to}{total}", shape="ellipse", fillcolor="#dff2e1")
            style = "dashed" if residue and not own else "solid"
            self._graph.add_edge(source, target, label=self._amount(leaf), style=style)

    def _amount(self, leaf: Leaf) -> str:
        return self._said("recipients", leaf.key.removeprefix("leaf:")).strip()

    def _said(self, what: str, name: str) -> str:
        if self._result is None:
            return ""
        amount = getattr(self._result, what).get(name)
        if amount is None:
            return ""
        decimal = written(amount, self._result.currency)["decimal"]
        whole, _, part = decimal.partition(".")
        return f"\n{int(whole):,}" + (f".{part[:2]}" if part else "")
