"""What activities tell workflows and people: where a thing stands after the transaction, never how to decide."""

from datetime import date

from domain.values.money import Money
from domain.values.record import Record, UserName


class ProductionRef(Record):
    """Names a production."""

    production: str


class ProductionView(Record):
    """A production: its agreement's version, milestones not accepted yet, debtor accounts, and whether all is done."""

    production: str
    version: int
    open_milestones: tuple[str, ...]
    debtor_accounts: tuple[str, ...]
    complete: bool

    @property
    def registered(self) -> bool:
        """Whether an agreement is in force."""
        return self.version > 0


class MilestoneRef(Record):
    """Names a milestone."""

    production: str
    milestone: str


class MilestoneView(Record):
    """A milestone; its status is `dropped` once an amendment has left it out.

    `seconds_left` counts to the end of the deadline's day by the business clock.
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
        return self.status in {"accepted", "dropped"}


class AccountRef(Record):
    """Names a debtor account of a production, and who asks for its day to be opened."""

    production: str
    account: str
    by: UserName = "system"


class PlannedRun(Record):
    """A run that is to be prepared: its business key says account, currency, day and number."""

    production: str
    run: str
    account: str
    currency: str
    on: date
    by: UserName


class RunRef(Record):
    """Names a run."""

    production: str
    run: str


class RunView(Record):
    """A run: `open` counts payments that the bank, or we, still have to do something about.

    Of those, `silent` are submitted without any answer, `unsent` were never seen by the bank and are to be sent again.
    `seconds_to_cut_off` counts to the debtor account's cut-off by the business clock, never below zero;
    `answer_within_s` is how long the bank may take to answer before a payment counts as unknown.
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
    seconds_to_cut_off: int = 0
    answer_within_s: int = 0


class PaymentView(Record):
    """A payment and where it is in its life."""

    payment: str
    status: str


class MovementView(Record):
    """A movement of a bank that nothing explained, and what of it is still in suspense: positive when it came in."""

    account: str
    bank_reference: str
    open: Money


class DistributionRef(Record):
    """Names a distribution."""

    production: str
    period: str


class DistributionView(Record):
    """A distribution: its status is `none` before it is computed, then `computed`, `posted` and `ordered`.

    `silent` are parties that have not answered, `disputing` those with an open objection. `seconds_left` counts to the
    end of the last day for answers by the business clock; None once that day is over. `after` is an earlier period that
    is to be posted first, `before` are later ones that wait for this one.
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

    @property
    def answered(self) -> bool:
        """Whether it can be posted: nobody is waited for any more, nor an earlier period."""
        return self.status == "computed" and self.after is None and not (self.silent and self.seconds_left is not None)

    @property
    def over(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.status == "ordered" and not self.disputing


class HistoryGap(Record):
    """A history that must have been and is not in the archive; `run_id` is empty where it cannot be known which run."""

    workflow_id: str
    run_id: str = ""
    why: str


class SweepView(Record):
    """What a sweep found: runs that Temporal knows to have ended, those it archived itself, and what is missing."""

    closed: int
    archived: int
    gaps: int = 0
    first_gaps: tuple[HistoryGap, ...] = ()
