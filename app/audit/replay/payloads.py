"""Reads recorded payloads with today's models, and compares them with today's in the schema version on record."""

import copy
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from temporalio.api.common.v1 import Payload

from activities.adjustments import AdjustmentActivities
from activities.agreement import AgreementActivities
from activities.bank import BankActivities
from activities.distributions import DistributionActivities
from activities.histories import HistoryActivities
from activities.milestones import MilestoneActivities
from activities.movements import MovementActivities
from activities.payees import PayeeActivities
from activities.proposals import ProposalActivities
from activities.runs import RunActivities
from activities.schedules import ScheduleActivities
from adapters.temporal.internals import activity_types, workflow_name, workflow_types
from adapters.temporal.payloads import RecordJSON, each_body, kind_of, version_of
from adapters.temporal.seals import why_refused
from app.worker.worker import WORKFLOWS
from domain.schemas import Body, Unsayable

_ACTIVITIES = (
    AdjustmentActivities,
    AgreementActivities,
    MilestoneActivities,
    RunActivities,
    BankActivities,
    MovementActivities,
    ProposalActivities,
    PayeeActivities,
    DistributionActivities,
    ScheduleActivities,
    HistoryActivities,
)
_JSON = RecordJSON()


def same(
    workflow_type: str, kind: str, of: str, field: str, written: Sequence[Payload], now: Sequence[Payload]
) -> bool:
    """Return whether a field's payloads match. `of` names the activity, workflow or update that has the field."""
    if len(written) != len(now):
        return False
    return all(
        one == other or _read_alike(_type(workflow_type, kind, of, field, n), one, other)
        for n, (one, other) in enumerate(zip(written, now, strict=True))
    )


def readable(payload: Payload) -> str:
    """Return a payload as text."""
    return payload.data.decode(errors="replace")


def activity_argument(activity: str, payload: Payload) -> Any:
    """Return the JSON of an activity's argument, as today's model writes it."""
    arguments, _ = _ACTIVITY_TYPES.get(activity, ((), None))
    return decoded(payload, next(iter(arguments), None))


def activity_result(activity: str, payload: Payload) -> Any:
    """Return the JSON of an activity's result, as today's model writes it."""
    return decoded(payload, _ACTIVITY_TYPES.get(activity, ((), None))[1])


def workflow_argument(workflow_type: str, payload: Payload) -> Any:
    """Return the JSON of a workflow's argument, as today's model writes it."""
    arguments = _DEFINED.get(workflow_type, ([], None, {}))[0]
    return decoded(payload, next(iter(arguments), None))


def decoded(payload: Payload, hint: Any = None) -> Any:
    """Return the JSON of a payload as today's model writes it; as it stands if that cannot read it.

    An empty payload, or one that workers refused, says nothing: None.
    """
    if not payload.data or why_refused(payload):
        return None
    if hint is not None:
        with suppress(Exception):  # what is wrong with it is found by who compares it
            payload = _JSON.to_payload(_JSON.from_payload(payload, hint))
    return json.loads(payload.data)


def agrees(activity: str, version: int, result: Body, view: Body) -> bool:
    """Return whether an activity's result, recorded in a schema version, is the view that the facts give.

    Args:
        activity: the activity's name.
        version: the schema version of the recorded result.
        result: its JSON in today's model.
        view: today's fields as the facts have them. The other fields are not compared.
    """
    kind = kind_of(_ACTIVITY_TYPES.get(activity, ((), None))[1])
    try:
        return _through(kind, result | view, version) == _through(kind, result, version)
    except Unsayable:
        return False


def _read_alike(hint: Any, written: Payload, now: Payload) -> bool:
    if written.metadata["encoding"] != now.metadata["encoding"]:
        return False
    if hint is None:
        return written.data == now.data
    try:
        before = _JSON.to_payload(_JSON.from_payload(written, hint))
        version, kind = version_of(written), kind_of(hint)
        bodies = [each_body(json.loads(one.data), lambda body: _through(kind, body, version)) for one in (before, now)]
    except Exception:  # noqa: BLE001 - what cannot be read is not the same
        return False
    return bool(bodies[0] == bodies[1])


def _through(kind: str, body: Body, version: int) -> Body:
    """Return today's body as it reads after a round trip through a version."""
    return _JSON.schemas.current(kind, _JSON.schemas.earlier(kind, copy.deepcopy(body), version), version)


def _type(workflow_type: str, kind: str, of: str, field: str, n: int) -> Any:
    """Return the type that today's code gives a payload, or None if unknown."""
    if kind == "activity":
        arguments, _ = _ACTIVITY_TYPES.get(of, ((), None))
        return arguments[n] if n < len(arguments) else None
    arguments, result, updates = _DEFINED.get(of if field == "argument" else workflow_type, ([], None, {}))
    if kind == "answer to update":
        return updates.get(of)
    if field == "argument":
        return arguments[n] if n < len(arguments) else None
    return result


def _activity_types() -> dict[str, tuple[Sequence[Any], Any]]:
    found: dict[str, tuple[Sequence[Any], Any]] = {}
    for owner in _ACTIVITIES:
        for method in vars(owner).values():
            declared = activity_types(method) if callable(method) else None
            if declared is not None:
                name, arguments, result = declared
                found[name] = arguments[-1:], result
    return found


_DEFINED = {workflow_name(one): workflow_types(one) for one in WORKFLOWS}
_ACTIVITY_TYPES = _activity_types()
"""The types of each activity's argument and result, by its name."""
