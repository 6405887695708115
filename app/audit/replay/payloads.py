"""Compares old and new payloads: they match if equal, or if today's models write both alike.

A model may have gained an optional field. Today's model reads the old payload and writes it with that field.
"""

import json
from collections.abc import Sequence
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.agreement import AgreementActivities
from activities.bank import BankActivities
from activities.distributions import DistributionActivities
from activities.histories import HistoryActivities
from activities.milestones import MilestoneActivities
from activities.runs import RunActivities
from activities.schedules import ScheduleActivities
from adapters.temporal.internals import activity_arguments, workflow_name, workflow_types
from app.worker.worker import WORKFLOWS

_ACTIVITIES = (
    AgreementActivities,
    MilestoneActivities,
    RunActivities,
    BankActivities,
    DistributionActivities,
    ScheduleActivities,
    HistoryActivities,
)


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


def decoded(payload: Payload) -> Any:
    """Return the JSON value of a payload, or None if it is empty."""
    return json.loads(payload.data) if payload.data else None


def _read_alike(kind: Any, written: Payload, now: Payload) -> bool:
    if kind is None or written.metadata != now.metadata:
        return False
    converter = pydantic_data_converter.payload_converter
    try:
        (value,) = converter.from_payloads([written], [kind])
        (again,) = converter.to_payloads([value])
    except Exception:  # noqa: BLE001 - what cannot be read is not the same
        return False
    return bool(again == now)


def _type(workflow_type: str, kind: str, of: str, field: str, n: int) -> Any:
    """Return the type that today's code gives a payload, or None if unknown."""
    if kind == "activity":
        arguments = _ARGUMENTS.get(of, ())
        return arguments[n] if n < len(arguments) else None
    arguments, result, updates = _DEFINED.get(of if field == "argument" else workflow_type, ([], None, {}))
    if kind == "answer to update":
        return updates.get(of)
    if field == "argument":
        return arguments[n] if n < len(arguments) else None
    return result


def _activity_arguments() -> dict[str, Sequence[Any]]:
    found: dict[str, Sequence[Any]] = {}
    for owner in _ACTIVITIES:
        for method in vars(owner).values():
            declared = activity_arguments(method) if callable(method) else None
            if declared is not None:
                name, types = declared
                found[name] = types[-1:]
    return found


_DEFINED = {workflow_name(one): workflow_types(one) for one in WORKFLOWS}
_ARGUMENTS = _activity_arguments()
