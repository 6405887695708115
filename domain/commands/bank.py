"""Commands about bank files and movements."""

from datetime import date
from typing import Literal

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import OpeningBalanceRecorded
from domain.identity import Role
from domain.values.money import Money
from domain.values.record import Sha256


class TakeBankFile(Command):
    """Take in a file of the bank, stored under its hash. Its name does not identify it: banks reuse names."""

    account: str
    file: Sha256


class AllocateMovement(Command):
    """Say what an unmatched movement was: an expected receipt, money of a source, or the bank's charge.

    `name` is the receipt or the source. `amount` is the part of the claim that it settles, if that is in another
    currency.
    """

    account: str
    bank_reference: str
    to: Literal["receipt", "source", "charges"]
    name: str = ""
    amount: Money | None = None
    reason: str = Field(min_length=1, max_length=500, description="How that is known.")


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
        path="/productions/{production}/movements/{bank_reference}/allocation",
        arguments=("production", "account", "bank_reference"),
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
