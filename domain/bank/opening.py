"""What an account held before everything that the books have of it."""

from datetime import date

from domain.agreement.model import Agreement, Control
from domain.bank.reconciliation import OpeningBalance
from domain.commands import RecordOpeningBalance, require
from domain.errors import BadInput, NotFound
from domain.events import Event, OpeningBalanceRecorded
from domain.identity import Person
from domain.values.money import Money


def record(
    command: RecordOpeningBalance,
    before: OpeningBalance | None,
    first_booking: date | None,
    agreement: Agreement,
    person: Person,
    today: date,
) -> list[Event]:
    """Record an account's opening balance, or correct the one on record. The same again changes nothing.

    `first_booking` is the first day of which the books have a booking.

    Raises:
        NotFound: there is no such account that we control.
        WrongRole: the person is no treasurer of the account's owner.
        BadInput: the currency is another, the day is to come, or the books have bookings before it.
    """
    account = next((one for one in agreement.accounts if one.id == command.account), None)
    if account is None or account.control is not Control.CONTROLLED:
        raise NotFound(f"{command.production} controls no account {command.account!r}: see its agreement.")
    require(person, RecordOpeningBalance, (account.owner,), f"record the opening balance of {account.id}")
    if command.amount.currency != account.currency:
        raise BadInput(f"{account.id} is kept in {account.currency}: {command.amount} is in another currency.")
    if command.on > today:
        raise BadInput(f"{command.on} is still to come: give the balance at the start of a day up to today.")
    if first_booking is not None and first_booking < command.on:
        raise BadInput(
            f"A booking of {first_booking} is on record, which the balance at the start of {command.on} has already: "
            f"give the balance at the start of {first_booking} or before."
        )
    replaced = before.amount if before is not None else Money.zero(account.currency)
    if before == OpeningBalance(command.amount, command.on):
        return []
    return [
        OpeningBalanceRecorded(
            account=account.id,
            amount=command.amount,
            on=command.on,
            reason=command.reason,
            replaces=replaced,
            by=person.user,
        )
    ]
