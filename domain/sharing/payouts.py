"""Payouts under an agreement: paying account, payee accounts, and terms."""

from collections.abc import Iterable, Mapping
from datetime import date

from domain.agreement.model import Account, Agreement, Control, Purpose
from domain.errors import BadInput, Refused, SluiceError
from domain.events import Payout, PayoutsOrdered, ScheduledPayment
from domain.payments.runs import Quote
from domain.sharing.distributions import Distributions, if_posted, the_distribution
from domain.sharing.ordering import PayoutTerms, order
from domain.sharing.waterfall.model import Waterfall


def the_waterfall(agreement: Agreement) -> Waterfall:
    """An agreement's waterfall.

    Raises:
        Refused: it has none.
    """
    if agreement.waterfall is None:
        raise Refused(
            f"Version {agreement.version} of {agreement.production} has no waterfall: amend it by a `waterfall:` "
            "section before anything is distributed.",
            production=agreement.production,
        )
    return agreement.waterfall


def paying_account(agreement: Agreement) -> Account:
    """The account that payouts leave: the first controlled one in the waterfall's currency that may pay shares.

    Raises:
        Refused: there is none.
    """
    currency = the_waterfall(agreement).currency
    for account in agreement.accounts:
        ours = account.control is Control.CONTROLLED and account.currency == currency
        if ours and account.may_pay(Purpose.PARTICIPATION):
            return account
    raise Refused(
        f"{agreement.production} controls no account in {currency}, the waterfall's currency, that may pay shares: add "
        "one to the agreement for payouts.",
        currency=currency,
    )


def payout_terms(agreement: Agreement, quotes: Mapping[str, Quote] | None = None) -> PayoutTerms:
    """The agreement's terms of payouts. The paying account's owner gets none.

    `quotes` are the rates of parties who are paid in another currency; the contract's rate stands in for a missing one.
    """
    waterfall, debtor = the_waterfall(agreement), paying_account(agreement)
    minimum = {rule.to: rule.amount for rule in waterfall.minimum_payouts}
    known, rates = quotes or {}, {}
    for party in agreement.parties:
        account = payee_account(agreement, party.id)
        if account is not None and account.currency != debtor.currency:
            stand_in = contract_quote(agreement, account.currency, debtor.currency)
            rates[party.id] = known.get(party.id, stand_in)
    return PayoutTerms(minimum, frozenset({debtor.owner}), waterfall.payouts_in_multiples_of, rates)


def contract_quote(agreement: Agreement, base: str, quote: str) -> Quote:
    """The contract's rate between two currencies."""
    rate = agreement.fx_rule(base, quote).contract
    return Quote(base, quote, rate, "contract", agreement.effective_on, rate)


def quotes_of(agreement: Agreement, ordered: PayoutsOrdered) -> dict[str, Quote]:
    """The rates by party at which payouts were ordered under an agreement."""
    held = paying_account(agreement).currency
    found = {}
    for payout in ordered.payouts:
        if (used := payout.exchange) is not None:
            contract = agreement.fx_rule(used.amount.currency, held).contract
            found[payout.party] = Quote(used.amount.currency, held, used.rate, used.source, used.fixing_on, contract)
    return found


def scheduled(agreement: Agreement, payouts: Iterable[Payout], due_on: date) -> list[ScheduledPayment]:
    """Payouts as payments of the schedule, all due on a day.

    Raises:
        BadInput: a payee has no account of its own that can be paid.
    """
    debtor = paying_account(agreement)
    return [
        ScheduledPayment(
            payment=payout.payment,
            instalment=payout.payment.removeprefix(f"{agreement.production}."),
            purpose=Purpose.PARTICIPATION,
            account=debtor.id,
            payee=_account_of(agreement, payout).id,
            payee_party=payout.party,
            amount=payout.exchange.amount if payout.exchange else payout.amount,
            milestone=None,
            due_on=due_on,
        )
        for payout in payouts
    ]


def hindrances(agreement: Agreement, distributions: Distributions, period: str) -> tuple[str, ...]:
    """What keeps a period from being paid out under an agreement, in sentences, even before it is posted.

    None once its payouts are ordered.
    """
    if the_distribution(distributions, period).status == "ordered":
        return ()
    after = if_posted(distributions, period)
    try:
        payouts, _ = order(after, period, agreement.production, payout_terms(agreement))
    except SluiceError as error:
        return (error.sentence,)
    found = []
    for payout in payouts:
        try:
            _account_of(agreement, payout)
        except BadInput as error:
            found.append(error.sentence)
    return tuple(found)


def _account_of(agreement: Agreement, payout: Payout) -> Account:
    account = payee_account(agreement, payout.party)
    if account is None:
        currency = payout.amount.currency
        raise BadInput(
            f"{payout.party} is to be paid {payout.amount} and has no account in {currency}, nor one in a currency "
            "that `fx` has a rule for: add one to the agreement.",
            party=payout.party,
        )
    return account


def payee_account(agreement: Agreement, party: str) -> Account | None:
    """A party's first own account in the waterfall's currency, else the first in a currency with a rule under `fx`."""
    currency = the_waterfall(agreement).currency
    own = [one for one in agreement.accounts if one.owner == party and one.control is Control.EXTERNAL]
    payable = {currency} | {rule.base for rule in agreement.fx if rule.quote == currency}
    found = [one for one in own if one.currency == currency] + [one for one in own if one.currency in payable]
    return found[0] if found else None
