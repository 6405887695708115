"""Routes of commands: the workflow that the table names for each, with its start arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from activities.views import DistributionRef, MilestoneRef, PlannedRun, ProductionRef
from adapters.db.queries.agreement import the_production, the_proposed
from adapters.db.queries.payments import payment as payment_row
from adapters.db.queries.receipts import receipt as receipt_row
from adapters.db.queries.runs import RunRow
from adapters.db.queries.runs import run as run_row
from app.bootstrap import Services
from app.commands.defaults import NEWEST
from app.commands.updates import Starting, Update
from domain.commands import (
    ApproveAgreement,
    Command,
    RefuseAgreement,
    RegisterAgreement,
    WithdrawAgreement,
    declared,
)
from domain.errors import NotFound
from workflows.distribution import DistributionWorkflow
from workflows.milestone import MilestoneWorkflow
from workflows.names import distribution_workflow, milestone_workflow, production_workflow, run_workflow
from workflows.payment_run import PaymentRunWorkflow
from workflows.production import ProductionWorkflow
from workflows.updates import update_of


@dataclass(frozen=True)
class Routes:
    """Looks up the start arguments of a command's workflow in the records."""

    services: Services

    def completed(self, kind: type[Command], known: Mapping[str, Any]) -> dict[str, Any]:
        """Return a command's fields: the given ones, and those from the records.

        Raises:
            NotFound: the run, payment or receipt does not exist.
        """
        fields = dict(known)
        if "production" not in fields:
            if "run" in fields:
                fields["production"] = self.planned(fields["run"]).production
            elif "receipt" in fields:
                fields["production"] = self._production_of_receipt(fields["receipt"])
            else:
                fields["production"] = self._production_of(fields.get("payment") or fields["receipt"])
        for name, newest in NEWEST.items():
            if name in kind.model_fields and fields.get(name) is None:
                with self.services.store.reading() as records:
                    fields[name] = newest(records, fields)
        return fields

    def of(self, command: Command) -> tuple[Starting, Update[Any]]:
        """Return the start of a command's workflow, and the update that carries the command.

        Raises:
            NotFound: the production is not registered.
        """
        if isinstance(command, ApproveAgreement | RefuseAgreement | WithdrawAgreement):
            self._require_proposed(command.production)
        elif not isinstance(command, RegisterAgreement):
            self.require_production(command.production)
        carrier, starting = _CARRIERS[declared(type(command)).workflow]
        return starting(self, command), update_of(carrier, type(command))

    def to_production(self, production: str) -> Starting:
        """Return the start of a production's workflow."""
        ref = ProductionRef(production=production)
        return Starting(ProductionWorkflow.run, ref, production_workflow(production))

    def require_production(self, production: str) -> None:
        """Raise `NotFound` unless the production is registered."""
        with self.services.store.reading() as records:
            the_production(records.connection, production)

    def _require_proposed(self, production: str) -> None:
        """Raise `NotFound` unless a version of the production's agreement was ever proposed."""
        with self.services.store.reading() as records:
            the_proposed(records.connection, production)

    def planned(self, run: str) -> PlannedRun:
        """Return the start argument of a run's workflow."""
        with self.services.store.reading() as records:
            row = run_row(records.connection, run)
        if row is None:
            raise NotFound(f"There is no run {run}: `sluice run show` lists them.", run=run)
        return planned_run(row)

    def _production_of(self, name: str) -> str:
        """The production of a payment or a receipt."""
        with self.services.store.reading() as records:
            row = payment_row(records.connection, name) or receipt_row(records.connection, name)
        if row is None:
            raise NotFound(
                f"There is no payment {name}: `sluice payment list` and `sluice payment expected` list them.",
                payment=name,
            )
        return row.production

    def _production_of_receipt(self, receipt: str) -> str:
        with self.services.store.reading() as records:
            row = receipt_row(records.connection, receipt)
        if row is None:
            raise NotFound(f"There is no receipt {receipt}: `sluice payment expected` lists them.", receipt=receipt)
        return row.production


def planned_run(row: RunRow) -> PlannedRun:
    """Return what the workflow of a recorded run is started with."""
    return PlannedRun(
        production=row.production,
        run=row.id,
        account=row.account,
        currency=row.currency,
        on=row.execution_on,
        by=row.prepared_by,
    )


def _production(routes: Routes, command: Command) -> Starting:
    return routes.to_production(command.production)


def _milestone(_: Routes, command: Any) -> Starting:
    ref = MilestoneRef(production=command.production, milestone=command.milestone)
    return Starting(MilestoneWorkflow.run, ref, milestone_workflow(command.production, command.milestone))


def _distribution(_: Routes, command: Any) -> Starting:
    ref = DistributionRef(production=command.production, period=command.period)
    return Starting(DistributionWorkflow.run, ref, distribution_workflow(command.production, command.period))


def _payment_run(routes: Routes, command: Any) -> Starting:
    return Starting(PaymentRunWorkflow.run, routes.planned(command.run), run_workflow(command.run))


_CARRIERS: Mapping[str, tuple[type, Callable[[Routes, Command], Starting]]] = {
    "Production": (ProductionWorkflow, _production),
    "Milestone": (MilestoneWorkflow, _milestone),
    "PaymentRun": (PaymentRunWorkflow, _payment_run),
    "Distribution": (DistributionWorkflow, _distribution),
}
"""The workflow of each name in the table, and how it is started for a command."""
