"""Workflows on a worker without versioning: as if `@workflow.defn` named no versioning behaviour.

The server refuses every step of a workflow that says how it is versioned from a worker that says it is not.
"""

from dataclasses import dataclass, fields
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import Info


class _Silent(WorkflowInstance):
    """A workflow that does not say how it is versioned."""

    def __init__(self, inner: WorkflowInstance) -> None:
        self._inner = inner

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        completion = self._inner.activate(act)
        if completion.HasField("successful"):
            completion.successful.ClearField("versioning_behavior")
        return completion

    def get_serialization_context(self, command_info: Any) -> Any:
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> Any:
        return self._inner.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        return self._inner.get_thread_id()


@dataclass(frozen=True)
class _Runner(SandboxedWorkflowRunner):
    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Silent(super().create_instance(det))


def unversioned(runner: SandboxedWorkflowRunner) -> SandboxedWorkflowRunner:
    """A runner like this one, for a worker that does not take part in Worker Versioning."""
    return _Runner(**{one.name: getattr(runner, one.name) for one in fields(runner) if one.init})
