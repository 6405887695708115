"""Statements: what one party is told of one period, as a record that holds for all languages and formats."""

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
    "Amount",
    "Figures",
    "FxRuleUsed",
    "FxUsed",
    "Hold",
    "Inflow",
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
    "ties",
    "view_for",
]
