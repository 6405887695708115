"""A workflow inside Temporal's runner, wrapped: whoever wants to see or change its answers overrides `activate`."""

from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance
from temporalio.workflow import Info


class InstanceWrapper(WorkflowInstance):
    """Passes everything on to the workflow that it wraps."""

    def __init__(self, inner: WorkflowInstance) -> None:
        self._inner = inner

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """One step of the workflow: what happened, and the commands that it answers with."""
        return self._inner.activate(act)

    def get_serialization_context(self, command_info: Any) -> Any:
        """As Temporal asks."""
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> Any:
        """As Temporal asks."""
        return self._inner.get_external_store_context(command_info)

    def get_info(self) -> Info:
        """As Temporal asks."""
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        """As Temporal asks."""
        return self._inner.get_thread_id()
