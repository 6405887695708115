"""Statements: what one party is told of one period, as a record that holds for all languages and formats."""

from domain.statements.accounts import Accounts
from domain.statements.build import Ends, Issue, statements
from domain.statements.model import (
    Amount,
    Figures,
    FxRuleUsed,
    FxUsed,
    Hold,
    Kind,
    Line,
    Others,
    Period,
    Pool,
    Recoupment,
    Reserve,
    Settlement,
    Signature,
    Statement,
    Withholding,
)
from domain.statements.ties import ties
from domain.statements.view import Inflow, Taking, view_for

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
    "Kind",
    "Line",
    "Others",
    "Period",
    "Pool",
    "Recoupment",
    "Reserve",
    "Settlement",
    "Signature",
    "Statement",
    "Taking",
    "Withholding",
    "statements",
    "ties",
    "view_for",
]
