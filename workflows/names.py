"""Workflow ids. They are business keys, so that a second start finds the first."""

from domain.scheduled import without_time

_ABOUT_A_PRODUCTION = frozenset({"production", "milestone", "run", "distribution", "open-runs", "open-distributions"})
"""The kinds of ids with the form `{kind}/{production}…`. A run's own id begins with its production."""


def production_workflow(production: str) -> str:
    """The id of a production's workflow."""
    return f"production/{production}"


def milestone_workflow(production: str, milestone: str) -> str:
    """The id of a milestone's workflow."""
    return f"milestone/{production}/{milestone}"


def run_workflow(run: str) -> str:
    """The id of a payment run's workflow."""
    return f"run/{run}"


def distribution_workflow(production: str, period: str) -> str:
    """The id of the workflow of a period's distribution."""
    return f"distribution/{production}/{period}"


def production_of(workflow_id: str) -> str:
    """The production of a workflow id; `""` for a workflow without one, such as a sweep."""
    kind, _, rest = without_time(workflow_id).partition("/")
    return rest.partition("/")[0] if kind in _ABOUT_A_PRODUCTION else ""
