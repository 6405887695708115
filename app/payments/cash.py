"""Use cases about cash: what accounts hold, and what they will hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from adapters.command_handler import CommandHandler
from adapters.payments.cash import AccountOutlook, outlook
from app.bootstrap import handler_on
from app.reads import reads
from domain.errors import NotFound
from domain.payments.cash import CashDay, CashKind, CashMovement, by_day, first_short, later
from domain.reads import Resource
from domain.values.money import Money, total


@dataclass(frozen=True)
class CashForecast:
    """The forecast of one account. `scenarios` has its days by name.

    `balance` is what it holds now, None if unknown; the balances of days are then None as well. `late` is what should
    have come and is not counted. `short_on` is the first day, by scenario, on which it is overdrawn beyond `overdraft`.
    `movements` are those of the productions that the reader sees.
    """

    production: str
    account: str
    currency: str
    today: date
    until: date
    balance: Money | None
    balance_by: str | None
    overdraft: Money
    late: Money
    scenarios: Mapping[str, Sequence[CashDay]]
    short_on: Mapping[str, date | None]
    movements: Sequence[CashMovement]


AS_PLANNED = "as planned"
"""The scenario in which everything moves on its day."""


def forecasts_of(
    data: Path | None, production: str, account: str | None, weeks: int, late_days: Sequence[int], user: str
) -> list[CashForecast]:
    """Forecast a production's accounts, or one, on the stack of a data folder, as far as the user may see them.

    Raises:
        NotFound: there is no such account, or the user may not see it.
        WrongRole: the user may see no accounts.
    """
    with reads(data, production, user) as reading:
        sight, key = reading.sight(Resource.ACCOUNTS), reading.production or production
    with handler_on(data) as handler:
        found = [
            forecast
            for forecast in forecasts(handler, key, weeks, late_days)
            if account in {None, forecast.account} and (sight.everything or forecast.account in sight.accounts)
        ]
    if account is not None and not found:
        raise NotFound(f"{key} controls no account {account!r}: see its agreement.", account=account)
    return found


def shortage_of(data: Path | None, production: str, account: str) -> str | None:
    """Return a sentence if an account does not hold what is due today; None if it does, or nobody knows."""
    with handler_on(data) as handler:
        found = next((one for one in forecasts(handler, production, weeks=0) if one.account == account), None)
    if found is None or found.short_on[AS_PLANNED] is None:
        return None
    return (
        f"{account} will be at {found.scenarios[AS_PLANNED][-1].balance} once all that is due is paid: not every run "
        f"can be released. `sluice cash forecast {production} {account}` shows what moves."
    )


def forecasts(
    handler: CommandHandler, production: str, weeks: int, late_days: Sequence[int] = ()
) -> Iterator[CashForecast]:
    """Yield the forecast of each account that a production controls, for so many weeks from today."""
    with handler.store.reading() as records:
        for account in handler.agreement(records, production).controlled:
            yield forecast_of(outlook(handler, records, production, account), weeks, late_days)


def forecast_of(found: AccountOutlook, weeks: int, late_days: Sequence[int] = ()) -> CashForecast:
    """Forecast an account as planned, and with what is expected coming in late by each of some numbers of days."""
    until = found.today + timedelta(weeks=weeks)
    opening = found.balance.amount if found.balance is not None else None
    moved = {AS_PLANNED: found.movements}
    moved |= {f"{days} days late": later(found.movements, days) for days in late_days}
    scenarios = {name: by_day(opening, each, found.currency, until) for name, each in moved.items()}
    shorts = {name: first_short(days, found.overdraft) for name, days in scenarios.items()}
    return CashForecast(
        production=found.production,
        account=found.account,
        currency=found.currency,
        today=found.today,
        until=until,
        balance=opening,
        balance_by=found.balance.source if found.balance is not None else None,
        overdraft=found.overdraft,
        late=total((one.amount for one in found.movements if one.kind is CashKind.LATE), found.currency),
        scenarios=scenarios,
        short_on={name: day.on if day is not None else None for name, day in shorts.items()},
        movements=[one for one in found.movements if one.production == found.production],
    )
