"""Statements: what one party is told about one period, independent of language and file format."""

from domain.sharing.statements.accounts import Accounts
from domain.sharing.statements.amounts import Amount
from domain.sharing.statements.build import Ends, Issue, statements
from domain.sharing.statements.model import (
    Figures,
    FxRuleUsed,
    FxUsed,
    Hold,
    LineKind,
    Others,
    Period,
    Recoupment,
    Reserve,
    Signature,
    Statement,
    StatementLine,
    StatementPool,
    StatementSettlement,
    Withholding,
    read_statement,
)
from domain.sharing.statements.particulars import (
    Addressee,
    CountedMetric,
    PaidIn,
    PastPayout,
    PayeeAccount,
    ReceiptsFrom,
    RestatedSource,
)
from domain.sharing.statements.reported import ReceiptSum, Reported
from domain.sharing.statements.ties import ties
from domain.sharing.statements.view import Inflow, Taking, view_for

__all__ = [
    "Accounts",
    "Addressee",
    "Amount",
    "CountedMetric",
    "Ends",
    "Figures",
    "FxRuleUsed",
    "FxUsed",
    "Hold",
    "Inflow",
    "Issue",
    "LineKind",
    "Others",
    "PaidIn",
    "PastPayout",
    "PayeeAccount",
    "Period",
    "ReceiptSum",
    "ReceiptsFrom",
    "Recoupment",
    "Reported",
    "Reserve",
    "RestatedSource",
    "Signature",
    "Statement",
    "StatementLine",
    "StatementPool",
    "StatementSettlement",
    "Taking",
    "Withholding",
    "read_statement",
    "statements",
    "ties",
    "view_for",
]
