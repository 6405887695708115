"""Allocating movements from suspense: money that moved on our accounts and that nothing explained."""

from domain.agreement.model import Agreement
from domain.commands import AllocateMovement, require
from domain.errors import BadInput, IllegalTransition, NotFound
from domain.events import Event, MovementAllocated
from domain.identity import Person
from domain.payments.receipts import Receipts
from domain.rates import contract_value
from domain.values.money import Money


def allocate(
    command: AllocateMovement, open_: Money | None, receipts: Receipts, agreement: Agreement, person: Person
) -> list[Event]:
    """Take a movement out of suspense. `open_` is the unallocated amount, positive for money that came in.

    A receipt takes no more than its outstanding amount; the rest stays in suspense. If the claim is in another currency
    than the account, the whole movement settles the `amount` that the command names.

    Raises:
        WrongRole: the person is no treasurer of the account's owner.
        NotFound: there is no such movement in suspense, or no such receipt.
        BadInput: the amount does not fit.
    """
    what = f"movement {command.bank_reference} on {command.account}"
    owners = tuple(account.owner for account in agreement.accounts if account.id == command.account)
    if not owners or open_ is None:
        raise NotFound(f"There is no {what} in suspense: `sluice movement list` shows what is.")
    require(person, AllocateMovement, owners, f"allocate {what}")
    if not open_.minor:
        raise IllegalTransition(f"All of {what} is allocated already: `sluice journal tail` shows to what.")
    party, amount, booked = _settled(command, open_, receipts)
    if not _part_of(open_, booked) or (amount.minor > 0) != (booked.minor > 0):
        raise BadInput(f"{open_} of {what} is in suspense, which cannot settle {amount}.")
    return [
        MovementAllocated(
            account=command.account,
            bank_reference=command.bank_reference,
            to=command.to,
            name=command.name,
            party=party,
            amount=amount,
            booked=booked,
            contract_value=contract_value(agreement, amount, open_.currency),
            by=person.user,
            reason=command.reason,
        )
    ]


def _settled(command: AllocateMovement, open_: Money, receipts: Receipts) -> tuple[str | None, Money, Money]:
    """The party whose claim is settled, the settled amount, and what leaves suspense."""
    if command.to == "receipt":
        return _of_receipt(command, open_, receipts)
    if command.to == "source" and not command.name:
        raise BadInput("The source is missing: name it.")
    amount = command.amount or open_
    return None, amount, amount if amount.currency == open_.currency else open_


def _of_receipt(command: AllocateMovement, open_: Money, receipts: Receipts) -> tuple[str, Money, Money]:
    receipt = receipts.get(command.name)
    if receipt is None or receipt.account != command.account or not receipt.outstanding.minor or open_.minor < 0:
        raise NotFound(
            f"{command.account} expects no money as {command.name!r}: `sluice payment expected` lists what it does."
        )
    if receipt.amount.currency == open_.currency:
        settled = min(command.amount or open_, open_, receipt.outstanding)
        return receipt.payer_party, settled, settled
    if command.amount is None or command.amount.currency != receipt.amount.currency:
        raise BadInput(f"{receipt.id} is in {receipt.amount.currency}: say how much of it the {open_} settle.")
    if command.amount > receipt.outstanding:
        raise BadInput(f"{receipt.id} expects {receipt.outstanding}, less than {command.amount}.")
    return receipt.payer_party, command.amount, open_


def _part_of(whole: Money, part: Money) -> bool:
    return 0 < part.minor <= whole.minor or whole.minor <= part.minor < 0
