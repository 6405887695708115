"""Finds in archived histories where a command was carried out."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection

from adapters.db import histories

Row = dict[str, Any]


class WorkflowEvents:
    """Finds commands by key in the archived histories of given workflows; each history is read once."""

    def __init__(self, connection: Connection, workflows: Iterable[str]) -> None:
        self._by_key: dict[str, Row] = {}
        self._by_step: dict[tuple[str, str], list[Row]] = {}
        for workflow in dict.fromkeys(workflows):
            for row in list(histories.listed(connection, workflow_id=workflow)):
                content = histories.the_history(connection, row.workflow_id, row.run_id).json()
                self._index(row.workflow_id, row.run_id, json.loads(content)["events"])

    def of(self, command_key: str) -> Row | None:
        """Return the event that scheduled the command's activity; None if no history has it.

        A command that an activity makes itself (`prepare/RUN`, `send/RUN/0`) is found by activity name and workflow,
        and by its number where the key has one.
        """
        found = self._by_key.get(command_key)
        if found is not None:
            return found
        step, _, about = command_key.partition("/")
        run, _, number = about.rpartition("/")
        for workflow, nth in ((f"run/{about}", "0"), (f"run/{run}", number)):
            scheduled = self._by_step.get((workflow, step), [])
            if nth.isdecimal() and int(nth) < len(scheduled):
                return scheduled[int(nth)]
        return None

    def _index(self, workflow: str, run: str, events: list[Row]) -> None:
        for event in events:
            scheduled = event.get("activityTaskScheduledEventAttributes")
            if scheduled is None:
                continue
            activity: str = scheduled["activityType"]["name"]
            where: Row = {"workflow_id": workflow, "run_id": run, "event_id": int(event["eventId"])}
            where |= {"activity": activity, "at": event.get("eventTime")}
            self._by_step.setdefault((workflow, activity), []).append(where)
            for key in _keys(scheduled):
                self._by_key.setdefault(key, where)


def _keys(scheduled: Row) -> Iterator[str]:
    """The command keys in an activity's arguments."""
    for payload in scheduled.get("input", {}).get("payloads", []):
        try:
            argument = json.loads(base64.b64decode(payload.get("data", "")))
        except (ValueError, binascii.Error):
            continue
        if isinstance(argument, dict) and isinstance(argument.get("key"), str):
            yield argument["key"]
