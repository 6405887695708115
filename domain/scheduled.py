"""Ids of workflows that a Temporal Schedule starts."""

import re

_TIME = re.compile(r"-\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")


def without_time(workflow_id: str) -> str:
    """Return a workflow id without the time that a Schedule adds to the id that it is set up with."""
    return _TIME.sub("", workflow_id)
