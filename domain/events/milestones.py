"""Events of milestones, and of the due dates that their acceptance fixes."""

from datetime import date
from typing import Literal

from domain.values.record import Record, Sha256


class MilestoneSubmitted(Record):
    """Evidence was submitted. Approvals of an earlier `round` are void. The deadline is fixed here, once."""

    type: Literal["milestone-submitted"] = "milestone-submitted"
    milestone: str
    round: int
    by: str
    party: str
    evidence: dict[str, Sha256]
    deadline_on: date


class EvidenceKept(Record):
    """The content of one of a round's `evidence` was stored: `size` bytes from a file called `name`."""

    type: Literal["evidence-kept"] = "evidence-kept"
    milestone: str
    round: int
    evidence: str
    sha256: Sha256
    name: str
    size: int


class MilestoneApproved(Record):
    """One person approved exactly the evidence of this round. A substitute did so for `acting_for`."""

    type: Literal["milestone-approved"] = "milestone-approved"
    milestone: str
    round: int
    by: str
    party: str
    acting_for: str | None = None


class MilestoneRejected(Record):
    """Somebody rejected the round, or its deadline passed under the policy `reject` (then `by` is None)."""

    type: Literal["milestone-rejected"] = "milestone-rejected"
    milestone: str
    round: int
    by: str | None
    reason: str


class MilestoneEscalated(Record):
    """The deadline passed without enough approvals. `to` may approve now in place of those missing."""

    type: Literal["milestone-escalated"] = "milestone-escalated"
    milestone: str
    round: int
    to: str
    deadline_on: date


class MilestoneAccepted(Record):
    """The milestone is reached. `deemed` is true where the policy accepts it when nobody answers in time."""

    type: Literal["milestone-accepted"] = "milestone-accepted"
    milestone: str
    round: int
    deemed: bool


class DueDateSet(Record):
    """Acceptance of a milestone fixed the date on which a payment or a receipt falls due."""

    id: str
    due_on: date


class DueDatesSet(Record):
    """Due dates that are fixed from now on. A later change of a calendar does not move them."""

    type: Literal["due-dates-set"] = "due-dates-set"
    milestone: str
    payments: tuple[DueDateSet, ...]
    receipts: tuple[DueDateSet, ...]


MilestoneEvent = (
    MilestoneSubmitted
    | EvidenceKept
    | MilestoneApproved
    | MilestoneRejected
    | MilestoneEscalated
    | MilestoneAccepted
    | DueDatesSet
)
"""Every event of this module."""
