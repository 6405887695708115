"""Every fact that the journal can hold, past tense, frozen.

One event is one fact as it arrived: a bank's answer to ten thousand payments is a handful of events with lines, not ten
thousand events.

Amounts travel as written strings. What changes in an event is a new version of its schema: see `domain.schemas`.
"""

import json
from functools import cache
from typing import Annotated, get_args

from pydantic import Field, TypeAdapter

from domain.events.agreements import (
    AgreementAmended,
    AgreementRegistered,
    ExpectedReceipt,
    PaymentsCancelled,
    PaymentsScheduled,
    ReceiptsCancelled,
    ReceiptsExpected,
    ScheduledPayment,
)
from domain.events.bank import (
    AnswerContradicted,
    BankFileRefused,
    MovementAllocated,
    MovementUnmatched,
    PaymentReturned,
    PaymentsAccepted,
    PaymentsNotFound,
    PaymentsRejected,
    PaymentsSettled,
    ReceiptMatched,
    RejectedPayment,
    RunAccepted,
    SettledPayment,
)
from domain.events.distributions import (
    DistributionApproved,
    DistributionComputed,
    DistributionObjected,
    EntitlementsPosted,
    IssuedStatement,
    ObjectionResolved,
    PartyAmount,
    Payout,
    PayoutsOrdered,
    ReserveAmount,
    Share,
    StatementsIssued,
)
from domain.events.histories import (
    HistoryArchived,
    HistoryGivenUp,
    HistoryStatus,
)
from domain.events.milestones import (
    DueDateSet,
    DueDatesSet,
    MilestoneAccepted,
    MilestoneApproved,
    MilestoneEscalated,
    MilestoneRejected,
    MilestoneSubmitted,
)
from domain.events.payments import (
    DuePayment,
    DueReceipt,
    PaymentCorrected,
    PaymentHeld,
    PaymentResumed,
    PaymentsFellDue,
    ReceiptsFellDue,
)
from domain.events.refusals import (
    CommandRefused,
)
from domain.events.revenue import (
    ImportedRows,
    StatementCount,
    StatementImported,
    StatementKind,
    StatementTotal,
)
from domain.events.runs import (
    GatheredPayment,
    PaymentsGathered,
    QuoteTaken,
    RunCancelled,
    RunDoubted,
    RunEscalated,
    RunPrepared,
    RunReleased,
    RunSubmitted,
)
from domain.schemas import SCHEMAS, Schemas

LINES_PER_EVENT = 1_000
"""How many payments one event speaks of at most, so that replaying a journal needs bounded memory."""

Event = Annotated[
    AgreementRegistered
    | AgreementAmended
    | PaymentsScheduled
    | PaymentsCancelled
    | ReceiptsExpected
    | ReceiptsCancelled
    | MilestoneSubmitted
    | MilestoneApproved
    | MilestoneRejected
    | MilestoneEscalated
    | MilestoneAccepted
    | DueDatesSet
    | PaymentsFellDue
    | ReceiptsFellDue
    | PaymentHeld
    | PaymentResumed
    | PaymentCorrected
    | QuoteTaken
    | RunPrepared
    | PaymentsGathered
    | RunReleased
    | RunCancelled
    | RunSubmitted
    | RunEscalated
    | RunDoubted
    | RunAccepted
    | PaymentsAccepted
    | PaymentsRejected
    | PaymentsNotFound
    | PaymentsSettled
    | PaymentReturned
    | ReceiptMatched
    | MovementUnmatched
    | MovementAllocated
    | AnswerContradicted
    | BankFileRefused
    | DistributionComputed
    | DistributionApproved
    | DistributionObjected
    | ObjectionResolved
    | EntitlementsPosted
    | PayoutsOrdered
    | StatementsIssued
    | StatementImported
    | HistoryArchived
    | HistoryGivenUp
    | CommandRefused,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads an event from the JSON of its model of today, by its `type`; what is stored is read by `read_event`."""


def kind_of(event_type: str) -> str:
    """The class of an event's type: `MilestoneApproved` of `milestone-approved`."""
    return "".join(part.title() for part in event_type.split("-"))


def read_event(stored: bytes | str, schemas: Schemas = SCHEMAS) -> Event:
    """The event of a stored body, of whichever version of its schema.

    Raises:
        ValueError: it is none, or of a version that this release does not know.
    """
    if schemas.changed and _has_changed(stored if isinstance(stored, str) else stored.decode(), schemas):
        body = json.loads(stored)
        if isinstance(body, dict):
            stored = schemas.todays(kind_of(str(body.get("type"))), stored)
    return EVENT.validate_json(stored)


def _has_changed(stored: str, schemas: Schemas) -> bool:
    """Whether a body may be of a type that has changed: the others are read as fast as ever."""
    return any(mark in stored for mark in _marks(schemas))


@cache
def _marks(schemas: Schemas) -> tuple[str, ...]:
    """How canonical bytes spell the types that have changed."""
    types = [cls.model_fields["type"].default for cls in get_args(get_args(Event)[0])]
    return tuple(f'"type":"{each}"' for each in types if kind_of(each) in schemas.changed)


__all__ = [
    "EVENT",
    "LINES_PER_EVENT",
    "AgreementAmended",
    "AgreementRegistered",
    "AnswerContradicted",
    "BankFileRefused",
    "CommandRefused",
    "DistributionApproved",
    "DistributionComputed",
    "DistributionObjected",
    "DueDateSet",
    "DueDatesSet",
    "DuePayment",
    "DueReceipt",
    "EntitlementsPosted",
    "Event",
    "ExpectedReceipt",
    "GatheredPayment",
    "HistoryArchived",
    "HistoryGivenUp",
    "HistoryStatus",
    "ImportedRows",
    "IssuedStatement",
    "MilestoneAccepted",
    "MilestoneApproved",
    "MilestoneEscalated",
    "MilestoneRejected",
    "MilestoneSubmitted",
    "MovementAllocated",
    "MovementUnmatched",
    "ObjectionResolved",
    "PartyAmount",
    "PaymentCorrected",
    "PaymentHeld",
    "PaymentResumed",
    "PaymentReturned",
    "PaymentsAccepted",
    "PaymentsCancelled",
    "PaymentsFellDue",
    "PaymentsGathered",
    "PaymentsNotFound",
    "PaymentsRejected",
    "PaymentsScheduled",
    "PaymentsSettled",
    "Payout",
    "PayoutsOrdered",
    "QuoteTaken",
    "ReceiptMatched",
    "ReceiptsCancelled",
    "ReceiptsExpected",
    "ReceiptsFellDue",
    "RejectedPayment",
    "ReserveAmount",
    "RunAccepted",
    "RunCancelled",
    "RunDoubted",
    "RunEscalated",
    "RunPrepared",
    "RunReleased",
    "RunSubmitted",
    "ScheduledPayment",
    "SettledPayment",
    "Share",
    "StatementCount",
    "StatementImported",
    "StatementKind",
    "StatementTotal",
    "StatementsIssued",
    "kind_of",
    "read_event",
]
