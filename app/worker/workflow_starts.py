"""Starts of workflows. A running workflow is signalled to look again; a lost one starts anew from the records."""

import asyncio
from typing import Any

from temporalio.common import WorkflowIDConflictPolicy

from activities.schedules import settlement_schedule_id
from activities.views import DistributionRef, PlannedRun, ProductionRef
from adapters.db import health
from adapters.db.queries.agreement import productions
from adapters.db.queries.runs import run as run_row
from app.bootstrap import Services
from app.commands.routes import planned_run
from domain.values.record import Record
from workflows.distribution import DistributionWorkflow
from workflows.names import distribution_workflow, production_workflow, run_workflow
from workflows.open_distributions import OpenDistributionsWorkflow
from workflows.payment_run import PaymentRunWorkflow
from workflows.production import ProductionWorkflow


class WorkflowStarts:
    """Starts the workflows of productions, runs and distributions, or signals those that run."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def production(self, key: str) -> None:
        """Start or signal a production's workflow."""
        await self._start(ProductionWorkflow.run, ProductionRef(production=key), production_workflow(key))

    async def all_of(self, key: str) -> None:
        """Start or signal a production's workflow and those of its open distributions."""
        await self.production(key)
        for ref in await asyncio.to_thread(self.open_distributions):
            if ref.production == key:
                await self.distribution(ref)

    async def run(self, run: str) -> None:
        """Start or signal a run's workflow. An unknown run is ignored."""
        planned = await asyncio.to_thread(self._planned, run)
        if planned is not None:
            await self._start(PaymentRunWorkflow.run, planned, run_workflow(run))

    async def distribution(self, ref: DistributionRef) -> None:
        """Start or signal a distribution's workflow."""
        await self._start(DistributionWorkflow.run, ref, distribution_workflow(ref.production, ref.period))

    async def due_distributions(self, key: str) -> None:
        """Open the distributions that are due, without waiting for the morning, if there are any."""
        ref = ProductionRef(production=key)
        if await asyncio.to_thread(self._services.distributions.due_distributions, ref):
            await self._services.client.start_workflow(
                OpenDistributionsWorkflow.run,
                ref,
                id=f"{settlement_schedule_id(key)}/amended",
                task_queue=self._services.settings.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )

    async def everything_unfinished(self) -> None:
        """Start or signal every production, unfinished run and open distribution, for the case of lost histories."""
        for ref in await asyncio.to_thread(self.open_distributions):
            await self.distribution(ref)
        keys, runs = await asyncio.to_thread(self._unfinished)
        for key in keys:
            await self.production(key)
        for run in runs:
            await self.run(run)

    def open_distributions(self) -> list[DistributionRef]:
        """Return the distributions that are not paid out, or are in dispute."""
        with self._services.store.reading() as records:
            found = health.open_distributions(records.connection)
        return [DistributionRef(production=production, period=period) for production, period in found]

    async def _start(self, run: Any, argument: Record, workflow_id: str) -> None:
        await self._services.client.start_workflow(
            run,
            argument,
            id=workflow_id,
            task_queue=self._services.settings.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal="look_again",
        )

    def _unfinished(self) -> tuple[list[str], list[str]]:
        with self._services.store.reading() as records:
            keys = [row.key for row in productions(records.connection)]
            return keys, list(health.unfinished_runs(records.connection))

    def _planned(self, run: str) -> PlannedRun | None:
        with self._services.store.reading() as records:
            row = run_row(records.connection, run)
        return None if row is None else planned_run(row)
