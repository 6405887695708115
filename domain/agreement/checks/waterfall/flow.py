"""Money that enters reaches a recipient: every pool is fed, has a residue, and is in no circle."""

from collections.abc import Iterator

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.checks.waterfall.contradictions import contradictions
from domain.agreement.checks.waterfall.depends import depends
from domain.agreement.checks.waterfall.names import HERE, Vocabulary, recipients
from domain.agreement.checks.waterfall.never import never
from domain.errors import BadInput
from domain.sharing.waterfall.compile import compile_network
from domain.sharing.waterfall.flow_order import Circular
from domain.sharing.waterfall.model import Waterfall
from domain.sharing.waterfall.views import as_seen


def flow(section: Waterfall, _: Vocabulary) -> Iterator[AgreementFinding]:
    """Pools that nothing feeds or that lack a residue, and overlapping entries."""
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
            yield AgreementFinding(path, "unreachable", sentence)
        if pool.residue is None:
            sentence = f"what pool {pool.id!r} has left belongs to nobody: name a party or a pool as its `residue`."
            yield AgreementFinding(path, "no-residue", sentence)


def circles(section: Waterfall, known: Vocabulary) -> Iterator[AgreementFinding]:
    """Circular dependences, and conditions that can never hold. Only if everything else can be read."""
    found = list(depends(section))
    yield from found
    if found:
        return
    parties = [name for name, kind in known.kinds.items() if kind == "party"]
    places: list[tuple[Path, Waterfall]] = [((*HERE, "pools"), section)]
    places += [((*HERE, "views", n), as_seen(section, view)) for n, view in enumerate(section.views)]
    for path, one in places:
        try:
            network = compile_network(one, parties)
        except Circular as circular:
            yield AgreementFinding(_where(path, one, circular), "circular", circular.sentence)
        except BadInput as error:
            yield AgreementFinding(path, "phrase", error.sentence)
        else:
            if one is section:
                yield from [*never(section, network)] or contradictions(section, network)


def _where(path: Path, section: Waterfall, circular: Circular) -> Path:
    if path[-1] != "pools":
        return path
    pools = [n for n, pool in enumerate(section.pools) if pool.id in circular.pools]
    if pools:
        return (*path, pools[0])
    return (*HERE, "assignments", next(n for n, one in enumerate(section.assignments) if one.of in circular.pools))
