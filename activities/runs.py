"""Activities of payment runs: plan the day, prepare, release, send, and enquire."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date
from functools import partial

import sqlalchemy as sa
from temporalio import activity

from activities.views import AccountRef, PaymentView, PlannedRun, RunRef, RunView
from adapters.bank.folder import folder_of
from adapters.bank.orders import write
from adapters.bank.pacs028 import write_enquiry
from adapters.command_handler import CommandHandler, Rule
from adapters.db import tables
from adapters.db.name_lists import found_among
from adapters.db.queries.reconciliation import bank_statements
from adapters.db.records import Selection, doubted, given
from adapters.db.store import Transaction
from adapters.payments.funds import funds_for_release
from adapters.payments.quotes import quote_for
from adapters.payments.sendable import check_in_time, check_sendable
from domain.agreement import productions
from domain.agreement.model import Account, Agreement
from domain.agreement.schedule import calendars_of
from domain.audit import relevance
from domain.bank.reconciliation import complete_day
from domain.commands import (
    CancelRun,
    Command,
    DoubtRun,
    EscalateRun,
    FailPayment,
    FallDue,
    PrepareRun,
    ReleaseRun,
    SubmitRun,
    TakeDeal,
    make,
    require,
)
from domain.errors import NotFound
from domain.events import Event, PartyMatched, RunDoubted, RunSubmitted
from domain.identity import SYSTEM
from domain.payees import screening
from domain.payees.accounts import in_force
from domain.payees.model import NOTHING, Payees
from domain.payments import deals, doubts, holds, limits, orders, runs
from domain.payments.funds import released_against
from domain.payments.payments import ON_ITS_WAY, UNANSWERED, Status, the_payment
from domain.payments.receipts import ReceiptStatus
from domain.state import State, fold

_DOUBTED = doubted(tables.run.c.id == given("run"))
_IN_RUN = sa.or_(tables.payment.c.run == given("run"), _DOUBTED)
_THE_RUN = tables.run.c.id == given("run")
_OWN = Selection(_IN_RUN, runs=_THE_RUN)


class RunActivities:
    """Each method is one activity and one transaction."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    @activity.defn
    def fall_due(self, ref: AccountRef) -> int:
        """Let everything scheduled for today or before fall due. Returns the number of events.

        A person who opens a day by hand must be allowed to prepare its runs. This is checked here, before any is
        started.
        """
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, ref.production)
            today, account = self._handler.today(agreement), _account(agreement, ref.account)
            ordered_until = {account.id: self._handler.execution_day(agreement, account)}
            known, found = _payees(records.state(ref.production)), found_among(records, agreement)
            scheduled = _scheduled_until(today, ordered_until, account.id if known != NOTHING or found else None)
            waiting = records.select(ref.production, scheduled)
        debtor = account.owner

        def _due(state: State) -> list[Event]:
            """What falls due, and what payees' facts hold or free of it, and of what was due before."""
            due = [
                *screening.matched(_payees(state), found),
                *productions.fall_due(state.payments, state.receipts, today, ordered_until),
            ]
            after = fold(state, [(event, today) for event in due])
            return [*due, *holds.reviewed(after.payments, {}, _payees(after), today)]

        def _rule(_: Transaction, state: State, __: Agreement) -> list[Event]:
            if ref.by != SYSTEM.user:
                require(
                    self._handler.person(command, state.people), FallDue, (debtor,), f"open the day of {ref.account}"
                )
            return _due(state)

        names = sorted(name for event in _due(waiting) for name in (*relevance.names(event), *_matches(event)))
        if not names and ref.by == SYSTEM.user:
            return 0
        # The key names what falls due, so that a later call on the same day is a new command. It also names the
        # user, so that two users at once do not conflict.
        digest = hashlib.sha256(" ".join(names).encode()).hexdigest()[:16]
        command = make(
            FallDue,
            beside={"digest": digest},
            by=ref.by,
            authentication=ref.authentication,
            acting_for=ref.acting_for,
            production=ref.production,
            on=today,
        )
        outcome = self._handler.carry_out(command, scheduled, _rule, today).outcome
        return outcome.last_seq - outcome.first_seq + 1

    @activity.defn
    def plan_runs(self, ref: AccountRef) -> list[PlannedRun]:
        """The runs to prepare today for a debtor account, one per currency. None on a bank holiday.

        They are executed today, or later if the bank wants orders ahead.
        """
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, ref.production)
            today = self._handler.today(agreement)
            account = _account(agreement, ref.account)
            if not calendars_of(agreement, [account], self._handler.overrides).is_business_day(today):
                return []
            on = self._handler.execution_day(agreement, account)
            payment = tables.payment.c
            currencies = (
                records.connection.execute(
                    sa.select(payment.currency)
                    .where(
                        payment.production == ref.production,
                        payment.account == ref.account,
                        payment.status == Status.DUE,
                        payment.run.is_(None),
                        payment.due_on <= on,
                    )
                    .distinct()
                    .order_by(payment.currency)
                )
                .scalars()
                .all()
            )
            of_today = sa.and_(tables.run.c.account == ref.account, tables.run.c.execution_on == on)
            before = records.state(ref.production, runs=of_today).runs
        return [
            PlannedRun(
                production=ref.production,
                run=runs.next_run_id(before, ref.production, ref.account, currency, on),
                account=ref.account,
                currency=currency,
                on=on,
                by=ref.by,
                authentication=ref.authentication,
                acting_for=ref.acting_for,
            )
            for currency in currencies
        ]

    @activity.defn
    def prepare(self, planned: PlannedRun) -> RunView:
        """Gather due payments into a run, with the rate it pays at. Makes no run if nothing is due."""
        command = make(
            PrepareRun,
            by=planned.by,
            authentication=planned.authentication,
            acting_for=planned.acting_for,
            production=planned.production,
            run=planned.run,
            account=planned.account,
            currency=planned.currency,
            on=planned.on,
        )

        payment = tables.payment.c
        selection = Selection(
            payments=sa.and_(payment.account == planned.account, payment.status == Status.DUE, payment.run.is_(None)),
            runs=tables.run.c.id == planned.run,
        )

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            if all(each.amount.currency != planned.currency for each in state.payments.values()):
                return []  # a later run pays them; this one's rate may never come
            quote = quote_for(
                transaction, agreement, planned.account, planned.currency, planned.on, self._handler.overrides
            )
            person = SYSTEM if planned.by == SYSTEM.user else self._handler.person(command, state.people)
            payable = holds.unhindered(state.payments, _payees(state), on)
            return runs.prepare(payable, _on(state, agreement, on), command, person, quote)

        # A run that a bank wants ahead is of a day to come; it is prepared today.
        on = min(planned.on, self._handler.today(self._handler.in_force(planned.production)))
        self._handler.carry_out(command, selection, _rule, on)
        return self.run_standing(RunRef(production=planned.production, run=planned.run))

    @activity.defn
    def release(self, command: ReleaseRun) -> RunView:
        """Release a run under four eyes, if its order can be written and is in time, and its account has the money."""

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            person, today = self._handler.person(command, state.people), self._handler.today(agreement)
            run, now = runs.the_run(state.runs, command.run), _on(state, agreement, today)
            lines = state.payments.of_run(run.id)
            earlier = limits.released_on(state.runs, state.payments, run, today)
            above = limits.exceeded(agreement.payment_controls.limits, run, lines, earlier, person.user)
            released = runs.release(state.runs, state.payments, now, command, person, today, above)
            holds.refuse_hindered(run.id, lines, _payees(state), today)
            check_sendable(self._handler, run, state.payments, now)
            return released_against(released, run, funds_for_release(self._handler, transaction, run, lines, now))

        today = self._handler.today(self._handler.in_force(command.production))
        return self._decide(command, command.run, _rule, _of_the_day(today))

    @activity.defn
    def take_deal(self, command: TakeDeal) -> RunView:
        """Pay a prepared run at the rate of a deal."""
        run = tables.run.c
        at_it = sa.and_(run.production == command.production, run.quote.op("->>")("deal") == command.number)
        selection = Selection(_IN_RUN, runs=sa.or_(_THE_RUN, at_it), values={"run": command.run})

        def _rule(_: Transaction, state: State, agreement: Agreement) -> list[Event]:
            return deals.take_deal(
                state.runs, state.payments, agreement, command, self._handler.person(command, state.people)
            )

        self._handler.carry_out(command, selection, _rule)
        return self.run_standing(RunRef(production=command.production, run=command.run))

    @activity.defn
    def cancel(self, command: CancelRun) -> RunView:
        """Cancel a run that was not sent."""
        return self._decide(
            command,
            command.run,
            lambda _, state, agreement: runs.cancel(
                state.runs, agreement, command, self._handler.person(command, state.people)
            ),
        )

    @activity.defn
    def escalate(self, ref: RunRef) -> RunView:
        """Record, once, that a prepared run was not released by the cut-off."""
        command = make(EscalateRun, by=SYSTEM.user, production=ref.production, run=ref.run)
        return self._decide(command, ref.run, lambda _, state, __: runs.escalate(state.runs, ref.run))

    @activity.defn
    def send(self, ref: RunRef) -> RunView:
        """Fix the bytes of a released run's order and put them in the outbox.

        A run that the bank never saw is resent as the same bytes under the same message id, unless another of its
        payments is rejected, returned or in doubt by now: then its unsent payments are rejected.
        """
        command = make(
            SubmitRun,
            beside={"times_sent": self.run_standing(ref).times_sent},
            by=SYSTEM.user,
            production=ref.production,
            run=ref.run,
        )

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            run, on = runs.the_run(state.runs, ref.run), self._handler.today(agreement)
            folder, profile = folder_of(agreement.production, run.account), agreement.account(run.account).profile
            if run.message_id is not None and run.file is not None:
                if not orders.unsent(run, state.payments):
                    return []
                if not holds.may_be_repeated(run, state.payments, _payees(state), on):
                    return orders.stopped(run, state.payments)
                message_id, digest = run.message_id, run.file
            else:
                check_in_time(self._handler, run, agreement)
                now = self._handler.clock.now().astimezone(UTC)
                holds.refuse_hindered(run.id, state.payments.of_run(run.id), _payees(state), on)
                order = orders.order(run, state.payments, _on(state, agreement, run.released_on), now)
                message_id, digest = order.message_id, transaction.keep(*write(order, profile))
                transaction.sent(folder, message_id, digest)
            transaction.post("bank-file", folder, f"{message_id}-{run.times_sent}.{profile.extension}", digest)
            return [RunSubmitted(run=run.id, message_id=message_id, file=digest)]

        return self._decide(command, ref.run, _rule)

    @activity.defn
    def doubt(self, ref: RunRef) -> RunView:
        """Mark unanswered payments as unknown, and enquire at the bank about them and about attempts in doubt."""
        command = make(
            DoubtRun,
            beside={"enquiries": self.run_standing(ref).enquiries},
            by=SYSTEM.user,
            production=ref.production,
            run=ref.run,
        )

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            run = runs.the_run(state.runs, ref.run)
            enquiry = orders.enquiry(run, state.payments, agreement, self._handler.clock.now().astimezone(UTC))
            if enquiry is None:
                return []
            folder = folder_of(agreement.production, run.account)
            digest = transaction.keep(f"{enquiry.message_id}.xml", write_enquiry(enquiry))
            transaction.sent(folder, enquiry.message_id, digest)
            transaction.post("bank-file", folder, f"{enquiry.message_id}.xml", digest)
            return [RunDoubted(run=run.id, enquiry_message_id=enquiry.message_id, file=digest)]

        return self._decide(command, ref.run, _rule)

    @activity.defn
    def fail(self, command: FailPayment) -> PaymentView:
        """Record that the bank did not execute a payment."""
        payment, run = tables.payment.c, tables.run.c
        its_run = run.id.in_(sa.select(payment.run).where(payment.id == command.payment))
        selection = Selection(payments=payment.id == command.payment, runs=its_run)

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            found = the_payment(state.payments, command.payment)
            told = bank_statements(transaction.connection, command.production, found.account)
            person, debtor = self._handler.person(command, state.people), agreement.account(found.account).owner
            complete = partial(complete_day, told)
            events = doubts.fail(state.payments, state.runs, command, person, debtor, complete)
            transaction.post("run-news", agreement.production, found.run or "")
            return events

        done = self._handler.carry_out(command, selection, _rule)
        return PaymentView(payment=command.payment, status=done.state.payments[command.payment].status)

    @activity.defn
    def run_standing(self, ref: RunRef) -> RunView:
        """The state of a run. Status `empty` means that nothing was due."""
        with self._handler.store.reading() as records:
            state = records.select(ref.production, Selection(_DOUBTED, runs=_THE_RUN, values={"run": ref.run}))
            payment = tables.payment.c
            counted = sa.select(payment.status, sa.func.count()).where(payment.run == ref.run).group_by(payment.status)
            counts: Counter[str] = Counter(dict(records.connection.execute(counted).all()))
        return self._view(ref, state, counts)

    def _view(self, ref: RunRef, state: State, counts: Counter[str]) -> RunView:
        agreement, found = self._handler.agreement_of(state, ref.production), state.runs.get(ref.run)
        if found is None:
            return RunView(production=ref.production, run=ref.run, status="empty", count=0)
        account, given_up = agreement.account(found.account), doubts.given_up(state.payments, found.id)
        latest = self._handler.latest(agreement, account, found.execution_on)
        asked = account.profile.takes_enquiries
        return RunView(
            production=ref.production,
            run=ref.run,
            status=found.status,
            count=found.count,
            total=found.total,
            sha256=found.sha256,
            open=sum(counts[status] for status in ON_ITS_WAY) + given_up,
            silent=sum(counts[status] for status in UNANSWERED) + given_up if asked else 0,
            unsent=counts[Status.RELEASED],
            times_sent=found.times_sent,
            enquiries=found.enquiries,
            unasked=doubts.unasked(state.payments, found.id) if asked else 0,
            seconds_to_cut_off=self._handler.seconds_left(latest),
            answer_within_s=self._handler.answer_within_s,
            first_released_by=found.first_released_by,
        )

    def _decide(self, command: Command, run: str, rule: Rule, selection: Selection = _OWN) -> RunView:
        chosen = replace(selection, values={**selection.values, "run": run})
        done = self._handler.carry_out(command, chosen, rule)
        counts = Counter(str(payment.status) for payment in done.state.payments.of_run(run))
        return self._view(RunRef(production=command.production, run=run), done.state, counts)


def _matches(event: Event) -> tuple[str, ...]:
    return (event.match,) if isinstance(event, PartyMatched) else ()


def _payees(state: State) -> Payees:
    return state.production.payees if state.production else NOTHING


def _on(state: State, agreement: Agreement, on: date | None) -> Agreement:
    """The agreement with the accounts that payments of a day go to."""
    return in_force(agreement, _payees(state), on)


def _of_the_day(on: date) -> Selection:
    """A run, and the others that were released on a day, with their payments."""
    run, payment = tables.run.c, tables.payment.c
    of_day = run.released_on == given("day")
    in_them = payment.run.in_(sa.select(run.id).where(run.production == payment.production, of_day))
    return Selection(sa.or_(_IN_RUN, in_them), runs=sa.or_(_THE_RUN, of_day), values={"day": on})


def _scheduled_until(on: date, ordered_until: Mapping[str, date], account: str | None) -> Selection:
    """What is scheduled for a day or before and not owed yet, see `productions.fall_due`.

    With an account, also its payments that may be held or freed: those that are due, and those that are held.
    """
    payment, receipt = tables.payment.c, tables.receipt.c
    ordered = [sa.and_(payment.account == account, payment.due_on <= until) for account, until in ordered_until.items()]
    return Selection(
        payments=sa.or_(
            sa.and_(payment.status == Status.SCHEDULED, sa.or_(payment.due_on <= on, *ordered)),
            sa.and_(payment.account == account, payment.status == Status.DUE, payment.run.is_(None)),
            sa.and_(payment.account == account, payment.status == Status.HELD, payment.cause.is_not(None)),
        ),
        receipts=sa.and_(receipt.status == ReceiptStatus.EXPECTED, receipt.due_on <= on),
    )


def _account(agreement: Agreement, name: str) -> Account:
    try:
        return agreement.account(name)
    except KeyError:
        raise NotFound(f"{agreement.production} has no account {name!r}.", account=name) from None
