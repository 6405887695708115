"""Commands: the models, and the table that declares how each one is carried out."""

from domain.commands.adjustments import (
    AdjustReceipt,
    ClaimLateInterest,
    ConfirmWriteOff,
    DeclineWriteOff,
    HoldCreditElsewhere,
    RefundCredit,
    UndoAdjustment,
    WithdrawLateInterest,
    WithdrawRefund,
)
from domain.commands.agreement import (
    AmendAgreement,
    ApproveAgreement,
    PassProposal,
    RefuseAgreement,
    RegisterAgreement,
    WithdrawAgreement,
)
from domain.commands.bank import (
    AllocateMovement,
    ReceiptPart,
    RecordOpeningBalance,
    TakeBankFile,
    UndoAllocation,
)
from domain.commands.base import Command, CommandKey
from domain.commands.declaration import Declaration
from domain.commands.distributions import (
    ApproveDistribution,
    ComputeDistribution,
    ObjectToDistribution,
    OrderPayouts,
    PostDistribution,
    ResolveObjection,
)
from domain.commands.histories import (
    ArchiveHistory,
    GiveUpHistory,
)
from domain.commands.ledger import (
    CloseBooks,
)
from domain.commands.milestones import (
    ApproveMilestone,
    KeepEvidence,
    PassDeadline,
    RejectMilestone,
    SubmitMilestone,
)
from domain.commands.payees import (
    ClearMatch,
    ConfirmAccount,
    FreezeParty,
    ProposeAccount,
    RefuseAccount,
    ScreenParties,
    UnfreezeParty,
)
from domain.commands.payments import (
    CorrectPayment,
    FailPayment,
    FallDue,
    HoldPayment,
    RemindReceipt,
    ResumePayment,
)
from domain.commands.people import (
    ConfirmPeopleChange,
    LoadPeople,
    ProposePeopleChange,
    RejectPeopleChange,
)
from domain.commands.runs import (
    CancelRun,
    DoubtRun,
    EscalateRun,
    PrepareRun,
    ReleaseRun,
    SubmitRun,
    TakeDeal,
)
from domain.commands.statements import (
    FetchStatement,
    ImportStatement,
)
from domain.commands.table import TABLE, carried_by, declared, make, require

__all__ = [
    "TABLE",
    "AdjustReceipt",
    "AllocateMovement",
    "AmendAgreement",
    "ApproveAgreement",
    "ApproveDistribution",
    "ApproveMilestone",
    "ArchiveHistory",
    "CancelRun",
    "ClaimLateInterest",
    "ClearMatch",
    "CloseBooks",
    "Command",
    "CommandKey",
    "ComputeDistribution",
    "ConfirmAccount",
    "ConfirmPeopleChange",
    "ConfirmWriteOff",
    "CorrectPayment",
    "Declaration",
    "DeclineWriteOff",
    "DoubtRun",
    "EscalateRun",
    "FailPayment",
    "FallDue",
    "FetchStatement",
    "FreezeParty",
    "GiveUpHistory",
    "HoldCreditElsewhere",
    "HoldPayment",
    "ImportStatement",
    "KeepEvidence",
    "LoadPeople",
    "ObjectToDistribution",
    "OrderPayouts",
    "PassDeadline",
    "PassProposal",
    "PostDistribution",
    "PrepareRun",
    "ProposeAccount",
    "ProposePeopleChange",
    "ReceiptPart",
    "RecordOpeningBalance",
    "RefundCredit",
    "RefuseAccount",
    "RefuseAgreement",
    "RegisterAgreement",
    "RejectMilestone",
    "RejectPeopleChange",
    "ReleaseRun",
    "RemindReceipt",
    "ResolveObjection",
    "ResumePayment",
    "ScreenParties",
    "SubmitMilestone",
    "SubmitRun",
    "TakeBankFile",
    "TakeDeal",
    "UndoAdjustment",
    "UndoAllocation",
    "UnfreezeParty",
    "WithdrawAgreement",
    "WithdrawLateInterest",
    "WithdrawRefund",
    "carried_by",
    "declared",
    "make",
    "require",
]
