"""The tax of one payment with several lines: what one rule applies to is one base."""

from collections.abc import Sequence

from domain.errors import BadInput
from domain.tax.in_force import RulesInForce
from domain.tax.payment import TaxedPayment
from domain.tax.quote import TaxQuote, quote
from domain.values.money import total


def quote_lines(law: RulesInForce, lines: Sequence[TaxedPayment]) -> list[TaxQuote]:
    """Decide the tax on the lines of one payment to one payee, given gross.

    Lines under one rule are one base, rounded once: Japan's million, and the rounding of both countries, are of a
    payment. Each rule has one answer, in the order of its first line; then each held line has one of its own.

    Raises:
        BadInput: the lines are of several payees, days or currencies, or not gross.
    """
    if any(line.net for line in lines):
        raise BadInput("Only gross lines are taxed together: gross each net line up by itself first.")
    if len({(line.payee, line.paid_on, line.amount.currency) for line in lines}) > 1:
        raise BadInput("Lines of one payment have one payee, one day and one currency: ask for each payment by itself.")
    found: list[TaxQuote] = []
    by_rule: dict[str, list[TaxedPayment]] = {}
    for line in lines:
        alone = quote(law, line)
        if alone.rule is None:
            found.append(alone)
        else:
            by_rule.setdefault(alone.rule.id, []).append(line)
    return [*(_together(law, group) for group in by_rule.values()), *found]


def _together(law: RulesInForce, lines: Sequence[TaxedPayment]) -> TaxQuote:
    whole = total((line.amount for line in lines), lines[0].amount.currency)
    found = quote(law, lines[0].model_copy(update={"amount": whole}))
    if len(lines) == 1:
        return found
    return found.model_copy(update={"why": f"{found.why}; {len(lines)} lines together"})
