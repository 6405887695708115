"""A waterfall as a picture: pools, positions and parties in layers, by Grandalf's layout."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape

from grandalf.graphs import Edge, Graph, Vertex
from grandalf.layouts import SugiyamaLayout
from grandalf.routing import EdgeViewer, route_with_lines

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

_FILLS = {"pool": "#dbe9f6", "position": "#fdf3d8", "party": "#dff2e1"}
_FONT = "'Noto Sans CJK KR', 'Noto Sans CJK JP', Helvetica, Arial, sans-serif"
_LETTER, _LINE, _MARGIN = 6.6, 15, 24


class _Box:
    """What the layout knows of a node: its size and, afterwards, its middle."""

    def __init__(self, kind: str, lines: list[str]) -> None:
        self.kind, self.lines = kind, lines
        self.w = max(len(line) for line in lines) * _LETTER + 18
        self.h = len(lines) * _LINE + 12
        self.xy = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Arrow:
    source: str
    target: str
    label: str
    dashed: bool


def draw(agreement: Path, result: Result | None) -> str:
    """The network of an agreement as SVG, with what has flowed on the edges where there is a result."""
    version = versions(agreement)[-1]
    picture = _Picture(compile_network(version.waterfall, version.parties), result)
    return _svg(picture.boxes, picture.arrows)


class _Picture:
    """Boxes and arrows of a network."""

    def __init__(self, network: Network, result: Result | None) -> None:
        self._result = result
        self.boxes: dict[str, _Box] = {}
        self.arrows: list[_Arrow] = []
        for basin in network.basins:
            self._pool(basin)

    def _pool(self, basin: Basin) -> None:
        here = f"pool {basin.id}"
        self.boxes[here] = _Box("pool", [basin.id, *self._said("inflow", basin.id)])
        for place in basin.places:
            name = f"position {place.id}"
            self.boxes[name] = _Box("position", [place.id, place.takes[0].phrase])
            self.arrows.append(_Arrow(here, name, "".join(self._said("positions", place.id)), dashed=False))
            self._recipient(name, place.recipient, dashed=False)
        self._recipient(here, basin.residue, dashed=True)

    def _recipient(self, source: str, node: Node, *, dashed: bool) -> None:
        for leaf in leaves(node):
            self.arrows.append(_Arrow(source, self._end(leaf), self._amount(leaf), dashed))

    def _end(self, leaf: Leaf) -> str:
        if leaf.is_pool:
            return f"pool {leaf.to}"
        name = f"party {leaf.to}"
        self.boxes.setdefault(name, _Box("party", [leaf.to, *self._said("parties", leaf.to)]))
        return name

    def _amount(self, leaf: Leaf) -> str:
        return "".join(self._said("recipients", leaf.key.removeprefix("leaf:")))

    def _said(self, what: str, name: str) -> list[str]:
        amounts: Mapping[str, Fraction] = getattr(self._result, what) if self._result is not None else {}
        if self._result is None or name not in amounts:
            return []
        whole, _, part = written(amounts[name], self._result.currency)["decimal"].partition(".")
        return [f"{int(whole):,}" + (f".{part[:2]}" if part else "")]


def _svg(boxes: Mapping[str, _Box], arrows: list[_Arrow]) -> str:
    nodes = {name: Vertex(name) for name in boxes}
    for name, node in nodes.items():
        node.view = boxes[name]
    edges = {(arrow.source, arrow.target): Edge(nodes[arrow.source], nodes[arrow.target]) for arrow in arrows}
    for edge in edges.values():
        edge.view = EdgeViewer()
    left = 0.0
    for part in Graph(list(nodes.values()), list(edges.values())).C:
        layout = SugiyamaLayout(part)
        layout.xspace, layout.yspace = 26, 58
        layout.route_edge = route_with_lines
        layout.init_all()
        layout.draw(12)
        left = _beside(part, left)
    body = [*_arrows(arrows, edges), *_boxes(boxes)]
    ends = [(box.xy[0] + box.w / 2, box.xy[1] + box.h / 2) for box in boxes.values()]
    top = min(box.xy[1] - box.h / 2 for box in boxes.values()) - _MARGIN
    width, height = max(x for x, _ in ends) + _MARGIN, max(y for _, y in ends) + _MARGIN - top
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {top:.0f} {width:.0f} {height:.0f}" '
    head += f'width="{width:.0f}" height="{height:.0f}" font-family="{_FONT}" text-anchor="middle">'
    tip = '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    tip += '<path d="M0 0 8 4 0 8z" fill="#5b6770"/></marker>'
    paper = f'<rect y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" fill="white"/>'
    return "\n".join([head, f"<defs>{tip}</defs>", paper, *body, "</svg>"]) + "\n"


def _beside(part: Graph, left: float) -> float:
    """Move a part that hangs together to the right of the one before; where it ends."""
    shift = left + _MARGIN - min(node.view.xy[0] - node.view.w / 2 for node in part.sV)
    for node in part.sV:
        node.view.xy = (node.view.xy[0] + shift, node.view.xy[1])
    for edge in part.sE:
        edge.view._pts = [(x + shift, y) for x, y in edge.view._pts]  # noqa: SLF001 - Grandalf's own example reads it
    return max(float(node.view.xy[0] + node.view.w / 2) for node in part.sV)


def _arrows(arrows: list[_Arrow], edges: Mapping[tuple[str, str], Edge]) -> Iterator[str]:
    for (source, target), edge in edges.items():
        those = [arrow for arrow in arrows if (arrow.source, arrow.target) == (source, target)]
        points = edge.view._pts  # noqa: SLF001 - Grandalf's own example reads it
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if those[0].dashed else ""
        yield f'<polyline points="{way}" fill="none" stroke="#5b6770"{dash} marker-end="url(#tip)"/>'
        label = " + ".join(arrow.label for arrow in those if arrow.label)
        (x0, y0), (x1, y1) = points[-2], points[-1]
        at = f'<text x="{(x0 + 2 * x1) / 3:.1f}" y="{(y0 + 2 * y1) / 3:.1f}" font-size="9"'
        yield f'{at} stroke="white" stroke-width="3">{escape(label)}</text>'  # a halo, so that lines do not cut it
        yield f'{at} fill="#333">{escape(label)}</text>'


def _boxes(boxes: Mapping[str, _Box]) -> Iterator[str]:
    for box in boxes.values():
        x, y = box.xy
        round_ = box.h / 2 if box.kind == "party" else 4
        yield (
            f'<rect x="{x - box.w / 2:.1f}" y="{y - box.h / 2:.1f}" width="{box.w:.1f}" height="{box.h:.1f}" '
            f'rx="{round_:.1f}" fill="{_FILLS[box.kind]}" stroke="#5b6770"/>'
        )
        for n, line in enumerate(box.lines):
            at = y - box.h / 2 + _LINE * (n + 1) + 2
            weight = ' font-weight="bold"' if n == 0 else ""
            yield f'<text x="{x:.1f}" y="{at:.1f}" font-size="11"{weight}>{escape(line)}</text>'
