"""A distribution in memory, with fake activities by name."""

from datetime import date

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.views import DistributionRef, DistributionView
from domain.commands import (
    ApproveDistribution,
    ComputeDistribution,
    ObjectToDistribution,
    OrderPayouts,
    PostDistribution,
    ResolveObjection,
)

WINDOW_S = 10 * 24 * 3600


class OneDistribution:
    """Two parties must answer. The business clock is the server's, as `now` gives it in seconds."""

    def __init__(self, status: str = "none") -> None:
        self.status = status
        self.silent = {"han", "mori"}
        self.disputing: set[str] = set()
        self.window_over = False
        self.after: str | None = None
        self.before: tuple[str, ...] = ()
        self.refuse_order = False
        self.calls: list[str] = []

    def view(self) -> DistributionView:
        return DistributionView(
            production="HANA",
            period="2027-Q1",
            status=self.status,
            revision=1,
            silent=tuple(sorted(self.silent)),
            disputing=tuple(sorted(self.disputing)),
            answer_by=date(2027, 4, 15),
            seconds_left=None if self.window_over else WINDOW_S,
            after=self.after,
            before=self.before,
        )

    @activity.defn
    async def distribution_standing(self, ref: DistributionRef) -> DistributionView:
        self.calls.append("look")
        return self.view()

    @activity.defn
    async def compute_distribution(self, command: ComputeDistribution) -> DistributionView:
        return self._became("computed")

    @activity.defn
    async def approve_distribution(self, command: ApproveDistribution) -> DistributionView:
        self.silent.discard("han" if command.by == "min" else "mori")
        return self._became(self.status, "approve")

    @activity.defn
    async def object_to_distribution(self, command: ObjectToDistribution) -> DistributionView:
        self.silent.discard("mori")
        self.disputing.add("mori")
        return self._became(self.status, "object")

    @activity.defn
    async def resolve_objection(self, command: ResolveObjection) -> DistributionView:
        self.disputing.clear()
        return self._became(self.status, "resolve")

    @activity.defn
    async def post_distribution(self, command: PostDistribution) -> DistributionView:
        return self._became("posted")

    @activity.defn
    async def order_payouts(self, command: OrderPayouts) -> DistributionView:
        if self.refuse_order:
            self.calls.append("refused")
            raise ApplicationError("mori has no account", type="BadInput", non_retryable=True)
        return self._became("ordered")

    def _became(self, status: str, name: str = "") -> DistributionView:
        self.calls.append(name or status)
        self.status = status
        return self.view()

    @property
    def done(self) -> list[str]:
        """The calls, without the reads in between."""
        return [call for call in self.calls if call != "look"]

    @property
    def all(self) -> list[object]:
        return [
            self.distribution_standing,
            self.compute_distribution,
            self.approve_distribution,
            self.object_to_distribution,
            self.resolve_objection,
            self.post_distribution,
            self.order_payouts,
        ]
