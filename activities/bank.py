"""Intake of bank files: stored as received, parsed, decided on and posted, in one transaction."""

import sqlalchemy as sa
from temporalio import activity

from activities.views import MovementView
from adapters.bank.folder import folder_of
from adapters.bank.read import read_message
from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.queries import bank
from adapters.db.records import Selection
from adapters.db.store import Transaction
from adapters.db.streams import stream_of
from domain.agreement.model import Agreement
from domain.bank import answers, suspense
from domain.bank.messages import AccountReport, BankMessage, StatusReport
from domain.commands import AllocateMovement, TakeBankFile, make
from domain.errors import BadInput, Broken
from domain.events import BankFileRefused, Event, ReceiptMatched
from domain.identity import SYSTEM
from domain.ledger.journal import sha256
from domain.state import State

_TEXTS = sa.ARRAY(sa.Text)


class BankActivities:
    """Takes in the files of a debtor account's bank."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    def take(self, production: str, account: str, name: str, raw: bytes) -> str | None:
        """Take in a file of the bank that keeps `account`. Taking the same bytes again changes nothing.

        Returns why the file is refused, or None. A refusal is recorded, and the caller should keep the file aside.
        """
        try:
            self._take(production, account, name, raw, read_message(raw))
        except BadInput as error:
            self._refuse(production, account, name, raw, error.sentence)
            return error.sentence
        return None

    def _take(self, production: str, account: str, name: str, raw: bytes, message: BankMessage) -> None:
        selection = _answered(account, message) if isinstance(message, StatusReport) else _moved(account, message)

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            folder = folder_of(production, account)
            transaction.received(folder, message.message_id, name, transaction.keep(name, raw))
            if isinstance(message, StatusReport):
                events = self._reported(state, account, message)
            else:
                events = self._booked(transaction, state, agreement, account, message)
            self._notify(transaction, agreement, state, events)
            return events

        self._handler.carry_out(_command("bank-file", production, account, raw), selection, _rule)

    def _reported(self, state: State, account: str, report: StatusReport) -> list[Event]:
        run = next(iter(state.runs.values()), None)
        if run is None:
            raise BadInput(f"It answers order {report.order_message_id}, which was never sent from {account}.")
        return answers.reported(run, state.payments, report)

    def _booked(
        self, transaction: Transaction, state: State, agreement: Agreement, account: str, report: AccountReport
    ) -> list[Event]:
        own = agreement.account(account)
        if (report.account_number, report.currency) != (own.number, own.currency):
            raise BadInput(
                f"It speaks of another account, or currency, than {account} in {own.currency}: "
                "the bank put it into the wrong folder."
            )
        references = [movement.bank_reference for movement in report.movements]
        seen = transaction.known_movements(stream_of(agreement.production), account, references)
        return answers.booked(agreement, account, state.payments, state.receipts, seen, report)

    def _notify(self, transaction: Transaction, agreement: Agreement, state: State, events: list[Event]) -> None:
        """Notify the workflows concerned once this transaction has committed."""
        if events:
            for run in sorted({p.run for p in state.payments.values() if p.run is not None}):
                transaction.post("run-news", agreement.production, run)
        if any(isinstance(event, ReceiptMatched) for event in events):
            transaction.post("production-news", agreement.production, agreement.production)

    @activity.defn
    def allocate(self, command: AllocateMovement) -> MovementView:
        """Take an explained movement out of suspense."""

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            open_ = bank.in_suspense(transaction.connection, *movement)
            return suspense.allocate(command, open_, state.receipts, agreement, self._handler.person(command))

        movement = (command.production, command.account, command.bank_reference)
        receipts = tables.receipt.c.id == (command.name if command.to == "receipt" else "")
        self._handler.carry_out(command, Selection(receipts=receipts), _rule)
        with self._handler.store.reading() as records:
            left = bank.in_suspense(records.connection, *movement)
        if left is None:
            raise Broken(f"Movement {command.bank_reference} was allocated and is in no book.")
        return MovementView(account=command.account, bank_reference=command.bank_reference, open=left)

    def _refuse(self, production: str, account: str, name: str, raw: bytes, why: str) -> None:
        def _rule(transaction: Transaction, _: State, __: Agreement) -> list[Event]:
            return [BankFileRefused(account=account, name=name, file=transaction.keep(name, raw), why=why)]

        self._handler.carry_out(_command("bank-file-refused", production, account, raw), Selection(), _rule)


def _answered(account: str, report: StatusReport) -> Selection:
    """The run of the order that a status report is about, with its payments."""
    sent = sa.and_(tables.run.c.account == account, tables.run.c.message_id == report.order_message_id)
    return Selection(payments=tables.payment.c.run.in_(sa.select(tables.run.c.id).where(sent)), runs=sent)


def _moved(account: str, report: AccountReport) -> Selection:
    """The payments that movements name, and the receipts that they may match."""
    named = [m.end_to_end_id for m in report.movements if m.end_to_end_id is not None]
    payment, receipt = tables.payment.c, tables.receipt.c
    return Selection(
        payments=sa.and_(payment.account == account, payment.end_to_end_id == sa.any_(sa.literal(named, _TEXTS))),
        receipts=sa.and_(receipt.account == account, receipt.status.in_(["expected", "owed"])),
    )


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
