"""What an accountant looks for in a statement beside its figures: who, where to, by what receipts, and what changed."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.agreement.model import Party, Registration
from domain.bank.messages import Address
from domain.sharing.statements.amounts import Amount, Currency
from domain.values.money import Exact, Money
from domain.values.record import Day, Record


class Addressee(Record):
    """A party as a letter names it."""

    name: Annotated[str, StringConstraints(max_length=140)]
    address: Address | None = None
    registrations: tuple[Registration, ...] = ()

    @classmethod
    def of(cls, party: Party) -> "Addressee":
        """Make it from a party of the agreement."""
        return cls(name=party.name, address=party.address, registrations=party.registrations)


class PayeeAccount(Record):
    """The account that is paid. Of its number only the last four digits are told."""

    bank: str
    number: str
    currency: Currency


class PastPayout(Record):
    """A payout of an earlier distribution, as it stood when the statement was made.

    `amount` is in the currency of the account, `owed` in the statement's.
    """

    amount: Money
    owed: Money
    due_on: Day | None
    status: Literal["paid", "scheduled", "stopped"]


class CountedMetric(Record):
    """A count that came with receipts, such as admissions."""

    name: str
    count: int


class ReceiptsFrom(Record):
    """The receipts of a period from one source in one territory, medium and currency.

    `amount` is in their own currency, `converted` in the statement's, in major units. `rate` is None where there is
    none or where several were used. Corrections of earlier receipts are in it, so that it may be negative.
    """

    source: str
    territory: str
    media: str
    amount: Money
    rate: Exact | None
    converted: Amount
    count: int
    metrics: tuple[CountedMetric, ...] = ()


class RestatedSource(Record):
    """A source's statement that was replaced since the party was last told: its versions, and its sums by currency.

    `reasons` are those of the versions, oldest first, where one was said.
    """

    kind: str
    source: str
    statement: str
    version_before: int = Field(ge=1)
    version: int = Field(ge=2)
    before: tuple[Money, ...]
    after: tuple[Money, ...]
    reasons: tuple[str, ...] = ()


class OrderOfDay(Record):
    """Receipts of one day were taken in the order that the agreement says, and another order changes what is owed.

    `receipts` are currency, territory, medium and window of each kind, first come first. `amount` is the most that
    another order of that day gives the party more or less, in major units.
    """

    on: Day
    receipts: tuple[str, ...]
    amount: Amount


class PaidIn(Record):
    """What is due in the currency of the party's account: `rate` units of the statement's currency buy one of it."""

    amount: Money
    rate: Exact
    source: str
    on: Day
