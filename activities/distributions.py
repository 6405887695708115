"""Activities of one period's distribution: compute, answer, post, pay out."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from temporalio import activity

from activities.views import DistributionRef, DistributionView, ProductionRef
from adapters.command_handler import CommandHandler
from adapters.db.records import Records, Selection
from adapters.db.store import Transaction
from adapters.payments.quotes import quote_for
from adapters.sharing.entitlements import (
    FactsOf,
    business_day,
    due,
    find,
    found_before,
)
from adapters.sharing.issuing import issue, made
from domain.agreement.model import Agreement
from domain.calendar.dates import period_end
from domain.commands import (
    ApproveDistribution,
    ComputeDistribution,
    ObjectToDistribution,
    OrderPayouts,
    PostDistribution,
    ResolveObjection,
    require,
)
from domain.errors import IllegalTransition, Refused, SluiceError
from domain.events import DistributionComputed, Event, PaymentsScheduled, Payout, PayoutsOrdered
from domain.identity import SYSTEM, Person
from domain.payments.runs import Quote, chunks
from domain.sharing import distributions, ordering
from domain.sharing.distributions import Distribution, Distributions
from domain.sharing.payouts import hindrances, paying_account, payout_terms, scheduled
from domain.sharing.statements import Statement
from domain.sharing.waterfall.remarks import remarks
from domain.state import State

DistributionCommand = (
    ComputeDistribution
    | ApproveDistribution
    | ObjectToDistribution
    | ResolveObjection
    | PostDistribution
    | OrderPayouts
)
Rule = Callable[[Transaction, Agreement, Distributions], list[Event]]


class DistributionPreview(NamedTuple):
    """What a distribution comes to now: its event, what keeps it from being paid out, what to know besides."""

    computed: DistributionComputed
    trouble: tuple[str, ...]
    remarks: tuple[str, ...]


class DistributionActivities:
    """Each method is one activity and one transaction, and returns the state of the distribution."""

    def __init__(self, handler: CommandHandler, facts_of: FactsOf) -> None:
        self._handler = handler
        self._facts_of = facts_of

    @activity.defn
    def compute_distribution(self, command: ComputeDistribution) -> DistributionView:
        """Run the waterfall to the end of a period. The same figures change nothing."""
        until = period_end(command.period)

        def _rule(transaction: Transaction, agreement: Agreement, known: Distributions) -> list[Event]:
            if command.by != SYSTEM.user:
                opener = paying_account(agreement).owner
                action = f"open distribution {command.period}"
                require(self._person(transaction, command), ComputeDistribution, (opener,), action)
            if until >= self._handler.today(agreement):
                raise Refused(f"{command.period} lasts until {until}: it can be distributed from the day after.")
            computed, _ = find(self._handler, self._facts_of, transaction, agreement, command.period, known)
            return distributions.compute(known, computed)

        return self._decide(command, _rule)

    @activity.defn
    def approve_distribution(self, command: ApproveDistribution) -> DistributionView:
        """Accept a revision for one's party."""
        return self._decide(
            command,
            lambda transaction, _, known: distributions.approve(
                known, command.period, command.revision, self._person(transaction, command)
            ),
        )

    @activity.defn
    def object_to_distribution(self, command: ObjectToDistribution) -> DistributionView:
        """Dispute positions of one's party."""
        return self._decide(
            command,
            lambda transaction, _, known: distributions.object_to(known, command, self._person(transaction, command)),
        )

    @activity.defn
    def resolve_objection(self, command: ResolveObjection) -> DistributionView:
        """End the objection of one's party. If payouts are ordered already, order what it held."""

        def _rule(transaction: Transaction, agreement: Agreement, known: Distributions) -> list[Event]:
            person = self._person(transaction, command)
            events = distributions.resolve(known, command.period, person.party, command.reason, person)
            if distributions.the_distribution(known, command.period).status != "ordered":
                return events
            after = dict(known)
            for event in events:
                distributions.apply(after, event)
            return events + self._ordered(transaction, agreement, after, command.period)

        return self._decide(command, _rule)

    @activity.defn
    def post_distribution(self, command: PostDistribution) -> DistributionView:
        """Post the entitlements, once everybody has answered or the time to answer is over."""
        return self._decide(
            command,
            lambda _, agreement, known: distributions.post(known, command.period, self._handler.today(agreement)),
        )

    @activity.defn
    def order_payouts(self, command: OrderPayouts) -> DistributionView:
        """Schedule payouts of what is owed and undisputed."""
        return self._decide(
            command,
            lambda transaction, agreement, known: self._ordered(transaction, agreement, known, command.period),
        )

    @activity.defn
    def distribution_standing(self, ref: DistributionRef) -> DistributionView:
        """The state of a distribution. Status `none` means that it is not computed."""
        with self._handler.store.reading() as records:
            state = records.state(ref.production, distributions=True)
        return self._view(ref, state)

    def _view(self, ref: DistributionRef, state: State) -> DistributionView:
        agreement, known = self._handler.agreement_of(state, ref.production), state.distributions
        found = known.get(ref.period)
        if found is None:
            return DistributionView(production=ref.production, period=ref.period, status="none")
        still_open = self._handler.today(agreement) <= found.answer_by
        left = self._handler.seconds_until(agreement, found.answer_by) if still_open else None
        waiting = sorted((one.until, one.period) for one in known.values() if not one.is_posted)
        earlier = [period for until, period in waiting if until < found.until]
        return DistributionView(
            production=ref.production,
            period=ref.period,
            status=found.status,
            revision=found.revision,
            silent=tuple(sorted(found.silent)),
            disputing=tuple(sorted(found.objections)),
            answer_by=found.answer_by,
            pay_on=found.pay_on,
            seconds_left=left,
            after=earlier[0] if earlier else None,
            before=tuple(period for until, period in waiting if until > found.until),
            trouble=hindrances(agreement, known, ref.period),
        )

    @activity.defn
    def due_distributions(self, ref: ProductionRef) -> list[DistributionRef]:
        """The periods that are due by the settlement calendar, oldest first."""
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, ref.production)
            known = records.state(ref.production, distributions=True).distributions
            periods = due(self._handler, self._facts_of, records, agreement, known)
        return [DistributionRef(production=ref.production, period=period) for period in periods]

    def preview(self, ref: DistributionRef) -> DistributionPreview:
        """The result of computing a distribution now. Nothing is recorded."""
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, ref.production)
            known = records.state(ref.production, distributions=True).distributions
            computed, result = find(self._handler, self._facts_of, records, agreement, ref.period, known)
        after = dict(known)
        distributions.apply(after, computed)
        return DistributionPreview(computed, hindrances(agreement, after, ref.period), tuple(remarks(result)))

    def remarks(self, ref: DistributionRef) -> tuple[str, ...]:
        """What a reader of a recorded distribution should know besides, in sentences. It is computed again for that."""
        with self._handler.store.reading() as records:
            known = records.state(ref.production, distributions=True).distributions
            distribution = distributions.the_distribution(known, ref.period)
            try:
                found, _ = found_before(self._handler, self._facts_of, records, ref.production, distribution)
            except SluiceError as error:
                return (error.sentence,)
        return tuple(remarks(found.result))

    def stuck(self, ref: ProductionRef) -> dict[str, str]:
        """The periods that are due and cannot be computed, each with the reason. Nothing is recorded."""
        found = {}
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, ref.production)
            known = records.state(ref.production, distributions=True).distributions
            for period in due(self._handler, self._facts_of, records, agreement, known):
                try:
                    find(self._handler, self._facts_of, records, agreement, period, known)
                except SluiceError as error:
                    found[period] = error.sentence
        return found

    def hindrances(self, ref: DistributionRef) -> tuple[str, ...]:
        """What keeps a recorded distribution from being paid out, in sentences. Nothing is recorded.

        For one that is posted, everything that ordering its payouts would do is tried.
        """
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, ref.production)
            known = records.state(ref.production, distributions=True).distributions
            found = hindrances(agreement, known, ref.period)
            if found or distributions.the_distribution(known, ref.period).status != "posted":
                return found
            try:
                self._stated(records, agreement, known, ref.period)
            except SluiceError as error:
                return (error.sentence,)
        return ()

    def drafts(self, ref: DistributionRef) -> tuple[Statement, ...]:
        """The statements that a recorded distribution would come to if it were posted now, one for each party.

        Raises:
            NotFound: it has not been computed.
            IllegalTransition: its statements are issued.
            SluiceError: it cannot be paid out; see `hindrances`.
        """
        with self._handler.store.reading() as records:
            agreement = self._handler.agreement(records, ref.production)
            known = records.state(ref.production, distributions=True).distributions
            if distributions.the_distribution(known, ref.period).status == "ordered":
                raise IllegalTransition(f"The statements of {ref.period} are issued: `sluice statement render`.")
            return self._stated(records, agreement, distributions.if_posted(known, ref.period), ref.period)

    def _stated(
        self, records: Records, agreement: Agreement, known: Distributions, period: str
    ) -> tuple[Statement, ...]:
        _, ordered = self._payouts(records, agreement, known, period)
        assert ordered is not None  # noqa: S101 - its payouts are not ordered yet
        return made(
            self._handler, self._facts_of, records, agreement, known, ordered, self._due_on(agreement, known[period])
        )

    def _ordered(
        self, transaction: Transaction, agreement: Agreement, known: Distributions, period: str
    ) -> list[Event]:
        payouts, ordered = self._payouts(transaction, agreement, known, period)
        if ordered is None:
            return []
        distribution = known[period]
        due_on = self._due_on(agreement, distribution)
        lines = scheduled(agreement, payouts, due_on)
        events: list[Event] = [ordered]
        if distribution.status == "posted":  # a period is stated once, so not again after an objection
            events += [issue(self._handler, self._facts_of, transaction, agreement, known, ordered, due_on)]
        return events + [PaymentsScheduled(payments=tuple(part)) for part in chunks(lines)]

    def _payouts(
        self, records: Records, agreement: Agreement, known: Distributions, period: str
    ) -> tuple[list[Payout], PayoutsOrdered | None]:
        """The payouts of a posted period. One to an account in another currency goes at today's rate by the rule.

        Raises:
            RateMissing: that rate is not imported yet.
        """
        payouts, ordered = ordering.order(known, period, agreement.production, payout_terms(agreement))
        debtor, today, quotes = paying_account(agreement), self._handler.today(agreement), dict[str, Quote]()
        for payout in payouts:
            currency = payout.exchange.amount.currency if payout.exchange else debtor.currency
            if quote := quote_for(records, agreement, debtor.id, currency, today, self._handler.overrides):
                quotes[payout.party] = quote
        if quotes:
            return ordering.order(known, period, agreement.production, payout_terms(agreement, quotes))
        return payouts, ordered

    def _due_on(self, agreement: Agreement, distribution: Distribution) -> date:
        """The day on which payouts that are ordered now are paid."""
        return business_day(self._handler, agreement, max(distribution.pay_on, self._handler.today(agreement)))

    def _person(self, transaction: Transaction, command: DistributionCommand) -> Person:
        return self._handler.person(command, transaction.people(*command.given_by))

    def _decide(self, command: DistributionCommand, rule: Rule) -> DistributionView:
        def _with_distributions(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            return rule(transaction, agreement, state.distributions)

        done = self._handler.carry_out(command, Selection(distributions=True), _with_distributions)
        return self._view(DistributionRef(production=command.production, period=command.period), done.state)
