"""Defaults of command fields, taken from the records."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.db.records import Records


def _newest_round(records: Records, fields: Mapping[str, Any]) -> int:
    """Return the newest round of evidence; 0 if none was submitted."""
    found = records.state(fields["production"], milestones=True).milestones.get(fields["milestone"])
    return found.round if found else 0


def _newest_revision(records: Records, fields: Mapping[str, Any]) -> int:
    """Return the newest revision; 0 if the period has no distribution."""
    found = records.state(fields["production"], distributions=True).distributions.get(fields["period"])
    return found.revision if found else 0


NEWEST: Mapping[str, Callable[[Records, Mapping[str, Any]], int]] = {
    "round": _newest_round,
    "revision": _newest_revision,
}
"""Without a number, a decision is about the newest round of evidence or revision of a distribution."""
