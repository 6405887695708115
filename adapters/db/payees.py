"""What is on record about payees, as the JSON value of a production's row. None if nothing is."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import structs

from domain.events import AccountDetails
from domain.payees.model import NOTHING, AccountChange, Freeze, NameMatch, Payees

Body = dict[str, Any]


def payees_row(payees: Payees) -> Body | None:
    """The JSON of payees."""
    if payees == NOTHING:
        return None
    return {
        "changes": [_change_row(change) for change in payees.changes],
        "frozen": {
            party: {"reason": one.reason, "by": one.by, "on": one.on.isoformat(), "unfreeze_by": one.unfreeze_by}
            for party, one in payees.frozen.items()
        },
        "matches": {name: structs.asdict(match) for name, match in payees.matches.items()},
    }


def payees_of(body: Mapping[str, Any] | None) -> Payees:
    """The payees of a JSON value."""
    if body is None:
        return NOTHING
    return Payees(
        changes=tuple(map(_change_of, body["changes"])),
        frozen={
            party: Freeze(one["reason"], one["by"], date.fromisoformat(one["on"]), one["unfreeze_by"])
            for party, one in body["frozen"].items()
        },
        matches={name: NameMatch(**one) for name, one in body["matches"].items()},
    )


def _change_row(change: AccountChange) -> Body:
    return {
        "id": change.id,
        "account": change.account,
        "details": change.details.model_dump(mode="json"),
        "proposed_by": change.proposed_by,
        "proposed_on": change.proposed_on.isoformat(),
        "added": change.added,
        "status": change.status,
        "in_force_on": change.in_force_on.isoformat() if change.in_force_on else None,
    }


def _change_of(row: Mapping[str, Any]) -> AccountChange:
    return AccountChange(
        id=row["id"],
        account=row["account"],
        details=AccountDetails.model_validate(row["details"]),
        proposed_by=row["proposed_by"],
        proposed_on=date.fromisoformat(row["proposed_on"]),
        added=row["added"],
        status=row["status"],
        in_force_on=date.fromisoformat(row["in_force_on"]) if row["in_force_on"] else None,
    )
