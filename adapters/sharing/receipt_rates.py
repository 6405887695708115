"""Converts reported amounts into the waterfall's currency, by the agreement's rule on imported rates."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from adapters.db.rates import rates_on
from adapters.db.records import Records
from domain.agreement.model import Agreement, ReceiptFx
from domain.calendar.calendars import Calendars
from domain.calendar.overrides import CalendarOverride
from domain.errors import BadInput, NotFound, RateMissing
from domain.rates import publication_days
from domain.sharing.revenue import (
    Conversion,
    at_contract,
    converted_by,
    fixing_days,
    receipt_rule,
)

_Published = Mapping[tuple[str, str], Decimal]


class ReceiptRates:
    """Conversions into `quote` in one transaction. Each lookup is cached."""

    def __init__(
        self, records: Records, agreement: Agreement, quote: str, overrides: tuple[CalendarOverride, ...]
    ) -> None:
        self._records, self._agreement, self._quote = records, agreement, quote
        self._overrides = overrides
        self._published: dict[tuple[str, date], _Published] = {}
        self._converted: dict[tuple[str, tuple[date, ...]], Conversion] = {}

    def of(self, currency: str, on: date, bank_rate: Decimal | None, source: str) -> Conversion | None:
        """Return the conversion of an amount on a day; None if it is in the waterfall's currency.

        `bank_rate` is the rate in the row itself; `source` is the source of the row's statement.

        Raises:
            BadInput: the agreement has no rule for the currency, or the row and the rule disagree on whose rate counts.
            RateMissing: a rate that the rule names has not been imported.
        """
        if currency == self._quote:
            if bank_rate is not None:
                raise BadInput(f"an amount in {currency} needs no rate: leave it empty.")
            return None
        rule = receipt_rule(self._agreement, currency)
        if rule is not None and rule.at == "bank_rate":
            if bank_rate is None:
                raise BadInput(f"{currency} is converted at the bank's rate, and the row has none: fill in its rate.")
            return Conversion(rule.at, source, on, bank_rate)
        if bank_rate is not None:
            whose = rule.source if rule else "the contract"
            raise BadInput(f"{currency} is converted at the rate of {whose}, not at the row's: leave its rate empty.")
        if rule is None:
            return at_contract(self._agreement, currency, self._quote)
        return self._looked_up(rule, currency, fixing_days(rule, on, self._calendars(rule)))

    def _looked_up(self, rule: ReceiptFx, currency: str, days: tuple[date, ...]) -> Conversion:
        known = self._converted.get((currency, days))
        if known is None:
            try:
                published = [(day, self._on(rule.source or "", day)) for day in days]
                known = converted_by(rule, published, currency, self._quote)
            except NotFound as error:
                missing = self._first_missing(rule, currency, days)
                raise RateMissing(
                    f"{rule.source} has no {currency}/{self._quote} for {missing}, which the {rule.at} needs: "
                    "import it first: `sluice rate import`.",
                    source=rule.source or "",
                    fixing_on=missing.isoformat(),
                ) from error
            self._converted[currency, days] = known
        return known

    def _first_missing(self, rule: ReceiptFx, currency: str, days: tuple[date, ...]) -> date:
        for day in days:
            try:
                converted_by(rule, [(day, self._on(rule.source or "", day))], currency, self._quote)
            except NotFound:
                return day
        return days[-1]

    def _on(self, source: str, day: date) -> _Published:
        if (source, day) not in self._published:
            self._published[source, day] = rates_on(self._records, source, day)
        return self._published[source, day]

    def _calendars(self, rule: ReceiptFx) -> Calendars:
        """Return the calendars of the source's publication days, or else those of our accounts in the currency."""
        ours = self._agreement.controlled
        held = [account for account in ours if account.currency == self._quote] or ours
        return publication_days(self._agreement, rule, held, self._overrides)
