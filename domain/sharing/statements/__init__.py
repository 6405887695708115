"""Statements: what one party is told about one period, independent of language and file format."""

from domain.sharing.statements.accounts import Accounts
from domain.sharing.statements.build import Ends, Issue, statements
from domain.sharing.statements.model import (
    Amount,
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
from domain.sharing.statements.ties import ties
from domain.sharing.statements.view import Inflow, Taking, view_for

__all__ = [
    "Accounts",
    "Amount",
    "Ends",
    "Figures",
    "FxRuleUsed",
    "FxUsed",
    "Hold",
    "Inflow",
    "Issue",
    "LineKind",
    "Others",
    "Period",
    "Recoupment",
    "Reserve",
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
