"""Which code a worker runs, and which code Temporal gives new work to (its Worker Versioning).

The build id is the package's version and a digest of what a replay depends on: `workflows/`, `activities/`, `domain/`.
The same sources have the same build id in every process and on every machine; other sources have another.

    Production, Milestone     auto-upgrade: they live for years, so each next step is made by the current version
    everything else           pinned, where workers of several versions run side by side: it ends on what it began on

The embedded stack has one worker, always of the newest code; there everything upgrades by itself, for what was pinned
to a worker that is gone would wait for ever. That today's code can take over is what the golden histories prove.
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
    """The build id of this process's code: `0.1.0-` and twelve hexadecimal digits."""
    digest = hashlib.sha256()
    for package in _CODE:
        folder = Path(str(package.__file__)).parent
        for file in sorted(folder.rglob("*.py")):
            digest.update(f"{package.__name__}/{file.relative_to(folder).as_posix()}\0".encode())
            digest.update(file.read_bytes() + b"\0")
    return f"{version('sluice')}-{digest.hexdigest()[:12]}"


def worker_deployment(settings: Settings) -> WorkerDeploymentConfig:
    """How a worker says what code it runs; a deployment is all workers of one task queue."""
    behaviour = VersioningBehavior.AUTO_UPGRADE if settings.embedded else VersioningBehavior.PINNED
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(settings.task_queue, settings.build_id or build_of_sources()),
        use_worker_versioning=settings.worker_versioning,
        default_versioning_behavior=behaviour if settings.worker_versioning else VersioningBehavior.UNSPECIFIED,
    )


@dataclass(frozen=True)
class BuildVersion:
    """A version that workers have had: `draining` while runs are pinned to it, `drained` once none is."""

    build_id: str
    status: str


@dataclass(frozen=True)
class Deployment:
    """The versions of one task queue's workers, as Temporal knows them."""

    client: Client
    name: str
    _STATUS: ClassVar[str] = "WORKER_DEPLOYMENT_VERSION_STATUS_"

    async def versions(self) -> list[BuildVersion]:
        """Every version, the newest first; empty before the first worker."""
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
        """The build id that new work goes to; None while nobody has decided."""
        described = await self._described()
        if described is None:
            return None
        return described.worker_deployment_info.routing_config.current_deployment_version.build_id or None

    async def make_current(self, build_id: str) -> None:
        """From now on new work, and the next step of what auto-upgrades, goes to the workers of a build.

        Raises:
            NotFound: no worker of that build has asked for work (or not for all of it yet).
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
            if error.status is RPCStatusCode.FAILED_PRECONDITION:  # it asks for workflows already, not for activities
                raise NotFound(
                    f"The workers of build {build_id} do not take all work of {self.name} yet: try again in a moment.",
                    build_id=build_id,
                ) from error
            raise

    async def release(self, build_id: str) -> int:
        """Let every run that is pinned to a build go on with the current version; how many those were.

        For a build whose workers are gone for good. Its runs replay on the current code first, and fail if that cannot
        take over what the other began.
        """
        pinned = (
            f"TemporalWorkerDeploymentVersion = '{self.name}:{build_id}' AND ExecutionStatus = 'Running' "
            "AND TemporalWorkflowVersioningBehavior = 'Pinned'"
        )
        upgraded = VersioningOverride(
            auto_upgrade=True,
            behavior=RecordedBehavior.VERSIONING_BEHAVIOR_AUTO_UPGRADE,  # which older servers read
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
