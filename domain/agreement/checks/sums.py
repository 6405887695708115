"""Amounts are positive, in real currencies, and given once. Instalments add up to their totals."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from domain.agreement.checks.finding import AgreementFinding, Path
from domain.agreement.model import Agreement, DueOn, Instalment, Total
from domain.agreement.schedule import amounts
from domain.values.money import Money

_WHOLE_PERCENT = 100
_MAX_DIGITS = 15
"""Digits of an amount in minor units. Bank files take 18, also for the sum of a thousand payments."""


def terms(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Instalments without exactly one positive amount."""
    for n, instalment in enumerate(agreement.schedule):
        yield from _terms_of(("schedule", n), instalment)
    for n, contract in enumerate(agreement.totals):
        if contract.amount.minor <= 0:
            yield AgreementFinding(
                ("totals", n, "amount"), "not-positive", f"{contract.amount} is no sum to divide: write one."
            )
        yield from _too_large(("totals", n, "amount"), contract.amount)


def write_offs(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Limits of write-offs that are no amounts, or several of one currency."""
    for field in ("by_rule", "by_one"):
        seen: set[str] = set()
        for n, limit in enumerate(getattr(agreement.write_off, field)):
            path: Path = ("write_off", field, n)
            if limit.minor <= 0:
                yield AgreementFinding(path, "not-positive", f"{limit} is no limit: write one, or take it out.")
            if limit.currency in seen:
                sentence = f"a limit in {limit.currency} is written already: keep one of them."
                yield AgreementFinding(path, "limit-twice", sentence)
            seen.add(limit.currency)


def _after_delivery(path: Path, instalment: Instalment) -> Iterator[AgreementFinding]:
    terms = instalment.late_interest.after_delivery if instalment.late_interest is not None else None
    if terms is None:
        return
    if terms.annual_percent <= 0:
        sentence = "interest must be more than 0 % a year: correct it, or leave after_delivery out."
        yield AgreementFinding((*path, "annual_percent"), "not-positive", sentence)
    if isinstance(instalment.due, DueOn):
        sentence = "it counts from the day when a milestone is handed in, and this is due on a date: take it out."
        yield AgreementFinding(path, "no-delivery", sentence)


def _terms_of(path: Path, instalment: Instalment) -> Iterator[AgreementFinding]:
    amount, percent = instalment.amount, instalment.percent
    if amount is not None and percent is not None:
        yield AgreementFinding(
            (*path, "percent"), "amount-and-percent", "amount and percent are both given: keep one of them."
        )
    if amount is None and percent is None:
        yield AgreementFinding(
            path, "no-amount", f"instalment {instalment.id!r} says no amount: add amount, or percent and of."
        )
    if percent is not None and instalment.of is None:
        sentence = f"{percent} % of what? Add `of` with the id of a total."
        yield AgreementFinding((*path, "percent"), "percent-of-nothing", sentence)
    if percent is not None and not 0 < percent <= _WHOLE_PERCENT:
        sentence = f"{percent} % is no share of a total: write more than 0 and at most 100."
        yield AgreementFinding((*path, "percent"), "not-positive", sentence)
    if amount is not None and amount.minor <= 0:
        sentence = f"{amount} cannot be paid: write a positive amount and let payer and payee say the direction."
        yield AgreementFinding((*path, "amount"), "not-positive", sentence)
    if amount is not None:
        yield from _too_large((*path, "amount"), amount)
    if instalment.late_interest is not None and instalment.late_interest.annual_percent <= 0:
        sentence = "interest must be more than 0 % a year: correct it, or leave late_interest out."
        yield AgreementFinding((*path, "late_interest", "annual_percent"), "not-positive", sentence)
    yield from _after_delivery((*path, "late_interest", "after_delivery"), instalment)


def _too_large(path: Path, amount: Money) -> Iterator[AgreementFinding]:
    if amount.minor >= 10**_MAX_DIGITS:
        sentence = f"{amount} has more than {_MAX_DIGITS} digits, decimals counted, which no bank pays: correct it."
        yield AgreementFinding(path, "amount-too-large", sentence)


def totals(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Totals whose instalments have another currency or sum."""
    for n, contract in enumerate(agreement.totals):
        path: Path = ("totals", n, "amount")
        instalments = [(m, each) for m, each in enumerate(agreement.schedule) if each.of == contract.id]
        if not instalments:
            sentence = f"no instalment divides the total {contract.id!r}: add instalments with `of: {contract.id}`."
            yield AgreementFinding(path, "total-unused", sentence)
            continue
        currency = contract.amount.currency
        foreign = [(m, each.amount) for m, each in instalments if each.amount and each.amount.currency != currency]
        for m, amount in foreign:
            sentence = f"{amount} is part of a total in {currency}: write it in {currency}, or take `of` away."
            yield AgreementFinding(("schedule", m, "amount"), "total-currency", sentence)
        if not foreign:
            yield from _adds_up(path, contract, [each for _, each in instalments])


def _adds_up(path: Path, contract: Total, instalments: list[Instalment]) -> Iterator[AgreementFinding]:
    in_percent = [each.percent for each in instalments if each.percent is not None]
    fixed = sum(each.amount.minor for each in instalments if each.amount is not None)
    percent = sum(in_percent, Decimal(0))
    if fixed == 0:
        if percent != _WHOLE_PERCENT:
            sentence = f"its instalments add up to {percent} %, not 100 %: correct the percentages."
            yield AgreementFinding(path, "total-percent", sentence)
        return
    come_to = fixed + contract.amount.minor * Fraction(percent) / _WHOLE_PERCENT
    difference = come_to - contract.amount.minor
    # Next to fixed amounts a percentage may be a fraction of a minor unit, which the allocation rounds.
    if abs(difference) >= 1 or (difference and not in_percent):
        rounded = Money(round(come_to), contract.amount.currency)
        off = Money(abs(round(difference)), contract.amount.currency)
        sentence = (
            f"its instalments add up to {rounded}, {off} {'more' if difference > 0 else 'less'} than the total: "
            "correct the instalments or the total."
        )
        yield AgreementFinding(path, "total-amount", sentence)


def shares(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Percentages too small to pay anything. Only for an agreement without other findings."""
    resolved = amounts(agreement)
    for n, instalment in enumerate(agreement.schedule):
        if resolved[instalment.id].minor == 0:
            sentence = f"{instalment.percent} % of the total comes to nothing: join it with another instalment."
            yield AgreementFinding(("schedule", n, "percent"), "comes-to-nothing", sentence)
