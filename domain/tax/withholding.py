"""The arithmetic of tax at source: what is withheld from a gross amount, and the gross amount of a net one."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from domain.tax.readings import Readings
from domain.tax.rules import Surtax, TaxRule, TaxTable

_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class TaxParts:
    """Tax in minor units: national and local; `components` are the taxes that the national one is made of."""

    national: int
    local: int
    components: Mapping[str, int]

    @property
    def withheld(self) -> int:
        """National and local tax together."""
        return self.national + self.local


@dataclass(frozen=True, slots=True)
class TaxSchedule:
    """A rule with what its table and the readings add: all that the arithmetic needs."""

    rule: TaxRule
    unit: int
    local: Fraction
    surtax: Surtax | None
    readings: Readings

    @classmethod
    def of(cls, table: TaxTable, rule: TaxRule, surtax: Surtax | None, readings: Readings) -> "TaxSchedule":
        """The schedule of a rule of a table; `surtax` is that of the day of payment."""
        local = Fraction(table.local_percent) / _HUNDRED
        return cls(rule, table.rounding.unit, local, surtax if rule.surtax else None, readings)

    def tax(self, gross: int) -> TaxParts:
        """Tax on a gross amount, rounded down as the law says."""
        exact = self._national(gross)
        rule = self.rule
        if self._is_free(gross):
            return TaxParts(0, 0, {})
        if rule.local == "included" and self.readings.kr_included_split == "total":
            whole = self._down(exact)
            local = self._down(whole * self.local / (1 + self.local))
            return TaxParts(whole - local, local, {})
        national = self._down(exact / (1 + self.local) if rule.local == "included" else exact)
        if rule.waived_below is not None and national < rule.waived_below.minor:
            return TaxParts(0, 0, {})
        local = 0 if rule.local == "none" else self._down(national * self.local)
        return TaxParts(national, local, self._components(gross, national))

    def exact(self, gross: int) -> Fraction:
        """Tax before rounding and without what small amounts are spared: never less than `tax` withholds."""
        exact = self._national(gross)
        return exact * (1 + self.local) if self.rule.local == "on_top" else exact

    def _is_free(self, gross: int) -> bool:
        free = self.rule.free_up_to
        return free is not None and self._base(gross) <= free.minor

    def _base(self, gross: int) -> Fraction:
        return gross * Fraction(self.rule.base_percent) / _HUNDRED

    def _national(self, gross: int) -> Fraction:
        return self._income_tax(gross) * (1 + sum(self._surtaxes().values(), Fraction(0)))

    def _income_tax(self, gross: int) -> Fraction:
        """The tax of the rule's own rates, step by step."""
        base, rate, tax, reached = self._base(gross), Fraction(self.rule.national), Fraction(0), Fraction(0)
        for step in self.rule.steps:
            if base <= step.above.minor:
                break
            tax += (step.above.minor - reached) * rate / _HUNDRED
            rate, reached = Fraction(step.national), Fraction(step.above.minor)
        return tax + (base - reached) * rate / _HUNDRED

    def _surtaxes(self) -> Mapping[str, Fraction]:
        parts = {} if self.surtax is None else self.surtax.parts
        return {name: Fraction(percent) / _HUNDRED for name, percent in parts.items()}

    def _components(self, gross: int, national: int) -> Mapping[str, int]:
        income = self._income_tax(gross)
        parts = {name: self._down(income * part) for name, part in self._surtaxes().items()}
        return {"income": national - sum(parts.values()), **parts} if parts else {}

    def _down(self, exact: Fraction) -> int:
        return int(exact // self.unit) * self.unit
