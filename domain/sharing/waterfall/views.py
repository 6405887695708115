"""A view: the same waterfall with the changes of one participant's contract."""

from typing import TypeVar

from domain.sharing.waterfall.model import (
    Change,
    Claim,
    Position,
    View,
    Waterfall,
)


def as_seen(waterfall: Waterfall, view: View) -> Waterfall:
    """The waterfall under a participant's view."""
    changes = {change.id: change for change in view.changes}
    pools = tuple(
        pool.model_copy(update={"positions": _changed_all(pool.positions, changes)}) for pool in waterfall.pools
    )
    claims = tuple(_changed(claim, changes.get(claim.id)) for claim in waterfall.claims)
    return waterfall.model_copy(update={"pools": pools, "claims": claims, "views": (), "charges": ()})


def _changed_all(positions: tuple[Position, ...], changes: dict[str, Change]) -> tuple[Position, ...]:
    kept = (one for one in positions if one.id not in changes or not changes[one.id].leave_out)
    return tuple(_changed(one, changes.get(one.id)) for one in kept)


_Changed = TypeVar("_Changed", Position, Claim)


def _changed(one: _Changed, change: Change | None) -> _Changed:
    if change is None:
        return one
    given = change.model_dump(exclude_none=True, exclude={"id", "leave_out"})
    return one.model_copy(update={name: getattr(change, name) for name in given})
