"""Selects the facts of a journal that are about one payment, receipt, distribution or import."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from domain import events as e
from domain.events import Event
from domain.ledger.journal import Fact

_OF_RUNS = (
    e.RunFirstReleased,
    e.RunReleased,
    e.RunCancelled,
    e.RunSubmitted,
    e.RunEscalated,
    e.RunDoubted,
    e.RunAccepted,
)
_OF_MILESTONES = (
    e.MilestoneSubmitted,
    e.MilestoneApproved,
    e.MilestoneRejected,
    e.MilestoneEscalated,
    e.MilestoneAccepted,
)
_OF_PERIODS = (
    e.DistributionComputed,
    e.DistributionApproved,
    e.DistributionObjected,
    e.ObjectionResolved,
    e.EntitlementsPosted,
    e.PayoutsOrdered,
    e.StatementsIssued,
    e.StatementFetched,
)


class Story(Protocol):
    """Selects relevant facts from a journal, taken in order."""

    names: frozenset[str]
    """A fact whose body contains none of these strings is irrelevant and need not be decoded."""

    def covers(self, event: Event) -> bool:
        """Whether the next event is relevant."""
        ...


@dataclass
class RelatedObjects:
    """The objects that a payment or receipt depends on, found by a first pass through the journal."""

    milestones: set[str] = field(default_factory=set)
    runs: dict[str, str] = field(default_factory=dict)
    """The runs that it was ever in, with their accounts."""
    periods: set[str] = field(default_factory=set)
    known: bool = False


def related_objects(facts: Iterable[Fact], name: str) -> RelatedObjects:
    """The milestones, runs and distributions that a payment or receipt depends on."""
    found, accounts = RelatedObjects(), dict[str, str]()
    needle = f'"{name}"'.encode()
    for fact in facts:
        if fact.type == "run-prepared" and isinstance(run := fact.event, e.RunPrepared):
            accounts[run.run] = run.account
        elif needle in fact.body:
            _add_related(found, fact.event, name, accounts)
    return found


def _add_related(found: RelatedObjects, event: Event, name: str, accounts: dict[str, str]) -> None:
    match event:
        case e.PaymentsScheduled():
            lines = [one.milestone for one in event.payments if one.payment == name]
        case e.ReceiptsExpected():
            lines = [one.milestone for one in event.receipts if one.receipt == name]
        case e.PaymentsGathered():
            found.runs[event.run] = accounts.get(event.run, "")
            return
        case e.PayoutsOrdered() if any(one.payment == name for one in event.payouts):
            found.periods.add(event.period)
            return
        case _:
            return
    found.known = found.known or bool(lines)
    found.milestones.update(milestone for milestone in lines if milestone is not None)


class PaymentStory:
    """The facts of a payment or a receipt."""

    def __init__(self, name: str, around: RelatedObjects) -> None:
        self._name, self._around = name, around
        self._run: str | None = None
        self._doubted: set[str] = set()
        """The runs of attempts in doubt. Their enquiries are about the payment, also when it has left them."""
        self.names: frozenset[str] = frozenset((name, *around.runs, *around.milestones, *around.periods))

    def covers(self, event: Event) -> bool:
        """Whether the next event is relevant. Facts of a run are, while the payment is in it."""
        match event:
            case e.RunPrepared() | e.QuoteTaken() | e.DealTaken():
                return event.run in self._around.runs
            case _ if isinstance(event, _OF_RUNS):
                enquired = isinstance(event, e.RunDoubted) and event.run in self._doubted
                concerned = event.run == self._run or enquired
                self._run = None if concerned and isinstance(event, e.RunCancelled) else self._run
                return concerned
            case _ if isinstance(event, _OF_MILESTONES):
                return event.milestone in self._around.milestones
            case _ if isinstance(event, _OF_PERIODS):
                return event.period in self._around.periods
            case e.CommandRefused():
                return not self.names.isdisjoint(event.data.values())
            case _:
                return self._named_in(event)

    def _named_in(self, event: Event) -> bool:
        if self._name not in names(event):
            return False
        if isinstance(event, e.PaymentsGathered):
            self._run = event.run
        elif isinstance(event, e.PaymentHeld | e.PaymentsHeld | e.PaymentCorrected):
            self._run = None
        elif isinstance(event, e.PaymentsDoubted):
            self._doubted.add(event.run)
        elif isinstance(event, e.PaymentsRejected):
            doubtful = any(line.payment == self._name and line.may_book_on for line in event.payments)
            self._doubted |= {event.run} if doubtful else set()
        elif isinstance(event, e.DoubtsEnded):
            self._doubted.discard(event.run)
        return True


class DistributionStory:
    """The facts of a period's distribution."""

    def __init__(self, period: str) -> None:
        self._period = period
        self.names = frozenset((period,))

    def covers(self, event: Event) -> bool:
        """Whether the next event is relevant."""
        return isinstance(event, _OF_PERIODS) and event.period == self._period


class ImportStory:
    """The facts of a source's statement, in every version."""

    def __init__(self, source: str, statement: str) -> None:
        self._named = (source, statement)
        self.names = frozenset((statement,))

    def covers(self, event: Event) -> bool:
        """Whether the next event is relevant."""
        return isinstance(event, e.StatementImported) and (event.rows.source, event.rows.statement) == self._named


class MovementStory:
    """The facts of a movement. In records of release 0.1.0 the bank's reference is its id."""

    def __init__(self, movement: str) -> None:
        self._movement = movement
        self.names = frozenset((movement,))

    def covers(self, event: Event) -> bool:
        """Whether the next event is relevant."""
        if isinstance(event, e.MovementAllocationUndone):
            return event.movement == self._movement
        kinds = e.MovementUnmatched | e.MovementAllocated | e.ChargeBooked
        return isinstance(event, kinds) and (event.movement or event.bank_reference) == self._movement


_OF_INSTALMENTS = frozenset({"receipt", "payment", "return", "refund", "vendor-refund", "paid-again"})


def names(event: Event) -> Iterator[str]:
    """The payments and receipts that an event names."""
    for field_name in ("payment", "receipt"):
        if isinstance(one := getattr(event, field_name, None), str):
            yield one
    allocated = event.allocated if isinstance(event, e.MovementAllocationUndone) else event
    if isinstance(allocated, e.MovementAllocated) and allocated.to in _OF_INSTALMENTS:
        yield allocated.name
    if isinstance(event, e.LateInterestClaimed):
        yield event.claim
    if isinstance(event, e.LateInterestWithdrawn):
        yield event.of
    for lines in ("payments", "receipts"):
        for line in getattr(event, lines, ()):
            yield line if isinstance(line, str) else _name(line)


def _name(line: object) -> str:
    found = next(getattr(line, name) for name in ("payment", "receipt", "id") if hasattr(line, name))
    return str(found)
