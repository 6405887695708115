"""Fields of commands that are filled in from the records where nobody gives them."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.db.records import Records


def _newest_round(records: Records, fields: Mapping[str, Any]) -> int:
    """The round of evidence that was submitted last; 0 while nothing was."""
    found = records.state(fields["production"], milestones=True).milestones.get(fields["milestone"])
    return found.round if found else 0


def _newest_revision(records: Records, fields: Mapping[str, Any]) -> int:
    """The revision that was computed last; 0 while the period has no distribution."""
    found = records.state(fields["production"], distributions=True).distributions.get(fields["period"])
    return found.revision if found else 0


NEWEST: Mapping[str, Callable[[Records, Mapping[str, Any]], int]] = {
    "round": _newest_round,
    "revision": _newest_revision,
}
"""Without a number, somebody decides on the newest round of evidence, or revision of a distribution."""
