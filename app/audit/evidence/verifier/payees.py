"""Folds the facts about payees into the production's row: changes of their accounts, and frozen parties."""

from .bundle import Bad, Json

DETAILS = ("number", "bic", "clearing", "iban", "kind")

MATCH = ("party", "source", "listed_name", "score", "entry_sha256", "document")


def payees_after(before: Json, event: Json, on: str) -> Json:
    """Return what is on record about payees after an event of a day. None if nothing is."""
    body = before or {"changes": [], "frozen": {}, "matches": {}}
    match event["type"]:
        case "account-change-proposed":
            change = {"id": event["change"], "account": event["account"], "added": event["added"]}
            change |= {"details": {name: event[name] for name in DETAILS}, "proposed_by": event["by"]}
            change |= {"proposed_on": on, "status": "proposed", "in_force_on": None}
            body["changes"].append(change)
        case "account-change-confirmed":
            change = _change(body, event["change"])
            if event["by"] == change["proposed_by"]:
                raise Bad(f"{change['id']} is confirmed by who proposed it")
            change.update(status="confirmed", in_force_on=event["in_force_on"])
        case "account-change-refused":
            _change(body, event["change"]).update(status="refused", in_force_on=None)
        case "party-frozen":
            frozen = {"reason": event["reason"], "by": event["by"], "on": on, "unfreeze_by": None}
            body["frozen"][event["party"]] = frozen
        case "unfreeze-approved":
            _unfrozen(body["frozen"], event)
        case "party-matched":
            match = {name: event[name] for name in MATCH}
            body["matches"][event["match"]] = match | {"cleared_by": None, "cleared": False}
        case "clearance-approved":
            _cleared(body["matches"][event["match"]], event)
    return body if any(body.values()) else None


def _change(body: Json, name: str) -> Json:
    for change in body["changes"]:
        if change["id"] == name:
            return change
    raise Bad(f"there is no change {name}")


def _unfrozen(frozen: Json, event: Json) -> None:
    first = frozen[event["party"]]["unfreeze_by"]
    if event["lifted"] != (first is not None) or event["by"] == first:
        raise Bad(f"{event['party']} is paid again without two people")
    if event["lifted"]:
        del frozen[event["party"]]
    else:
        frozen[event["party"]]["unfreeze_by"] = event["by"]


def _cleared(match: Json, event: Json) -> None:
    first = match["cleared_by"]
    if event["cleared"] != (first is not None) or event["by"] == first:
        raise Bad(f"{event['match']} is cleared without two people")
    if (event["entry_sha256"], event["document"]) != (match["entry_sha256"], match["document"]):
        raise Bad(f"{event['match']} is cleared for another entry")
    match.update(cleared_by=first or event["by"], cleared=event["cleared"])
