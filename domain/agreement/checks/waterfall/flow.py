"""Money that enters gets somewhere: every pool is reached, has a residue, and nothing goes round in a circle."""

from collections.abc import Iterator

from domain.agreement.checks.finding import Finding, Path
from domain.agreement.checks.waterfall.names import HERE, Vocabulary, recipients
from domain.errors import BadInput
from domain.waterfall import phrases
from domain.waterfall.compile import Circular, compile_network
from domain.waterfall.model import Waterfall
from domain.waterfall.views import as_seen


def flow(section: Waterfall, _: Vocabulary) -> Iterator[Finding]:
    """Pools that nothing reaches or that leave something to nobody, and entries that overlap."""
    fed = {
        name
        for pool in section.pools
        for to in (pool.residue, *(position.to for position in pool.positions))
        if to is not None
        for _, name, _ in recipients((), to)
    }
    fed |= {position.held_for.then for position in section.positions if position.held_for is not None}
    for n, pool in enumerate(section.pools):
        path: Path = (*HERE, "pools", n)
        if pool.receives is None and pool.id not in fed:
            sentence = (
                f"nothing reaches pool {pool.id!r}: say what it `receives`, or let a position or residue feed it."
            )
            yield Finding(path, "unreachable", sentence)
        if pool.residue is None:
            sentence = f"what pool {pool.id!r} has left belongs to nobody: name a party or a pool as its `residue`."
            yield Finding(path, "no-residue", sentence)
    yield from _entries(section)


def _entries(section: Waterfall) -> Iterator[Finding]:
    entries = [(n, pool) for n, pool in enumerate(section.pools) if pool.receives is not None]
    if not entries:
        yield Finding((*HERE, "pools"), "no-entry", "no pool receives anything: add `receives: everything` to one.")
    for word in ("everything", "everything else"):
        those = [n for n, pool in entries if pool.receives == word]
        for n in those[1:]:
            sentence = f"another pool receives {word} already: every receipt enters one pool."
            yield Finding((*HERE, "pools", n, "receives"), "two-entries", sentence)
    everything = [n for n, pool in entries if pool.receives == "everything"]
    if everything and len(entries) > 1:
        sentence = 'other pools receive something too: write "everything else".'
        yield Finding((*HERE, "pools", everything[0], "receives"), "two-entries", sentence)


def circles(section: Waterfall, known: Vocabulary) -> Iterator[Finding]:
    """Pools, events or claims that depend on themselves; asked only once everything can be read."""
    for n, event in enumerate(section.events):
        if event.id in _events_in(section, event.id, ()):
            sentence = f"event {event.id!r} depends on itself: break the circle."
            yield Finding((*HERE, "events", n, "when"), "circular", sentence)
            return
    parties = [name for name, kind in known.kinds.items() if kind == "party"]
    places: list[tuple[Path, Waterfall]] = [((*HERE, "pools"), section)]
    places += [((*HERE, "views", n), as_seen(section, view)) for n, view in enumerate(section.views)]
    for path, one in places:
        try:
            compile_network(one, parties)
        except Circular as circular:
            first = next((n for n, pool in enumerate(one.pools) if pool.id in circular.pools), 0)
            where = (*path, first) if path[-1] == "pools" else path
            yield Finding(where, "circular", circular.sentence)
        except BadInput as error:
            yield Finding(path, "phrase", error.sentence)
        except RecursionError:
            yield Finding(path, "circular", "a claim's cap or payment depends on itself: break the circle.")


def _events_in(section: Waterfall, name: str, seen: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    for event in section.events:
        if event.id == name and name not in seen:
            for other in _happened(phrases.condition(event.when)):
                found |= {other} | _events_in(section, other, (*seen, name))
    return found


def _happened(tree: phrases.Condition) -> Iterator[str]:
    match tree:
        case phrases.Happened(event):
            yield event
        case phrases.Not(of):
            yield from _happened(of)
        case phrases.Joined(_, of):
            for each in of:
                yield from _happened(each)
