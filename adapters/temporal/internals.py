"""Everything that Sluice uses of `temporalio` beyond its documented interface.

Any release of the SDK may change this, so `pyproject.toml` sets an upper bound for `temporalio`. Raise it after the
tests of the strict replay, of the plugin and of payloads pass with the new release. What each use is for:

* `WorkflowInstance` and `temporalio.bridge.proto`: a worker without Worker Versioning must leave out the versioning
  behaviour that its workflows declare, and a strict replay must see the commands that workflow code answers with.
  No interceptor sees either.
* `workflow._Definition`, `activity._Definition`: an audit reads recorded payloads with the types that today's code
  declares. The SDK has no public way from a workflow or activity to those types.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from temporalio import activity, workflow
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

__all__ = [
    "Observer",
    "WorkflowActivation",
    "WorkflowActivationCompletion",
    "WorkflowCommand",
    "activities_in",
    "activity_types",
    "observed",
    "unversioned",
    "workflow_name",
    "workflow_types",
]

Observer = Callable[[WorkflowActivation, WorkflowActivationCompletion], None]
"""Gets each step of a workflow and its answer, which it may change."""


def observed(runner: SandboxedWorkflowRunner, observer: Observer) -> SandboxedWorkflowRunner:
    """Return a copy of a runner whose workflows show every step to the observer."""
    settings = {one.name: getattr(runner, one.name) for one in fields(runner) if one.init}
    return _ObservedRunner(**settings | {"observers": (*settings.get("observers", ()), observer)})


def unversioned(runner: SandboxedWorkflowRunner) -> SandboxedWorkflowRunner:
    """Return a copy of a runner for a worker without versioning: its workflows omit their versioning behaviour.

    The server refuses steps that state one from a worker without Worker Versioning.
    """
    return observed(runner, _leave_out_versioning)


def workflow_name(definition: type) -> str:
    """Return a workflow's name in histories, which may differ from its class's."""
    return workflow._Definition.must_from_class(definition).name or ""  # noqa: SLF001


def workflow_types(definition: type) -> tuple[list[Any], Any, dict[str, Any]]:
    """Return the types that a workflow declares: of its arguments, its result, and each update's result."""
    found = workflow._Definition.must_from_class(definition)  # noqa: SLF001
    updates = {name: update.ret_type for name, update in found.updates.items() if name is not None}
    return found.arg_types or [], found.ret_type, updates


def activities_in(owner: object) -> list[Callable[..., Any]]:
    """Return the bound methods of an object that are activities."""
    names = (name for name, member in vars(type(owner)).items() if callable(member) and activity_types(member))
    return [getattr(owner, name) for name in names]


def activity_types(method: Callable[..., Any]) -> tuple[str, Sequence[Any], Any] | None:
    """Return an activity's name, argument types and result type; None for a method that is no activity."""
    found = activity._Definition.from_callable(method)  # noqa: SLF001
    return (found.name, found.arg_types or [], found.ret_type) if found is not None and found.name else None


def _leave_out_versioning(_: WorkflowActivation, completion: WorkflowActivationCompletion) -> None:
    if completion.HasField("successful"):
        completion.successful.ClearField("versioning_behavior")


@dataclass(frozen=True)
class _ObservedRunner(SandboxedWorkflowRunner):
    observers: tuple[Observer, ...] = field(default=())

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Return the workflow, observed."""
        return _Observed(super().create_instance(det), self.observers)


class _Observed(WorkflowInstance):
    """Delegates everything to the workflow, and shows each step to the observers."""

    def __init__(self, inner: WorkflowInstance, observers: Sequence[Observer]) -> None:
        self._inner, self._observers = inner, observers

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Return the workflow's commands."""
        completion = self._inner.activate(act)
        for observer in self._observers:
            observer(act, completion)
        return completion

    def get_serialization_context(self, command_info: Any) -> Any:
        """Delegate to the workflow."""
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> Any:
        """Delegate to the workflow."""
        return self._inner.get_external_store_context(command_info)

    def get_info(self) -> workflow.Info:
        """Delegate to the workflow."""
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        """Delegate to the workflow."""
        return self._inner.get_thread_id()
