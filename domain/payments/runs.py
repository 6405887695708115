"""Payment runs: due payments of one debtor account, currency and day, released under four eyes, sent as one order."""

import hashlib
from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from pydantic import Field

from domain.agreement.model import Agreement
from domain.bank.messages import AgreedRate, BankAccount, BankCodes
from domain.commands import (
    CancelRun,
    PrepareRun,
    ReleaseRun,
    require,
)
from domain.errors import BadInput, Hindered, IllegalTransition, InDoubt, NotFound, SamePerson, StaleApproval
from domain.events import (
    LINES_PER_EVENT,
    Event,
    GatheredPayment,
    PaymentsGathered,
    QuoteTaken,
    RunCancelled,
    RunEscalated,
    RunFirstReleased,
    RunPrepared,
    RunReleased,
)
from domain.identity import SYSTEM, Person
from domain.ledger import journal
from domain.payments.codes import codes_of
from domain.payments.payments import (
    Payment,
    Payments,
    Status,
)
from domain.schemas import SCHEMAS, Schemas
from domain.values.money import Money, total
from domain.values.record import Record

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Quote:
    """An applied rate: units of `quote` for one `base`, from `source`, fixed on `fixing_on`.

    `deal` is the bank's number of a deal at this rate, for at most `deal_amount`, which `deal_by` took.
    """

    base: str
    quote: str
    rate: Decimal
    source: str
    fixing_on: date
    contract_rate: Decimal
    deal: str | None = None
    deal_amount: Money | None = None
    deal_by: str | None = None


class Run(Struct, frozen=True):
    """A payment run. `status` is prepared, released, submitted or cancelled; each payment has its own status.

    `count` and `total` are of what was gathered and, once released, of what was released. `released_on` is the day
    whose accounts of payees are paid. Above limits, `first_released_by` gave the first release, of `first_sha256`.
    `times_sent` counts the copies of the order that went to the bank, `enquiries` how often it was asked about them.
    """

    id: str
    account: str
    currency: str
    execution_on: date
    prepared_by: str
    count: int
    total: Money
    sha256: str
    status: str = "prepared"
    quote: Quote | None = None
    released_by: str | None = None
    message_id: str | None = None
    file: str | None = None
    times_sent: int = 0
    enquiries: int = 0
    released_on: date | None = None
    first_released_by: str | None = None
    first_sha256: str | None = None


Runs = MutableMapping[str, Run]


def run_id(production: str, account: str, currency: str, on: date, number: int) -> str:
    """The business key of the `number`-th run (from 1) of an account, currency and day."""
    return f"{production}/{account}/{currency}/{on.isoformat()}/{number}"


def next_run_id(before: Runs, production: str, account: str, currency: str, on: date) -> str:
    """The id of the next run of an account, currency and day. `before` holds at least the prepared runs."""
    of_the_day = [
        run for run in before.values() if (run.account, run.currency, run.execution_on) == (account, currency, on)
    ]
    return run_id(production, account, currency, on, len(of_the_day) + 1)


def message_id(run: Run, enquiry: int = 0) -> str:
    """The message id of a run's order, or of its `enquiry`-th enquiry. At most 35 characters, the same on every try."""
    production, day = run.id.split("/", 1)[0], run.execution_on.strftime("%y%m%d")
    digest = hashlib.sha256(f"{run.id}#{enquiry}".encode()).hexdigest()[:10]
    return f"{production}-{day}-{digest}"


def the_run(runs: Runs, name: str) -> Run:
    """Look up a run by id; `NotFound` if there is none."""
    try:
        return runs[name]
    except KeyError:
        raise NotFound(f"There is no run {name}: see `sluice run show`.", run=name) from None


def prepare(
    payments: Payments, agreement: Agreement, command: PrepareRun, person: Person, quote: Quote | None
) -> list[Event]:
    """Gather due payments into a run; no events if nothing is due. `quote` is required if the account converts."""
    if person != SYSTEM:
        debtor = agreement.account(command.account).owner
        require(person, PrepareRun, (debtor,), f"prepare run {command.run}")
    if quote is None and agreement.account(command.account).currency != command.currency:
        raise BadInput(f"Run {command.run} pays {command.currency} from another currency and has no rate for it.")
    due = [
        payment
        for payment in payments.values()
        if payment.status is Status.DUE
        and payment.run is None
        and payment.account == command.account
        and payment.amount.currency == command.currency
        and payment.due_on is not None
        and payment.due_on <= command.on
    ]
    if not due:
        return []
    due.sort(key=lambda payment: payment.id)
    run = Run(
        id=command.run,
        account=command.account,
        currency=command.currency,
        execution_on=command.on,
        prepared_by=person.user,
        count=len(due),
        total=total((payment.amount for payment in due), command.currency),
        sha256="",
        quote=quote,
    )
    gathered = [replace(payment, run=run.id, end_to_end_id=payment.next_end_to_end_id) for payment in due]
    events: list[Event] = [
        RunPrepared(
            run=run.id,
            account=run.account,
            currency=run.currency,
            execution_on=run.execution_on,
            by=run.prepared_by,
            count=run.count,
            total=run.total,
            sha256=binding(run, gathered, agreement),
        )
    ]
    if quote is not None:
        told = {name: value for name, value in asdict(quote).items() if not name.startswith("deal")}
        events.append(QuoteTaken(run=run.id, **told))
    for part in chunks(gathered):
        lines = tuple(GatheredPayment(payment=p.id, end_to_end_id=p.end_to_end_id or p.id) for p in part)
        events.append(PaymentsGathered(run=run.id, payments=lines))
    return events


class BoundRun(Record):
    """What a releaser's approval is bound to: every amount and account that the order will contain, and how.

    `deal` is the bank's number of the deal at whose rate it converts. `codes` are those of payments that have any, by
    end-to-end id. `bank_file` is what the
    profile says that differs from its defaults, so that a later field with a default changes no hash.
    """

    run: str
    execution_on: date
    debtor: BankAccount
    rate: str | None
    creditors: dict[str, BankAccount]
    lines: tuple[tuple[str, str, str], ...]
    bank_file: dict[str, Any] | None = None
    batch_booking: bool = True
    deal: str | None = None
    codes: dict[str, BankCodes] = Field(default_factory=dict)


def binding(run: Run, payments: Iterable[Payment], agreement: Agreement) -> str:
    """The SHA-256 of what would be paid: lines, amounts, rate, and the accounts of the agreement in force."""
    return journal.sha256(journal.canonical(_bound(run, payments, agreement)))


def bindings(run: Run, payments: Iterable[Payment], agreement: Agreement, schemas: Schemas = SCHEMAS) -> frozenset[str]:
    """The hashes of what would be paid, in every schema version. An approval survives an upgrade by any of them."""
    return schemas.digests(_bound(run, payments, agreement))


def _bound(run: Run, payments: Iterable[Payment], agreement: Agreement) -> BoundRun:
    members = {payment.id: payment for payment in payments}
    codes = codes_of(members.values(), agreement)
    lines = sorted((p.end_to_end_id or p.id, str(p.amount), p.payee) for p in members.values())
    creditors = {payee: agreement.bank_account(payee) for payee in {line[2] for line in lines}}
    account, agreed = agreement.account(run.account), agreed_rate(run, agreement)
    return BoundRun(
        run=run.id,
        execution_on=run.execution_on,
        debtor=agreement.bank_account(run.account),
        rate=str(run.quote.rate) if run.quote else None,
        creditors=creditors,
        lines=tuple(lines),
        bank_file=account.bank_file and account.bank_file.model_dump(mode="json", exclude_defaults=True),
        batch_booking=account.batch_booking,
        deal=agreed.contract_id if agreed else None,
        codes={members[name].end_to_end_id or name: each for name, each in codes.items()},
    )


def agreed_rate(run: Run, agreement: Agreement) -> AgreedRate | None:
    """The rate that the bank agreed to in a deal; None if the run does not pay at a deal's rate."""
    quote = run.quote
    if quote is not None and quote.deal is not None:
        return AgreedRate(rate=quote.rate, contract_id=quote.deal)
    for rule in agreement.fx if quote else ():
        if quote and rule.deal and (rule.base, rule.quote, rule.contract) == (quote.base, quote.quote, quote.rate):
            return AgreedRate(rate=quote.rate, contract_id=rule.deal)
    return None


def release(
    runs: Runs,
    payments: Payments,
    agreement: Agreement,
    command: ReleaseRun,
    person: Person,
    today: date,
    above: Sequence[str] = (),
) -> list[Event]:
    """Release a run under four eyes. The releaser is not the preparer and approves exactly what would be paid now.

    `agreement` has today's accounts of payees. `above` are the limits that the run exceeds: then this is the first of
    two releases, unless another person gave that for the same content.

    Raises:
        StaleApproval: what would be paid has changed since it was looked at, or the run's day is over.
        InDoubt: the bank may still book an earlier attempt.
        SamePerson: the person prepared the run, took its deal, or gave its first release.
        Hindered: the money of the account is not for what the run pays.
    """
    run = the_run(runs, command.run)
    debtor = agreement.account(run.account).owner
    require(person, ReleaseRun, (debtor,), f"release run {run.id}")
    if person.is_behind(run.prepared_by):
        who = person.known_as(run.prepared_by)
        raise SamePerson(f"{who} prepared run {run.id} and may not release it: ask a colleague.", run=run.id)
    if run.quote is not None and run.quote.deal_by is not None and person.is_behind(run.quote.deal_by):
        who = person.known_as(run.quote.deal_by)
        raise SamePerson(f"{who} took the deal of run {run.id} and may not release it: ask a colleague.")
    if run.status != "prepared":
        raise IllegalTransition(f"Run {run.id} is {run.status}: only a prepared run can be released.", run=run.id)
    if run.execution_on < today:
        raise StaleApproval(
            f"Run {run.id} was to be paid on {run.execution_on}, which is past: cancel it and open the account's day "
            "again.",
            run=run.id,
        )
    lines = payments.of_run(run.id)
    if not lines:
        raise IllegalTransition(f"Run {run.id} has no payments left: cancel it.", run=run.id)
    if why_not := in_doubt(run, lines) or misused(run, lines, agreement):
        raise why_not
    bound = bindings(run, lines, agreement)
    if command.sha256 not in bound:
        raise StaleApproval(
            f"Run {run.id} is no longer what was looked at: see `sluice run preview` again before releasing it.",
            run=run.id,
        )
    if above and run.first_sha256 not in bound:
        return [RunFirstReleased(run=run.id, by=person.user, sha256=command.sha256, limits=tuple(above))]
    if above and run.first_released_by is not None and person.is_behind(run.first_released_by):
        who = person.known_as(run.first_released_by)
        raise SamePerson(f"{who} released run {run.id} first; above a limit a second person must: ask another.")
    return [RunReleased(run=run.id, by=person.user, sha256=command.sha256, on=today)]


def misused(run: Run, lines: Iterable[Payment], agreement: Agreement) -> Hindered | None:
    """Why a run may not go: the first of its payments for which the money of the account may not be used."""
    account = agreement.account(run.account)
    for payment in lines:
        if not account.may_pay(payment.purpose):
            uses = " and ".join(account.uses or ()) or "nothing"
            why = f"Run {run.id} cannot go: account {account.id} is for {uses}, and {payment.id} is {payment.purpose}."
            return Hindered(why, run=run.id, payment=payment.id)
    return None


def in_doubt(run: Run, lines: Iterable[Payment]) -> InDoubt | None:
    """Why a run may not go yet: the first of its payments of which the bank may still book an earlier attempt."""
    for payment, doubt in ((line, doubt) for line in lines for doubt in line.doubts):
        hold = f"`sluice payment hold {payment.id}`, which takes the payment out of the run, so that the others can go"
        todo = hold if run.status == "prepared" else f"`sluice run cancel {run.id}`"
        why = f"Run {run.id} cannot go because of payment {payment.id}: {doubt.sentence}. Ask the bank; or {todo}."
        return InDoubt(why, run=run.id, payment=payment.id)
    return None


def check_in_time(run: Run, latest: datetime, now: datetime) -> None:
    """Check that the bank would still execute a run's order on its day. At the very instant of the cut-off it is late.

    Raises:
        StaleApproval: it is too late.
    """
    if now >= latest:
        raise StaleApproval(
            f"The bank must have run {run.id} before {latest:%Y-%m-%d %H:%M}, which is past: cancel it, and open the "
            "account's day again for the next run.",
            run=run.id,
        )


def escalate(runs: Runs, name: str) -> list[Event]:
    """Record that a prepared run was not released by the cut-off."""
    run = the_run(runs, name)
    return [RunEscalated(run=run.id)] if run.status == "prepared" else []


def cancel(runs: Runs, agreement: Agreement, command: CancelRun, person: Person) -> list[Event]:
    """Cancel a run that was not sent. Its payments are due again."""
    run = the_run(runs, command.run)
    require(person, CancelRun, (agreement.account(run.account).owner,), f"cancel run {run.id}")
    if run.status not in {"prepared", "released"}:
        raise IllegalTransition(f"Run {run.id} is {run.status}: only a run not sent yet can be cancelled.", run=run.id)
    return [RunCancelled(run=run.id, by=person.user, reason=command.reason)]


def chunks(lines: Sequence[Line]) -> Iterable[Sequence[Line]]:
    """Split lines into parts that fit into one event."""
    return (lines[start : start + LINES_PER_EVENT] for start in range(0, len(lines), LINES_PER_EVENT))
