"""Every fact that the journal can hold: frozen records, named in the past tense.

One event is one fact as it arrived. A bank's answer to ten thousand payments is a few events with many lines, not ten
thousand events. Amounts are stored as strings. A changed event gets a new schema version: see `domain.schemas`.
"""

import json
from functools import cache
from typing import Annotated, get_args

from pydantic import Field, TypeAdapter

from domain.events.adjustments import (
    AdjustedTo,
    AdjustmentEvent,
    CreditHeldElsewhere,
    CreditRefunded,
    CreditRefundWithdrawn,
    LateInterestClaimed,
    LateInterestWithdrawn,
    ReceiptAdjusted,
    ReceiptAdjustmentUndone,
    WriteOffDeclined,
    WriteOffProposed,
)
from domain.events.agreements import (
    AgreementAmended,
    AgreementApproved,
    AgreementEvent,
    AgreementProposed,
    AgreementRegistered,
    AgreementRestored,
    ExpectedReceipt,
    PaymentsCancelled,
    PaymentsScheduled,
    ProposalEnded,
    ReceiptsCancelled,
    ReceiptsExpected,
    ScheduledPayment,
)
from domain.events.bank import (
    AnswerContradicted,
    BankEvent,
    BankFileRefused,
    BankFileTaken,
    Booking,
    BookingsReported,
    ChargeBooked,
    DoubtedPayment,
    DoubtsEnded,
    EndedDoubt,
    Fate,
    OpeningBalanceRecorded,
    PaymentFailed,
    PaymentReturned,
    PaymentsAccepted,
    PaymentsDoubted,
    PaymentsNotFound,
    PaymentsRejected,
    PaymentsSettled,
    ReceiptMatched,
    ReceiptReversed,
    RejectedPayment,
    ReportTaken,
    RunAccepted,
    SettledPayment,
    Tally,
)
from domain.events.distributions import (
    DistributionApproved,
    DistributionComputed,
    DistributionEvent,
    DistributionObjected,
    EntitlementsPosted,
    IssuedStatement,
    ObjectionResolved,
    PartyAmount,
    Payout,
    PayoutExchange,
    PayoutsOrdered,
    ReserveAmount,
    Share,
    StatementFetched,
    StatementsIssued,
)
from domain.events.histories import (
    HistoryArchived,
    HistoryEvent,
    HistoryGivenUp,
    HistoryStatus,
)
from domain.events.ledger import (
    BooksClosed,
    LedgerEvent,
)
from domain.events.milestones import (
    DueDateSet,
    DueDatesSet,
    EvidenceKept,
    MilestoneAccepted,
    MilestoneApproved,
    MilestoneEscalated,
    MilestoneEvent,
    MilestoneRejected,
    MilestoneSubmitted,
)
from domain.events.movements import (
    AllocatedTo,
    DoubtThen,
    MovementAllocated,
    MovementAllocationUndone,
    MovementEvent,
    MovementUnmatched,
    PaymentThen,
)
from domain.events.payees import (
    AccountChangeConfirmed,
    AccountChangeProposed,
    AccountChangeRefused,
    AccountDetails,
    ClearanceApproved,
    PartyFrozen,
    PartyMatched,
    PayeeEvent,
    PayeeNotified,
    PaymentsFreed,
    PaymentsHeld,
    StoppedPayment,
    UnfreezeApproved,
)
from domain.events.payments import (
    DuePayment,
    DueReceipt,
    PaymentCorrected,
    PaymentEvent,
    PaymentHeld,
    PaymentResumed,
    PaymentsFellDue,
    ReceiptReminded,
    ReceiptsFellDue,
    ReminderLanguage,
)
from domain.events.people import (
    PeopleChangeConfirmed,
    PeopleChangeProposed,
    PeopleChangeRejected,
    PeopleEvent,
    PeopleLoaded,
)
from domain.events.refusals import (
    CommandRefused,
    RefusalEvent,
)
from domain.events.revenue import (
    ImportedRows,
    RevenueEvent,
    StatementCount,
    StatementImported,
    StatementKind,
    StatementTotal,
)
from domain.events.runs import (
    DealTaken,
    GatheredPayment,
    PaymentsGathered,
    QuoteTaken,
    ReleasedAgainst,
    RunCancelled,
    RunDoubted,
    RunEscalated,
    RunEvent,
    RunFirstReleased,
    RunPrepared,
    RunReleased,
    RunSubmitted,
    SharedWith,
)
from domain.schemas import SCHEMAS, Schemas

LINES_PER_EVENT = 1_000
"""The most payments in one event. It bounds the memory that replaying a journal needs."""

Event = Annotated[
    AgreementEvent
    | MilestoneEvent
    | PaymentEvent
    | PayeeEvent
    | RunEvent
    | BankEvent
    | MovementEvent
    | AdjustmentEvent
    | DistributionEvent
    | RevenueEvent
    | HistoryEvent
    | LedgerEvent
    | PeopleEvent
    | RefusalEvent,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads an event from the JSON of its current model, by `type`. Use `read_event` for stored bodies."""


def kind_of(event_type: str) -> str:
    """The class of an event type: `MilestoneApproved` for `milestone-approved`."""
    return "".join(part.title() for part in event_type.split("-"))


def read_event(stored: bytes | str, schemas: Schemas = SCHEMAS) -> Event:
    """The event of a stored body, in whichever schema version it was written.

    Raises:
        ValueError: the body is no event, or of a version that this release does not know.
    """
    if schemas.changed and _has_changed(stored if isinstance(stored, str) else stored.decode(), schemas):
        body = json.loads(stored)
        if isinstance(body, dict):
            stored = schemas.todays(kind_of(str(body.get("type"))), stored)
    return EVENT.validate_json(stored)


def _has_changed(stored: str, schemas: Schemas) -> bool:
    """Whether a body may be of a type that has more than one version. Others skip the upcasting."""
    return any(mark in stored for mark in _marks(schemas))


@cache
def _marks(schemas: Schemas) -> tuple[str, ...]:
    """How canonical bytes spell the types that have more than one version."""
    types = [cls.model_fields["type"].default for cls in get_args(get_args(Event)[0])]
    return tuple(f'"type":"{each}"' for each in types if kind_of(each) in schemas.changed)


__all__ = [
    "EVENT",
    "LINES_PER_EVENT",
    "AccountChangeConfirmed",
    "AccountChangeProposed",
    "AccountChangeRefused",
    "AccountDetails",
    "AdjustedTo",
    "AgreementAmended",
    "AgreementApproved",
    "AgreementProposed",
    "AgreementRegistered",
    "AgreementRestored",
    "AllocatedTo",
    "AnswerContradicted",
    "BankFileRefused",
    "BankFileTaken",
    "Booking",
    "BookingsReported",
    "BooksClosed",
    "ChargeBooked",
    "ClearanceApproved",
    "CommandRefused",
    "CreditHeldElsewhere",
    "CreditRefundWithdrawn",
    "CreditRefunded",
    "DealTaken",
    "DistributionApproved",
    "DistributionComputed",
    "DistributionObjected",
    "DoubtThen",
    "DoubtedPayment",
    "DoubtsEnded",
    "DueDateSet",
    "DueDatesSet",
    "DuePayment",
    "DueReceipt",
    "EndedDoubt",
    "EntitlementsPosted",
    "Event",
    "EvidenceKept",
    "ExpectedReceipt",
    "Fate",
    "GatheredPayment",
    "HistoryArchived",
    "HistoryGivenUp",
    "HistoryStatus",
    "ImportedRows",
    "IssuedStatement",
    "LateInterestClaimed",
    "LateInterestWithdrawn",
    "MilestoneAccepted",
    "MilestoneApproved",
    "MilestoneEscalated",
    "MilestoneRejected",
    "MilestoneSubmitted",
    "MovementAllocated",
    "MovementAllocationUndone",
    "MovementUnmatched",
    "ObjectionResolved",
    "OpeningBalanceRecorded",
    "PartyAmount",
    "PartyFrozen",
    "PartyMatched",
    "PayeeNotified",
    "PaymentCorrected",
    "PaymentFailed",
    "PaymentHeld",
    "PaymentResumed",
    "PaymentReturned",
    "PaymentThen",
    "PaymentsAccepted",
    "PaymentsCancelled",
    "PaymentsDoubted",
    "PaymentsFellDue",
    "PaymentsFreed",
    "PaymentsGathered",
    "PaymentsHeld",
    "PaymentsNotFound",
    "PaymentsRejected",
    "PaymentsScheduled",
    "PaymentsSettled",
    "Payout",
    "PayoutExchange",
    "PayoutsOrdered",
    "PeopleChangeConfirmed",
    "PeopleChangeProposed",
    "PeopleChangeRejected",
    "PeopleLoaded",
    "ProposalEnded",
    "QuoteTaken",
    "ReceiptAdjusted",
    "ReceiptAdjustmentUndone",
    "ReceiptMatched",
    "ReceiptReminded",
    "ReceiptReversed",
    "ReceiptsCancelled",
    "ReceiptsExpected",
    "ReceiptsFellDue",
    "RejectedPayment",
    "ReleasedAgainst",
    "ReminderLanguage",
    "ReportTaken",
    "ReserveAmount",
    "RunAccepted",
    "RunCancelled",
    "RunDoubted",
    "RunEscalated",
    "RunFirstReleased",
    "RunPrepared",
    "RunReleased",
    "RunSubmitted",
    "ScheduledPayment",
    "SettledPayment",
    "Share",
    "SharedWith",
    "StatementCount",
    "StatementFetched",
    "StatementImported",
    "StatementKind",
    "StatementTotal",
    "StatementsIssued",
    "StoppedPayment",
    "Tally",
    "UnfreezeApproved",
    "WriteOffDeclined",
    "WriteOffProposed",
    "kind_of",
    "read_event",
]
