"""What Temporal's answers mean to the doctor, where a real server would take minutes to give them."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from temporalio.api.deployment.v1 import WorkerDeploymentOptions
from temporalio.api.enums.v1 import WorkerVersioningMode
from temporalio.api.taskqueue.v1 import PollerInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueResponse

from app.health.temporal import workers


class Server:
    """Lists pollers by build and the seconds since they last asked."""

    def __init__(self, **asked):
        self._pollers = [poller(build, seconds) for build, seconds in asked.items()]

    async def describe_task_queue(self, request, **_):
        assert (request.namespace, request.task_queue.name) == ("money", "sluice")
        return DescribeTaskQueueResponse(pollers=self._pollers)


def poller(build, seconds):
    versioned = WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED
    info = PollerInfo(deployment_options=WorkerDeploymentOptions(build_id=build, worker_versioning_mode=versioned))
    info.last_access_time.FromDatetime(datetime.now(UTC) - timedelta(seconds=seconds))
    return info


@pytest.mark.parametrize(
    ("asked", "there"),
    [({"b1": 1, "b2": 60}, {"b1", "b2"}), ({"b1": 60, "b2": 180}, {"b1"}), ({"b1": 180}, set()), ({}, set())],
)
async def test_a_worker_that_has_not_asked_for_work_for_two_minutes_is_there_no_more(asked, there):
    client = SimpleNamespace(namespace="money", workflow_service=Server(**asked))
    assert (await workers(client, "sluice")).builds == there
