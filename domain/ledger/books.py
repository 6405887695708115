"""Trial balance: the ledger in the currencies of its entries, and valued in one.

Money, claims and debts (`asset`, `liability`, `suspense`) are valued at the closing rate of the day of the balance.
Income, expenses and equity keep the rate of the day of each entry. What these two make of one currency differs by the
exchange gain or loss that is not realised yet: the line `revaluation` (IAS 21, paragraphs 21-23 and 28). It takes what
the rounding of lines leaves over as well, so that a trial balance adds up to zero exactly.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from msgspec import Struct

from domain.ledger.entries import FX_POSITION
from domain.values.money import Money, convert

REVALUATION = "equity:fx-revaluation"
"""The line of the unrealised gain or loss. No entry is ever posted to it."""
_AT_CLOSING = ("asset:", "liability:", "suspense:")

RateOn = Callable[[str, date], Decimal]
"""Units of the books' currency for one unit of a currency on a day; raises NotFound if there is no rate."""


class DaySum(Struct, frozen=True):
    """The sum of an account's entries in a currency on a day. Debits are positive."""

    account: str
    on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class TrialLine:
    """An account in one currency: its balance in `debit` or `credit`, and `value` in the books' currency (signed).

    The line `REVALUATION` has a value only.
    """

    account: str
    debit: Money | None
    credit: Money | None
    value: Money


def is_at_closing(account: str) -> bool:
    """Whether an account is valued at the closing rate: money, claims, debts."""
    return account.startswith(_AT_CLOSING)


def trial_balance(sums: Iterable[DaySum], currency: str, on: date, rate_on: RateOn) -> list[TrialLine]:
    """The balance of each account and currency on a day, valued in `currency`, ordered by account and currency.

    The position account shows what was exchanged; its values are the revaluation's. Accounts with a balance of zero
    are left out, unless their value is not zero.

    Raises:
        NotFound: a rate is missing.
    """
    balances: dict[tuple[str, str], int] = defaultdict(int)
    values: dict[tuple[str, str], int] = defaultdict(int)
    for each in sums:
        line = (each.account, each.amount.currency)
        balances[line] += each.amount.minor
        if each.account != FX_POSITION and not is_at_closing(each.account):
            values[line] += _value(each.amount, currency, each.on, rate_on)
    for (account, held), minor in balances.items():
        if is_at_closing(account):
            values[account, held] = _value(Money(minor, held), currency, on, rate_on)
    lines = [
        _line(account, Money(minor, held), Money(values[account, held], currency))
        for (account, held), minor in sorted(balances.items())
        if minor or values[account, held]
    ]
    left_over = -sum(line.value.minor for line in lines)
    return [*lines, TrialLine(REVALUATION, None, None, Money(left_over, currency))] if left_over else lines


def _value(amount: Money, currency: str, on: date, rate_on: RateOn) -> int:
    if amount.currency == currency or not amount.minor:
        return amount.minor
    return convert(amount, rate_on(amount.currency, on), currency).minor


def _line(account: str, balance: Money, value: Money) -> TrialLine:
    debit = balance.minor >= 0
    return TrialLine(account, balance if debit else None, None if debit else -balance, value)
