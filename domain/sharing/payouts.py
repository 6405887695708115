"""Payouts under an agreement: paying account, payee accounts, and terms."""

from collections.abc import Iterable
from datetime import date

from domain.agreement.model import Account, Agreement, Control, Purpose
from domain.errors import BadInput, Refused, SluiceError
from domain.events import Payout, ScheduledPayment
from domain.sharing.distributions import Distributions, PayoutTerms, if_posted, order, the_distribution
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
    """The account that payouts leave: the first controlled one in the waterfall's currency.

    Raises:
        Refused: there is none.
    """
    currency = the_waterfall(agreement).currency
    for account in agreement.accounts:
        if account.control is Control.CONTROLLED and account.currency == currency:
            return account
    raise Refused(
        f"{agreement.production} controls no account in {currency}, the waterfall's currency: add one to the agreement "
        "for payouts.",
        currency=currency,
    )


def payout_terms(agreement: Agreement) -> PayoutTerms:
    """The agreement's terms of payouts. The paying account's owner gets none."""
    minimum = {rule.to: rule.amount for rule in the_waterfall(agreement).minimum_payouts}
    return PayoutTerms(minimum, frozenset({paying_account(agreement).owner}))


def scheduled(agreement: Agreement, payouts: Iterable[Payout], due_on: date) -> list[ScheduledPayment]:
    """Payouts as payments of the schedule, all due on a day.

    Raises:
        BadInput: a payee has no account of its own in the payout's currency.
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
            amount=payout.amount,
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
    currency = payout.amount.currency
    for account in agreement.accounts:
        if (account.owner, account.control, account.currency) == (payout.party, Control.EXTERNAL, currency):
            return account
    raise BadInput(
        f"{payout.party} is to be paid {payout.amount} and has no account in {currency}: add one to the agreement.",
        party=payout.party,
    )
