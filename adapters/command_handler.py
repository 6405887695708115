"""Carries out commands: the one path by which activities change facts, and what every activity needs for it.

Who acts is read in the transaction that decides. Rules get the people whom their command concerns with the state.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from adapters.agreement.cache import Agreements
from adapters.clock import Clock
from adapters.db.people import any_user
from adapters.db.records import Records, Selection
from adapters.db.store import CommandOutcome, Context, Done, Request, Store, Transaction
from domain.agreement.model import Account, Agreement
from domain.agreement.productions import DueDate, the_production
from domain.agreement.schedule import calendars_of, due_date, execution_day, order_day
from domain.calendar.calendars import Calendars
from domain.calendar.closures import Closure, closure
from domain.calendar.overrides import CalendarOverride
from domain.commands import Command, LoadPeople, make
from domain.errors import WrongRole
from domain.events import Event
from domain.identity import SYSTEM, Person, changes
from domain.identity.authentication import Method
from domain.identity.people import People, acting
from domain.identity.records import UserRecord
from domain.ledger.closing import require_open
from domain.ledger.journal import sha256
from domain.milestones import Deadline
from domain.payees.accounts import in_force
from domain.sharing.waterfall.engines import ENGINES, Engines
from domain.state import State

Decision = Callable[[State, Agreement, date], Sequence[Event]]
"""What a command comes to, by what was selected of the state, on a business day; nothing else is asked or done."""
Rule = Callable[[Transaction, State, Agreement], Sequence[Event]]
"""The same for what also asks, or does, something else in the transaction."""
RuleAlone = Callable[[Transaction], tuple[State, Sequence[Event]]]
"""The same for what loads the state by itself."""
ACommand = TypeVar("ACommand", bound=Command)
HouseRule = Callable[[Transaction, State, date], Sequence[Event]]
"""The same for what concerns no production."""


def end_of(on: date, at: time | None, agreement: Agreement) -> datetime:
    """The instant of `at` on a day, or of its end, in an agreement's zone."""
    return datetime.combine(on if at else on + timedelta(days=1), at or time(), ZoneInfo(agreement.time_zone))


@dataclass(frozen=True)
class CommandHandler:
    """Holds the store, agreements, clock and engines that activities share.

    `first_users` are those of the settings, which are put on record once. `trusted` are the ways in which a person may
    have shown who they are. `time_zone` is that of the house's days.
    """

    store: Store
    agreements: Agreements
    clock: Clock
    first_users: Sequence[UserRecord]
    answer_within_s: int
    overrides: tuple[CalendarOverride, ...] = field(default=())
    engines: Engines = ENGINES
    time_zone: str = "Asia/Seoul"
    trusted: frozenset[Method] = frozenset({Method.SANDBOX_NAME})

    def decide(self, command: Command, selection: Selection, decision: Decision) -> Done:
        """Carry out a command with today's agreement, exactly once; others may commit with it. See `Store.handle`."""

        def _decided(_: Transaction, state: State, agreement: Agreement, on: date) -> Sequence[Event]:
            return decision(state, agreement, on)

        return self.handle(self._request(command, selection, _decided, None), in_company=True)

    def carry_out(self, command: Command, selection: Selection, rule: Rule, on: date | None = None) -> Done:
        """Carry out a command exactly once in its own transaction, effective `on` a day (default: today)."""

        def _ruled(transaction: Transaction, state: State, agreement: Agreement, _: date) -> Sequence[Event]:
            return rule(transaction, state, agreement)

        return self.handle(self._request(command, selection, _ruled, on))

    def also(self, transaction: Transaction, command: Command, selection: Selection, decision: Decision) -> None:
        """Carry out a command of another production in a transaction; see `Transaction.also`."""

        def _decided(_: Transaction, state: State, agreement: Agreement, on: date) -> Sequence[Event]:
            return decision(state, agreement, on)

        transaction.also(self._request(command, selection, _decided, None))

    def _request(
        self,
        command: Command,
        selection: Selection,
        rule: Callable[[Transaction, State, Agreement, date], Sequence[Event]],
        on: date | None,
    ) -> Request:
        """Build the store's request. The agreement is read after the production is locked.

        An amendment is therefore recorded either before the command, or after the facts that the command decides.
        """

        def _agreement(transaction: Transaction, state: State) -> Agreement:
            return self.agreements.of(transaction, the_production(state.production, command.production).document)

        def _context(transaction: Transaction, state: State) -> Context:
            counts_from = on or self.today(_agreement(transaction, state))
            require_open(state.production, counts_from)
            return Context(counts_from, command.by)

        def _decide(transaction: Transaction, state: State, context: Context) -> tuple[State, Sequence[Event]]:
            return state, rule(transaction, state, _agreement(transaction, state), context.effective_on)

        return Request(command, _context, _decide, selection, self.store.schemas, self.house_day)

    def in_house(self, command: Command, selection: Selection, rule: HouseRule) -> Done:
        """Carry out a command that concerns no production. Its events are in the house's stream, effective today."""

        def _decide(transaction: Transaction, state: State, context: Context) -> tuple[State, Sequence[Event]]:
            return state, rule(transaction, state, context.effective_on)

        context = Context(self.house_day, command.by)
        request = Request(command, lambda *_: context, _decide, selection, self.store.schemas, self.house_day)
        return self.handle(request)

    def in_context(self, command: Command, context: Context, rule: RuleAlone) -> CommandOutcome:
        """Carry out a command whose business day is known, by a rule that loads what it needs."""

        def _decide(transaction: Transaction, *_: object) -> tuple[State, Sequence[Event]]:
            return rule(transaction)

        request = Request(command, lambda *_: context, _decide, None, self.store.schemas, self.house_day)
        return self.handle(request).outcome

    def handle(self, request: Request, *, in_company: bool = False) -> Done:
        """Carry out a request, as `Store.handle` does, once the first users are on record."""
        if request.command.given_by:
            self.load_first_users()
        return self.store.handle(request, in_company=in_company)

    @property
    def house_day(self) -> date:
        """The business day of what concerns no production."""
        return self.clock.now().astimezone(ZoneInfo(self.time_zone)).date()

    def load_first_users(self) -> None:
        """Put the users of the settings on record if nobody is. It is so for good, so it is looked at once."""
        _ = self._somebody_on_record

    @cached_property
    def _somebody_on_record(self) -> bool:
        with self.store.reading() as records:
            known = any_user(records.driver)
        if not known:
            self.load_people()
        return True

    def load_people(self) -> None:
        """Put the users of the settings on record, as far as `domain.identity.changes.load` takes them."""
        users = tuple(self.first_users)
        digest = sha256(b"".join(self.store.schemas.canonical(user) for user in users))
        command = make(LoadPeople, beside={"digest": digest}, by=SYSTEM.user, production="", users=users)

        def _load(_: Transaction, state: State, __: Context) -> tuple[State, Sequence[Event]]:
            return state, changes.load(state.people, command)

        context = Context(self.house_day, command.by)
        self.store.handle(Request(command, lambda *_: context, _load, Selection(people=True), self.store.schemas))

    def person(self, command: Command, people: People) -> Person:
        """The person who gives a command, in the production that it concerns, by the people in force.

        Raises:
            WrongRole: nobody of that name acts there, or what said who they are is not trusted here.
        """
        self.trust(command)
        return self.who(people, command.by, command.production, command.acting_for)

    def trust(self, command: ACommand) -> ACommand:
        """Return a command of a person who has shown who they are, in a way that is trusted here.

        Raises:
            WrongRole: they have not.
        """
        acted = command.acted_on(None)
        if acted is None or acted.method not in self.trusted or acted.subject != command.by:
            raise WrongRole(
                f"Nobody who is trusted here says that {command.by} gives this: `--as` is for the sandbox, see "
                "`trust_system_users` in the settings.",
                user=command.by,
            )
        return command

    def who(self, people: People, user: str, production: str, acting_for: str | None = None) -> Person:
        """The person of a user's name, in a production.

        Raises:
            WrongRole: nobody of that name may do anything here.
        """
        return acting(people, user, production, self.house_day, acting_for)

    def agreement(self, records: Records, production: str) -> Agreement:
        """The agreement in force; `NotFound` if the production is not registered."""
        known = the_production(records.state(production).production, production)
        return self.agreements.of(records, known.document)

    def agreement_of(self, state: State, production: str) -> Agreement:
        """Return the agreement in force, given the production's state."""
        return self.agreements.read(self.store, the_production(state.production, production).document)

    def in_force(self, production: str) -> Agreement:
        """Return the agreement in force, read in its own read-only transaction."""
        with self.store.reading() as records:
            return self.agreement(records, production)

    def in_force_today(self, production: str) -> tuple[Agreement, Agreement]:
        """Return the agreement in force, and the same with today's accounts of payees."""
        with self.store.reading() as records:
            known = the_production(records.state(production).production, production)
            agreement = self.agreements.of(records, known.document)
        return agreement, in_force(agreement, known.payees, self.today(agreement))

    def now(self, agreement: Agreement) -> datetime:
        """The business instant, in the agreement's zone."""
        return self.clock.now().astimezone(ZoneInfo(agreement.time_zone))

    def today(self, agreement: Agreement) -> date:
        """The business day, in the agreement's zone."""
        return self.now(agreement).date()

    def due_date(self, agreement: Agreement) -> DueDate:
        """How instalments get their dates, with the settings' calendar overrides on top of the agreement's."""
        return lambda instalment, accepted_on: due_date(agreement, instalment, accepted_on, self.overrides)

    def deadline(self, agreement: Agreement) -> Deadline:
        """How milestones get their deadlines: business days from today, on the calendars of all who must approve."""
        return lambda terms: self.after_business_days(agreement, terms.approval.parties, terms.approval.business_days)

    def seconds_until(self, agreement: Agreement, on: date, at: time | None = None) -> int:
        """Business seconds until `at` on a day, or until its end; never below zero."""
        return self.seconds_left(end_of(on, at, agreement))

    def seconds_left(self, until: datetime) -> int:
        """Business seconds until an instant; never below zero."""
        return max(0, int((until - self.clock.now()).total_seconds()))

    def working_week(self, agreement: Agreement, account: str) -> tuple[int, ...]:
        """The days of the week, Monday being 0, on which an account's bank works in the year of the business day."""
        calendars = self._calendars(agreement, agreement.account(account))
        return calendars.working_week(self.today(agreement).year)

    def execution_day(self, agreement: Agreement, account: Account, at: datetime | None = None) -> date:
        """The day on which an account's bank executes an order that is made at a time (default: now) of its zone."""
        return execution_day(account, self._calendars(agreement, account), at or self.now(agreement))

    def latest(self, agreement: Agreement, account: Account, execution_on: date) -> datetime:
        """The instant of the cut-off by which the bank must have an order that it executes on a day."""
        day = order_day(account, self._calendars(agreement, account), execution_on)
        return end_of(day, account.cut_off, agreement)

    def closure(self, agreement: Agreement, account: Account) -> Closure | None:
        """What is closed today for an account, and when its day is opened next; None on a business day."""
        return closure(self._calendars(agreement, account), self.now(agreement), agreement.opens_at)

    def _calendars(self, agreement: Agreement, account: Account) -> Calendars:
        return calendars_of(agreement, [account], self.overrides)

    def after_business_days(self, agreement: Agreement, parties: Sequence[str], days: int) -> date:
        """Return the day that is this many business days from today, counted on the calendars of all the parties."""
        accounts = [account for account in agreement.accounts if account.owner in parties] or agreement.accounts
        return calendars_of(agreement, accounts, self.overrides).add_business_days(self.today(agreement), days)
