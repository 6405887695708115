"""Workflows that are started twice, lost, restarted after retention, or given garbage or three megabytes.

One fault is one such start, deletion or message. None may change the database's facts, and unfinished work continues
when it is asked for again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from activities.views import DistributionRef, MilestoneRef, ProductionRef
from app.commands.routes import Routes
from domain.commands import (
    ComputeDistribution,
    SubmitMilestone,
)
from domain.errors import SluiceError
from tests.faults.programme.agreements import PERIOD, Drawn, draw
from tests.faults.programme.judge import judge, judge_distribution, proven
from tests.faults.programme.stage import EVIDENCE, Stage, Stuck
from tests.faults.programme.tally import Harm
from workflows.distribution import DistributionWorkflow
from workflows.milestone import MilestoneWorkflow
from workflows.names import distribution_workflow, milestone_workflow, production_workflow, run_workflow
from workflows.payment_run import PaymentRunWorkflow
from workflows.production import ProductionWorkflow

AGAIN, TWICE, LOST = "closed workflow started again after retention", "workflow started twice", "history lost under way"
POISON, HUGE = "poisoned workflow input", "payload of 3 MB"
DELETING_TAKES_S = 90.0
MEGABYTES = "x" * 3_000_000


@dataclass(frozen=True)
class Life:
    """A production, and the steps after which its workflows' histories are deleted."""

    drawn: Drawn
    lost_after: tuple[str, ...]


STEPS = ("registered", "submitted", "accepted", "prepared", "released", "computed")


def plan(dice: Random, short: bool) -> list[Life]:
    return [
        Life(draw(dice, (2, 4), earned=True), tuple(dice.sample(STEPS, 1 if short else 5)))
        for _ in range(1 if short else 5)
    ]


async def play(stage: Stage, lives: list[Life]) -> None:
    for life in lives:
        try:
            await _one(stage, life)
        except Stuck as stuck:
            stage.tally.add(LOST, 0, Harm(stuck=[str(stuck)]))
        stage.tally.add(LOST, 0, judge(stage, life.drawn.key, ended=False).and_also(proven(stage)))


async def _one(stage: Stage, life: Life) -> None:
    key = life.drawn.key
    await poisoned(stage, key)
    await stage.register(life.drawn)
    await _lose(stage, life, "registered", production_workflow(key), milestone_workflow(key, "wrap"))
    await stage.persist(
        lambda: stage.as_user("producer").send(SubmitMilestone, production=key, milestone="wrap", evidence=EVIDENCE),
        lambda: stage.milestone(key, "wrap") == "submitted",
    )
    await _lose(stage, life, "submitted", milestone_workflow(key, "wrap"))
    await too_large(stage, key)
    await stage.accept(key)
    await _lose(stage, life, "accepted", production_workflow(key))
    runs: list[str] = []

    async def open_day() -> None:
        runs[:] = await stage.as_user("payer-one").open_runs(key, "spc-krw")

    await stage.persist(open_day, lambda: bool(runs))
    (run,) = runs
    await stage.until(lambda: stage.run(run) is not None, "the run is not prepared")
    await _lose(stage, life, "prepared", run_workflow(run))
    await stage.release(run)
    if await _lose(stage, life, "released", run_workflow(run), production_workflow(key)):
        await stage.services_resumed()
    await stage.pay_in(key)
    await stage.persist(
        lambda: stage.as_user("payer-one").send(ComputeDistribution, production=key, period=PERIOD),
        lambda: stage.distribution(key) is not None,
    )
    if await _lose(stage, life, "computed", distribution_workflow(key, PERIOD)):
        await stage.services_resumed()
    await stage.distribute(key)
    await stage.until(lambda: _all_paid(stage, key), f"{key} is not paid: {stage.statuses(key)}")
    await _started_twice(stage, key, run)
    await _started_again(stage, key, run)
    stage.tally.add(AGAIN, 0, judge_distribution(stage, key))


def _all_paid(stage: Stage, key: str) -> bool:
    """Return whether all is paid except the payouts, which fall due on another day."""
    return set(stage.statuses(key)) <= {"settled", "scheduled"} and stage.quiet(key) and stage.received(key)


async def _lose(stage: Stage, life: Life, step: str, *names: str) -> bool:
    if step not in life.lost_after:
        return False
    for name in names:
        await deleted(stage.services.client, name)
    stage.tally.add(LOST, len(names))
    return True


async def deleted(client: Client, name: str) -> None:
    """Delete a workflow with its history, like retention, and wait until it is gone."""
    request = DeleteWorkflowExecutionRequest(
        namespace=client.namespace, workflow_execution=WorkflowExecution(workflow_id=name)
    )
    until = time.monotonic() + DELETING_TAKES_S
    while time.monotonic() < until:
        try:
            await client.workflow_service.delete_workflow_execution(request)
            await client.get_workflow_handle(name).describe()
        except RPCError:
            return
        await asyncio.sleep(0.05)
    raise Stuck(f"{name} cannot be deleted")


def _workflows(stage: Stage, key: str, run: str) -> dict[str, tuple[Any, Any]]:
    """Return every workflow of a production with its start argument."""
    planned = Routes(stage.services).planned(run)
    return {
        production_workflow(key): (ProductionWorkflow.run, ProductionRef(production=key)),
        milestone_workflow(key, "wrap"): (MilestoneWorkflow.run, MilestoneRef(production=key, milestone="wrap")),
        run_workflow(run): (PaymentRunWorkflow.run, planned),
        distribution_workflow(key, PERIOD): (DistributionWorkflow.run, DistributionRef(production=key, period=PERIOD)),
    }


def _start(stage: Stage, name: str, workflow: Any, argument: Any) -> Awaitable[Any]:
    return stage.services.client.start_workflow(
        workflow,
        argument,
        id=name,
        task_queue=stage.services.settings.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=None if workflow is MilestoneWorkflow.run else "look_again",
    )


async def _started_twice(stage: Stage, key: str, run: str) -> None:
    """Start each workflow twenty times at once. That must give one workflow and change nothing."""
    before = _head(stage, key)
    for name, (workflow, argument) in _workflows(stage, key, run).items():
        await asyncio.gather(*(_start(stage, name, workflow, argument) for _ in range(20)))
        await asyncio.sleep(0.3)
        changed = _head(stage, key) - before
        stage.tally.add(TWICE, 1, Harm(doubled=[f"{name} wrote {changed} events again"] if changed else []))


async def _started_again(stage: Stage, key: str, run: str) -> None:
    before = _head(stage, key)
    for name, (workflow, argument) in _workflows(stage, key, run).items():
        await deleted(stage.services.client, name)
        handle = await _start(stage, name, workflow, argument)
        harm = Harm()
        if workflow is not ProductionWorkflow.run:  # payouts are still to be paid, so this one waits
            try:
                await asyncio.wait_for(handle.result(), 20)
            except TimeoutError:
                harm.stuck.append(f"{name} does not end")
        changed = _head(stage, key) - before
        harm.doubled += [f"{name} wrote {changed} events again"] if changed else []
        stage.tally.add(AGAIN, 1, harm)


def _head(stage: Stage, key: str) -> int:
    return len(stage.facts(key))


# Messages that nobody can have meant


async def poisoned(stage: Stage, key: str) -> None:
    """Start workflows with garbage, also under the ids that the production will need."""
    inputs: list[Any] = [None, 7, "x", [], {}, {"production": 7}, {"production": key, "more": 1}, {"production": None}]
    names = (production_workflow(key), milestone_workflow(key, "wrap"), distribution_workflow(key, PERIOD))
    kinds = ("Production", "Milestone", "Distribution")
    for n, garbage in enumerate(inputs):
        name, kind = names[n % 3], kinds[n % 3]
        client = stage.services.client
        with_id = name if n < 3 else f"poison/{key}/{n}"
        handle = await client.start_workflow(kind, garbage, id=with_id, task_queue=stage.services.settings.task_queue)
        ended = await _ends(handle)
        harm = Harm() if ended else Harm(stuck=[f"{kind} started with {garbage!r} neither runs nor fails"])
        stage.tally.add(POISON, 1, harm)
        if not ended:
            await handle.terminate("poison")


async def _ends(handle: Any) -> bool:
    try:
        await asyncio.wait_for(handle.result(), 10)
    except TimeoutError:
        return False
    except Exception:  # noqa: BLE001 - it failed, which is what it should do
        return True
    return True


async def too_large(stage: Stage, key: str) -> None:
    """Send three megabytes to each entry point. Each must refuse at once, and waiting work must go on."""
    client, before = stage.services.client, _head(stage, key)
    name = milestone_workflow(key, "wrap")
    handle = client.get_workflow_handle(name)
    many = {f"{n:064}": "f" * 64 for n in range(20_000)}
    submit = SubmitMilestone(key=f"huge/{key}", by="producer", production=key, milestone="wrap", evidence=many)
    sends: dict[str, Callable[[], Awaitable[Any]]] = {
        "a command": lambda: stage.as_user("producer").deliver(submit),
        "an update": lambda: handle.execute_update("submit", MEGABYTES),
        "a signal": lambda: client.get_workflow_handle(production_workflow(key)).signal("look_again", MEGABYTES),
        "a start": lambda: client.start_workflow(
            "Production", MEGABYTES, id=f"huge/{key}", task_queue=stage.services.settings.task_queue
        ),
    }
    for what, send in sends.items():
        harm = Harm()
        try:
            await asyncio.wait_for(send(), 20)
            harm.broken.append(f"{what} of 3 MB was taken")
        except TimeoutError:
            harm.stuck.append(f"{what} of 3 MB gets no answer")
        except (SluiceError, RPCError, ValueError):
            pass
        except Exception as error:  # noqa: BLE001 - named in the report
            stage.tally.notes.append(f"{what} of 3 MB: {type(error).__name__}: {str(error)[:120]}")
        harm.broken += [f"{what} of 3 MB changed the journal"] if _head(stage, key) != before else []
        stage.tally.add(HUGE, 1, harm)
