"""Intake of bank files: stored as received, parsed, decided on and posted, in one transaction."""

from collections.abc import Mapping

import sqlalchemy as sa
from temporalio import activity

from activities.views import OpeningBalanceView
from adapters.bank.folder import folder_of
from adapters.bank.orders import carried
from adapters.bank.read import read_file
from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.conditions import any_of
from adapters.db.queries.reconciliation import bank_statements, first_booking, opening_balance
from adapters.db.records import Selection, doubted, runs_of
from adapters.db.store import Transaction
from adapters.db.streams import stream_of
from adapters.db.suspense import in_suspense
from domain.agreement.model import Agreement
from domain.bank import bookings, opening, statuses
from domain.bank.reports import BankFile, StatusReport
from domain.commands import RecordOpeningBalance, TakeBankFile, make
from domain.errors import BadInput
from domain.events import BankFileRefused, Event, ReceiptMatched, ReceiptReversed
from domain.identity import SYSTEM
from domain.ledger.journal import sha256
from domain.payments.payments import ON_ITS_WAY, Status
from domain.payments.receipts import WAITING
from domain.state import State


class BankActivities:
    """Takes in the files of a debtor account's bank."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    def take(self, production: str, account: str, name: str, raw: bytes) -> str | None:
        """Take in a file of the bank that keeps `account`. Taking the same bytes again changes nothing.

        Returns why the file is refused, or None. A refusal is recorded, and the caller should keep the file aside.
        """
        try:
            agreement = self._handler.in_force(production)
            message = read_file(raw, agreement.profile_of(account), self._handler.today(agreement))
            if isinstance(message, StatusReport):
                self._take_answer(production, account, name, raw, message)
            else:
                self._take_reports(production, account, name, raw, message)
        except BadInput as error:
            self._refuse(production, account, name, raw, error.sentence)
            return error.sentence
        return None

    def _take_answer(self, production: str, account: str, name: str, raw: bytes, report: StatusReport) -> None:
        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            transaction.received(folder_of(production, account), report.message_id, name, transaction.keep(name, raw))
            run = statuses.answered(state.runs, state.payments, account, report)
            former = statuses.earlier_attempts(state.payments, account)
            order = transaction.document(run.file) if former and run.file is not None else None
            former = carried(order or b"", former)
            events = statuses.taken(account, run, state.payments, report, sha256(raw), former)
            self._notify(transaction, agreement, state, events)
            return events

        self._handler.carry_out(_command("bank-file", production, account, raw), _answered(account, report), _rule)

    def _take_reports(self, production: str, account: str, name: str, raw: bytes, file: BankFile) -> None:
        digest = sha256(raw)
        needed = bookings.needs(self._handler.in_force(production), file, digest)

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            transaction.received(folder_of(production, account), file.message_id, name, transaction.keep(name, raw))
            if account not in needed:
                own = agreement.account(account)
                raise BadInput(
                    f"It speaks of another account, or currency, than {account} in {own.currency}: "
                    "the bank put it into the wrong folder."
                )
            recorded, today = _recorded(transaction, production, state, needed), self._handler.today(agreement)
            events = bookings.taken(agreement, account, file, digest, recorded, today)
            self._notify(transaction, agreement, state, events)
            return events

        selection = _moved(production, needed)
        self._handler.carry_out(_command("bank-file", production, account, raw), selection, _rule)

    def _notify(self, transaction: Transaction, agreement: Agreement, state: State, events: list[Event]) -> None:
        """Notify the workflows concerned once this transaction has committed."""
        if events:
            concerned = {payment.run for payment in state.payments.values()}
            concerned |= {doubt.run for payment in state.payments.values() for doubt in payment.doubts}
            concerned |= {getattr(event, "run", None) for event in events}
            for run in sorted(filter(None, concerned)):
                transaction.post("run-news", agreement.production, run)
        if any(isinstance(event, ReceiptMatched | ReceiptReversed) for event in events):
            transaction.post("production-news", agreement.production, agreement.production)

    @activity.defn
    def record_opening_balance(self, command: RecordOpeningBalance) -> OpeningBalanceView:
        """Record what an account held before the first booking in the books."""

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            connection, named = transaction.connection, (command.production, command.account)
            before = opening_balance(connection, *named)
            first, today = first_booking(connection, *named), self._handler.today(agreement)
            return opening.record(command, before, first, agreement, self._handler.person(command, state.people), today)

        self._handler.carry_out(command, Selection(), _rule, on=command.on)
        return OpeningBalanceView(account=command.account, amount=command.amount, on=command.on)

    def _refuse(self, production: str, account: str, name: str, raw: bytes, why: str) -> None:
        def _rule(transaction: Transaction, _: State, __: Agreement) -> list[Event]:
            return [BankFileRefused(account=account, name=name, file=transaction.keep(name, raw), why=why)]

        self._handler.carry_out(_command("bank-file-refused", production, account, raw), Selection(), _rule)


def _answered(account: str, report: StatusReport) -> Selection:
    """The run of the order that a status report is about, with its payments, those in doubt, and those it names.

    Payments that were corrected may have left the run.
    If it names no order, these are the runs of the payments that it names.
    """
    payment, run = tables.payment.c, tables.run.c
    orders, names = statuses.orders_of(report), statuses.named_by(report)
    answered = sa.and_(run.account == account, any_of(run.message_id, orders)) if orders else runs_of(names)
    of_run = payment.run.in_(sa.select(run.id).where(answered))
    corrected = sa.and_(payment.account == account, payment.attempt > 1, payment.status != Status.SETTLED)
    named = any_of(payment.id, names)
    return Selection(payments=sa.or_(of_run, named, doubted(answered), corrected), runs=answered)


def _moved(production: str, needed: Mapping[str, bookings.Needs]) -> Selection:
    """The payments that a file names, by themselves or by their order, or undoes; and the receipts it may match."""
    names, orders, opposite = set[str](), set[str](), set[int]()
    for needs in needed.values():
        names, orders, opposite = names | needs.payments, orders | needs.orders, opposite | needs.opposite
    payment, receipt, run, booking = tables.payment.c, tables.receipt.c, tables.run.c, tables.booking.c
    sent = any_of(run.message_id, orders)
    undone = sa.select(booking.about).where(
        booking.stream == stream_of(production), booking.account.in_(needed), any_of(booking.minor, opposite)
    )
    named = [any_of(payment.id, names), payment.run.in_(sa.select(run.id).where(sent))]
    waiting = [sa.and_(receipt.account.in_(needed), receipt.status.in_(sorted(WAITING)))]
    if any(needs.numbers for needs in needed.values()):
        on_their_way = payment.status.in_(sorted(ON_ITS_WAY))
        named.append(sa.and_(payment.account.in_(needed), on_their_way))
    if opposite:
        named.append(payment.id.in_(undone))
        waiting.append(receipt.id.in_(undone))
    if any(needs.stated for needs in needed.values()):
        unknown = sa.and_(payment.account.in_(needed), payment.status == Status.UNKNOWN)
        named.append(sa.or_(unknown, sa.and_(payment.account.in_(needed), payment.doubts.is_not(None))))
        sent = sa.or_(sent, run.id.in_(sa.select(payment.run).where(unknown)))
    return Selection(payments=sa.or_(*named), receipts=sa.or_(*waiting), runs=sent, milestones=True)


def _recorded(
    transaction: Transaction, production: str, state: State, needed: Mapping[str, bookings.Needs]
) -> bookings.Recorded:
    stream = stream_of(production)
    known = {account: transaction.known_bookings(stream, account, needs) for account, needs in needed.items()}
    suspended = {
        account: in_suspense(transaction.connection, stream, account, {one.movement for one in found})
        for account, found in known.items()
    }
    told = {
        account: bank_statements(transaction.connection, production, account)
        for account, needs in needed.items()
        if needs.stated
    }
    return bookings.Recorded(state.payments, state.receipts, state.runs, known, suspended, told, state.milestones)


def _command(kind: str, production: str, account: str, raw: bytes) -> TakeBankFile:
    """The command to take in exactly these bytes, whatever their file name."""
    digest = sha256(raw)
    return make(
        TakeBankFile,
        beside={"intake": kind, "folder": folder_of(production, account)},
        by=SYSTEM.user,
        production=production,
        account=account,
        file=digest,
    )
