"""Whether the conditions of a rule hold for a payment: yes, no, or not known yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from domain.calendar.dates import DAY, add_months
from domain.tax.payment import TaxedPayment
from domain.tax.readings import Readings
from domain.tax.rules import ShareHeld, TaxForm, TaxRule, TaxTable, YearThreshold
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class ConditionFound:
    """One condition: whether it is met (None: not known), in words, and what would have to be there."""

    met: bool | None
    words: str = ""
    need: str = ""
    exceeds: YearThreshold | None = None


def conditions(
    table: TaxTable, rule: TaxRule, payment: TaxedPayment, base: Money, readings: Readings
) -> Iterator[ConditionFound]:
    """Each condition of a rule for a payment whose gross amount is `base`, in the table's currency."""
    payee = payment.payee
    form = None if rule.form is None else table.forms[rule.form]
    if form is not None:
        yield _form(form, payment)
    if rule.beneficial_owner:
        yield _owner(payee.beneficial_owner, form)
    if rule.share_held is not None:
        yield _share(rule.share_held, payment)
    if rule.exchange_programme:
        yield _programme(payment)
    if rule.no_base and payee.base_in_country:
        yield ConditionFound(met=False, words=f"the payee has an establishment or fixed base in {table.name}")
    if rule.days_below is not None and (payee.days_in_country or 0) >= rule.days_below:
        yield ConditionFound(met=False, words=f"{payee.days_in_country} days of the year in {table.name}")
    if rule.threshold is not None:
        yield _threshold(rule.threshold, payment, base, readings)


def _form(form: TaxForm, payment: TaxedPayment) -> ConditionFound:
    last = payment.paid_on - (DAY if form.by == "day_before" else 0 * DAY)
    need = f"{form.name} ({form.original}), {form.dated} by {last}"
    if form.attached:
        need += f", with {' and '.join(form.attached.values())}"
    on_file, certificate = payment.payee.form, payment.payee.certificate
    there = None if on_file is None else _date_of(form, payment)
    if on_file is None or there is None:
        return ConditionFound(met=False, words=f"no {form.name} {form.dated} by {last}", need=need)
    if there > last:
        words = f"{form.name} {form.dated} on {there}, later than {last}"
        return ConditionFound(met=False, words=words, need=need)
    if lacking := [form.attached.get(name, name) for name in on_file.lacks]:
        return ConditionFound(met=False, words=f"{form.name} without {' and '.join(lacking)}", need=need)
    if certificate is not None and not certificate.first_day <= payment.paid_on <= certificate.last_day:
        words = f"certificate of residence valid from {certificate.first_day} to {certificate.last_day} only"
        return ConditionFound(met=False, words=words, need=f"certificate of residence that covers {payment.paid_on}")
    words = f"{form.name} {form.dated} on {there}"
    if form.attached:
        words += f" with {' and '.join(form.attached.values())}"
    return ConditionFound(met=True, words=words)


def _date_of(form: TaxForm, payment: TaxedPayment) -> date | None:
    """The day that counts. A form that was filed had been received by then."""
    on_file = payment.payee.form
    days = () if on_file is None else (on_file.filed_on, on_file.received_on if form.dated == "received" else None)
    return min((day for day in days if day is not None), default=None)


def _owner(owner: bool | None, form: TaxForm | None) -> ConditionFound:
    declared = form is not None and "beneficial_owner" in form.declares
    if owner or (owner is None and declared):
        return ConditionFound(met=True)
    need = "beneficial owner of the income, known and named in the form"
    if owner is None:
        return ConditionFound(met=None, need=need)
    return ConditionFound(met=False, words="the payee is not the beneficial owner", need=need)


def _share(wanted: ShareHeld, payment: TaxedPayment) -> ConditionFound:
    share, since = payment.payee.share_held, payment.payee.held_since
    if share is None:
        return ConditionFound(met=None, need="share of the paying company that the payee holds")
    if share < wanted.percent:
        return ConditionFound(met=False, words=f"{share} % held, less than {wanted.percent} %")
    if wanted.months == 0:
        return ConditionFound(met=True, words=f"{share} % held")
    if since is None:
        return ConditionFound(met=None, need="day since when the payee holds the share")
    if add_months(since, wanted.months) > payment.paid_on:
        return ConditionFound(met=False, words=f"held since {since}, less than {wanted.months} months")
    return ConditionFound(met=True, words=f"{share} % held since {since}")


def _programme(payment: TaxedPayment) -> ConditionFound:
    """What nobody mentions is no programme: it is rare, and its papers are the artist's to show."""
    if payment.exchange_programme:
        return ConditionFound(met=True, words="cultural exchange programme of the two governments")
    return ConditionFound(met=False)


def _threshold(threshold: YearThreshold, payment: TaxedPayment, base: Money, readings: Readings) -> ConditionFound:
    currency = threshold.amount.currency
    now = payment.worth(_in_own_currency(payment, base), currency)
    if now is None:
        return ConditionFound(met=None, need=f"exchange rate {currency}/{base.currency} for the year's threshold")
    earlier = Fraction(0) if payment.year_to_date is None else payment.worth(payment.year_to_date, currency)
    if earlier is None and payment.year_to_date is not None:
        return ConditionFound(met=None, need=f"exchange rate {currency}/{payment.year_to_date.currency}")
    year = now + (earlier or 0)
    boundary = threshold.boundary if readings.threshold_boundary == "table" else readings.threshold_boundary
    within = year < threshold.amount.minor or (boundary == "not_above" and year == threshold.amount.minor)
    words = f"income of the year from this payer {'within' if within else 'not within'} {threshold.amount}"
    if not within:
        return ConditionFound(met=False, words=words, exceeds=threshold)
    if payment.year_to_date is None:
        need = "what this payer has paid to the payee in the year before, over all productions"
        return ConditionFound(met=None, need=need)
    return ConditionFound(met=True, words=words)


def _in_own_currency(payment: TaxedPayment, base: Money) -> Money:
    """The payment's own amount where it is gross, because no rate is needed if it is in the treaty's currency."""
    return base if payment.net else payment.amount
