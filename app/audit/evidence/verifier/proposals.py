"""Folds proposed versions of the agreement, and checks that each version in force had its approvals.

Every fact names the document by its hash, and the bundle has the document under that hash.
"""

from collections.abc import Callable

from .bundle import Bad, Json

WAITING = {"open", "approved", "provisional"}


def _proposed(rows: dict[str, Json], event: Json) -> None:
    kept = {name: event[name] for name in ("production", "document", "version", "amends", "party", "open_until")}
    row = kept | {"proposed_by": event["by"], "needs": list(event["needs"]), "approvals": [], "reason": ""}
    rows[event["document"]] = row | {"status": "open"}
    if event["party"] in event["needs"]:
        _add(rows[event["document"]], event)


def _approved(rows: dict[str, Json], event: Json) -> None:
    row = rows.get(event["document"])
    if row is None or row["status"] not in {"open", "provisional"}:
        raise Bad(f"approves document {event['document'][:12]}, which is not proposed")
    if event["amends"] != row["amends"]:
        raise Bad("approves a document over another version than it was proposed over")
    if event["party"] not in _waits_for(row):
        raise Bad(f"is an approval of {event['party']}, who is not asked")
    if event["by"] in {row["proposed_by"], *(user for user, _ in row["approvals"])}:
        raise Bad(f"is a second approval by {event['by']}")
    _add(row, event)


def _ended(rows: dict[str, Json], event: Json) -> None:
    row = rows.get(event["document"])
    if row is None or row["status"] not in WAITING:
        raise Bad(f"ends document {event['document'][:12]}, which is not proposed")
    row.update(status=event["outcome"], reason=event["reason"])


def put_in_force(rows: dict[str, Json], event: Json, before: str | None) -> None:
    """Fold a version in force, of which `before` is the document in force before. The first release asked nobody."""
    row = rows.get(event["document"])
    restored = event["type"] == "agreement-restored"
    if (rows or event.get("v", 1) > 1) and not restored:
        if row is None or row["status"] not in WAITING:
            raise Bad("puts a version in force that was not proposed")
        if row["amends"] != before:
            raise Bad("puts a version in force over another than was approved")
        if not event.get("provisional_until") and _waits_for(row):
            raise Bad(f"puts a version in force that {', '.join(_waits_for(row))} did not approve")
        if event.get("approved_by", []) != [party for _, party in row["approvals"]]:
            raise Bad("names other parties than have approved the version")
    if restored and (before != event["ended"] or rows[event["ended"]]["amends"] != event["document"]):
        raise Bad("restores another version than the one before")
    for other in rows.values():
        if other["status"] == "in force":
            other["status"] = "superseded"
    if row is not None:
        row["status"] = "provisional" if event.get("provisional_until") else "in force"


def _add(row: Json, event: Json) -> None:
    row["approvals"].append([event["by"], event["party"]])
    if not _waits_for(row):
        row["status"] = "in force" if row["status"] == "provisional" else "approved"


def _waits_for(row: Json) -> list[str]:
    given = {party for _, party in row["approvals"]}
    return [party for party in row["needs"] if party not in given]


FOLDS: dict[str, Callable[[dict[str, Json], Json], None]] = {
    "agreement-proposed": _proposed,
    "agreement-approved": _approved,
    "proposal-ended": _ended,
}
"""How each fact about a proposal changes the rows, by document."""
