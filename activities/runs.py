"""Activities about payment runs: plan the day, prepare, release, send, and ask when the bank stays silent."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date

import sqlalchemy as sa
from temporalio import activity

from activities.views import AccountRef, PlannedRun, RunRef, RunView
from adapters.bank.folder import folder_of
from adapters.bank.pacs028 import write_enquiry
from adapters.bank.pain001 import write_order
from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.records import Records
from adapters.db.store import Transaction
from adapters.payments.quotes import quote_for
from domain.agreement import productions
from domain.agreement.model import Account, Agreement
from domain.agreement.schedule import calendars_of
from domain.commands import (
    CancelRun,
    Command,
    DoubtRun,
    EscalateRun,
    FallDue,
    PrepareRun,
    ReleaseRun,
    SubmitRun,
    make,
    require,
)
from domain.errors import NotFound
from domain.events import Event, RunDoubted, RunSubmitted
from domain.identity import SYSTEM
from domain.payments import runs
from domain.payments.payments import ON_ITS_WAY, UNANSWERED, Status
from domain.payments.receipts import ReceiptStatus
from domain.state import State

Rule = Callable[[Transaction, State, Agreement], list[Event]]


class RunActivities:
    """Each method is one activity and one transaction."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    @activity.defn
    def fall_due(self, ref: AccountRef) -> int:
        """Let everything of the production that is promised for today or before fall due; answers how many events.

        Who opens a day by hand must be allowed to prepare its runs, and hears of it here, before any is started.
        """
        agreement = self._handler.in_force(ref.production)
        debtor = _account(agreement, ref.account).owner
        today = self._handler.today(agreement)

        def _within(transaction: Transaction, _: Agreement) -> tuple[State, list[Event]]:
            if ref.by != SYSTEM.user:
                require(self._handler.person(command), FallDue, (debtor,), f"open the day of {ref.account}")
            state = _promised(transaction, ref.production, today)
            return state, productions.fall_due(state.payments, state.receipts, today)

        with self._handler.store.reading() as records:
            waiting = _promised(records, ref.production, today)
        names = sorted((*waiting.payments, *waiting.receipts))
        if not names and ref.by == SYSTEM.user:
            return 0
        # The key names what falls due: what becomes due later the same day is a command of its own. It also names who
        # asks, so that two people who ask at once do not contradict each other.
        digest = hashlib.sha256(" ".join(names).encode()).hexdigest()[:16]
        command = make(FallDue, beside={"digest": digest}, by=ref.by, production=ref.production, on=today)
        outcome = self._handler.carry_out(command, _within, today)
        return outcome.last_seq - outcome.first_seq + 1

    @activity.defn
    def plan_runs(self, ref: AccountRef) -> list[PlannedRun]:
        """The runs to prepare today for a debtor account, one a currency; none on a day its banks are closed."""
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, ref.production)
            today = self._handler.today(agreement)
            account = _account(agreement, ref.account)
            if not calendars_of(agreement, [account], self._handler.overrides).is_business_day(today):
                return []
            payment = tables.payment.c
            currencies = (
                records.connection.execute(
                    sa.select(payment.currency)
                    .where(
                        payment.production == ref.production,
                        payment.account == ref.account,
                        payment.status == Status.DUE,
                        payment.run.is_(None),
                        payment.due_on <= today,
                    )
                    .distinct()
                    .order_by(payment.currency)
                )
                .scalars()
                .all()
            )
            of_today = sa.and_(tables.run.c.account == ref.account, tables.run.c.execution_on == today)
            before = records.state(ref.production, runs=of_today).runs
        return [
            PlannedRun(
                production=ref.production,
                run=runs.next_run_id(before, ref.production, ref.account, currency, today),
                account=ref.account,
                currency=currency,
                on=today,
                by=ref.by,
            )
            for currency in currencies
        ]

    @activity.defn
    def prepare(self, planned: PlannedRun) -> RunView:
        """Gather what is due into a run, with the rate it will be paid at; nothing due makes no run."""
        command = make(
            PrepareRun,
            by=planned.by,
            production=planned.production,
            run=planned.run,
            account=planned.account,
            currency=planned.currency,
            on=planned.on,
        )

        def _within(transaction: Transaction, agreement: Agreement) -> tuple[State, list[Event]]:
            payment = tables.payment.c
            state = transaction.state(
                planned.production,
                payments=sa.and_(
                    payment.account == planned.account, payment.status == Status.DUE, payment.run.is_(None)
                ),
                runs=tables.run.c.id == planned.run,
            )
            if all(each.amount.currency != planned.currency for each in state.payments.values()):
                return state, []  # paid by a later day's run: the rate of this one may never come
            quote = quote_for(
                transaction, agreement, planned.account, planned.currency, planned.on, self._handler.overrides
            )
            person = SYSTEM if planned.by == SYSTEM.user else self._handler.person(command)
            return state, runs.prepare(state.payments, agreement, command, person, quote)

        self._handler.carry_out(command, _within, planned.on)
        return self.run_standing(RunRef(production=planned.production, run=planned.run))

    @activity.defn
    def release(self, command: ReleaseRun) -> RunView:
        """Release a run under four eyes."""
        return self._decide(
            command,
            command.run,
            lambda _, state, agreement: runs.release(
                state.runs,
                state.payments,
                agreement,
                command,
                self._handler.person(command),
                self._handler.today(agreement),
            ),
        )

    @activity.defn
    def cancel(self, command: CancelRun) -> RunView:
        """Give up a prepared run."""
        return self._decide(
            command,
            command.run,
            lambda _, state, agreement: runs.cancel(state.runs, agreement, command, self._handler.person(command)),
        )

    @activity.defn
    def escalate(self, ref: RunRef) -> RunView:
        """Say, once, that a prepared run was not released by the cut-off."""
        command = make(EscalateRun, by=SYSTEM.user, production=ref.production, run=ref.run)
        return self._decide(command, ref.run, lambda _, state, __: runs.escalate(state.runs, ref.run))

    @activity.defn
    def send(self, ref: RunRef) -> RunView:
        """Fix the bytes of a released run's order and put them in the outbox.

        A run whose payments the bank never saw is sent again: the same bytes, under the same message id.
        """
        command = make(
            SubmitRun,
            beside={"times_sent": self.run_standing(ref).times_sent},
            by=SYSTEM.user,
            production=ref.production,
            run=ref.run,
        )

        def _within(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            run = runs.the_run(state.runs, ref.run)
            folder = folder_of(agreement.production, run.account)
            if run.message_id is not None and run.file is not None:
                if not runs.unsent(run, state.payments):
                    return []
                message_id, digest = run.message_id, run.file
            else:
                now = self._handler.clock.now().astimezone(UTC)
                order = runs.order(run, state.payments, agreement, now)
                message_id, digest = order.message_id, transaction.keep(f"{order.message_id}.xml", write_order(order))
                transaction.sent(folder, message_id, digest)
            transaction.post("bank-file", folder, f"{message_id}-{run.times_sent}.xml", digest)
            return [RunSubmitted(run=run.id, message_id=message_id, file=digest)]

        return self._decide(command, ref.run, _within)

    @activity.defn
    def doubt(self, ref: RunRef) -> RunView:
        """The bank was silent for too long: what it has not answered for is unknown, and is enquired after."""
        command = make(
            DoubtRun,
            beside={"enquiries": self.run_standing(ref).enquiries},
            by=SYSTEM.user,
            production=ref.production,
            run=ref.run,
        )

        def _within(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            run = runs.the_run(state.runs, ref.run)
            enquiry = runs.enquiry(run, state.payments, agreement, self._handler.clock.now().astimezone(UTC))
            if enquiry is None:
                return []
            folder = folder_of(agreement.production, run.account)
            digest = transaction.keep(f"{enquiry.message_id}.xml", write_enquiry(enquiry))
            transaction.sent(folder, enquiry.message_id, digest)
            transaction.post("bank-file", folder, f"{enquiry.message_id}.xml", digest)
            return [RunDoubted(run=run.id, enquiry_message_id=enquiry.message_id, file=digest)]

        return self._decide(command, ref.run, _within)

    @activity.defn
    def run_standing(self, ref: RunRef) -> RunView:
        """Where a run stands; status `empty` when nothing was due and so none was made."""
        payment = tables.payment.c
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, ref.production)
            found = records.state(ref.production, runs=tables.run.c.id == ref.run).runs.get(ref.run)
            counts: dict[str, int] = dict(
                records.connection.execute(
                    sa.select(payment.status, sa.func.count()).where(payment.run == ref.run).group_by(payment.status)
                ).all()
            )
        if found is None:
            return RunView(production=ref.production, run=ref.run, status="empty", count=0)
        cut_off = agreement.account(found.account).cut_off
        return RunView(
            production=ref.production,
            run=ref.run,
            status=found.status,
            count=found.count,
            total=found.total,
            sha256=found.sha256,
            open=sum(counts.get(status, 0) for status in ON_ITS_WAY),
            silent=sum(counts.get(status, 0) for status in UNANSWERED),
            unsent=counts.get(Status.RELEASED, 0),
            times_sent=found.times_sent,
            enquiries=found.enquiries,
            seconds_to_cut_off=self._handler.seconds_until(agreement, found.execution_on, cut_off),
            answer_within_s=self._handler.answer_within_s,
        )

    def _decide(self, command: Command, run: str, rule: Rule) -> RunView:
        def _within(transaction: Transaction, agreement: Agreement) -> tuple[State, list[Event]]:
            state = transaction.state(
                command.production, payments=tables.payment.c.run == run, runs=tables.run.c.id == run
            )
            return state, rule(transaction, state, agreement)

        self._handler.carry_out(command, _within)
        return self.run_standing(RunRef(production=command.production, run=run))


def _promised(records: Records, production: str, on: date) -> State:
    """What is promised for a day or before, and not owed yet."""
    payment, receipt = tables.payment.c, tables.receipt.c
    return records.state(
        production,
        payments=sa.and_(payment.status == Status.SCHEDULED, payment.due_on <= on),
        receipts=sa.and_(receipt.status == ReceiptStatus.EXPECTED, receipt.due_on <= on),
    )


def _account(agreement: Agreement, name: str) -> Account:
    try:
        return agreement.account(name)
    except KeyError:
        raise NotFound(f"{agreement.production} has no account {name!r}.", account=name) from None
