"""The rate that a run pays at: the agreement's rule applied to the rates that were imported."""

from datetime import date
from decimal import Decimal

from adapters.db.rates import books_on, rates_on
from adapters.db.records import Records
from domain.agreement.model import Agreement
from domain.calendar.overrides import CalendarOverride
from domain.errors import NotFound, RateMissing
from domain.events import QuoteTaken
from domain.payments.runs import Quote
from domain.rates import cross, fixing_date, publication_days


def quote_for(
    records: Records,
    agreement: Agreement,
    account: str,
    currency: str,
    on: date,
    overrides: tuple[CalendarOverride, ...],
) -> Quote | None:
    """Return the quote for paying `currency` from an account on a day; None if the account holds that currency.

    Raises:
        RateMissing: the rule names a reference rate that is not imported yet; retry later.
    """
    held = agreement.account(account)
    if held.currency == currency:
        return None
    rule = agreement.fx_rule(currency, held.currency)
    if rule.pay_at == "contract" or rule.source is None:
        return Quote(currency, held.currency, rule.contract, "contract", agreement.effective_on, rule.contract)
    fixing_on = fixing_date(rule, on, publication_days(agreement, rule, [held], overrides))
    try:
        rate = cross(rates_on(records, rule.source, fixing_on), currency, held.currency)
    except NotFound as error:
        raise RateMissing(
            f"{rule.source} has no {currency}/{held.currency} for {fixing_on} yet: import it: `sluice rate import`.",
            source=rule.source,
            fixing_on=fixing_on.isoformat(),
        ) from error
    return Quote(currency, held.currency, rate, rule.source, fixing_on, rule.contract)


def rates_at(records: Records, agreement: Agreement, used: Quote | QuoteTaken) -> list[Decimal]:
    """Return the rates that a quote may have: the contract's, or each that its source has had for its day.

    A rate that was corrected later counted until then.

    Raises:
        NotFound: the source has none for the day.
    """
    if used.source == "contract":
        return [agreement.fx_rule(used.base, used.quote).contract]
    return [cross(book, used.base, used.quote) for book in books_on(records, used.source, used.fixing_on)]
