import re
from pathlib import Path

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.milestones import MilestoneActivities
from activities.views import MilestoneRef, MilestoneView
from adapters.temporal.internals import activity_types, observed, unversioned, workflow_types
from domain.commands import ApproveMilestone
from workflows.milestone import MilestoneWorkflow

ROOT = Path(__file__).parents[3]
PRIVATE = re.compile(r"temporalio\.bridge|\b(activity|workflow|client|worker|common)\._|\b_(to_proto|Definition)\b")


def test_no_other_module_uses_what_the_sdk_keeps_to_itself():
    sources = [
        path
        for room in ("domain", "workflows", "activities", "adapters", "app")
        for path in ROOT.glob(f"{room}/**/*.py")
    ]
    assert [str(path.relative_to(ROOT)) for path in sources if PRIVATE.search(path.read_text())] == [
        "adapters/temporal/internals.py"
    ]


def test_a_runner_keeps_its_settings_and_all_its_observers():
    plain = SandboxedWorkflowRunner()
    seen = []
    twice = observed(unversioned(plain), lambda act, _: seen.append(act))
    assert twice.restrictions == plain.restrictions
    assert len(vars(twice)["observers"]) == 2


def test_the_types_of_payloads_are_those_that_the_code_declares():
    arguments, result, updates = workflow_types(MilestoneWorkflow)
    assert (arguments, result) == ([MilestoneRef], MilestoneView)
    assert updates["approve"] is MilestoneView
    assert activity_types(MilestoneActivities.approve) == ("approve", [ApproveMilestone], MilestoneView)
    assert activity_types(str.upper) is None
