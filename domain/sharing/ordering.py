"""Orders payouts: what posted distributions leave to pay, under an agreement's terms."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from domain.errors import IllegalTransition
from domain.events import PartyAmount, Payout, PayoutExchange, PayoutsOrdered
from domain.payments.runs import Quote
from domain.sharing.distributions import Distributions, by_end, ended_to_date, posted_to_date, the_distribution
from domain.values.money import Money, convert


@dataclass(frozen=True, slots=True)
class PayoutTerms:
    """The agreement's terms of payouts: minimum amounts, and parties whose share needs no payment."""

    minimum: Mapping[str, Money]
    kept: frozenset[str]
    """Owners of the paying account. An undisputed share is theirs without a payment."""
    multiple: Money | None = None
    """Only whole multiples of this are paid out."""
    quotes: Mapping[str, Quote] = field(default_factory=dict)
    """The rates of parties whose account is in another currency."""

    def paid_out(self, party: str, payable: Money) -> Money:
        """The part of a payable amount that is paid out. The rest is carried forward, as is a negative amount."""
        nothing = Money.zero(payable.currency)
        if payable < self.minimum.get(party, Money(1, payable.currency)):
            return nothing
        step = self.multiple.minor if self.multiple else 1
        part = Money(payable.minor - payable.minor % step, payable.currency)
        quote = self.quotes.get(party)
        return nothing if quote and not exchange_of(part, quote).amount.minor else part


def exchange_of(amount: Money, quote: Quote) -> PayoutExchange:
    """What an amount of the waterfall's currency is in the currency `quote.base`, rounded once, half to even."""
    paid = convert(amount, 1 / Fraction(quote.rate), quote.base)
    return PayoutExchange(
        amount=paid,
        contract_value=convert(paid, quote.contract_rate, amount.currency),
        rate=quote.rate,
        source=quote.source,
        fixing_on=quote.fixing_on,
    )


def order(
    distributions: Distributions, period: str, production: str, terms: PayoutTerms
) -> tuple[list[Payout], PayoutsOrdered | None]:
    """The payouts of a posted period, or after a resolved objection. The event is None if nothing is new.

    A party is paid what is posted to date, less what was ordered or kept before, less what it disputes. An amount below
    its minimum, what is left of a multiple, or a negative amount is carried forward. The paying account's owner keeps
    its amount, whatever its sign or size.
    """
    distribution = the_distribution(distributions, period)
    if not distribution.is_posted:
        raise IllegalTransition(f"Distribution {period} is {distribution.status}: only a posted one is paid out.")
    posted, ended = posted_to_date(distributions), ended_to_date(distributions)
    number = sum(one.payouts for one in distributions.values())
    payouts, carried, held, kept = [], [], [], []
    for party, owed in sorted(posted.items()):
        open_amount = owed - ended[party] if party in ended else owed
        disputed = _disputed(distributions, party, open_amount)
        if disputed.minor:
            held.append(PartyAmount(party=party, amount=disputed))
        payable = open_amount - disputed
        if party in terms.kept:
            kept += [PartyAmount(party=party, amount=payable)] if payable.minor else []
            continue
        part = terms.paid_out(party, payable)
        if part != payable:
            carried.append(PartyAmount(party=party, amount=payable - part))
        if part.minor:
            number += 1
            quote = terms.quotes.get(party)
            exchange = exchange_of(part, quote) if quote else None
            name = payment_name(production, number)
            payouts.append(Payout(party=party, payment=name, amount=part, exchange=exchange))
    event = PayoutsOrdered(
        period=period, payouts=tuple(payouts), carried=tuple(carried), held=tuple(held), kept=tuple(kept)
    )
    again = distribution.status == "ordered" and not payouts and not kept
    return payouts, None if again else event


def payment_name(production: str, number: int) -> str:
    """The id of a production's n-th payout. No instalment's id contains a slash, so it is unique."""
    return f"{production}.D/{number}"


def _disputed(distributions: Distributions, party: str, open_amount: Money) -> Money:
    """What a party's open objections hold: rounded up, and no more than the open amount."""
    if open_amount.minor <= 0:
        return Money.zero(open_amount.currency)
    exact = sum(disputes(distributions, party).values(), Fraction(0))
    return Money(min(math.ceil(exact), open_amount.minor), open_amount.currency)


def disputes(distributions: Distributions, party: str) -> dict[str, Fraction]:
    """What each open objection of a party to a posted period disputes, by period, in exact minor units.

    It is the growth of the disputed positions since the period before the first objection to them.
    """
    posted = sorted((one for one in distributions.values() if one.is_posted), key=by_end)
    base: dict[str, tuple[str, Fraction]] = {}
    before: Mapping[tuple[str, str], Fraction] = {}
    for one in posted:
        if party in one.objections:
            for position in one.objections[party].positions:
                base.setdefault(position, (one.period, before.get((party, position), Fraction(0))))
        before = one.shares
    sums: dict[str, Fraction] = {}
    for position, (period, known) in base.items():
        change = before.get((party, position), Fraction(0)) - known
        sums[period] = sums.get(period, Fraction(0)) + max(change, Fraction(0))
    return sums
