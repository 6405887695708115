"""The arithmetic of tax at source: what is withheld from a gross amount."""

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
class _Step:
    """From a base on, tax is `tax` and `rate` of what is above it."""

    base: Fraction
    tax: Fraction
    rate: Fraction


class TaxSchedule:
    """A rule with what its table and the readings add: all that the arithmetic needs. It never changes."""

    def __init__(self, table: TaxTable, rule: TaxRule, surtax: Surtax | None, readings: Readings) -> None:
        """Prepare the arithmetic of a rule; `surtax` is that of the day of payment, if the rule has any."""
        self.rule = rule
        self.unit = table.rounding.unit
        self.surtax = surtax
        self.local = Fraction(table.local_percent) / _HUNDRED
        self._split_of_total = rule.local == "included" and readings.kr_included_split == "total"
        self._taxed = Fraction(rule.base_percent) / _HUNDRED
        parts = {} if surtax is None else surtax.parts
        self._surtaxes = {name: Fraction(percent) / _HUNDRED for name, percent in parts.items()}
        self._with_surtaxes = 1 + sum(self._surtaxes.values(), Fraction(0))
        self._steps = self._all_steps()

    def tax(self, gross: int) -> TaxParts:
        """Tax on a gross amount, rounded down as the law says."""
        base, rule = gross * self._taxed, self.rule
        if rule.free_up_to is not None and base <= rule.free_up_to.minor:
            return TaxParts(0, 0, {})
        exact = self._national(base)
        if self._split_of_total:
            whole = self._down(exact)
            local = self._down(whole * self.local / (1 + self.local))
            return TaxParts(whole - local, local, {})
        national = self._down(exact / (1 + self.local) if rule.local == "included" else exact)
        if rule.waived_below is not None and national < rule.waived_below.minor:
            return TaxParts(0, 0, {})
        local = 0 if rule.local == "none" else self._down(national * self.local)
        return TaxParts(national, local, self._components(exact, national))

    def exact(self, gross: int) -> Fraction:
        """Tax before rounding and without what small amounts are spared: never less than `tax` withholds."""
        exact = self._national(gross * self._taxed)
        return exact * (1 + self.local) if self.rule.local == "on_top" else exact

    def _all_steps(self) -> tuple[_Step, ...]:
        """The steps of the rule's rates, with surtaxes, the highest first."""
        steps = [_Step(Fraction(0), Fraction(0), Fraction(self.rule.national) / _HUNDRED * self._with_surtaxes)]
        for one in self.rule.steps:
            last, base = steps[-1], Fraction(one.above.minor)
            tax = last.tax + (base - last.base) * last.rate
            steps.append(_Step(base, tax, Fraction(one.national) / _HUNDRED * self._with_surtaxes))
        return tuple(reversed(steps))

    def _national(self, base: Fraction) -> Fraction:
        step = next(step for step in self._steps if base >= step.base)
        return step.tax + (base - step.base) * step.rate

    def _components(self, exact: Fraction, national: int) -> Mapping[str, int]:
        if not self._surtaxes:
            return {}
        income = exact / self._with_surtaxes
        parts = {name: self._down(income * part) for name, part in self._surtaxes.items()}
        return {"income": national - sum(parts.values()), **parts}

    def _down(self, exact: Fraction | int) -> int:
        return int(exact // self.unit) * self.unit
