"""What somebody or something wants.

Each command carries a business key: the same key with the same content is the same command, and answers with
the earlier outcome. The same key with other content is refused.

`by` is a user name; whom it stands for is looked up where the command is carried out, never believed from the message.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.events.histories import HistoryArchived
from domain.events.revenue import ImportedRows
from domain.values.money import Money
from domain.values.record import Record, Sha256, UserName

CommandKey = Annotated[str, StringConstraints(pattern=r"^[^\s\p{C}]{1,200}$")]


class Command(Record):
    """Base of all commands. `production` is empty in what concerns the house itself and no production."""

    key: CommandKey
    by: UserName
    production: str


class RegisterAgreement(Command):
    """Put version 1 of an agreement in force; its document is already stored under its hash."""

    document: Sha256


class AmendAgreement(Command):
    """Put the next version in force."""

    document: Sha256


class SubmitMilestone(Command):
    """Hand in the evidence of a milestone: document id → SHA-256. Other evidence voids the approvals given before."""

    milestone: str
    evidence: dict[str, Sha256] = Field(
        description="A document that the agreement asks for; once for each. Its SHA-256 is recorded."
    )


class ApproveMilestone(Command):
    """Approve the evidence of one round."""

    milestone: str
    round: int = Field(description="The round of evidence that was looked at; default the newest.")


class RejectMilestone(Command):
    """Reject the evidence of one round; other evidence can be submitted then."""

    milestone: str
    round: int = Field(description="The round of evidence that was looked at; default the newest.")
    reason: str = Field(min_length=1, max_length=500, description="What is wrong with the evidence.")


class PassDeadline(Command):
    """Do what the policy says once a deadline has passed."""

    milestone: str
    round: int


class FallDue(Command):
    """Let what is due by a date fall due."""

    on: date


class PrepareRun(Command):
    """Gather the due payments of one debtor account and currency into the run of that name."""

    run: str
    account: str
    currency: str
    on: date


class ReleaseRun(Command):
    """Release exactly what `sha256` binds: the second pair of eyes."""

    run: str
    sha256: Sha256 = Field(description="The SHA-256 that `sluice run preview` showed.")


class CancelRun(Command):
    """Give up a run that was not sent; its payments can be gathered again."""

    run: str
    reason: str = Field(min_length=1, max_length=500, description="Why it is given up.")


class SubmitRun(Command):
    """Fix the bytes of a released run's order and put them in the outbox."""

    run: str


class DoubtRun(Command):
    """Enquire after what the bank has not answered for in time."""

    run: str


class EscalateRun(Command):
    """Say that a prepared run was not released by the cut-off."""

    run: str


class HoldPayment(Command):
    """Keep a due payment back until it is resumed."""

    payment: str
    reason: str = Field(min_length=1, max_length=500, description="Why: a missing tax form, a frozen party, a limit …")


class ResumePayment(Command):
    """Let a held payment go again, with its account's next run."""

    payment: str


class CorrectPayment(Command):
    """Make a rejected or returned payment due again, under a new end-to-end id."""

    payment: str
    reason: str = Field(
        min_length=1, max_length=500, description="What was put right, such as the payee's account by an amendment."
    )


class TakeBankFile(Command):
    """Take in a file of the bank, stored under its hash; by what name it came says nothing, banks repeat themselves."""

    account: str
    file: Sha256


class AllocateMovement(Command):
    """Say what a movement was that nothing explained: money of an expected receipt, of a source, or the bank's charge.

    `name` is the receipt's or the source's; `amount` what of the claim it settles, where that is in another currency.
    """

    account: str
    bank_reference: str
    to: Literal["receipt", "source", "charges"]
    name: str = ""
    amount: Money | None = None
    reason: str = Field(min_length=1, max_length=500, description="How that is known.")


class ComputeDistribution(Command):
    """Run the waterfall to the end of a period, and ask everybody concerned. Computing again voids the answers."""

    period: str


class ApproveDistribution(Command):
    """Accept one revision of a distribution for one's party; an objection that it made is over with that."""

    period: str
    revision: int = Field(description="The revision that was looked at; default the newest.")


class ObjectToDistribution(Command):
    """Dispute positions of one's party in one revision: only what they give it is held."""

    period: str
    revision: int = Field(description="The revision that was looked at; default the newest.")
    positions: tuple[str, ...] = Field(default=(), description="A disputed position; default all of your party's.")
    reason: str = Field(min_length=1, max_length=500, description="What is wrong.")


class ResolveObjection(Command):
    """End the objection of one's own party: what was held is paid out."""

    period: str
    reason: str = Field(min_length=1, max_length=500, description="What was agreed.")


class PostDistribution(Command):
    """Owe what a distribution says, once everybody has answered or had the time to."""

    period: str


class OrderPayouts(Command):
    """Make payments of what a posted distribution owes."""

    period: str


class ImportStatement(Command):
    """Take in a statement as its `version`; the rows themselves stay in the file until they are written."""

    version: int = Field(ge=1)
    rows: ImportedRows


class ArchiveHistory(Command):
    """Keep the history of a run of a workflow that has ended; its bytes are fetched before, and kept with the event."""

    history: HistoryArchived


class GiveUpHistory(Command):
    """Say that a history is lost for good; `why` is what says that it must have been.

    `run_id` is empty where it cannot be known which run of the workflow is missing.
    """

    workflow_id: str
    run_id: str = ""
    why: str
    reason: str = Field(min_length=1, max_length=500, description="How it was lost, and how that is known.")
