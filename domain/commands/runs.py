"""Commands about payment runs."""

from datetime import date

from pydantic import Field

from domain.bank.messages import Max35
from domain.commands.base import Command
from domain.commands.declaration import PAYER, Declaration
from domain.events import (
    DealTaken,
    RunCancelled,
    RunDoubted,
    RunEscalated,
    RunReleased,
    RunSubmitted,
)
from domain.identity import Role
from domain.values.money import Exact, Money
from domain.values.record import Sha256


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


class TakeDeal(Command):
    """Pay a prepared run at the rate of a deal that was made with the bank. Given again, it replaces the one before."""

    run: str
    number: Max35 = Field(description="The bank's number of the deal.")
    amount: Money = Field(description="What the bank exchanges at most, in the currency that the run pays.")
    rate: Exact = Field(description="Units of the account's currency for one of the currency that the run pays.")
    on: date = Field(description="The day on which the bank exchanges: that of the run.")


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


DECLARED = (
    Declaration(PrepareRun, key="prepare/{run}", activity="prepare", role=Role.PREPARER, parties=PAYER, system=True),
    Declaration(
        ReleaseRun,
        key="release/{run}/{sha256:.16}/{by}",
        repeated_in=RunReleased,
        activity="release",
        role=Role.RELEASER,
        parties=PAYER,
        excluded="whoever prepared the run or took its deal",
        workflow="PaymentRun",
        update="release",
        cli="run release",
        path="/runs/{run}/release",
        arguments=("run",),
    ),
    Declaration(
        TakeDeal,
        key="deal/{run}",
        repeated_in=DealTaken,
        repeatable=True,
        activity="take_deal",
        role=Role.PREPARER,
        parties=PAYER,
        workflow="PaymentRun",
        update="take_deal",
        cli="run deal",
        path="/runs/{run}/deal",
        arguments=("run", "number"),
    ),
    Declaration(
        CancelRun,
        key="cancel/{run}",
        repeated_in=RunCancelled,
        repeatable=True,
        activity="cancel",
        role=Role.PREPARER,
        parties=PAYER,
        workflow="PaymentRun",
        update="cancel",
        cli="run cancel",
        path="/runs/{run}/cancellation",
        arguments=("run",),
    ),
    Declaration(SubmitRun, key="send/{run}/{times_sent}", repeated_in=RunSubmitted, activity="send", system=True),
    Declaration(DoubtRun, key="doubt/{run}/{enquiries}", repeated_in=RunDoubted, activity="doubt", system=True),
    Declaration(EscalateRun, key="escalate/{run}", repeated_in=RunEscalated, activity="escalate", system=True),
)
