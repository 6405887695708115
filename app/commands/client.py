"""What people ask Sluice to do, as calls: the command line and the demonstration both go through here.

Each call reaches the workflow that is responsible, starting it if it does not run, and answers with where things stand;
a refusal comes back as the error that the domain raised.
"""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from activities.histories import give_up_key
from activities.views import (
    AccountRef,
    DistributionRef,
    DistributionView,
    HistoryGap,
    MilestoneRef,
    MilestoneView,
    MovementView,
    PaymentView,
    PlannedRun,
    ProductionRef,
    ProductionView,
    RunView,
)
from adapters.agreement.documents import load_agreement
from adapters.db import queries
from app.bootstrap import Services
from app.commands.updates import (
    Starting,
    Update,
    View,
    ask,
)
from domain.commands import (
    AllocateMovement,
    AmendAgreement,
    ApproveDistribution,
    ApproveMilestone,
    CancelRun,
    ComputeDistribution,
    CorrectPayment,
    GiveUpHistory,
    HoldPayment,
    ObjectToDistribution,
    RegisterAgreement,
    RejectMilestone,
    ReleaseRun,
    ResolveObjection,
    ResumePayment,
    SubmitMilestone,
)
from domain.errors import BadInput, NotFound
from domain.ledger.journal import sha256
from domain.values.money import Money
from domain.values.record import Record
from workflows.distribution import DistributionWorkflow
from workflows.milestone import MilestoneWorkflow
from workflows.names import (
    distribution_workflow,
    milestone_workflow,
    production_of,
    production_workflow,
    run_workflow,
)
from workflows.payment_run import PaymentRunWorkflow
from workflows.production import ProductionWorkflow

Requested = TypeVar("Requested", bound=Record)

_WANTED = {
    "by": "A user's name has at most 64 characters and no spaces: write one that `users` in the settings has.",
    "reason": "The reason is empty or too long: write one of at most 500 characters.",
    "sha256": "That is no SHA-256: copy the 64 characters that `sluice run preview` shows.",
    "key": "A name that was given is too long or holds spaces: compare it with what the lists show.",
}
"""What is said of a field of a command that does not fit."""


@dataclass(frozen=True)
class CommandClient:
    """Carries commands of `user` to the workflows."""

    services: Services
    user: str

    async def register(self, file: Path) -> ProductionView:
        """Check an agreement's file and put its first version in force."""
        loaded = load_agreement(file)
        production, digest = loaded.agreement.production, self._keep(file, loaded.raw)
        command = _command_of(
            RegisterAgreement,
            key=f"register/{production}/{digest[:16]}/{self.user}",
            by=self.user,
            production=production,
            document=digest,
        )
        return await self._production(production, ProductionWorkflow.register, command)

    async def amend(self, file: Path) -> ProductionView:
        """Check the next version's file against the version in force, and put it in force."""
        production = load_agreement(file).agreement.production
        self._production_exists(production)
        loaded = load_agreement(file, self.services.handler.in_force(production))
        digest = self._keep(file, loaded.raw)
        command = _command_of(
            AmendAgreement,
            key=f"amend/{production}/{digest[:16]}/{self.user}",
            by=self.user,
            production=production,
            document=digest,
        )
        return await self._production(production, ProductionWorkflow.amend, command)

    async def submit(self, production: str, milestone: str, evidence: dict[str, str]) -> MilestoneView:
        """Hand in evidence (document id → SHA-256) for a milestone."""
        command = _command_of(
            SubmitMilestone,
            key=_once(f"submit/{production}/{milestone}"),
            by=self.user,
            production=production,
            milestone=milestone,
            evidence=evidence,
        )
        return await self._milestone(command, MilestoneWorkflow.submit)

    async def approve(self, production: str, milestone: str, round_: int) -> MilestoneView:
        """Approve a round's evidence."""
        command = _command_of(
            ApproveMilestone,
            key=f"approve/{production}/{milestone}/{round_}/{self.user}",
            by=self.user,
            production=production,
            milestone=milestone,
            round=round_,
        )
        return await self._milestone(command, MilestoneWorkflow.approve)

    async def reject(self, production: str, milestone: str, round_: int, reason: str) -> MilestoneView:
        """Reject a round's evidence."""
        command = _command_of(
            RejectMilestone,
            key=f"reject/{production}/{milestone}/{round_}/{self.user}",
            by=self.user,
            production=production,
            milestone=milestone,
            round=round_,
            reason=reason,
        )
        return await self._milestone(command, MilestoneWorkflow.reject)

    async def open_runs(self, production: str, account: str) -> list[str]:
        """Open a debtor account's day by hand; answers the runs that were started."""
        self._production_exists(production)
        ref = _command_of(AccountRef, production=production, account=account, by=self.user)
        return await self._production(production, ProductionWorkflow.open_runs, ref)

    async def release(self, run: str, sha256: str) -> RunView:
        """Release what a hash binds."""
        planned = self._planned(run)
        command = _command_of(
            ReleaseRun,
            key=f"release/{run}/{sha256[:16]}/{self.user}",
            by=self.user,
            production=planned.production,
            run=run,
            sha256=sha256,
        )
        return await self._run(planned, PaymentRunWorkflow.release, command)

    async def cancel(self, run: str, reason: str) -> RunView:
        """Give up a run that is not sent yet."""
        planned = self._planned(run)
        command = _command_of(
            CancelRun, key=_once(f"cancel/{run}"), by=self.user, production=planned.production, run=run, reason=reason
        )
        return await self._run(planned, PaymentRunWorkflow.cancel, command)

    async def hold(self, payment: str, reason: str) -> PaymentView:
        """Keep a due payment back."""
        production = self._production_of_payment(payment)
        command = _command_of(
            HoldPayment,
            key=_once(f"hold/{payment}"),
            by=self.user,
            production=production,
            payment=payment,
            reason=reason,
        )
        return await self._production(production, ProductionWorkflow.hold, command)

    async def resume(self, payment: str) -> PaymentView:
        """Let a held payment go again."""
        production = self._production_of_payment(payment)
        command = _command_of(
            ResumePayment, key=_once(f"resume/{payment}"), by=self.user, production=production, payment=payment
        )
        return await self._production(production, ProductionWorkflow.resume, command)

    async def correct(self, payment: str, reason: str) -> PaymentView:
        """Make a rejected or returned payment due again."""
        production = self._production_of_payment(payment)
        command = _command_of(
            CorrectPayment,
            key=_once(f"correct/{payment}"),
            by=self.user,
            production=production,
            payment=payment,
            reason=reason,
        )
        return await self._production(production, ProductionWorkflow.correct, command)

    async def allocate(
        self,
        production: str,
        account: str,
        bank_reference: str,
        to: Literal["receipt", "source", "charges"],
        name: str,
        amount: Money | None,
        reason: str,
    ) -> MovementView:
        """Say what an unmatched movement was; see `AllocateMovement`."""
        self._production_exists(production)
        command = _command_of(
            AllocateMovement,
            key=_once(f"allocate/{production}/{account}/{sha256(bank_reference.encode())[:16]}"),
            by=self.user,
            production=production,
            account=account,
            bank_reference=bank_reference,
            to=to,
            name=name,
            amount=amount,
            reason=reason,
        )
        return await self._production(production, ProductionWorkflow.allocate, command)

    async def open_distribution(self, production: str, period: str) -> DistributionView:
        """Close a period and compute its distribution; computed before, it is computed anew from what is known now."""
        command = _command_of(
            ComputeDistribution,
            key=_once(f"compute/{production}/{period}"),
            by=self.user,
            production=production,
            period=period,
        )
        return await self._distribution(command, DistributionWorkflow.compute)

    async def approve_distribution(self, production: str, period: str, revision: int) -> DistributionView:
        """Accept a revision for one's party."""
        command = _command_of(
            ApproveDistribution,
            key=_once(f"approve/{production}/{period}/{revision}"),
            by=self.user,
            production=production,
            period=period,
            revision=revision,
        )
        return await self._distribution(command, DistributionWorkflow.approve)

    async def object_to_distribution(
        self, production: str, period: str, revision: int, positions: tuple[str, ...], reason: str
    ) -> DistributionView:
        """Dispute positions of one's party, or all of them if none is named."""
        command = _command_of(
            ObjectToDistribution,
            key=_once(f"object/{production}/{period}/{revision}"),
            by=self.user,
            production=production,
            period=period,
            revision=revision,
            positions=positions,
            reason=reason,
        )
        return await self._distribution(command, DistributionWorkflow.object_to)

    async def resolve_objection(self, production: str, period: str, reason: str) -> DistributionView:
        """End the objection of one's party."""
        command = _command_of(
            ResolveObjection,
            key=_once(f"resolve/{production}/{period}"),
            by=self.user,
            production=production,
            period=period,
            reason=reason,
        )
        return await self._distribution(command, DistributionWorkflow.resolve)

    async def give_up_history(self, workflow_id: str, run_id: str | None, reason: str) -> list[HistoryGap]:
        """Say that what is missing of a workflow, or of one run of it, is lost for good; answers with what that was."""
        histories = self.services.histories
        lost = await histories.lost(workflow_id, run_id)
        for gap in lost:
            command = _command_of(
                GiveUpHistory,
                key=give_up_key(gap),
                by=self.user,
                production=production_of(workflow_id),
                workflow_id=workflow_id,
                run_id=gap.run_id,
                why=gap.why,
                reason=reason,
            )
            await histories.give_up(command)
        return lost

    async def _distribution(
        self,
        command: ComputeDistribution | ApproveDistribution | ObjectToDistribution | ResolveObjection,
        update: Update[DistributionView],
    ) -> DistributionView:
        self._production_exists(command.production)
        ref = DistributionRef(production=command.production, period=command.period)
        name = distribution_workflow(command.production, command.period)
        return await ask(self.services, Starting(DistributionWorkflow.run, ref, name), update, command)

    async def _milestone(
        self, command: SubmitMilestone | ApproveMilestone | RejectMilestone, update: Update[MilestoneView]
    ) -> MilestoneView:
        self._production_exists(command.production)
        ref = MilestoneRef(production=command.production, milestone=command.milestone)
        name = milestone_workflow(command.production, command.milestone)
        return await ask(self.services, Starting(MilestoneWorkflow.run, ref, name), update, command)

    async def _production(self, production: str, update: Update[View], argument: Record) -> View:
        ref = ProductionRef(production=production)
        return await ask(
            self.services, Starting(ProductionWorkflow.run, ref, production_workflow(production)), update, argument
        )

    async def _run(self, planned: PlannedRun, update: Update[RunView], command: ReleaseRun | CancelRun) -> RunView:
        return await ask(
            self.services, Starting(PaymentRunWorkflow.run, planned, run_workflow(planned.run)), update, command
        )

    def _keep(self, file: Path, raw: bytes) -> str:
        with self.services.store.transaction() as transaction:
            return transaction.keep(file.name, raw)

    def _production_exists(self, production: str) -> None:
        with self.services.store.reading() as records:
            queries.the_production(records.connection, production)

    def _planned(self, run: str) -> PlannedRun:
        """What a run's workflow was, or would be, started with."""
        with self.services.store.reading() as records:
            row = queries.run(records.connection, run)
        if row is None:
            raise NotFound(f"There is no run {run}: `sluice run show` lists them.", run=run)
        return PlannedRun(
            production=row["production"],
            run=row["id"],
            account=row["account"],
            currency=row["currency"],
            on=row["execution_on"],
            by=row["prepared_by"],
        )

    def _production_of_payment(self, payment: str) -> str:
        with self.services.store.reading() as records:
            row = queries.payment(records.connection, payment)
        if row is None:
            raise NotFound(f"There is no payment {payment}: `sluice payment list` lists them.", payment=payment)
        return str(row["production"])


def _command_of(kind: type[Requested], **fields: Any) -> Requested:
    """A command, or a reference that names who asks, out of what a person gave.

    Raises:
        BadInput: a field does not fit.
    """
    try:
        return kind(**fields)
    except ValidationError as error:
        said = {str(one["loc"][0]): one["msg"] for one in error.errors(include_url=False)}
        words = [_WANTED[name] for name in _WANTED if name in said] or [f"{name}: {msg}." for name, msg in said.items()]
        raise BadInput(words[0]) from error


def _once(request: str) -> str:
    """The key of a command that may be made again later and then means something new: hold, resume, open the day."""
    return f"{request}/{uuid.uuid4().hex[:12]}"
