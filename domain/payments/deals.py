"""Deals: a run that pays another currency at a rate agreed with the bank, for an amount and a day."""

from domain.agreement.model import Agreement
from domain.bank.messages import carries_rate
from domain.bank.profile import Pain001Profile
from domain.commands import TakeDeal, require
from domain.errors import BadInput, IllegalTransition
from domain.events import DealTaken, Event
from domain.identity import Person
from domain.payments.payments import Payments
from domain.payments.runs import Run, Runs, the_run
from domain.values.money import Money, total


def take_deal(runs: Runs, payments: Payments, agreement: Agreement, command: TakeDeal, person: Person) -> list[Event]:
    """Pay a prepared run at a deal's rate. `runs` has at least those of the account at the same deal.

    Raises:
        IllegalTransition: the run is not prepared any more.
        BadInput: the deal is not of the run's currencies or day, does not cover what is paid at it, or the bank's
            files carry no rate.
    """
    run = the_run(runs, command.run)
    account = agreement.account(run.account)
    require(person, TakeDeal, (account.owner,), f"take a deal for run {run.id}")
    if run.status != "prepared":
        raise IllegalTransition(f"Run {run.id} is {run.status}: only a prepared run can take a deal.", run=run.id)
    if run.quote is None:
        raise BadInput(f"Run {run.id} pays {run.currency} from an account in {run.currency}: it needs no deal.")
    if not isinstance(account.profile, Pain001Profile):
        raise BadInput(f"The bank files of {account.id} ({account.profile.format}) carry no rate: take no deal.")
    if not carries_rate(command.rate):
        raise BadInput(f"A rate is above zero and has at most 11 digits, 10 of them decimals: {command.rate} is not.")
    if command.amount.currency != run.currency:
        raise BadInput(
            f"Run {run.id} pays {run.currency}, and not {command.amount}: say for how much of it the deal is."
        )
    if command.on != run.execution_on:
        raise BadInput(f"Run {run.id} is of {run.execution_on}, and the deal of {command.on}: make one for that day.")
    _check_covered(run, payments, command, _of_the_deal(runs, run, command))
    dealt = command.model_dump(include={"number", "amount", "rate", "on"})
    return [DealTaken.model_validate({**dealt, "run": run.id, "by": person.user})]


def _of_the_deal(runs: Runs, run: Run, command: TakeDeal) -> list[Run]:
    """The other runs at the deal.

    Raises:
        BadInput: one says otherwise what the deal is.
    """
    found = []
    for other in runs.values():
        quote = other.quote
        if other.id == run.id or other.account != run.account or other.status == "cancelled":
            continue
        if quote is None or quote.deal != command.number:
            continue
        if (quote.rate, quote.deal_amount) != (command.rate, command.amount):
            raise BadInput(
                f"Deal {command.number} is for {quote.deal_amount} at {quote.rate} in run {other.id}: ask the bank "
                "which of the two holds."
            )
        found.append(other)
    return found


def _check_covered(run: Run, payments: Payments, command: TakeDeal, others: list[Run]) -> None:
    paid: Money = total((payment.amount for payment in payments.of_run(run.id)), run.currency)
    used = total((other.total for other in others), run.currency)
    if paid + used > command.amount:
        also = f" and {', '.join(other.id for other in others)} pay {used} at it" if others else ""
        raise BadInput(
            f"Deal {command.number} is for {command.amount}, and run {run.id} pays {paid}{also}: make another deal, or "
            "hold payments (`sluice payment hold`).",
            run=run.id,
        )
