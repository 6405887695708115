"""What activities return to workflows and people: the state after a transaction."""

from datetime import date
from typing import TypedDict

from pydantic import Field

from domain.identity.authentication import Authentication, unsaid
from domain.values.money import Money
from domain.values.record import Record, Sha256, UserName


class ProductionRef(Record):
    """Identifies a production."""

    production: str


class WaitingProposals(TypedDict):
    """The fields of a `ProductionView` about proposals."""

    proposals: tuple[str, ...]
    passed: tuple[Sha256, ...]
    seconds_left: int | None


class ProductionView(Record):
    """A production: agreement version, open milestones, debtor accounts, and whether all is done.

    `proposals` are the versions that wait for approvals or for their day, in words. `passed` are the documents of those
    whose day has come, and `seconds_left` is the time until the next one's by the business clock; None without any.
    """

    production: str
    version: int
    open_milestones: tuple[str, ...]
    debtor_accounts: tuple[str, ...]
    complete: bool
    proposals: tuple[str, ...] = ()
    passed: tuple[Sha256, ...] = ()
    seconds_left: int | None = None

    @property
    def registered(self) -> bool:
        """Whether an agreement is in force."""
        return self.version > 0


class MilestoneRef(Record):
    """Identifies a milestone."""

    production: str
    milestone: str


class MilestoneView(Record):
    """A milestone. Its status is `dropped` once an amendment has left it out, and `cancelled` once one says so.

    `seconds_left` is the time to the end of the deadline's day by the business clock.
    """

    production: str
    milestone: str
    status: str
    round: int
    approvals: int
    deadline_on: date | None = None
    seconds_left: int | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.status in {"accepted", "dropped", "cancelled"}


class AccountRef(Record):
    """Identifies a production's debtor account, and the user who opens its day.

    `authentication` and `acting_for` are those of the user's commands.
    """

    production: str
    account: str
    by: UserName = "system"
    authentication: Authentication | None = Field(default=None, exclude_if=unsaid)
    acting_for: UserName | None = Field(default=None, exclude_if=unsaid)


class PlannedRun(Record):
    """A run to prepare. Its business key names account, currency, day and number."""

    production: str
    run: str
    account: str
    currency: str
    on: date
    by: UserName
    authentication: Authentication | None = Field(default=None, exclude_if=unsaid)
    acting_for: UserName | None = Field(default=None, exclude_if=unsaid)


class RunRef(Record):
    """Identifies a run."""

    production: str
    run: str


class RunView(Record):
    """A run. `open` counts payments on which the bank or we still have to act.

    Of those, `silent` counts submitted ones without an answer, and `unsent` those that the bank never saw. Both `open`
    and `silent` count each attempt that the bank may still book. `unasked` counts those about which it must be asked.
    `seconds_to_cut_off` is the time to the account's cut-off by the business clock, at least zero. `answer_within_s` is
    how long the bank may take to answer before a payment is unknown. A run above limits waits for a second release
    after that of `first_released_by`.
    """

    production: str
    run: str
    status: str
    count: int
    total: Money | None = None
    sha256: str | None = None
    open: int = 0
    silent: int = 0
    unsent: int = 0
    times_sent: int = 0
    enquiries: int = 0
    unasked: int = 0
    seconds_to_cut_off: int = 0
    answer_within_s: int = 0
    first_released_by: str | None = None


class PaymentView(Record):
    """A payment and its status."""

    payment: str
    status: str


class MovementView(Record):
    """An unmatched movement, and its amount still in suspense: positive for money that came in."""

    account: str
    movement: str
    open: Money


class ReceiptView(Record):
    """A receipt, its status, and what of it is outstanding. `proposed` waits to be confirmed as a write-off."""

    receipt: str
    status: str
    outstanding: Money
    proposed: Money | None = None


class InterestView(Record):
    """The late interest that was claimed of an instalment to date, and how many claims were raised for it."""

    payment: str
    claimed: Money
    claims: int


class CreditView(Record):
    """What is left of a party's credit on an account, and the refund of it that was made or taken back."""

    account: str
    party: str
    left: Money
    payment: str


class OpeningBalanceView(Record):
    """What is on record as an account's balance at the start of a day, before everything that the books have of it."""

    account: str
    amount: Money
    on: date


class BooksView(Record):
    """Until which day the books of a production are closed."""

    production: str
    closed_until: date


class ReminderView(Record):
    """A recorded reminder of a late receipt: what is outstanding, whom it went to, and its text."""

    receipt: str
    party: str
    outstanding: Money
    days_late: int
    to: str
    text: str


class DistributionRef(Record):
    """Identifies a distribution."""

    production: str
    period: str


class DistributionView(Record):
    """A distribution. Its status is `none` before it is computed, then `computed`, `posted` and `ordered`.

    `silent` are parties without an answer, `disputing` those with an open objection. `seconds_left` is the time to the
    end of the last day for answers by the business clock; None once it is over. `after` is an earlier period that must
    be posted first, `before` are later ones that wait for this one. `trouble` is what keeps it from being paid out, in
    sentences: an amendment mends it.
    """

    production: str
    period: str
    status: str
    revision: int = 0
    silent: tuple[str, ...] = ()
    disputing: tuple[str, ...] = ()
    answer_by: date | None = None
    pay_on: date | None = None
    seconds_left: int | None = None
    after: str | None = None
    before: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether it can be posted: everybody has answered, and no earlier period is missing."""
        return self.status == "computed" and self.after is None and not (self.silent and self.seconds_left is not None)

    @property
    def over(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.status == "ordered" and not self.disputing


class HistoryGap(Record):
    """A missing history. `run_id` is empty where it is unknown which run is missing."""

    workflow_id: str
    run_id: str = ""
    why: str


class SweepView(Record):
    """The result of a sweep: ended runs in Temporal, those archived by it, and gaps."""

    closed: int
    archived: int
    gaps: int = 0
    first_gaps: tuple[HistoryGap, ...] = ()


class AccountChangeView(Record):
    """A change of a payee's bank account. A confirmed one is in force from `in_force_on`."""

    production: str
    change: str
    status: str
    in_force_on: date | None = None


class PartyView(Record):
    """A party, and whether it is frozen: nothing is paid to it."""

    production: str
    party: str
    frozen: bool


class MatchView(Record):
    """A match of a party with a list of names, and whether two people said that it is somebody else."""

    production: str
    match: str
    cleared: bool
