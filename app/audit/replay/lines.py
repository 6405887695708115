"""Events as lines of text, to compare what was decided again with the record."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.events import Event


def lines(events: Sequence[Event]) -> list[str]:
    """Return events payment by payment. The database decides their order and grouping."""
    return sorted(_each(events))


def _each(events: Sequence[Event]) -> Iterator[str]:
    for event in events:
        written: dict[str, Any] = event.model_dump(mode="json")
        several = written.get("payments")
        if isinstance(several, list):
            yield from (_in_order(written | {"payments": line}) for line in several)
        else:
            yield _in_order(written)


def _in_order(written: Mapping[str, Any]) -> str:
    """An event as text, with the fields of all its parts in order, as they are stored."""
    return json.dumps(written, sort_keys=True, ensure_ascii=False)


def only(events: Sequence[Event], others: Sequence[Event]) -> str:
    """Return what some events say and others do not."""
    rest = set(lines(others))
    return "; ".join(line for line in lines(events) if line not in rest)
