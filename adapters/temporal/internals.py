"""Everything that Sluice uses of `temporalio` beyond its documented interface.

A release of the SDK may change any of it, so `pyproject.toml` bounds `temporalio` above: raise the bound after the
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
    "activity_arguments",
    "observed",
    "unversioned",
    "workflow_name",
    "workflow_types",
]

Observer = Callable[[WorkflowActivation, WorkflowActivationCompletion], None]
"""Is given each step of a workflow and its answer, which it may change."""


def observed(runner: SandboxedWorkflowRunner, observer: Observer) -> SandboxedWorkflowRunner:
    """A runner like this one whose workflows show every step to the observer."""
    settings = {one.name: getattr(runner, one.name) for one in fields(runner) if one.init}
    return _ObservedRunner(**settings | {"observers": (*settings.get("observers", ()), observer)})


def unversioned(runner: SandboxedWorkflowRunner) -> SandboxedWorkflowRunner:
    """A runner like this one for a worker without versioning: its workflows do not say how they are versioned.

    The server refuses every step of a workflow that says so from a worker that takes no part in Worker Versioning.
    """
    return observed(runner, _leave_out_versioning)


def workflow_name(definition: type) -> str:
    """The name that a workflow goes by in histories, which its class need not have."""
    return workflow._Definition.must_from_class(definition).name or ""  # noqa: SLF001


def workflow_types(definition: type) -> tuple[list[Any], Any, dict[str, Any]]:
    """The types that a workflow declares: of its arguments, of its result, and of the result of each update."""
    found = workflow._Definition.must_from_class(definition)  # noqa: SLF001
    updates = {name: update.ret_type for name, update in found.updates.items() if name is not None}
    return found.arg_types or [], found.ret_type, updates


def activities_in(owner: object) -> list[Callable[..., Any]]:
    """The methods of an object that are activities, bound to it."""
    names = (name for name, member in vars(type(owner)).items() if callable(member) and activity_arguments(member))
    return [getattr(owner, name) for name in names]


def activity_arguments(method: Callable[..., Any]) -> tuple[str, Sequence[Any]] | None:
    """An activity's name and the types of its arguments; None for a method that is no activity."""
    found = activity._Definition.from_callable(method)  # noqa: SLF001
    return (found.name, found.arg_types or []) if found is not None and found.name else None


def _leave_out_versioning(_: WorkflowActivation, completion: WorkflowActivationCompletion) -> None:
    if completion.HasField("successful"):
        completion.successful.ClearField("versioning_behavior")


@dataclass(frozen=True)
class _ObservedRunner(SandboxedWorkflowRunner):
    observers: tuple[Observer, ...] = field(default=())

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """The workflow, observed."""
        return _Observed(super().create_instance(det), self.observers)


class _Observed(WorkflowInstance):
    """Passes everything on to the workflow, and each step to the observers."""

    def __init__(self, inner: WorkflowInstance, observers: Sequence[Observer]) -> None:
        self._inner, self._observers = inner, observers

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Answer with the workflow's commands."""
        completion = self._inner.activate(act)
        for observer in self._observers:
            observer(act, completion)
        return completion

    def get_serialization_context(self, command_info: Any) -> Any:
        """Ask the workflow."""
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> Any:
        """Ask the workflow."""
        return self._inner.get_external_store_context(command_info)

    def get_info(self) -> workflow.Info:
        """Ask the workflow."""
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        """Ask the workflow."""
        return self._inner.get_thread_id()
