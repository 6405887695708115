"""Terms that contradict each other for receipts alone, found by a trial: more of each kind than any term counts up to.

Contradictions that need certain costs, advances or counts depend on the facts. A run says so then.
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import count

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.names import HERE
from domain.calendar.dates import DAY
from domain.errors import SluiceError
from domain.sharing.waterfall.engine import Engine
from domain.sharing.waterfall.entry import Entries, NoEntry
from domain.sharing.waterfall.facts import Facts, ReceiptGroup
from domain.sharing.waterfall.linear import STILL, atoms_of
from domain.sharing.waterfall.model import Match, Waterfall
from domain.sharing.waterfall.modes import Contradiction
from domain.sharing.waterfall.network import FIELDS, Network, ReceiptKind, leaves, variables
from domain.sharing.waterfall.outcome import Slice

_MOST = Fraction(10**18)
"""Minor units of a trial receipt."""

_MOST_KINDS = 12
_MOST_SLICES_BY_VALVES = 20_000
_FIRST = date(2000, 1, 1)
_OTHER = "other"


def contradictions(section: Waterfall, network: Network) -> Iterator[AgreementFinding]:
    """The first contradiction that receipts alone bring about, at once or after every day that terms name."""
    if not any(_waits(network)):
        return
    positions = {
        position.id: (*HERE, "pools", n, "positions", m)
        for n, pool in enumerate(section.pools)
        for m, position in enumerate(pool.positions)
    }
    named = [date.fromisoformat(name.removeprefix("day:")) for name in variables(network) if name.startswith("day:")]
    for day in (_FIRST, *[max(named) + DAY for _ in named[:1]]):
        try:
            _run(section, network, day)
        except Contradiction as found:
            path: Path = next((positions[name] for name in found.positions if name in positions), (*HERE, "pools"))
            sentence = (
                f"{' and '.join(found.positions)} wait for each other without end ({'; '.join(found.labels)}): write "
                "them so that what one of them takes does not decide about another."
            )
            yield AgreementFinding(path, "contradiction", sentence)
            return
        except (_LongEnough, SluiceError):
            continue  # what else a trial stumbles over is no contradiction of terms


class _LongEnough(Exception):
    """A trial has been split so often that the check of a very large waterfall would take too long."""


def _waits(network: Network) -> Iterator[bool]:
    """Whether each position's conditions and limits are by something that another one's takings change."""
    order = {basin.id: n for n, basin in enumerate(network.basins)}
    for n, basin in enumerate(network.basins):
        for place in basin.places:
            ends = [leaf.key for leaf in leaves(place.recipient)]
            own = {f"took:{place.id}", *(ends if len(ends) == 1 else ())}
            own |= {f"in:{name}" for name, at in order.items() if at <= n}
            guards = [*(take.guard for take in place.takes), *(leaf.guard for leaf in leaves(place.recipient))]
            names = {name for guard in guards for atom in atoms_of(guard) for name, _ in atom.line.terms}
            yield any(name not in own and not name.startswith(STILL) for name in names)


def _run(section: Waterfall, network: Network, day: date) -> None:
    slices = count(1)
    most = _MOST_SLICES_BY_VALVES // len(list(network.valves()))

    def enough(_: Slice) -> None:
        """End a trial that takes too long."""
        if next(slices) > most:
            raise _LongEnough

    entries = Entries(section, {})
    receipts = [ReceiptGroup(day + n * DAY, kind, _MOST) for n, kind in enumerate(_kinds(section, entries))]
    Engine(network, entries, trace=enough).run(Facts(tuple(receipts)), day, day + len(receipts) * DAY)


def _kinds(section: Waterfall, entries: Entries) -> list[ReceiptKind]:
    """A receipt of each kind that some term selects, and one of another, as far as a pool receives them."""
    matches: list[Match] = [Match()]
    for pool in section.pools:
        received = pool.receives if isinstance(pool.receives, tuple) else (pool.receives,)
        matches += [one for one in received if isinstance(one, Match)]
    for position in section.positions:
        matches += [one for one in (position.only, position.excluding) if one is not None]
    found = []
    for match in matches:
        words = (getattr(match, name) or (_OTHER,) for name in FIELDS)
        kind = ReceiptKind(tuple(each[0] for each in words))  # type: ignore[arg-type]
        try:
            entries.pool_of(kind)
        except NoEntry:
            continue
        found.append(kind)
    return list(dict.fromkeys(found))[:_MOST_KINDS]
