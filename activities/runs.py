"""Activities about payment runs: plan the day, prepare, release, send, and ask when the bank stays silent."""

import hashlib
from collections.abc import Callable
from datetime import UTC

import sqlalchemy as sa
from temporalio import activity

from activities.desk import Desk
from activities.quotes import quote_for
from activities.views import AccountRef, PlannedRun, RunRef, RunView
from adapters.bank.folder import folder_of
from adapters.bank.pacs028 import write_enquiry
from adapters.bank.pain001 import write_order
from adapters.db import tables
from adapters.db.store import Transaction
from domain import productions, runs
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
)
from domain.errors import NotFound
from domain.events import Event, RunDoubted, RunEscalated, RunSubmitted
from domain.payments import Status
from domain.people import SYSTEM, Role
from domain.state import State

Rule = Callable[[Transaction, State, Agreement], list[Event]]


class RunActivities:
    """Each method is one activity and one transaction."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @activity.defn
    def fall_due(self, ref: AccountRef) -> int:
        """Let everything of the production that is promised for today or before fall due; answers how many events.

        Who opens a day by hand must be allowed to prepare its runs, and hears of it here, before any is started.
        """
        agreement = self._desk.in_force(ref.production)
        debtor = _account(agreement, ref.account).owner
        today = self._desk.today(agreement)

        def load(transaction: Transaction) -> State:
            payment, receipt = tables.payment.c, tables.receipt.c
            return transaction.state(
                ref.production,
                payments=sa.and_(payment.status == "scheduled", payment.due_on <= today),
                receipts=sa.and_(receipt.status == "expected", receipt.due_on <= today),
            )

        def decide(transaction: Transaction) -> tuple[State, list[Event]]:
            if ref.by != SYSTEM.user:
                self._desk.person(command).require(Role.PREPARER, (debtor,), f"open the day of {ref.account}")
            state = load(transaction)
            return state, productions.fall_due(state.payments, state.receipts, today)

        with self._desk.store.transaction() as transaction:
            waiting = load(transaction)
        names = sorted((*waiting.payments, *waiting.receipts))
        if not names and ref.by == SYSTEM.user:
            return 0
        # The key names what falls due, so that what becomes due later the same day is a wish of its own, and who asks,
        # so that two who ask at once do not contradict each other.
        digest = hashlib.sha256(" ".join(names).encode()).hexdigest()[:16]
        command = FallDue(
            key=f"fall-due/{ref.production}/{today}/{digest}/{ref.by}", by=ref.by, production=ref.production, on=today
        )
        outcome = self._desk.carry_out(command, decide, today)
        return outcome.last_seq - outcome.first_seq + 1

    @activity.defn
    def plan_runs(self, ref: AccountRef) -> list[PlannedRun]:
        """The runs to prepare today for a debtor account, one a currency; none on a day its banks are closed."""
        with self._desk.store.transaction() as transaction:
            agreement = self._desk.agreement(transaction, ref.production)
            today = self._desk.today(agreement)
            account = _account(agreement, ref.account)
            if not calendars_of(agreement, [account], self._desk.overrides).is_business_day(today):
                return []
            payment, run = tables.payment.c, tables.run.c
            currencies = transaction.connection.execute(
                sa.select(payment.currency)
                .where(
                    payment.production == ref.production,
                    payment.account == ref.account,
                    payment.status == "due",
                    payment.run.is_(None),
                    payment.due_on <= today,
                )
                .distinct()
                .order_by(payment.currency)
            ).scalars()
            planned = []
            for currency in currencies:
                before = transaction.connection.execute(
                    sa.select(sa.func.count()).where(
                        run.production == ref.production,
                        run.account == ref.account,
                        run.currency == currency,
                        run.execution_on == today,
                    )
                ).scalar_one()
                name = runs.run_id(ref.production, ref.account, currency, today, before + 1)
                planned.append(
                    PlannedRun(
                        production=ref.production,
                        run=name,
                        account=ref.account,
                        currency=currency,
                        on=today,
                        by=ref.by,
                    )
                )
        return planned

    @activity.defn
    def prepare(self, planned: PlannedRun) -> RunView:
        """Gather what is due into a run, with the rate it will be paid at; nothing due makes no run."""
        agreement = self._desk.in_force(planned.production)
        command = PrepareRun(
            key=f"prepare/{planned.run}",
            by=planned.by,
            production=planned.production,
            run=planned.run,
            account=planned.account,
            currency=planned.currency,
            on=planned.on,
        )

        def decide(transaction: Transaction) -> tuple[State, list[Event]]:
            payment = tables.payment.c
            state = transaction.state(
                planned.production,
                payments=sa.and_(payment.account == planned.account, payment.status == "due", payment.run.is_(None)),
                runs=tables.run.c.id == planned.run,
            )
            if all(each.amount.currency != planned.currency for each in state.payments.values()):
                return state, []  # paid by a later day's run: the rate of this one may never come
            quote = quote_for(transaction, agreement, planned.account, planned.currency, planned.on)
            person = SYSTEM if planned.by == SYSTEM.user else self._desk.person(command)
            return state, runs.prepare(state.payments, agreement, command, person, quote)

        self._desk.carry_out(command, decide, planned.on)
        return self.run_standing(RunRef(production=planned.production, run=planned.run))

    @activity.defn
    def release(self, command: ReleaseRun) -> RunView:
        """Release a run under four eyes."""

        def rule(_: Transaction, state: State, agreement: Agreement) -> list[Event]:
            person = self._desk.person(command)
            return runs.release(state.runs, state.payments, agreement, command, person)

        return self._decide(command, command.run, rule)

    @activity.defn
    def cancel(self, command: CancelRun) -> RunView:
        """Give up a prepared run."""

        def rule(_: Transaction, state: State, agreement: Agreement) -> list[Event]:
            return runs.cancel(state.runs, agreement, command, self._desk.person(command))

        return self._decide(command, command.run, rule)

    @activity.defn
    def escalate(self, ref: RunRef) -> RunView:
        """Say, once, that a prepared run was not released by the cut-off."""
        command = EscalateRun(key=f"escalate/{ref.run}", by="system", production=ref.production, run=ref.run)

        def rule(_: Transaction, state: State, __: Agreement) -> list[Event]:
            run = runs.the_run(state.runs, ref.run)
            return [RunEscalated(run=run.id)] if run.status == "prepared" else []

        return self._decide(command, ref.run, rule)

    @activity.defn
    def send(self, ref: RunRef) -> RunView:
        """Fix the bytes of a released run's order and put them in the outbox.

        A run whose payments the bank never saw is sent again: the same bytes, under the same message id.
        """
        before = self.run_standing(ref)
        command = SubmitRun(
            key=f"send/{ref.run}/{before.enquiries}", by="system", production=ref.production, run=ref.run
        )

        def rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            run = runs.the_run(state.runs, ref.run)
            folder = folder_of(agreement.production, run.account)
            if run.message_id is not None and run.file is not None:
                message_id, digest = run.message_id, run.file
            else:
                now = self._desk.clock.now().astimezone(UTC)
                order = runs.order(run, state.payments, agreement, now)
                message_id, digest = order.message_id, transaction.keep(f"{order.message_id}.xml", write_order(order))
                transaction.sent(folder, message_id, digest)
            transaction.post("bank-file", folder, f"{message_id}-{run.enquiries}.xml", digest)
            return [RunSubmitted(run=run.id, message_id=message_id, file=digest)]

        return self._decide(command, ref.run, rule)

    @activity.defn
    def doubt(self, ref: RunRef) -> RunView:
        """The bank was silent for too long: what it has not answered for is unknown, and is enquired after."""
        asked = self.run_standing(ref).enquiries
        command = DoubtRun(key=f"doubt/{ref.run}/{asked}", by="system", production=ref.production, run=ref.run)

        def rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            run = runs.the_run(state.runs, ref.run)
            enquiry = runs.enquiry(run, state.payments, agreement, self._desk.clock.now().astimezone(UTC))
            if enquiry is None:
                return []
            folder = folder_of(agreement.production, run.account)
            digest = transaction.keep(f"{enquiry.message_id}.xml", write_enquiry(enquiry))
            transaction.sent(folder, enquiry.message_id, digest)
            transaction.post("bank-file", folder, f"{enquiry.message_id}.xml", digest)
            return [RunDoubted(run=run.id, enquiry_message_id=enquiry.message_id, file=digest)]

        return self._decide(command, ref.run, rule)

    @activity.defn
    def run_standing(self, ref: RunRef) -> RunView:
        """Where a run stands; status `empty` when nothing was due and so none was made."""
        payment = tables.payment.c
        with self._desk.store.transaction() as transaction:
            agreement = self._desk.agreement(transaction, ref.production)
            found = transaction.state(ref.production, runs=tables.run.c.id == ref.run).runs.get(ref.run)
            counts: dict[str, int] = dict(
                transaction.connection.execute(
                    sa.select(payment.status, sa.func.count()).where(payment.run == ref.run).group_by(payment.status)
                ).all()
            )
        if found is None:
            return RunView(production=ref.production, run=ref.run, status="empty", count=0)
        silent = counts.get(Status.SUBMITTED, 0) + counts.get(Status.UNKNOWN, 0)
        unsent = counts.get(Status.RELEASED, 0)
        cut_off = agreement.account(found.account).cut_off
        return RunView(
            production=ref.production,
            run=ref.run,
            status=found.status,
            count=found.count,
            total=found.total,
            sha256=found.sha256,
            open=silent + unsent + counts.get(Status.ACCEPTED, 0),
            silent=silent,
            unsent=unsent,
            enquiries=found.enquiries,
            seconds_to_cut_off=self._desk.seconds_until(agreement, found.execution_on, cut_off),
            answer_within_s=self._desk.answer_within_s,
        )

    def _decide(self, command: Command, run: str, rule: Rule) -> RunView:
        agreement = self._desk.in_force(command.production)

        def decide(transaction: Transaction) -> tuple[State, list[Event]]:
            state = transaction.state(
                command.production, payments=tables.payment.c.run == run, runs=tables.run.c.id == run
            )
            return state, rule(transaction, state, agreement)

        self._desk.carry_out(command, decide, self._desk.today(agreement))
        return self.run_standing(RunRef(production=command.production, run=run))


def _account(agreement: Agreement, name: str) -> Account:
    try:
        return agreement.account(name)
    except KeyError:
        raise NotFound(f"{agreement.production} has no account {name!r}.", account=name) from None
