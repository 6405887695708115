"""The rules of one payer's country under chosen readings, prepared for many payments."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from domain.calendar.overrides import CalendarOverride
from domain.tax.days import remittance_day
from domain.tax.kinds import IncomeKind, PayeeKind
from domain.tax.payment import TaxedPayment
from domain.tax.readings import Readings
from domain.tax.rules import BaseRateRule, Country, RuleId, TaxRule, TaxTable
from domain.tax.withholding import TaxSchedule
from domain.values.record import Record, Sha256


class AppliedRule(Record):
    """Which rule was applied: its name, its table and version, and the digest of all that it was computed from."""

    id: RuleId
    table: Country
    version: str
    digest: Sha256
    law: str
    doubt: str = ""
    reason: str = ""


class RulesInForce:
    """A table under readings, and corrections of the authority's calendar. It never changes."""

    def __init__(
        self, table: TaxTable, readings: Readings | None = None, overrides: Iterable[CalendarOverride] = ()
    ) -> None:
        """Take the rules that count under the readings; the defaults of those if there are none."""
        self.table = table
        self.readings = readings or Readings()
        self.base_rate: BaseRateRule = table.base_rate(self.readings)
        self._overrides = tuple(overrides)
        self._rules: dict[tuple[Country, PayeeKind, IncomeKind], list[TaxRule]] = defaultdict(list)
        self._schedules: dict[tuple[RuleId, str], TaxSchedule] = {}
        self._applied: dict[tuple[RuleId, str], AppliedRule] = {}
        self._due: dict[tuple[date, bool], date] = {}
        for rule in table.rules:
            if rule.counts(self.readings):
                for payee in rule.payees:
                    for kind in rule.kinds:
                        for income in rule.income:
                            self._rules[payee, kind, income].append(rule)

    def fitting(self, payment: TaxedPayment) -> Sequence[TaxRule]:
        """The rules for payee, kinds and days of a payment, in the order in which they are tried."""
        payee = payment.payee
        earned_on = payment.earned_on or payment.paid_on
        rules = self._rules.get((payee.country, payee.kind, payment.income), ())
        return [rule for rule in rules if rule.is_in_force(payment.paid_on, earned_on)]

    def schedule(self, rule: TaxRule, paid_on: date) -> TaxSchedule:
        """The arithmetic of a rule on a day of payment."""
        surtax = self.table.surtax_on(paid_on) if rule.surtax else None
        key = rule.id, "" if surtax is None else str(surtax.first_day)
        if key not in self._schedules:
            self._schedules[key] = TaxSchedule(self.table, rule, surtax, self.readings)
        return self._schedules[key]

    def applied(self, rule: TaxRule, paid_on: date) -> AppliedRule:
        """What a record says of a rule that was applied on a day of payment."""
        schedule = self.schedule(rule, paid_on)
        key = rule.id, "" if schedule.surtax is None else str(schedule.surtax.first_day)
        if key not in self._applied:
            self._applied[key] = AppliedRule(
                id=rule.id,
                table=self.table.country,
                version=self.table.version,
                digest=self._digest(schedule),
                law=rule.law,
                doubt=rule.doubt,
                reason=rule.reason,
            )
        return self._applied[key]

    def due_on(self, payment: TaxedPayment) -> date:
        """When the tax on a payment is due to the authority."""
        key = payment.paid_on, payment.paid_abroad
        if key not in self._due:
            self._due[key] = remittance_day(
                self.table, payment.paid_on, paid_abroad=payment.paid_abroad, overrides=self._overrides
            )
        return self._due[key]

    def _digest(self, schedule: TaxSchedule) -> str:
        """The SHA-256 of all that a rule's figures come from. A new field with a default does not change it."""
        rule, table = schedule.rule, self.table
        content = {
            "rule": rule.model_dump(mode="json", exclude_defaults=True),
            "form": table.forms[rule.form].model_dump(mode="json", exclude_defaults=True) if rule.form else None,
            "rounding": table.rounding.model_dump(mode="json"),
            "local_percent": str(table.local_percent),
            "surtax": schedule.surtax.model_dump(mode="json") if schedule.surtax else None,
            "readings": self.readings.model_dump(mode="json"),
        }
        written = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(written.encode()).hexdigest()
