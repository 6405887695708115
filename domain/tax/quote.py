"""The answer for one line of a payment: the rule, the tax, the net, the day it is due, and why; or what is missing."""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from pydantic import Field

from domain.tax.decision import RuleDecision, decide_rule
from domain.tax.explanation import sentence_of
from domain.tax.gross_up import largest_gross
from domain.tax.in_force import AppliedRule, RulesInForce
from domain.tax.payment import TaxedPayment, TaxRate
from domain.tax.rules import BaseRateRule
from domain.tax.withholding import TaxParts, TaxSchedule
from domain.values.money import Money
from domain.values.record import Day, Record

_LONGEST_CLOSURE = timedelta(days=10)
"""For so long may no rate be published, as around New Year."""


class TaxQuote(Record):
    """Tax on one line of a payment, all amounts in the currency of the tax. A held payment has no rule and no tax.

    `components` are the taxes that the national one is made of, where there are several. `needs` says what is missing,
    or what would lower the tax.
    """

    gross: Money | None
    national: Money | None = None
    local: Money | None = None
    net: Money | None = None
    components: dict[str, Money] = Field(default_factory=dict)
    rule: AppliedRule | None = None
    rate: TaxRate | None = None
    due_on: Day | None = None
    authority: str | None = None
    why: str
    needs: tuple[str, ...] = ()

    @property
    def withheld(self) -> Money | None:
        """National and local tax together."""
        return None if self.national is None or self.local is None else self.national + self.local

    @property
    def is_held(self) -> bool:
        """Whether the payment must wait, because no rule is known to apply."""
        return self.rule is None


def quote(law: RulesInForce, payment: TaxedPayment, vat_percent: Fraction = Fraction(0)) -> TaxQuote:
    """Decide the tax on a payment. With `payment.net` the largest gross amount is searched that leaves the amount.

    With `vat_percent` a net amount is all that is transferred: the fee less tax, and value added tax on top of the fee.
    Tax at source is never computed on that.
    """
    amount = _in_currency_of_tax(law, payment)
    return amount if isinstance(amount, TaxQuote) else _Quoting(law, payment, vat_percent).of(amount)


def _in_currency_of_tax(law: RulesInForce, payment: TaxedPayment) -> Money | TaxQuote:
    """The payment in the currency of the tax, in whole units, or why it is held."""
    currency, wanted = law.table.currency, law.base_rate
    if payment.amount.currency == currency:
        return payment.amount
    need = f"exchange rate {payment.amount.currency}/{currency}: {wanted.words} ({wanted.law})"
    rate = payment.rate_between(payment.amount.currency, currency)
    worth = payment.worth(payment.amount, currency)
    if rate is None or worth is None:
        why = f"held: {payment.amount} is taxed in {currency}, and there is no exchange rate"
        return TaxQuote(gross=None, why=why, needs=(need,))
    if rate.kind not in {None, wanted.kind} or not _is_of_the_day(rate, wanted, payment):
        why = f"held: {rate} is not the rate that makes the base of the tax"
        return TaxQuote(gross=None, why=why, needs=(need,))
    return Money(int(worth), currency)


def _is_of_the_day(rate: TaxRate, wanted: BaseRateRule, payment: TaxedPayment) -> bool:
    """Whether a rate is of a day that counts, or the last one that was published before it."""
    days = [payment.paid_on, payment.due_on if wanted.due_day_counts else None]
    return rate.on is None or any(day is not None and day - _LONGEST_CLOSURE <= rate.on <= day for day in days)


class _Quoting:
    """One payment with the rules that its tax is computed from."""

    def __init__(self, law: RulesInForce, payment: TaxedPayment, vat_percent: Fraction) -> None:
        self.law, self.payment, self.vat_percent = law, payment, vat_percent

    def of(self, amount: Money) -> TaxQuote:
        """The quote for an amount in the currency of the tax."""
        if not self.payment.net or decide_rule(self.law, self.payment, amount).rule is None:
            return self._at(amount)
        quotes = [self._at(Money(gross, amount.currency)) for gross in self._grosses(amount.minor)]
        right = [one for one in quotes if one.gross is not None and self._leaves(one) == amount.minor]
        if right:
            return max(right, key=lambda one: one.gross.minor if one.gross else 0)
        why = f"held: no gross amount leaves {amount} after tax"
        return TaxQuote(gross=None, why=why, needs=("another net amount, or a gross one",))

    def _grosses(self, net: int) -> Iterator[int]:
        """For each rule that may apply, the largest gross amount that it leaves `net` of."""
        for rule in self.law.fitting(self.payment):
            for catches_up in (False, True):
                gross = self._gross_under(
                    self.law.schedule(rule, self.payment.paid_on), net, *self._caught_up(catches_up)
                )
                if gross is not None:
                    yield gross

    def _gross_under(self, schedule: TaxSchedule, net: int, earlier: int, before: int) -> int | None:
        def withheld(gross: int) -> int:
            """The tax on a gross amount, less what was withheld before."""
            return max(schedule.tax(earlier + gross).withheld - before, 0)

        def exact(gross: int) -> Fraction:
            """The tax on a gross amount before it is rounded."""
            return max(schedule.exact(earlier + gross) - before, Fraction(0))

        return largest_gross(net, withheld, exact, 3 * schedule.unit, self._vat)

    def _vat(self, gross: int) -> int:
        return int(gross * self.vat_percent / 100)

    def _leaves(self, found: TaxQuote) -> int | None:
        return None if found.net is None or found.gross is None else found.net.minor + self._vat(found.gross.minor)

    def _caught_up(self, catches_up: bool) -> tuple[int, int]:
        """What was paid and withheld earlier in the year, where the year is taxed as a whole; else nothing."""
        if not catches_up:
            return 0, 0
        amounts = (self.payment.year_to_date, self.payment.withheld_to_date)
        worths = (None if one is None else self.payment.worth(one, self.law.table.currency) for one in amounts)
        earlier, before = (int(one or 0) for one in worths)
        return earlier, before

    def _at(self, gross: Money) -> TaxQuote:
        """The quote for a gross amount."""
        decided = decide_rule(self.law, self.payment, gross)
        if decided.rule is None:
            return TaxQuote(gross=gross, why=f"held: {'; '.join(decided.facts)}", needs=decided.needs)
        if self._catches_up(decided) and not self._knows_withheld(decided):
            need = "what was withheld from the income of the year before"
            return TaxQuote(gross=gross, why="held: all income of the year is taxed now", needs=(need,))
        schedule = self.law.schedule(decided.rule, self.payment.paid_on)
        parts = self._parts(decided, schedule, gross.minor)
        if parts.withheld > gross.minor:
            why = f"held: tax on the income of the year, {parts.withheld}, is more than the payment"
            return TaxQuote(gross=gross, why=why, needs=("payment that is large enough to bear the tax of the year",))
        foreign = self.payment.amount.currency != gross.currency
        rate = self.payment.rate_between(self.payment.amount.currency, gross.currency) if foreign else None
        return TaxQuote(
            gross=gross,
            national=self._money(parts.national),
            local=self._money(parts.local),
            net=self._money(gross.minor - parts.withheld),
            components={name: self._money(part) for name, part in parts.components.items()},
            rule=self.law.applied(decided.rule, self.payment.paid_on),
            rate=rate,
            due_on=self.law.due_on(self.payment) if parts.withheld else None,
            authority=self.law.table.authority.code if parts.withheld else None,
            why=sentence_of(schedule, decided, self.payment, rate, self.law.base_rate.words),
            needs=decided.needs,
        )

    def _parts(self, decided: RuleDecision, schedule: TaxSchedule, gross: int) -> TaxParts:
        """The tax of the payment. Past a threshold it may be that of the year, less what was withheld."""
        earlier, before = self._caught_up(self._catches_up(decided))
        if not earlier:
            return schedule.tax(gross)
        year, paid = schedule.tax(earlier + gross), TaxParts(before, 0, {})
        if schedule.rule.local == "on_top":
            local = int(before * schedule.local / (1 + schedule.local))
            paid = TaxParts(before - local, local, {})
        return TaxParts(max(year.national - paid.national, 0), max(year.local - paid.local, 0), {})

    def _catches_up(self, decided: RuleDecision) -> bool:
        if decided.exceeded is None:
            return False
        chosen = self.law.readings.threshold_excess
        return (decided.exceeded.excess if chosen == "table" else chosen) == "whole_year"

    def _knows_withheld(self, decided: RuleDecision) -> bool:
        """Whether earlier tax is known: it is nothing where the earlier income was within the threshold."""
        earlier, limit = self.payment.year_to_date, decided.exceeded
        if self.payment.withheld_to_date is not None or earlier is None or limit is None:
            return True
        worth = self.payment.worth(earlier, limit.amount.currency)
        return worth is not None and worth < limit.amount.minor

    def _money(self, minor: int) -> Money:
        return Money(minor, self.law.table.currency)
