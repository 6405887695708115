"""Fake activities by name: testing what a workflow does with results needs no database."""

import asyncio
from datetime import date
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.views import (
    AccountRef,
    MilestoneRef,
    MilestoneView,
    MovementView,
    PaymentView,
    PlannedRun,
    ProductionRef,
    ProductionView,
    RunRef,
    RunView,
)
from domain.commands import (
    AllocateMovement,
    AmendAgreement,
    ApproveMilestone,
    CancelRun,
    CorrectPayment,
    HoldPayment,
    PassDeadline,
    PassProposal,
    RejectMilestone,
    ReleaseRun,
    ResumePayment,
    SubmitMilestone,
    UndoAllocation,
)
from domain.values.money import Money


class NoSchedules:
    """The time-skipping server has no Schedules, so this records which days would be opened."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    @activity.defn
    async def open_days(self, view: ProductionView) -> None:
        self.calls.append(f"open {view.version}")

    @activity.defn
    async def close_days(self, view: ProductionView) -> None:
        self.calls.append(f"close {view.version}")


class Gate:
    """Delays an activity's result until the test releases it."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def wait(self) -> None:
        self.reached.set()
        await self.opened.wait()


def milestone_view(status: str, **more: object) -> MilestoneView:
    return MilestoneView.model_validate(
        {"production": "HANA", "milestone": "lock", "status": status, "round": 1, "approvals": 0} | more
    )


class OneMilestone:
    """A milestone in memory. With `gate`, the next read returns late, with its state when it was requested."""

    def __init__(self, status: str = "open") -> None:
        self.status = status
        self.gate: Gate | None = None
        self.deciding: Gate | None = None
        self.calls: list[str] = []

    def view(self) -> MilestoneView:
        left = {"deadline_on": date(2026, 4, 8), "seconds_left": 600} if self.status == "submitted" else {}
        return milestone_view(self.status, **left)

    @activity.defn
    async def milestone_standing(self, ref: MilestoneRef) -> MilestoneView:
        answer, gate, self.gate = self.view(), self.gate, None
        if gate is not None:
            await gate.wait()
        return answer

    @activity.defn
    async def submit(self, command: SubmitMilestone) -> MilestoneView:
        return await self._decided("submitted")

    @activity.defn
    async def approve(self, command: ApproveMilestone) -> MilestoneView:
        return await self._decided("accepted")

    @activity.defn
    async def reject(self, command: RejectMilestone) -> MilestoneView:
        return await self._decided("rejected")

    @activity.defn
    async def pass_deadline(self, command: PassDeadline) -> MilestoneView:
        return await self._decided("escalated")

    async def _decided(self, status: str) -> MilestoneView:
        gate, self.deciding = self.deciding, None
        if gate is not None:
            await gate.wait()
        self.calls.append(status)
        self.status = status
        return self.view()

    @property
    def all(self) -> list[object]:
        return [self.milestone_standing, self.submit, self.approve, self.reject, self.pass_deadline]


class OneProduction:
    """A production in memory. The test sets its view, and it records the calls."""

    def __init__(self, **view: object) -> None:
        self.standing = view
        self.asked: list[Any] = []
        self.amending: Gate | None = None

    @activity.defn
    async def production_standing(self, ref: ProductionRef) -> ProductionView:
        blank = {
            "production": "HANA",
            "version": 1,
            "open_milestones": (),
            "debtor_accounts": ("a",),
            "complete": False,
        }
        return ProductionView.model_validate(blank | self.standing)

    @activity.defn
    async def amend(self, command: AmendAgreement) -> None:
        self.asked.append(command)
        if self.amending is not None:
            await self.amending.wait()
        self.standing = self.standing | {"version": 2, "complete": False}

    @activity.defn
    async def pass_proposal(self, command: PassProposal) -> None:
        self.asked.append(command)
        self.standing = self.standing | {"version": 2, "passed": (), "proposals": (), "seconds_left": None}

    @activity.defn
    async def hold(self, command: HoldPayment) -> PaymentView:
        self.asked.append(command)
        return PaymentView(payment=command.payment, status="held")

    @activity.defn
    async def resume(self, command: ResumePayment) -> PaymentView:
        self.asked.append(command)
        return PaymentView(payment=command.payment, status="due")

    @activity.defn
    async def correct(self, command: CorrectPayment) -> PaymentView:
        self.asked.append(command)
        return PaymentView(payment=command.payment, status="due")

    @activity.defn
    async def allocate(self, command: AllocateMovement) -> MovementView:
        self.asked.append(command)
        return MovementView(account=command.account, movement=command.movement, open=Money(0, "KRW"))

    @activity.defn
    async def undo_allocation(self, command: UndoAllocation) -> MovementView:
        self.asked.append(command)
        return MovementView(account=command.account, movement=command.movement, open=Money(1, "KRW"))

    @property
    def all(self) -> list[object]:
        changing = [
            self.amend,
            self.pass_proposal,
            self.hold,
            self.resume,
            self.correct,
            self.allocate,
            self.undo_allocation,
        ]
        return [self.production_standing, *changing]


class OneRun:
    """A run in memory."""

    def __init__(self) -> None:
        self.status = "prepared"
        self.silent = 0
        self.unsent = 0
        self.accepted = 0
        self.unasked = 0
        self.prepared = asyncio.Event()
        self.calls: list[str] = []
        self.planned: list[PlannedRun] = []
        self.cancelling: Gate | None = None
        self.refuse_send = False

    def view(self) -> RunView:
        return RunView(
            production="HANA",
            run="R1",
            status=self.status,
            count=1,
            open=self.silent + self.unsent + self.accepted,
            silent=self.silent,
            enquiries=self.calls.count("doubt"),
            unsent=self.unsent,
            unasked=self.unasked,
            seconds_to_cut_off=3600,
            answer_within_s=120,
        )

    @activity.defn
    async def prepare(self, planned: PlannedRun) -> RunView:
        self.prepared.set()
        return self._called("prepare")

    @activity.defn
    async def run_standing(self, ref: RunRef) -> RunView:
        return self.view()

    @activity.defn
    async def release(self, command: ReleaseRun) -> RunView:
        self.status, self.unsent = "released", 1
        return self._called("release")

    @activity.defn
    async def send(self, ref: RunRef) -> RunView:
        if self.refuse_send:
            self.calls.append("send refused")
            raise ApplicationError("changed since", type="StaleApproval", non_retryable=True)
        self.status, self.unsent, self.silent = "submitted", 0, 1
        return self._called("send")

    @activity.defn
    async def doubt(self, ref: RunRef) -> RunView:
        self.unasked = 0
        return self._called("doubt")

    @activity.defn
    async def escalate(self, ref: RunRef) -> RunView:
        return self._called("escalate")

    @activity.defn
    async def cancel(self, command: CancelRun) -> RunView:
        if self.cancelling is not None:
            await self.cancelling.wait()
        self.status, self.unsent = "cancelled", 0
        return self._called("cancel")

    @activity.defn
    async def fall_due(self, ref: AccountRef) -> int:
        return 0

    @activity.defn
    async def plan_runs(self, ref: AccountRef) -> list[PlannedRun]:
        return self.planned

    def _called(self, name: str) -> RunView:
        self.calls.append(name)
        return self.view()

    @property
    def all(self) -> list[object]:
        return [
            self.prepare,
            self.run_standing,
            self.release,
            self.send,
            self.doubt,
            self.escalate,
            self.cancel,
            self.fall_due,
            self.plan_runs,
        ]
