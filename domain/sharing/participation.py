"""Checks that the ledger and the waterfall agree on what is owed of a work's earnings.

    computed            nothing is owed yet.
    posted              liability:participation:{party} is the unpaid entitlement to date. It may be negative.
    ordered             unchanged while payouts are only scheduled: disputed, carried and scheduled amounts are owed.
    exchanged           once ordered, what goes to an account in another currency is owed in that currency.
    kept                the paying account's owner has the money: its share moves to equity:retained:{party}.
    fallen due          moved to liability:payable:{party}, with everything else that falls due to that party.
    settled             no longer owed.
    rejected, returned  payable until corrected and settled.
    cancelled           never happens to a payout: an amendment cancels only payments of the schedule.

A position's reserve is liability:reserve:{position} from posting to posting.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from domain.agreement.model import Purpose
from domain.payments.payments import FINISHED, Payment, Status
from domain.sharing.distributions import (
    Distribution,
    Distributions,
    exchanged_to_date,
    kept_to_date,
    ordered_to_date,
)
from domain.values.money import Money

Balances = Counter[tuple[str, str]]
"""Minor units owed, by account and currency."""

_OWED_BY = ("liability:participation:", "liability:payable:", "liability:reserve:")


def untied(
    distributions: Distributions, payments: Mapping[str, Payment], balances: Iterable[tuple[str, Money]]
) -> list[str]:
    """A sentence for every difference between ledger, payments and waterfall. None: they agree.

    `payments` hold at least all payouts and all that are owed. `balances` are of ledger accounts, debits positive;
    accounts other than participations, payables and reserves are ignored.
    """
    in_books: Balances = Counter()
    for account, balance in balances:
        if account.startswith(_OWED_BY):
            in_books[account, balance.currency] -= balance.minor
    expected = _expected(distributions, payments)
    differences = [
        f"{account}: the ledger owes {_money(in_books, account, currency)}, and it should be "
        f"{_money(expected, account, currency)}."
        for account, currency in sorted(in_books.keys() | expected.keys())
        if in_books[account, currency] != expected[account, currency]
    ]
    return differences + _unpaid_orders(distributions, payments)


def _expected(distributions: Distributions, payments: Mapping[str, Payment]) -> Balances:
    """What should be owed: the last posting, less what was kept or fell due, plus unpaid due payments."""
    owed: Balances = Counter()
    last = max((one for one in distributions.values() if one.is_posted), key=_until, default=None)
    if last is not None:
        for party, amount in last.to_date.items():
            owed[f"liability:participation:{party}", amount.currency] += amount.minor
        for position, amount in last.reserves.items():
            owed[f"liability:reserve:{position}", amount.currency] += amount.minor
    for party, amount in kept_to_date(distributions).items():
        owed[f"liability:participation:{party}", amount.currency] -= amount.minor
    for share in exchanged_to_date(distributions):
        owed[f"liability:participation:{share.party}", share.owed.currency] -= share.owed.minor
        owed[f"liability:participation:{share.party}", share.paid.currency] += share.paid.minor
    for payment in payments.values():
        party, amount = payment.payee_party, payment.amount
        if payment.purpose is Purpose.PARTICIPATION and payment.status not in {Status.SCHEDULED, Status.CANCELLED}:
            owed[f"liability:participation:{party}", amount.currency] -= amount.minor
        if payment.status not in FINISHED | {Status.SCHEDULED}:
            owed[f"liability:payable:{party}", amount.currency] += amount.minor
    return owed


def _unpaid_orders(distributions: Distributions, payments: Mapping[str, Payment]) -> list[str]:
    """Differences between what was ordered for a party and its payouts."""
    ordered: Balances = Counter()
    for party, amount in ordered_to_date(distributions).items():
        ordered[party, amount.currency] += amount.minor
    for share in exchanged_to_date(distributions):
        ordered[share.party, share.owed.currency] -= share.owed.minor
        ordered[share.party, share.paid.currency] += share.paid.minor
    scheduled: Balances = Counter()
    for payment in payments.values():
        if payment.purpose is Purpose.PARTICIPATION and payment.status is not Status.CANCELLED:
            scheduled[payment.payee_party, payment.amount.currency] += payment.amount.minor
    return [
        f"{party}: distributions ordered {_money(ordered, party, currency)}, and its payouts are "
        f"{_money(scheduled, party, currency)}."
        for party, currency in sorted(ordered.keys() | scheduled.keys())
        if ordered[party, currency] != scheduled[party, currency]
    ]


def _money(amounts: Balances, name: str, currency: str) -> Money:
    return Money(amounts[name, currency], currency)


def _until(distribution: Distribution) -> date:
    return distribution.until
