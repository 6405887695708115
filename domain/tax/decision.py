"""Which rule of a table applies to a payment, or what is missing to say so."""

from dataclasses import dataclass

from domain.tax.conditions import ConditionFound, conditions
from domain.tax.in_force import RulesInForce
from domain.tax.kinds import in_words
from domain.tax.payment import TaxedPayment
from domain.tax.rules import TaxRule, TaxTable, YearThreshold
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class RuleDecision:
    """The rule that applies, or None where the payment is held.

    `facts` are the conditions that decided, in words. `needs` is what is missing to decide, or what would have lowered
    the tax. `exceeded` is a threshold that would have freed the payment, had it not been exceeded.
    """

    rule: TaxRule | None
    facts: tuple[str, ...]
    needs: tuple[str, ...]
    exceeded: YearThreshold | None = None


def decide_rule(law: RulesInForce, payment: TaxedPayment, base: Money) -> RuleDecision:
    """The first rule whose conditions hold for a payment of the gross amount `base`, in the table's currency.

    A rule whose condition is not known stops the search: the payment is held until it is.
    """
    facts: list[str] = []
    needs: list[str] = []
    exceeded: YearThreshold | None = None
    for rule in law.fitting(payment):
        found = list(conditions(law.table, rule, payment, base, law.readings))
        failed = [one for one in found if one.met is False]
        if failed:
            _add_new(facts, [one.words for one in failed])
            _add_new(needs, [one.need for one in failed])
            exceeded = _only_exceeded(failed) or exceeded
            continue
        if open_questions := [one.need for one in found if one.met is None]:
            return RuleDecision(None, (f"{rule.basis} may apply",), tuple(open_questions))
        if rule.unknown:
            return RuleDecision(None, (f"{rule.basis} may apply",), (rule.unknown,))
        met = [one.words for one in found if one.words]
        return RuleDecision(rule, (*met, *facts), () if met else tuple(needs), exceeded)
    return RuleDecision(None, (_nothing_applies(law.table, payment),), tuple(needs) or (_a_rule(law.table, payment),))


def _only_exceeded(failed: list[ConditionFound]) -> YearThreshold | None:
    """The threshold, if nothing but it failed."""
    return failed[0].exceeds if len(failed) == 1 else None


def _add_new(words: list[str], more: list[str]) -> None:
    words += [each for each in more if each and each not in words]


def _nothing_applies(table: TaxTable, payment: TaxedPayment) -> str:
    payee = payment.payee
    return (
        f"no rule of {table.name} applies to {in_words(payment.income)} paid to {_article(in_words(payee.kind))} of "
        f"{payee.country} on {payment.paid_on}"
    )


def _a_rule(table: TaxTable, payment: TaxedPayment) -> str:
    payee = payment.payee
    return (
        f"rule for {in_words(payment.income)} from {table.country} to {payee.country} ({payee.kind.value}), with its "
        "source of law, in a file of overrides, or another kind of payee or income"
    )


def _article(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
