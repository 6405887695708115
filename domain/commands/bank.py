"""Commands about bank files and movements."""

from datetime import date

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import AllocatedTo, OpeningBalanceRecorded
from domain.identity import Role
from domain.values.money import Money
from domain.values.record import Record, Sha256


class TakeBankFile(Command):
    """Take in a file of the bank, stored under its hash. Its name does not identify it: banks reuse names."""

    account: str
    file: Sha256


class ReceiptPart(Record):
    """An expected receipt, and the part of it that a movement settles: all that is outstanding, if not named."""

    receipt: str
    amount: Money | None = None


class AllocateMovement(Command):
    """Say what an unmatched movement was: a payment, its return, expected receipts, a charge, a mistake.

    `name` is the receipt, the source, the payment's end-to-end id, the other production or movement, the party whose
    credit it is, or the account that a refund goes to. `amount` is the part of the claim that it settles. `charges` are
    the bank's within it: deducted from what came in, or added to what went out. `further` are receipts beside the
    first. `party` is whose money it is, in another production.
    """

    account: str
    movement: str
    to: AllocatedTo
    name: str = ""
    amount: Money | None = None
    reason: str = Field(min_length=1, max_length=500, description="How that is known.")
    charges: Money | None = None
    further: tuple[ReceiptPart, ...] = Field(default=(), max_length=7)
    party: str = ""


class UndoAllocation(Command):
    """Take back what was said of a movement: it is in suspense again, and what it settled is as it was before.

    `number` counts the movement's allocations from 1; the default is the newest that stands.
    """

    account: str
    movement: str
    number: int | None = Field(default=None, ge=1)
    reason: str = Field(min_length=1, max_length=500, description="Why it was wrong.")


class RecordOpeningBalance(Command):
    """Say what an account held at the bank at the start of a day, before everything that the books have of it.

    Given again, it replaces what was said before.
    """

    account: str
    amount: Money
    on: date = Field(description="The day at whose start the account held it.")
    reason: str = Field(min_length=1, max_length=500, description="How that is known.")


DECLARED = (
    Declaration(TakeBankFile, key="{intake}/{folder}/{file}", activity="take", system=True),
    Declaration(
        AllocateMovement,
        key="allocate/{production}/{account}",
        repeatable=True,
        activity="allocate",
        role=Role.TREASURER,
        parties="the party that owns the account",
        workflow="Production",
        update="allocate",
        cli="movement allocate",
        path="/productions/{production}/movements/{movement}/allocation",
        arguments=("production", "account", "movement"),
    ),
    Declaration(
        UndoAllocation,
        key="undo-allocation/{production}/{account}",
        repeatable=True,
        activity="undo_allocation",
        role=Role.TREASURER,
        parties="the party that owns the account",
        workflow="Production",
        update="undo_allocation",
        cli="movement undo",
        path="/productions/{production}/movements/{movement}/correction",
        arguments=("production", "account", "movement"),
    ),
    Declaration(
        RecordOpeningBalance,
        key="opening-balance/{production}/{account}",
        repeatable=True,
        repeated_in=OpeningBalanceRecorded,
        activity="record_opening_balance",
        role=Role.TREASURER,
        parties="the party that owns the account",
        workflow="Production",
        update="record_opening_balance",
        cli="bank open-balance",
        path="/productions/{production}/accounts/{account}/opening-balance",
        arguments=("production", "account", "amount"),
    ),
)
