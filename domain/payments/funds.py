"""Whether an account holds what a run takes from it.

    available = balance - released and on its way + overdraft

A run that takes more is refused. What an account holds is the bank's word (`domain.bank.balances`). Where nobody has
said so yet, the balance is unknown: that is shown, and refuses nothing, because zero would be a guess.

A bank account may be in the agreements of several productions. Then all their payments are counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from domain.agreement.model import Account, Agreement
from domain.bank.accounts import same_account
from domain.bank.balances import KnownBalance
from domain.errors import Overdrawn
from domain.events import Event, ReleasedAgainst, RunReleased, SharedWith
from domain.payments.payments import ON_ITS_WAY, Payment
from domain.payments.runs import Run, agreed_rate
from domain.values.money import Money, convert, total

_LAST = 4
"""The characters at the end of a number that are the same however it is written."""
RATE_MARGIN_PERCENT = 3
"""Without a deal the bank converts at its own rate of the moment. So much above the run's rate is counted."""


class Funds(Struct, frozen=True):
    """What is there for a run, in the currency of its account. `balance` is None if nobody has told it.

    `on_its_way` is released and not booked yet, `debit` what the run takes, `overdraft` how far below zero the account
    may go. `shared` are the other productions with this bank account whose payments are counted.
    """

    balance: KnownBalance | None
    on_its_way: Money
    debit: Money
    overdraft: Money
    shared: Sequence[SharedWith] = ()

    @property
    def available(self) -> Money | None:
        """What the account may still pay; None if its balance is unknown."""
        return None if self.balance is None else self.balance.amount - self.on_its_way + self.overdraft

    @property
    def missing(self) -> Money | None:
        """By how much the run overdraws the account; None if it does not, or nobody knows."""
        available = self.available
        return self.debit - available if available is not None and self.debit > available else None

    @property
    def fact(self) -> ReleasedAgainst:
        """The figures as a release records them."""
        known = self.balance
        return ReleasedAgainst(
            balance=known.amount if known is not None else None,
            balance_on=known.on if known is not None else None,
            on_its_way=self.on_its_way,
            debit=self.debit,
            overdraft=self.overdraft,
            shared=tuple(self.shared),
        )


def overdrawn(run: Run, funds: Funds) -> Overdrawn | None:
    """Why a run may not be released: it takes more from its account than there is."""
    missing = funds.missing
    if missing is None or funds.balance is None:
        return None
    less = f", {funds.on_its_way} of it on its way out" if funds.on_its_way.minor else ""
    more = f", and {funds.overdraft} of overdraft" if funds.overdraft.minor else ""
    return Overdrawn(
        f"Run {run.id} takes {funds.debit} from {run.account}, which holds {funds.balance.amount} by "
        f"{funds.balance.source}{less}{more}: {missing} is missing. Wait for money (`sluice cash forecast`), hold "
        "payments (`sluice payment hold`), or agree an `overdraft` of the account.",
        run=run.id,
        missing=str(missing),
    )


def there(account: str, funds: Funds) -> str:
    """What is there for a run, as a sentence for whoever releases it."""
    if funds.balance is None:
        return (
            f"What {account} holds is unknown: no statement has a balance, and none is on record. Ask the bank, or "
            f"record it with `sluice bank open-balance`. The run takes {funds.debit}."
        )
    parts = [f"{account} holds {funds.balance.amount} by {funds.balance.source} and what was booked since"]
    if funds.on_its_way.minor:
        parts.append(f"{funds.on_its_way} is on its way out")
    if funds.overdraft.minor:
        parts.append(f"its overdraft is {funds.overdraft}")
    left = funds.balance.amount - funds.on_its_way - funds.debit
    return f"{'; '.join(parts)}. The run takes {funds.debit}, which leaves {left}."


def released_against(released: Iterable[Event], run: Run, funds: Funds) -> list[Event]:
    """Let a release tell what was there for it.

    Raises:
        Overdrawn: the account does not hold what the run takes.
    """
    if why := overdrawn(run, funds):
        raise why
    return [
        event.model_copy(update={"against": funds.fact}) if isinstance(event, RunReleased) else event
        for event in released
    ]


def shares(account: Account, other: Account) -> bool:
    """Whether two accounts of agreements are one bank account. Banks that cannot be compared count as one."""
    if account.currency != other.currency or not same_account(account.number, other.number):
        return False
    if account.bic is not None and other.bic is not None:
        return account.bic[:8] == other.bic[:8]
    return account.clearing is None or other.clearing is None or account.clearing == other.clearing


def lock_name(account: Account) -> str:
    """A name that all accounts have in common that `shares` may call one. Others may have it as well."""
    return f"bank account {account.currency} {account.number[-_LAST:]}"


def debit(run: Run, payments: Iterable[Payment], agreement: Agreement) -> Money:
    """What the bank takes from the account of a run for its payments."""
    held = agreement.account(run.account).currency
    return total((_taken(payment.amount, run, agreement) for payment in payments), held)


def on_its_way(payments: Iterable[Payment], runs: Mapping[str, Run], account: str, agreement: Agreement) -> Money:
    """What the bank may still take from an account: payments on their way, and attempts in doubt."""
    ours = (payment for payment in payments if payment.account == account)
    taken = (amount for payment in ours for _, amount in attempts_under_way(payment, runs, agreement))
    return total(taken, agreement.account(account).currency)


def attempts_under_way(payment: Payment, runs: Mapping[str, Run], agreement: Agreement) -> list[tuple[str, Money]]:
    """What the bank may still take for each attempt of a payment, by the run of the attempt."""
    return [(run, _taken(payment.amount, runs[run], agreement)) for run in _open(payment)]


def _open(payment: Payment) -> list[str]:
    """The runs whose orders may still move the money of a payment, one for each attempt."""
    current = payment.end_to_end_id if payment.status in ON_ITS_WAY else None
    doubted = [doubt.run for doubt in payment.doubts if doubt.end_to_end_id != current]
    return [payment.run, *doubted] if current is not None and payment.run is not None else doubted


def _taken(amount: Money, run: Run, agreement: Agreement) -> Money:
    held = agreement.account(run.account).currency
    if amount.currency == held or run.quote is None:
        return amount
    agreed = agreed_rate(run, agreement) is not None
    margin = Fraction(0 if agreed else RATE_MARGIN_PERCENT, 100)
    return convert(amount, Fraction(run.quote.rate) * (1 + margin), held)
