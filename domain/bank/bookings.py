"""From a bank's account reports to events: every booking ends in exactly one place.

A booking settles or returns a payment, is received, undoes an earlier booking, is a charge, was told before, or waits
in suspense. One that was told before changes nothing, unless it is in suspense and the new report explains it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial

from domain.agreement.model import Account, Agreement
from domain.bank.accounts import same_account
from domain.bank.explanations import KnownAccount, named, numbers, orders, undoes
from domain.bank.identity import KnownBooking
from domain.bank.lines import Line, lines_of
from domain.bank.reading import read_report
from domain.bank.reconciliation import complete_day
from domain.bank.reports import AccountReport, BankFile, ReportKind
from domain.bank.statements import BankStatement, statements
from domain.events import BankFileTaken, Event, ReportTaken
from domain.identity import SYSTEM
from domain.milestones import Milestone
from domain.payments.doubts import silent_over
from domain.payments.late_interest import claimed_when_paid
from domain.payments.payments import Payment, Payments, payment_id
from domain.payments.receipts import Receipt
from domain.payments.runs import Runs
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the records say before a file is taken: state, and the bookings and open suspense of each account by id.

    `known` holds at least the bookings on the file's days, and those of amounts opposite to its reversals. `statements`
    are all of an account. With them, `payments` has those of the account that are unknown or in doubt.
    """

    payments: Mapping[str, Payment]
    receipts: Mapping[str, Receipt]
    runs: Runs
    known: Mapping[str, Sequence[KnownBooking]] = field(default_factory=dict)
    suspended: Mapping[str, Mapping[str, Money]] = field(default_factory=dict)
    statements: Mapping[str, Sequence[BankStatement]] = field(default_factory=dict)
    milestones: Mapping[str, Milestone] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a file needs of the records: names that it mentions, and what known bookings may look like.

    `numbers` are those of Zengin transfers: each may mean any payment that is on its way.

    `opposite` are amounts that a reversal in the file may undo, or that may have come back of a payment before it was
    told. Amounts are signed minor units. `stated` if the file has a statement, which may be silent about attempts in
    doubt.
    """

    payments: frozenset[str]
    numbers: frozenset[str]
    orders: frozenset[str]
    days: frozenset[date]
    amounts: frozenset[int]
    entry_amounts: frozenset[int]
    opposite: frozenset[int]
    stated: bool = False


def needs(agreement: Agreement, file: BankFile, digest: str) -> dict[str, Needs]:
    """What the file needs of the records of each of our accounts that it speaks of."""
    by_account: dict[str, list[Line]] = defaultdict(list)
    stated: set[str] = set()
    for report in file.reports:
        own = account_of(agreement, report)
        if own is not None:
            by_account[own.id] += lines_of(report, digest)
            if report.kind is ReportKind.STATEMENT:
                stated.add(own.id)
    return {name: _needs(agreement.production, lines, stated=name in stated) for name, lines in by_account.items()}


def _needs(production: str, lines: Sequence[Line], *, stated: bool = False) -> Needs:
    entries: dict[str, int] = defaultdict(int)
    for line in lines:
        entries[line.entry] += line.amount.minor
    names = {line.movement: tuple(named(production, line)) for line in lines}
    return Needs(
        payments=frozenset(payment_id(name) for each in names.values() for name in each),
        numbers=frozenset(number for line in lines for number in numbers(line)),
        orders=frozenset(name for line in lines for name in orders(line)),
        days=frozenset(line.booked_on for line in lines),
        amounts=frozenset(line.amount.minor for line in lines),
        entry_amounts=frozenset(entries.values()),
        opposite=frozenset(-line.amount.minor for line in lines if undoes(line) or _may_pay(line, names)),
        stated=stated,
    )


def _may_pay(line: Line, names: Mapping[str, Sequence[str]]) -> bool:
    """Whether a line may settle payments of ours, of which the return may have been told before."""
    return not line.came_in and bool(names[line.movement] or numbers(line) or line.batch is not None)


def taken(
    agreement: Agreement, account: str, file: BankFile, digest: str, recorded: Recorded, today: date
) -> list[Event]:
    """The events of a bank's file that came in the folder of `account`. `digest` is the file's SHA-256.

    Reports of accounts that are none of this production's are named and left out.
    """
    payments, receipts = Payments(recorded.payments.values()), dict(recorded.receipts)
    known = {name: list(each) for name, each in recorded.known.items()}
    suspended = {name: dict(each) for name, each in recorded.suspended.items()}
    reports, left_out, events = list[ReportTaken](), list[str](), list[Event]()
    for report in file.reports:
        own = account_of(agreement, report)
        if own is None:
            left_out.append(report.account_number)
            continue
        books = KnownAccount(
            agreement.production,
            own,
            payments,
            receipts,
            recorded.runs,
            known.setdefault(own.id, []),
            suspended.setdefault(own.id, {}),
        )
        taken_report, its_events = read_report(agreement, books, report, file.message_id, digest, today)
        reports.append(taken_report)
        events += its_events
    first = BankFileTaken(
        account=account,
        message_id=file.message_id,
        file=digest,
        format=file.format,
        reports=tuple(reports),
        left_out=tuple(dict.fromkeys(left_out)),
    )
    silence = _silence(first, payments, recorded, today)
    late = (
        *claimed_when_paid(agreement, recorded.milestones, recorded.receipts, receipts, today, SYSTEM.user),
        *claimed_when_paid(agreement, recorded.milestones, recorded.payments, payments, today, SYSTEM.user),
    )
    return [first, *events, *silence, *late]


def _silence(file: BankFileTaken, payments: Payments, recorded: Recorded, today: date) -> Iterator[Event]:
    """What the statements of a file, with those before, do not tell although their days are complete."""
    newest = 1 + max((one.seq for told in recorded.statements.values() for one in told), default=0)
    added = list(statements(newest, today, file))
    for account in dict.fromkeys(one.account for one in added):
        told = [*recorded.statements.get(account, ()), *(one for one in added if one.account == account)]
        complete = cache(partial(complete_day, told))
        yield from silent_over(payments, recorded.runs, account, complete, file.message_id)


def account_of(agreement: Agreement, report: AccountReport) -> Account | None:
    """Our account that a report is about. None if none is, or if several may be meant."""
    ours = [one for one in agreement.accounts if one.currency == report.currency]
    equal = [one for one in ours if one.number == report.account_number]
    alike = equal or [one for one in ours if same_account(report.account_number, one.number)]
    return alike[0] if len(alike) == 1 else None
