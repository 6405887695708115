"""Who got what from which pool, at the end of a run, for all parties."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from domain.sharing.statements.kinds import kinds_of
from domain.sharing.statements.model import LineKind
from domain.sharing.waterfall.compile import compile_network
from domain.sharing.waterfall.engines import RunFunction
from domain.sharing.waterfall.facts import Facts
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.network import (
    Basin,
    Leaf,
    Network,
    Place,
    leaves,
)
from domain.sharing.waterfall.result import Result
from domain.sharing.waterfall.run import WaterfallVersion
from domain.sharing.waterfall.views import as_seen


@dataclass(frozen=True, slots=True)
class Taken:
    """A pool's position and its recipient. `party` is None if that is another pool, or nobody yet."""

    pool: str
    position: str
    party: str | None


@dataclass(frozen=True, slots=True)
class Accounts:
    """A run of the version in force; `result` is in minor units.

    `seen` has the accounts under each participant's own view.
    """

    last: WaterfallVersion
    result: Result
    seen: Mapping[str, "Accounts"]

    @classmethod
    def of(cls, run: RunFunction, versions: Sequence[WaterfallVersion], facts: Facts, as_of: date) -> "Accounts":
        """Run facts through the versions of an agreement, once in general and once for each view.

        Raises:
            BadInput, Broken: as `run`.
        """
        last = versions[-1]
        views = {
            view.of: cls(
                replace(last, waterfall=as_seen(last.waterfall, view)), run(versions, facts, as_of, view.of), {}
            )
            for view in last.waterfall.views
        }
        return cls(last, run(versions, facts, as_of), views)

    def for_(self, party: str) -> "Accounts":
        """The accounts under the party's own contract."""
        return self.seen.get(party, self)

    def taken(self) -> dict[Taken, Fraction]:
        """What every position has given to whom, pool by pool in flow order.

        A pool's residue is called `{pool}.residue`. A bearer's part of a deficit is `{pool}.deficit`, and of a cliff
        `{position}.step`; these two are negative. A group's amounts are its members'. A reserve belongs to its
        beneficiary, if there is exactly one.
        """
        network = compile_network(self.last.waterfall, self.last.parties)
        sums: dict[Taken, Fraction] = {}
        for key, amount in self._amounts(network):
            sums[key] = sums.get(key, ZERO) + amount
        return sums

    def _amounts(self, network: Network) -> Iterator[tuple[Taken, Fraction]]:
        for basin in self._basins(network):
            for place in basin.places:
                yield from self._position(basin, place)
            if basin.deficit is not None:
                bears = Taken(basin.id, f"{basin.id}.deficit", basin.deficit)
                yield bears, -self.result.deficits.get(basin.id, ZERO)
            for leaf in leaves(basin.residue):
                yield Taken(basin.id, f"{basin.id}.residue", self._party(leaf)), self._of(leaf)

    def _position(self, basin: Basin, place: Place) -> Iterator[tuple[Taken, Fraction]]:
        owner = self.beneficiaries.get(place.id)
        for leaf in leaves(place.recipient):
            party = owner if place.held is not None else self._party(leaf)
            yield Taken(basin.id, place.id, party), self._of(leaf)
        if place.cliff is not None:
            yield Taken(basin.id, f"{place.id}.step", place.cliff), -self.result.cliffs.get(place.id, ZERO)

    def _basins(self, network: Network) -> Iterator[Basin]:
        """The pools of the agreement, without the pools that the engine makes of parties with assignments."""
        return (basin for basin in network.basins if basin.id not in self._directing)

    @property
    def _directing(self) -> frozenset[str]:
        return frozenset(assignment.of for assignment in self.last.waterfall.assignments)

    def _party(self, leaf: Leaf) -> str | None:
        return None if leaf.is_pool and leaf.to not in self._directing else leaf.to

    def _of(self, leaf: Leaf) -> Fraction:
        return self.result.recipients.get(leaf.key.removeprefix("leaf:"), ZERO)

    @property
    def beneficiaries(self) -> dict[str, str]:
        """The beneficiary of each reserve: the only party that the pool it is released into can pay."""
        network = compile_network(self.last.waterfall, self.last.parties)
        basins = {basin.id: basin for basin in self._basins(network)}
        found = {}
        for place in (place for basin in basins.values() for place in basin.places if place.held is not None):
            assert place.held is not None  # noqa: S101 - selected above
            parties = set(self._ends(basins, place.held.then))
            if len(parties) == 1:
                found[place.id] = parties.pop()
        return found

    def _ends(self, basins: Mapping[str, Basin], pool: str) -> Iterator[str]:
        basin = basins[pool]
        nodes = [basin.residue, *(place.recipient for place in basin.places)]
        for leaf in (leaf for node in nodes for leaf in leaves(node)):
            if (party := self._party(leaf)) is not None:
                yield party
            else:
                yield from self._ends(basins, leaf.to)

    def names(self) -> dict[str, tuple[LineKind, str]]:
        """The kind and the title of every position, including those that `taken` adds."""
        named = dict(kinds_of(self.last.waterfall))
        for pool in self.last.waterfall.pools:
            named[f"{pool.id}.residue"] = LineKind.SHARE, pool.title
            named[f"{pool.id}.deficit"] = LineKind.CHARGE, ""
            for position in pool.positions:
                named[f"{position.id}.step"] = LineKind.CHARGE, position.title
        return named

    def recouping(self, party: str) -> Iterable[str]:
        """The claims that are recouped for a party, in the order of the agreement."""
        waterfall = self.last.waterfall
        network = compile_network(waterfall, self.last.parties)
        keys = {
            leaf.key: self._party(leaf)
            for basin in network.basins
            for place in basin.places
            for leaf in leaves(place.recipient)
        }
        whole = {position.id: position.recoups for position in waterfall.positions}
        whole |= {assignment.id: assignment.recoups for assignment in waterfall.assignments}
        found = set()
        for claim, due in network.dues.items():
            own = [name for name, owner in keys.items() if owner == party]
            took = {name.removeprefix("leaf:").partition(".")[0] for name in own}
            if any(whole.get(name) == claim for name in took) or any(name in own for name, _ in due.paid.terms):
                found.add(claim)
        return [claim.id for claim in waterfall.claims if claim.id in found]
