"""Payloads of two times, compared: the same bytes, or what today's models make the same bytes of.

A model that gained an optional field since writes it today; read by today's model, what was written before says the
same.
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
    """Whether a field's payloads say the same; `of` names the activity, workflow or update that it belongs to."""
    if len(written) != len(now):
        return False
    return all(
        one == other or _read_alike(_type(workflow_type, kind, of, field, n), one, other)
        for n, (one, other) in enumerate(zip(written, now, strict=True))
    )


def readable(payload: Payload) -> str:
    """A payload for people."""
    return payload.data.decode(errors="replace")


def decoded(payload: Payload) -> Any:
    """The JSON value of a payload; None for a payload of nothing."""
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
    """The type that today's code gives a payload; None where it is not known."""
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
