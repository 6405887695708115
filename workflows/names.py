"""Workflow ids: business keys, so that a second start of the same thing is the same thing."""


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
