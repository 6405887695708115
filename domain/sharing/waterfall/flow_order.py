"""The order of pools: each follows all that feed it."""

from collections.abc import Iterable, Iterator, Mapping

from domain.errors import BadInput
from domain.sharing.waterfall.linear import Linear
from domain.sharing.waterfall.network import Basin, leaves


class Circular(BadInput):
    """Money, or a base, would flow in a circle of `pools`."""

    def __init__(self, pools: Iterable[str]) -> None:
        self.pools = tuple(pools)
        super().__init__(f"the flow goes round in a circle through {', '.join(self.pools)}: break it.")


def in_flow_order(basins: Iterable[Basin]) -> tuple[Basin, ...]:
    """Pools sorted so that each follows all pools that feed it or that its shares are a part of."""
    by_id = {basin.id: basin for basin in basins}
    home = {place.id: basin.id for basin in by_id.values() for place in basin.places}
    before: dict[str, set[str]] = {name: set() for name in by_id}
    for basin in by_id.values():
        nodes = [basin.residue, *(place.recipient for place in basin.places)]
        for leaf in (leaf for node in nodes for leaf in leaves(node)):
            if leaf.is_pool:
                before[leaf.to].add(basin.id)
        for take in (take for place in basin.places for take in place.takes if take.base is not None):
            before[basin.id] |= set(_sources(take.base, by_id, home)) - {basin.id}
    ordered: list[Basin] = []
    while before:
        ready = next((name for name, feeders in before.items() if not feeders), None)
        if ready is None:
            raise Circular(before)
        ordered.append(by_id[ready])
        del before[ready]
        for feeders in before.values():
            feeders.discard(ready)
    return tuple(ordered)


def _sources(base: Linear | None, pools: Mapping[str, Basin], home: Mapping[str, str]) -> Iterator[str]:
    for name, _ in base.terms if base else ():
        kind, _, what = name.partition(":")
        if kind in {"in", "left"} and what in pools:
            yield what
        elif kind == "took" and what in home:
            yield home[what]
