"""Shows an archived history to people, one line for each event."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adapters.db import histories
from adapters.db.histories import Kept
from app.reads import Reads
from domain.commands.base import ENVELOPE
from domain.errors import BadInput, NotFound
from domain.reads import Resource

_KIND = "EVENT_TYPE_"
_ROOM = 160
"""Most characters of a payload on a line. `fetch` gives all of it."""


@dataclass(frozen=True)
class HistoryLine:
    """One event: its number, the time at which Temporal recorded it, its kind in words, and its subject."""

    number: int
    at: str
    kind: str
    about: str


def one_of(reading: Reads, workflow_id: str, run_id: str | None) -> Kept:
    """Return a workflow's archived history. `run_id` is needed if it has several.

    Raises:
        NotFound: the archive has none that the reader may see.
        WrongRole: the reader may see no histories.
        BadInput: it has several, and `run_id` is None.
    """
    reading.sight(Resource.HISTORIES)
    listed = histories.listed(reading.connection, reading.production, workflow_id)
    runs = [row.run_id for row in listed if run_id in {None, row.run_id}]
    if not runs:
        name = workflow_id if run_id is None else f"{workflow_id} (run {run_id})"
        raise NotFound(
            f"The archive has no history of {name}: `sluice history list` lists what it has; "
            "what still runs is archived when it ends.",
            workflow_id=workflow_id,
        )
    if len(runs) > 1:
        raise BadInput(
            f"{workflow_id} ran {len(runs)} times: name one of {', '.join(runs)} with --run-id.",
            workflow_id=workflow_id,
        )
    return histories.the_history(reading.connection, workflow_id, runs[0])


def lines(content: bytes) -> Iterator[HistoryLine]:
    """Yield the events of a history in order."""
    names: dict[str, str] = {}
    for event in json.loads(content)["events"]:
        kind = event["eventType"].removeprefix(_KIND).lower().replace("_", " ")
        detail: dict[str, Any] = next((each for name, each in event.items() if name.endswith("EventAttributes")), {})
        about = _about(detail, names)
        if "activityType" in detail:
            names[event["eventId"]] = detail["activityType"]["name"]
        yield HistoryLine(int(event["eventId"]), event["eventTime"], kind, about)


def _about(detail: dict[str, Any], names: dict[str, str]) -> str:
    """Return the name of an event's subject, then its input, result or failure."""
    said = [_named(detail, names)]
    request = detail.get("acceptedRequest", {}).get("input", {})
    if request:
        said.append(request.get("name", ""))
    for holder in (
        detail.get("input"),
        request.get("args"),
        detail.get("result"),
        detail.get("outcome", {}).get("success"),
    ):
        said += [_payload(payload) for payload in (holder or {}).get("payloads", ())]
    failure = detail.get("failure") or detail.get("outcome", {}).get("failure")
    if failure:
        said.append(_failure(failure))
    return " ".join(part for part in said if part)


def _named(detail: dict[str, Any], names: dict[str, str]) -> str:
    for kind in ("activityType", "workflowType"):
        if kind in detail:
            of = detail.get("workflowId") or detail.get("workflowExecution", {}).get("workflowId", "")
            return f"{detail[kind]['name']} {of}".strip()
    if "startToFireTimeout" in detail:
        return f"after {detail['startToFireTimeout']}"
    if "signalName" in detail:
        return f"{detail['signalName']} {detail.get('workflowExecution', {}).get('workflowId', '')}".strip()
    return names.get(detail.get("scheduledEventId", ""), "")


def _payload(payload: dict[str, Any]) -> str:
    """Return a payload as JSON, cut to fit the line. Other encodings are shown by their size."""
    raw = base64.b64decode(payload.get("data", ""))
    encoding = base64.b64decode(payload.get("metadata", {}).get("encoding", "")).decode()
    if encoding == "binary/null":
        return ""
    if not encoding.startswith("json/"):
        return f"({len(raw)} bytes, {encoding or 'no encoding'})"
    text = _wish_first(raw.decode("utf-8", "replace"))
    return text if len(text) <= _ROOM else f"{text[: _ROOM - 1]}…"


def _wish_first(text: str) -> str:
    """Return a command with what it asks for first, and how it came last."""
    try:
        body = json.loads(text)
    except ValueError:
        return text
    if not isinstance(body, dict) or not body.keys() & set(ENVELOPE):
        return text
    came = {name: body.pop(name) for name in ENVELOPE if name in body}
    return json.dumps(body | came, ensure_ascii=False, separators=(",", ":"))


def _failure(failure: dict[str, Any]) -> str:
    while failure.get("cause"):
        failure = failure["cause"]
    kind = failure.get("applicationFailureInfo", {}).get("type", "")
    return f"{kind}: {failure.get('message', '')}" if kind else str(failure.get("message", ""))
