"""Payments and runs that will not progress without a person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.health.ailment import Ailment, AilmentKind, counted, in_a_sentence, when_open
from domain.payments.attempts import Doubt

CONTRADICTION_IS_SHOWN_FOR = timedelta(days=7)
SENDING_TAKES = timedelta(minutes=5)
"""The time allowed from a run's release, or from the bank's "not found", until it is sent."""


@dataclass(frozen=True, slots=True)
class RunWaiting:
    """A run with waiting payments: their number and formatted sum. `on` is its execution date.

    `since` is when it was released, or when the bank did not find its payments (then it was `sent_before`). It is None
    before the release.
    """

    production: str
    account: str
    run: str
    on: date
    count: int
    amount: str
    sent_before: bool = False
    since: datetime | None = None

    @property
    def replacement_steps(self) -> str:
        """How to replace a run that can no longer be executed."""
        return (
            f"`sluice run cancel {self.run}`, which makes its payments due again, then "
            f"`sluice run open {self.production} {self.account}` for a run of today's"
        )


def contradicted(production: str, payment: str, answer: str, at: datetime, now: datetime) -> Ailment | None:
    """A bank answer that contradicts its earlier ones."""
    if now - at > CONTRADICTION_IS_SHOWN_FOR:
        return None
    return Ailment(
        AilmentKind.CONTRADICTED,
        f"{production} {payment}",
        at,
        f"the bank said '{answer}', which its earlier answers exclude; nothing was posted for it",
        f"ask the bank which of its answers holds; `sluice payment show {payment}` shows ours",
    )


def doubtful(payment: str, doubt: Doubt) -> Ailment:
    """A payment of which the bank may still book an attempt, so that no other attempt is released."""
    return Ailment(
        AilmentKind.DOUBTFUL,
        payment,
        doubt.on,
        doubt.sentence,
        f"ask the bank whether it pays {doubt.end_to_end_id}, and for its statement of {doubt.on}; until then no other "
        f"attempt is released: `sluice payment show {payment}`",
    )


def unbooked(payment: str, status: str, execution_on: date) -> Ailment:
    """A payment that the bank has, and did not book although its statements tell the run's day completely."""
    return Ailment(
        AilmentKind.UNSETTLED,
        payment,
        execution_on,
        f"it is {status}, and the bank's statement of {execution_on}, which is complete, has no booking of it",
        "ask the bank whether it still executes it; if it does not, "
        f"`sluice payment fail {payment} --reason …`, and then `sluice payment correct`",
    )


def unsettled(payment: str, status: str, execution_on: date, today: date, within_days: int) -> Ailment | None:
    """A payment that the bank has not booked `within_days` calendar days of its run's date."""
    if (today - execution_on).days <= within_days:
        return None
    return Ailment(
        AilmentKind.UNSETTLED,
        payment,
        execution_on,
        f"it is {status} and was to be paid {(today - execution_on).days} days ago",
        "ask the bank for its statement of that day; nothing is sent again unless it says that it never saw it",
    )


def unpayable(production: str, period: str, why: str) -> Ailment:
    """A distribution that cannot be paid out under the agreement in force."""
    return Ailment(
        AilmentKind.UNPAYABLE,
        f"{production} {period}",
        None,
        in_a_sentence(why),
        "amend the agreement: `sluice agreement amend`; the distribution then goes on by itself, and "
        f"`sluice distribution show {production} {period}` says whether anything is left in its way",
    )


def uncomputable(production: str, period: str, why: str) -> Ailment:
    """A period that is due by the settlement calendar and cannot be computed. Later ones wait for it."""
    return Ailment(
        AilmentKind.UNCOMPUTABLE,
        f"{production} {period}",
        None,
        f"it is due and cannot be computed: {in_a_sentence(why)}",
        "amend the agreement (`sluice agreement amend`), and it is opened at once; or restate the facts, and it is "
        "opened on the next morning, or now by `sluice distribution open`",
    )


def ungathered(payment: str, due_on: date, today: date, within_days: int, closed: str = "") -> Ailment | None:
    """A payment that is in no run `within_days` calendar days after it fell due.

    `closed` is why its account does nothing today, and until when; empty on a business day.
    """
    if (today - due_on).days <= within_days:
        return None
    return Ailment(
        AilmentKind.UNGATHERED,
        payment,
        due_on,
        f"it is due since {(today - due_on).days} days and in no run",
        "open the account's day (`sluice run open`), which says what keeps it: often a rate that is not imported"
        f"{when_open(closed)}",
    )


def unreleased(run: RunWaiting, today: date, closed: str = "") -> Ailment | None:
    """A run that was not released on its day. It can no longer be released, and its payments are in no other run.

    `closed` is why its account does nothing today, and until when; empty on a business day.
    """
    if run.on >= today:
        return None
    return Ailment(
        AilmentKind.UNRELEASED,
        run.run,
        run.on,
        f"its day is past, so that it can never be released, and {counted(run.count, 'payment')} of {run.amount} "
        f"{'wait' if run.count != 1 else 'waits'} in it",
        f"{run.replacement_steps}{when_open(closed)}",
    )


def unsent(run: RunWaiting, now: datetime) -> Ailment | None:
    """A run that was released, or not found by the bank, and is not sent."""
    if run.since is None or now - run.since < SENDING_TAKES:
        return None
    waiting = f"{counted(run.count, 'payment')} of {run.amount}"
    if run.sent_before:
        why = f"the bank never saw {waiting}, and its order is not sent again"
        todo = "see that a worker runs, and what its log says of the run: it sends the same bytes once it can"
    else:
        why = f"it is released and not sent, with {waiting}: what would be paid may have changed since"
        todo = f"if no worker runs, start one; else {run.replacement_steps}"
    return Ailment(AilmentKind.UNSENT, run.run, run.since, why, todo)


def held(payment: str, since: datetime, reason: str, now: datetime, within_days: int) -> Ailment:
    """A held payment. It is wrong only after `within_days`, when it was probably forgotten."""
    return Ailment(
        AilmentKind.HELD,
        payment,
        since,
        f"somebody holds it: {reason}",
        "`sluice payment resume` once it may go",
        wrong=now - since > timedelta(days=within_days),
    )
