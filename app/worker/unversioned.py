"""Workflows on a worker without versioning: as if `@workflow.defn` named no versioning behaviour.

The server refuses every step of a workflow that says how it is versioned from a worker that says it is not.
"""

from dataclasses import dataclass, fields

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from app.worker.instance import InstanceWrapper


class _Silent(InstanceWrapper):
    """A workflow that does not say how it is versioned."""

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Answer as the workflow does, without its versioning behaviour, which such a worker may not name."""
        completion = super().activate(act)
        if completion.HasField("successful"):
            completion.successful.ClearField("versioning_behavior")
        return completion


@dataclass(frozen=True)
class _Runner(SandboxedWorkflowRunner):
    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """The workflow, silent about how it is versioned."""
        return _Silent(super().create_instance(det))


def unversioned(runner: SandboxedWorkflowRunner) -> SandboxedWorkflowRunner:
    """A runner like this one, for a worker that does not take part in Worker Versioning."""
    return _Runner(**{one.name: getattr(runner, one.name) for one in fields(runner) if one.init})
