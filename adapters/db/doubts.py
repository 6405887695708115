"""The doubts of a payment's row, and back. Lists read them too, and need no agreement for it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import structs

from domain.payments.attempts import Doubt, Doubts


def doubts_row(doubts: Doubts) -> list[dict[str, Any]] | None:
    """A payment's doubts, JSON-ready."""
    return [structs.asdict(doubt) | {"on": doubt.on.isoformat()} for doubt in doubts] or None


def doubts_of(written: Sequence[Mapping[str, Any]] | None) -> Doubts:
    """The doubts of a payment's row."""
    return tuple(Doubt(**{**one, "on": date.fromisoformat(one["on"])}) for one in written or ())
