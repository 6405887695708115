"""Temporal's Worker Versioning: the code that a worker runs, and the code that gets new work.

The build id is the package's version and a digest of what a replay depends on: `workflows/`, `activities/`, `domain/`.
Equal sources have equal build ids in every process and on every machine.

    Production, Milestone     auto-upgrade: they live for years, so the current version makes each next step
    everything else           pinned where several versions run side by side: it ends on the version it began on

The embedded stack has one worker, with the newest code. Every workflow there upgrades by itself, because one pinned to
a worker that is gone would wait for ever. The golden histories prove that today's code can take over.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import VersioningBehavior as RecordedBehavior
from temporalio.api.enums.v1 import WorkerDeploymentVersionStatus
from temporalio.api.workflow.v1 import VersioningOverride, WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentResponse,
    SetWorkerDeploymentCurrentVersionRequest,
    UpdateWorkflowExecutionOptionsRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

import activities
import domain
import workflows
from app.settings import Settings
from domain.errors import NotFound

_CODE = (activities, domain, workflows)


@cache
def build_of_sources() -> str:
    """Return the build id of this process's code: the package version, a hyphen and twelve hexadecimal digits."""
    digest = hashlib.sha256()
    for package in _CODE:
        folder = Path(str(package.__file__)).parent
        for file in sorted(folder.rglob("*.py")):
            digest.update(f"{package.__name__}/{file.relative_to(folder).as_posix()}\0".encode())
            digest.update(file.read_bytes() + b"\0")
    return f"{version('sluice')}-{digest.hexdigest()[:12]}"


def worker_deployment(settings: Settings) -> WorkerDeploymentConfig:
    """Return the version that a worker announces. A deployment is all workers of one task queue."""
    behaviour = VersioningBehavior.AUTO_UPGRADE if settings.embedded else VersioningBehavior.PINNED
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(settings.task_queue, settings.build_id or build_of_sources()),
        use_worker_versioning=settings.worker_versioning,
        default_versioning_behavior=behaviour if settings.worker_versioning else VersioningBehavior.UNSPECIFIED,
    )


@dataclass(frozen=True)
class BuildVersion:
    """A version of the workers. It is `draining` while runs are pinned to it, then `drained`."""

    build_id: str
    status: str


@dataclass(frozen=True)
class Deployment:
    """The versions of one task queue's workers, as Temporal knows them."""

    client: Client
    name: str
    _STATUS: ClassVar[str] = "WORKER_DEPLOYMENT_VERSION_STATUS_"

    async def versions(self) -> list[BuildVersion]:
        """Return every version, newest first. The list is empty before the first worker."""
        described = await self._described()
        if described is None:
            return []
        return [
            BuildVersion(
                each.deployment_version.build_id,
                WorkerDeploymentVersionStatus.Name(each.status).removeprefix(self._STATUS).lower(),
            )
            for each in described.worker_deployment_info.version_summaries
        ]

    async def current(self) -> str | None:
        """Return the build id that gets new work; None if none is current."""
        described = await self._described()
        if described is None:
            return None
        return described.worker_deployment_info.routing_config.current_deployment_version.build_id or None

    async def make_current(self, build_id: str) -> None:
        """Give new work, and the next steps of auto-upgrading workflows, to the workers of a build.

        Raises:
            NotFound: no worker of that build polls for work, or not yet for all of it.
        """
        try:
            await self.client.workflow_service.set_worker_deployment_current_version(
                SetWorkerDeploymentCurrentVersionRequest(
                    namespace=self.client.namespace,
                    deployment_name=self.name,
                    build_id=build_id,
                    identity=self.client.identity,
                )
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND or "not found" in error.message:
                raise NotFound(
                    f"No worker of build {build_id} works on {self.name}: start one, then make it current.",
                    build_id=build_id,
                ) from error
            if error.status is RPCStatusCode.FAILED_PRECONDITION:  # it polls for workflows, not yet for activities
                raise NotFound(
                    f"The workers of build {build_id} do not take all work of {self.name} yet: try again in a moment.",
                    build_id=build_id,
                ) from error
            raise

    async def release(self, build_id: str) -> int:
        """Move every run that is pinned to a build to the current version, and return their number.

        Use it when a build's workers are gone for good. Its runs replay on the current code first, and fail if that
        code cannot continue them.
        """
        pinned = (
            f"TemporalWorkerDeploymentVersion = '{self.name}:{build_id}' AND ExecutionStatus = 'Running' "
            "AND TemporalWorkflowVersioningBehavior = 'Pinned'"
        )
        upgraded = VersioningOverride(
            auto_upgrade=True,
            behavior=RecordedBehavior.VERSIONING_BEHAVIOR_AUTO_UPGRADE,  # older servers read this field
        )
        released = 0
        async for run in self.client.list_workflows(pinned):
            await self.client.workflow_service.update_workflow_execution_options(
                UpdateWorkflowExecutionOptionsRequest(
                    namespace=self.client.namespace,
                    workflow_execution=WorkflowExecution(workflow_id=run.id, run_id=run.run_id),
                    workflow_execution_options=WorkflowExecutionOptions(versioning_override=upgraded),
                    update_mask=FieldMask(paths=["versioning_override"]),
                    identity=self.client.identity,
                )
            )
            released += 1
        return released

    async def _described(self) -> DescribeWorkerDeploymentResponse | None:
        try:
            return await self.client.workflow_service.describe_worker_deployment(
                DescribeWorkerDeploymentRequest(namespace=self.client.namespace, deployment_name=self.name)
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
