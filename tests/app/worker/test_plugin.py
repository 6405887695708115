"""The boundary of activities: refusals are answers, everything else is tried again."""

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ExecuteActivityInput, UnsandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from app.worker.plugin import SluicePlugin, _Boundary, _runner
from domain.errors import RateMissing, WrongRole


class Raises:
    """The end of the chain of interceptors: an activity that raises."""

    def __init__(self, error):
        self.error = error

    async def execute_activity(self, input):  # noqa: A002
        raise self.error


async def crossing(error, *arguments):
    boundary = _Boundary().intercept_activity(Raises(error))

    async def act():
        await boundary.execute_activity(
            ExecuteActivityInput(fn=lambda: None, args=arguments, executor=None, headers={})
        )

    with pytest.raises(Exception) as caught:  # noqa: PT011 - what comes out is the point
        await ActivityEnvironment().run(activity.defn(act))
    return caught.value


async def test_a_refusal_becomes_an_error_that_is_not_tried_again_and_keeps_its_code_and_data():
    error = await crossing(WrongRole("ji may not", user="ji"))
    assert isinstance(error, ApplicationError)
    assert (error.type, error.message, error.details) == ("WrongRole", "ji may not", ({"user": "ji"},))
    assert error.non_retryable
    assert error.category is ApplicationErrorCategory.BENIGN


async def test_what_passes_by_itself_is_tried_again():
    error = await crossing(RateMissing("no rate yet"))
    assert isinstance(error, ApplicationError)
    assert not error.non_retryable


async def test_an_activity_without_its_record_is_refused_and_not_tried_for_ever():
    error = await crossing(AttributeError("'NoneType' has no attribute 'production'"), None)
    assert isinstance(error, ApplicationError)
    assert (error.type, error.non_retryable) == ("BadInput", True)


async def test_any_other_error_stays_what_it_is():
    assert isinstance(await crossing(ConnectionError("down")), ConnectionError)


def test_workflows_run_in_the_sandbox_or_not_at_all():
    with pytest.raises(TypeError):
        _runner(UnsandboxedWorkflowRunner())


def test_a_replayer_does_not_take_strange_code_for_a_failed_workflow():
    assert (
        SluicePlugin().configure_replayer({"workflow_runner": SandboxedWorkflowRunner()})[
            "workflow_failure_exception_types"
        ]
        == []
    )
