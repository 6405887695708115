"""The chart of a cash forecast: a panel for each account."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

from adapters.payments.cash_chart import BalanceLine, BalancePanel, balance_chart
from adapters.pictures import chart_kind
from app.payments.cash import CashForecast
from domain.payments.cash import CashDay
from domain.values.currency import exponent
from domain.values.money import Money


def write_cash_chart(production: str, found: Sequence[CashForecast], to: Path) -> None:
    """Draw what accounts will hold, by day in each scenario.

    Raises:
        BadInput: the file's format is neither SVG nor PNG.
    """
    kind = chart_kind(to)
    to.write_bytes(balance_chart(f"{production}: what accounts will hold", [_panel(one) for one in found], kind))


def _panel(found: CashForecast) -> BalancePanel:
    opening = found.balance if found.balance is not None else Money.zero(found.currency)
    return BalancePanel(
        title=found.account if found.balance is not None else f"{found.account}, whose balance is unknown",
        currency=found.currency,
        first=found.today,
        last=found.until,
        opening=_major(opening),
        known=found.balance is not None,
        limit=_major(found.overdraft),
        lines=[
            BalanceLine(name, _points(opening, days), found.short_on[name]) for name, days in found.scenarios.items()
        ],
    )


def _points(opening: Money, days: Sequence[CashDay]) -> list[tuple[date, Fraction]]:
    points, balance = [], opening
    for day in days:
        balance = balance + day.comes_in - day.goes_out
        points.append((day.on, _major(balance)))
    return points


def _major(amount: Money) -> Fraction:
    return Fraction(amount.minor, 10 ** exponent(amount.currency))
