"""The models of the commands.

Each command carries a business key. The same key with the same content is the same command, and returns the earlier
outcome. The same key with other content is refused.

`by` is a user name. The user's party and roles are looked up where the command is carried out, never taken from the
message.
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
    """Base of all commands. `production` is empty for a command that concerns no production."""

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


class ComputeDistribution(Command):
    """Run the waterfall to the end of a period and ask the parties. Computing again voids their answers."""

    period: str


class ApproveDistribution(Command):
    """Accept one revision of a distribution for one's party. This also ends an objection of that party."""

    period: str
    revision: int = Field(description="The revision that was looked at; default the newest.")


class ObjectToDistribution(Command):
    """Dispute positions of one's party in one revision. Only what they give the party is held."""

    period: str
    revision: int = Field(description="The revision that was looked at; default the newest.")
    positions: tuple[str, ...] = Field(default=(), description="A disputed position; default all of your party's.")
    reason: str = Field(min_length=1, max_length=500, description="What is wrong.")


class ResolveObjection(Command):
    """End the objection of one's own party: what was held is paid out."""

    period: str
    reason: str = Field(min_length=1, max_length=500, description="What was agreed.")


class PostDistribution(Command):
    """Post what a distribution owes, once everybody has answered or the time to answer is over."""

    period: str


class OrderPayouts(Command):
    """Make payments of what a posted distribution owes."""

    period: str


class ImportStatement(Command):
    """Take in a statement as its `version`. The rows stay in the file until they are written."""

    version: int = Field(ge=1)
    rows: ImportedRows


class ArchiveHistory(Command):
    """Keep the history of an ended workflow run. Its bytes are fetched first and kept with the event."""

    history: HistoryArchived


class GiveUpHistory(Command):
    """Declare a history lost for good. `why` says what proves that it existed.

    `run_id` is empty where it is unknown which run of the workflow is missing.
    """

    workflow_id: str
    run_id: str = ""
    why: str
    reason: str = Field(min_length=1, max_length=500, description="How it was lost, and how that is known.")
