"""One sentence that says which rule was applied to a payment and why, for a person to check."""

from decimal import Decimal

from domain.tax.decision import RuleDecision
from domain.tax.kinds import in_words
from domain.tax.payment import TaxedPayment, TaxRate
from domain.tax.rules import TaxRule
from domain.tax.withholding import TaxSchedule


def sentence_of(
    schedule: TaxSchedule, decided: RuleDecision, payment: TaxedPayment, rate: TaxRate | None, base_rate_words: str
) -> str:
    """Such as `10 %, local tax included: THE TREATY, copyright licence, reduced-rate form received on 2026-08-01`."""
    rule = schedule.rule
    about = [rule.basis, in_words(payment.income), *decided.facts]
    words = f"{_rate_words(rule, schedule)}: {', '.join(about)}"
    if rate is not None:
        words += f"; base at {rate}" + ("" if rate.kind else f", taken as the {base_rate_words}")
    if rule.doubt:
        words += f"; in doubt: {rule.doubt}"
    if rule.reason:
        words += f"; set because: {rule.reason}"
    return words


def _rate_words(rule: TaxRule, schedule: TaxSchedule) -> str:
    if rule.national == 0:
        return "no tax at source"
    of = f" of {_plain(rule.base_percent)} % of the payment" if rule.base_percent != Decimal(100) else ""
    surtax = 0 if schedule.surtax is None else sum(schedule.surtax.parts.values())
    rates = [(rule.national, ""), *((step.national, f" above {step.above}") for step in rule.steps)]
    words = " and ".join(f"{_plain(rate * (100 + surtax) / 100)} %{place}" for rate, place in rates)
    match rule.local:
        case "included":
            return f"{words}{of}, local tax included"
        case "on_top":
            local = _plain(rule.national * Decimal(schedule.local.numerator) / schedule.local.denominator)
            return f"{words} and {local} % local tax{of}"
    return words + of


def _plain(percent: Decimal) -> str:
    return f"{percent.normalize():f}"
