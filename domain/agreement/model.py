"""The agreement document as records. `domain.agreement.checks` validates it as a whole."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Discriminator, Field, StringConstraints, Tag

from domain.agreement.clauses import AmendmentTerms, IfCancelled, LateInterest, PaymentControls, WriteOffLimits
from domain.bank.messages import AccountType, Address, BankAccount, BankCodes, ClearingMember, Max35, bank_country
from domain.bank.profile import PLAIN, OrderProfile
from domain.calendar.calendars import Convention
from domain.calendar.dates import Span
from domain.calendar.overrides import CalendarCode, CalendarOverride
from domain.identity.person import Role
from domain.sharing.waterfall.model import Waterfall
from domain.values.money import Exact, Money
from domain.values.record import (
    Day,
    Key,
    Record,
    TimeOfDay,
    UserName,
)

CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Registration(Record):
    """A number under which a party is registered: as a business or corporation, for tax, VAT, or qualified invoices.

    In Korea `business` is the 사업자등록번호 and `corporation` the 법인등록번호; in Japan `corporation` is the
    法人番号 and `invoice` the 適格請求書発行事業者登録番号.
    """

    kind: Literal["business", "corporation", "tax", "vat", "invoice"]
    number: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ./-]{0,34}$")]


class Contact(Record):
    """A person of a party, with a telephone number or an e-mail address."""

    name: str = Field(min_length=1, max_length=140)
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+][0-9 ()./+-]{3,39}$")] | None = None
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,255}$")] | None = None


class Party(Record):
    """Somebody who signs, pays or is paid. A party with an account needs an address, as bank files name both.

    `latin_name` and `kana_name` are the name as banks have it where a file cannot carry `name`. `lei` is the legal
    entity identifier. `registrations` stand on statements that the party issues or gets.
    """

    id: Key
    name: str = Field(max_length=140)
    kind: Literal[
        "studio",
        "production-company",
        "broadcaster",
        "streamer",
        "distributor",
        "exhibitor",
        "fund",
        "investor",
        "lender",
        "agent",
        "talent",
        "vendor",
        "authority",
    ]
    address: Address | None = None
    latin_name: str | None = Field(default=None, max_length=140)
    kana_name: str | None = Field(default=None, max_length=140)
    lei: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{18}[0-9]{2}$")] | None = None
    registrations: tuple[Registration, ...] = ()
    contacts: tuple[Contact, ...] = ()


class Control(StrEnum):
    """Whether Sluice can instruct an account, or only watches it."""

    CONTROLLED = "controlled"
    EXTERNAL = "external"


class Purpose(StrEnum):
    """What a payment is for. The first four are incoming, the others outgoing.

    `participation` pays out shares of the earnings, `refund` pays back what came in by mistake, and `late_interest` is
    claimed by either side. None of them is in the schedule.
    """

    CONTRIBUTION = "contribution"
    LICENCE_FEE = "licence_fee"
    MINIMUM_GUARANTEE = "minimum_guarantee"
    GRANT = "grant"
    RIGHTS = "rights"
    PRODUCTION = "production"
    POST_PRODUCTION = "post_production"
    FEE = "fee"
    PARTICIPATION = "participation"
    REFUND = "refund"
    LATE_INTEREST = "late_interest"

    @property
    def incoming(self) -> bool:
        """Whether instalments of this purpose are received rather than paid."""
        return self in {Purpose.CONTRIBUTION, Purpose.LICENCE_FEE, Purpose.MINIMUM_GUARANTEE, Purpose.GRANT}

    @property
    def unscheduled(self) -> bool:
        """Whether payments and receipts of this purpose are in no schedule."""
        return self in {Purpose.PARTICIPATION, Purpose.REFUND, Purpose.LATE_INTEREST}


class Account(Record):
    """A bank account of a party. Its bank is known by `bic`, by `clearing`, or by both.

    A controlled account has a cut-off, in the agreement's time zone. `bank_file` is how its bank takes orders,
    `batch_booking` whether it books an order as one sum. `charges_up_to` limits the charges of one booking, in the
    account's currency. `bank_codes` go with transfers to the account. `overdraft` is how far the bank lets a controlled
    account go below zero, nothing by default: a run that takes more than is there is refused. `uses` are the purposes
    that a controlled account may pay, as the money on it is kept for them (escrow, a grant, tax): any if it is left
    out, none if it is empty.
    """

    id: Key
    owner: Key
    control: Control
    currency: CurrencyCode
    bic: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{8}([A-Z0-9]{3})?$")] | None = None
    clearing: ClearingMember | None = None
    number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,34}$")]
    iban: bool = False
    kind: AccountType | None = None
    calendars: tuple[CalendarCode, ...] = Field(min_length=1)
    cut_off: TimeOfDay | None = None
    bank_file: OrderProfile | None = None
    batch_booking: bool = True
    charges_up_to: Money | None = None
    bank_codes: BankCodes | None = None
    overdraft: Money | None = None
    uses: tuple[Purpose, ...] | None = None

    @property
    def profile(self) -> OrderProfile:
        """How the bank takes orders: `bank_file`, else a plain pain.001.001.09."""
        return self.bank_file or PLAIN

    @property
    def bank(self) -> str:
        """The BIC of the bank, else its clearing system, member and branch."""
        place = self.clearing
        return self.bic or (f"{place.system} {place.member} {place.branch or ''}".strip() if place else "")

    @property
    def country(self) -> str:
        """The country of the bank."""
        return bank_country(self.bic, self.clearing)

    def may_pay(self, purpose: Purpose) -> bool:
        """Whether its money may be used for a purpose."""
        return self.uses is None or purpose in self.uses


class FxRule(Record):
    """How an amount in `base` is paid from an account in `quote`.

    `contract` is the budget's rate (units of `quote` for one `base`), against which gains and losses are measured.
    `pay_at` says which rate is used on the day: the contract's, or the imported rate of `source` for `fixing`.
    `deal` is the bank's number of a forward deal at the contract rate. Only with it do orders name a rate.
    `published_on` are the calendars on whose business days the source publishes. The default is TARGET for the ECB, and
    the paying account's calendars for other sources.
    """

    base: CurrencyCode
    quote: CurrencyCode
    contract: Exact
    pay_at: Literal["contract", "reference"]
    deal: Max35 | None = None
    source: str | None = None
    fixing: Literal["payment_date", "previous_business_day", "previous_month_end"] | None = None
    published_on: tuple[CalendarCode, ...] = ()


class ReceiptFx(Record):
    """How receipts, costs and advances in `base` are converted; without `base`, in any other currency.

    `at` names the rate. It is the imported rate of `source` for the receipt's date, for the last day of its calendar
    `period`, or the mean over that period. Otherwise it is the bank's own rate, which the statement carries.
    `published_on` is as in `FxRule`. The default for a source other than the ECB is the calendars of our accounts.
    """

    base: CurrencyCode | None = None
    at: Literal["receipt_date", "period_average", "period_end", "bank_rate"]
    source: str | None = None
    period: Span = "quarter"
    published_on: tuple[CalendarCode, ...] = ()


class Evidence(Record):
    """A document that a milestone's submission must bring."""

    id: Key
    title: str


class OnDeadline(StrEnum):
    """What happens when approvals are missing at a milestone's deadline."""

    ESCALATE = "escalate"
    REJECT = "reject"
    DEEM_ACCEPTED = "deemed_accepted"


class ApprovalPolicy(Record):
    """How many approvals are needed, of which parties. The submitter's own never counts.

    They are given by people with any of `roles`; if `people` names users, only by any of those, or their substitutes.
    An escalation goes to `escalate_to`, and past it to the first party of `then_to` if all who could decide are away.
    """

    approvals: int = Field(ge=1)
    parties: tuple[Key, ...] = Field(min_length=1)
    distinct_parties: bool = True
    business_days: int = Field(ge=1, le=250)
    on_deadline: OnDeadline
    escalate_to: Key | None = None
    then_to: tuple[Key, ...] = ()
    people: tuple[UserName, ...] = ()
    roles: tuple[Role, ...] = Field(default=(Role.APPROVER,), min_length=1)


class Cancelled(Record):
    """A milestone is cancelled since a day, or its acceptance withdrawn: nothing more is released by it."""

    on: Day
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class MilestoneTerms(Record):
    """A point of the production whose acceptance releases money, unless it is `cancelled`."""

    id: Key
    title: str
    planned_on: Day
    submitter: Key
    after: tuple[Key, ...] = ()
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    approval: ApprovalPolicy
    cancelled: Cancelled | None = None


class Total(Record):
    """A contract sum. Its instalments must add up to it exactly."""

    id: Key
    title: str
    amount: Money


class DueOn(Record):
    """Due on a date of the calendar."""

    on: Day


class DueAfter(Record):
    """Due `business_days` after a milestone is accepted."""

    milestone: Key
    business_days: int = Field(ge=0, le=250)


def _due_kind(written: Any) -> str:
    """Tell the kind of a due: with a date, `on`; otherwise after a milestone."""
    has_date = "on" in written if isinstance(written, dict) else isinstance(written, DueOn)
    return "on" if has_date else "after"


Due = Annotated[Annotated[DueOn, Tag("on")] | Annotated[DueAfter, Tag("after")], Discriminator(_due_kind)]
"""When an instalment is due. The field `on` tells the kind, so that an error is reported for one kind only."""


class Instalment(Record):
    """One payment of the schedule: either a fixed `amount` or `percent` of its total.

    `if_cancelled` says what becomes of it if its milestone is cancelled. `claims_back` names the instalment whose money
    comes back by this one: from its payee, for the same purpose, so that it reduces that expense.

    `bank_codes` go with its transfer. What they leave out is as the payee's account and the bank's profile say.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,11}$")]
    title: str
    purpose: Purpose
    payer: Key
    payee: Key
    of: Key | None = None
    amount: Money | None = None
    percent: Exact | None = None
    due: Due
    convention: Convention = Convention.FOLLOWING
    late_interest: LateInterest | None = None
    bank_codes: BankCodes | None = None
    if_cancelled: IfCancelled | None = None
    claims_back: Key | None = None


class Agreement(Record):
    """One version of a production's contract. `payer` and `payee` of instalments name accounts.

    Accounts, milestones and schedule may be left out if the agreement only shares the finished work's receipts.

    At `opens_at`, in the time zone, account days and due distributions are opened. A payout due on a day when the bank
    is closed goes out on its next open day, at most `banks_closed_at_most_days` later.
    """

    sluice: Literal[1]
    production: Key
    title: str
    version: int = Field(ge=1)
    effective_on: Day
    time_zone: str
    opens_at: TimeOfDay = time(8)
    banks_closed_at_most_days: int = Field(default=14, ge=1, le=60)
    amendments: AmendmentTerms = AmendmentTerms()
    payment_controls: PaymentControls = PaymentControls()
    parties: tuple[Party, ...] = Field(min_length=2)
    accounts: tuple[Account, ...] = ()
    calendar_overrides: tuple[CalendarOverride, ...] = ()
    fx: tuple[FxRule, ...] = ()
    receipt_fx: tuple[ReceiptFx, ...] = ()
    milestones: tuple[MilestoneTerms, ...] = ()
    totals: tuple[Total, ...] = ()
    schedule: tuple[Instalment, ...] = ()
    write_off: WriteOffLimits = WriteOffLimits()
    waterfall: Waterfall | None = None

    @property
    def controlled(self) -> tuple[Account, ...]:
        """The accounts that Sluice can instruct."""
        return tuple(account for account in self.accounts if account.control is Control.CONTROLLED)

    @property
    def signatories(self) -> tuple[str, ...]:
        """The parties that must approve a version before it is in force."""
        return self.amendments.parties or tuple(party.id for party in self.parties)

    def party(self, party_id: str) -> Party:
        """Look up a party by id. `KeyError` if there is none, which the checks exclude."""
        return _by_id(self.parties, party_id)

    def account(self, account_id: str) -> Account:
        """Look up an account by id. `KeyError` if there is none, which the checks exclude."""
        return _by_id(self.accounts, account_id)

    def profile_of(self, account_id: str) -> OrderProfile:
        """How the bank of an account takes orders: a plain pain.001 if this version has no such account."""
        return next((account.profile for account in self.accounts if account.id == account_id), PLAIN)

    def milestone(self, milestone_id: str) -> MilestoneTerms:
        """Look up a milestone by id. `KeyError` if there is none."""
        return _by_id(self.milestones, milestone_id)

    def bank_account(self, account_id: str) -> BankAccount:
        """An account with its holder, as a bank file names it."""
        account = self.account(account_id)
        owner = self.party(account.owner)
        assert owner.address is not None  # noqa: S101 - the checks require it of account holders
        return BankAccount(
            holder=owner.name,
            address=owner.address,
            bic=account.bic,
            number=account.number,
            iban=account.iban,
            currency=account.currency,
            latin_name=owner.latin_name,
            kana_name=owner.kana_name,
            lei=owner.lei,
            clearing=account.clearing,
            kind=account.kind,
        )

    def fx_rule(self, base: str, quote: str) -> FxRule:
        """The rule for paying `base` from an account in `quote`; `KeyError` if there is none."""
        for rule in self.fx:
            if (rule.base, rule.quote) == (base, quote):
                return rule
        raise KeyError(f"{base}/{quote}")


_Named = TypeVar("_Named", Party, Account, MilestoneTerms)


def _by_id(items: tuple[_Named, ...], key: str) -> _Named:
    for item in items:
        if item.id == key:
            return item
    raise KeyError(key)
