"""Value added tax of Korea and consumption tax of Japan on an invoice, and how much of it the payer gets back."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.errors import BadInput
from domain.tax.kinds import IncomeKind
from domain.tax.rules import Percent, RuleId, Words
from domain.values.money import Money, total
from domain.values.record import Day, Record

_WHOLE = 100


class VatRateName(StrEnum):
    """The rates that a line of an invoice may have."""

    STANDARD = "standard"
    REDUCED = "reduced"
    ZERO = "zero"


class DatedShare(Record):
    """A percentage between two days, with its law; `individuals_only` if companies have none."""

    first_day: Day
    last_day: Day | None = None
    percent: Percent
    individuals_only: bool = False
    law: Words

    def counts(self, day: date, *, individual: bool = True) -> bool:
        """Whether it is in force on a day, for such a taxpayer."""
        in_time = self.first_day <= day and (self.last_day is None or day <= self.last_day)
        return in_time and (individual or not self.individuals_only)


class ReverseCharge(Record):
    """Services from abroad whose tax the payer declares, if its taxable sales are below a share of all its sales.

    `income` are the kinds that are flagged by themselves. `general_only`: not under simplified taxation.
    """

    id: RuleId
    name: Words
    income: tuple[IncomeKind, ...] = ()
    ratio_below: Percent
    general_only: bool = False
    law: Words


class VatRules(Record):
    """A country's value added tax: rates by day, rounding down once per invoice and rate, and who deducts what."""

    name: Words
    standard: tuple[DatedShare, ...]
    reduced: tuple[DatedShare, ...] = ()
    unregistered: tuple[DatedShare, ...] = ()
    small_issuers: tuple[DatedShare, ...] = ()
    reverse_charge: tuple[ReverseCharge, ...] = ()
    rounding_law: Words

    def percent(self, rate: VatRateName, on: date) -> Fraction:
        """The rate of a day, in per cent.

        Raises:
            BadInput: the rules have no such rate on that day.
        """
        if rate is VatRateName.ZERO:
            return Fraction(0)
        shares = self.standard if rate is VatRateName.STANDARD else self.reduced
        return _share(shares, on, f"{rate} rate of {self.name}")


class InvoiceLine(Record):
    """A line of an invoice at one rate. `tax_included` says that the amount contains the tax."""

    amount: Money
    rate: VatRateName = VatRateName.STANDARD
    tax_included: bool = False


class VatOfRate(Record):
    """All lines of an invoice at one rate together: the amount without tax, and the tax, rounded once."""

    rate: VatRateName
    exclusive: Money
    tax: Money


class VatInvoice(Record):
    """An invoice as tax sees it. `number`, day and registration number are the supplier's own."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    issued_on: Day
    supplied_on: Day
    registration: str | None = None
    lines: Annotated[tuple[InvoiceLine, ...], Field(min_length=1)]


class InputTax(Record):
    """What becomes of the tax on an invoice: `deductible` is a receivable, and `cost` is what the payer bears."""

    deductible: Money
    cost: Money


def vat_by_rate(rules: VatRules, invoice: VatInvoice) -> list[VatOfRate]:
    """The tax of an invoice: once per rate on the sum of its lines, rounded down to the minor unit.

    Raises:
        BadInput: lines in two currencies, or of one rate with and without tax.
    """
    return [_of_rate(rules, invoice, rate) for rate in VatRateName if any(line.rate is rate for line in invoice.lines)]


def _of_rate(rules: VatRules, invoice: VatInvoice, rate: VatRateName) -> VatOfRate:
    lines = [line for line in invoice.lines if line.rate is rate]
    if len({line.tax_included for line in lines}) > 1:
        raise BadInput(
            f"Invoice {invoice.number} has {rate} lines with and without tax: write all of a rate in the same way."
        )
    whole = total((line.amount for line in lines), lines[0].amount.currency)
    percent = rules.percent(rate, invoice.supplied_on)
    included = lines[0].tax_included
    tax = Money(int(whole.minor * percent // (_WHOLE + percent if included else _WHOLE)), whole.currency)
    return VatOfRate(rate=rate, exclusive=whole - tax if included else whole, tax=tax)


def input_tax(rules: VatRules, invoice: VatInvoice) -> InputTax:
    """How much of the tax on an invoice a payer deducts; all of it where the supplier is registered.

    For an unregistered supplier it is the share of the day of supply, rounded down once. The invoice must then be one
    with the tax included, because such a supplier charges none apart.
    """
    found = vat_by_rate(rules, invoice)
    currency = found[0].tax.currency
    tax = total((one.tax for one in found), currency)
    if invoice.registration is not None or not rules.unregistered:
        return InputTax(deductible=tax, cost=total((one.exclusive for one in found), currency))
    share = _share(rules.unregistered, invoice.supplied_on, "deductible share for suppliers without a number")
    deductible = Money(int(tax.minor * share // _WHOLE), currency)
    gross = total((one.exclusive + one.tax for one in found), currency)
    return InputTax(deductible=deductible, cost=gross - deductible)


def small_issuer_tax(rules: VatRules, tax_on_sales: Money, on: date, *, individual: bool) -> Money | None:
    """What a small business that became a registered issuer pays of the tax on its sales; None without such relief."""
    shares = [share for share in rules.small_issuers if share.counts(on, individual=individual)]
    if not shares:
        return None
    return Money(int(tax_on_sales.minor * Fraction(shares[0].percent) // _WHOLE), tax_on_sales.currency)


def export_rate(*, through_bank: bool, listed: bool = False, reciprocal: bool = False) -> VatRateName:
    """The rate of a Korean service for a payer abroad (부가가치세법 제24조, 시행령 제33조).

    Zero if the money comes through a foreign-exchange bank and, for a listed service, the payer's country exempts
    alike; otherwise the standard rate.
    """
    return VatRateName.ZERO if through_bank and (reciprocal or not listed) else VatRateName.STANDARD


class ReverseChargeTax(Record):
    """What a payer declares for a service from abroad: tax as if it had sold it, what it deducts, what it pays."""

    output: Money
    input: Money
    payable: Money


def flagged_reverse_charge(rules: VatRules, income: IncomeKind) -> ReverseCharge | None:
    """The reverse charge that a kind of income from abroad may fall under."""
    return next((one for one in rules.reverse_charge if income in one.income), None)


def reverse_charge(
    rules: VatRules, charge: ReverseCharge, fee: Money, on: date, *, taxable_percent: Fraction, general: bool = True
) -> ReverseChargeTax:
    """The tax that the payer declares on a fee from abroad. It is never added to the fee.

    `taxable_percent` is the share of taxable sales in all sales of the payer: 0 for an exempt business. The payer
    deducts by that share.
    """
    declares = taxable_percent < Fraction(charge.ratio_below) and (general or not charge.general_only)
    percent = rules.percent(VatRateName.STANDARD, on) if declares else Fraction(0)
    output = Money(int(fee.minor * percent // _WHOLE), fee.currency)
    deducted = Money(int(output.minor * taxable_percent // _WHOLE), fee.currency)
    return ReverseChargeTax(output=output, input=deducted, payable=output - deducted)


def _share(shares: Iterable[DatedShare], on: date, what: str) -> Fraction:
    found: Sequence[DatedShare] = [share for share in shares if share.counts(on)]
    if not found:
        raise BadInput(f"There is no {what} on {on}: look for a wrong date, or add it to the table.")
    return Fraction(found[0].percent)
