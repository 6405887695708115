"""How the options of `sluice tax` are written, and what they say of a payment."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import click

AS_GROSS = "gross"
"""The value of `--net` without an amount: the amount is in `--gross`."""


def country_code(_context: click.Context, option: click.Parameter, written: str | None) -> str | None:
    """A country's code, in capitals."""
    if written is None or re.fullmatch("[A-Za-z]{2}", written):
        return written and written.upper()
    raise click.BadParameter(f"{written!r} is no country: write a code of two letters, such as KR.", param=option)


def payment_of(said: dict[str, Any]) -> Any:
    """The payment that the options describe."""
    from domain.tax.payment import PayeeStatus, TaxedPayment
    from domain.values.money import Money

    amount, net = _agreed(said["gross"], said["net"])
    owner = said["beneficial_owner"]
    payee = PayeeStatus(
        country=said["payee_country"],
        kind=said["payee_kind"],
        form=_form(said["form"], said["lacks"]),
        certificate=_certificate(said["certificate"]),
        beneficial_owner=None if owner is None else owner == "yes",
        share_held=said["holding"] and percent_of("--holding", said["holding"]),
        held_since=said["held_since"],
        days_in_country=said["days"],
        base_in_country=said["establishment"],
    )
    to_date = {name: said[name] and Money.parse(said[name]) for name in ("year_to_date", "withheld_to_date")}
    return TaxedPayment(
        payee=payee,
        income=said["income"],
        amount=Money.parse(amount),
        net=net,
        paid_on=needed("--paid-on", said["paid_on"]),
        due_on=said["due_on"],
        earned_on=said["earned_on"],
        paid_abroad=said["paid_abroad"],
        exchange_programme=said["exchange_programme"],
        rates=tuple(_rate(written) for written in said["rate"]),
        **to_date,
    )


def _agreed(gross: str | None, net: str | None) -> tuple[str, bool]:
    """The one amount, and whether it is net."""
    if net not in {None, AS_GROSS} and gross is None:
        return str(net), True
    if gross is None or net not in {None, AS_GROSS}:
        raise click.UsageError('Say one amount: --gross "KRW 594000", or --net "KRW 594000" for one after tax.')
    return gross, net is not None


def _form(written: Sequence[str], lacks: Sequence[str]) -> Any:
    from domain.tax.payment import FormOnFile

    days: dict[str, date] = {}
    for each in written:
        what, colon, day = each.partition(":")
        if what not in {"received", "filed"} or not colon or what in days:
            raise click.UsageError(f"--form {each!r}: write received:2026-08-01 or filed:2026-08-01, each once.")
        days[what] = _day("--form", day)
    if not days:
        return None
    return FormOnFile(received_on=days.get("received"), filed_on=days.get("filed"), lacks=tuple(lacks))


def _certificate(written: str | None) -> Any:
    from domain.tax.payment import ResidenceCertificate

    if written is None:
        return None
    first, _, last = written.partition("..")
    days = _day("--certificate", first), _day("--certificate", last)
    if days[1] < days[0]:
        raise click.UsageError(f"--certificate {written!r} ends before it begins.")
    return ResidenceCertificate(first_day=days[0], last_day=days[1])


def _rate(written: str) -> Any:
    from domain.tax.payment import TaxRate

    found = re.fullmatch(r"([A-Z]{3})/([A-Z]{3})=([0-9]{1,12}(?:\.[0-9]{1,10})?)((?:,[^,]+)*)", written)
    if found is None or Decimal(found[3]) == 0:
        raise click.UsageError(f"--rate {written!r}: write USD/JPY=108.53, or USD/JPY=108.53,ttb,2026-09-15,MUFG.")
    about: dict[str, Any] = {}
    for each in found[4].split(",")[1:]:
        if each.lower() in {"ttb", "actual", "basic"}:
            about["kind"] = each.lower()
        elif re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", each):
            about["on"] = _day("--rate", each)
        else:
            about["source"] = each
    return TaxRate(base=found[1], quote=found[2], rate=found[3], **about)


def readings_of(written: Sequence[str]) -> dict[str, str]:
    """The choices of `NAME=CHOICE`."""
    chosen = {}
    for each in written:
        name, sign, choice = each.partition("=")
        if not sign:
            raise click.UsageError(f"--reading {each!r}: write NAME=CHOICE.")
        chosen[name] = choice
    return chosen


def needed(option: str, day: date | None) -> date:
    """The day of an option that must be there."""
    if day is None:
        raise click.UsageError(f"Missing option '{option}'.")
    return day


def percent_of(option: str, written: str) -> Decimal:
    """A percentage from 0 to 100."""
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", written) or Decimal(written) > 100:  # noqa: PLR2004 - per cent
        raise click.UsageError(f"{option} {written!r}: write a percentage from 0 to 100, such as 25.")
    return Decimal(written)


def taxes_of(written: str) -> tuple[int, int]:
    """National and local tax of `NATIONAL+LOCAL`, in minor units."""
    found = re.fullmatch(r"([0-9]{1,18})(?:\+([0-9]{1,18}))?", written)
    if found is None:
        raise click.UsageError(f"--expect {written!r}: write the taxes in minor units, such as 54000+5400.")
    return int(found[1]), int(found[2] or 0)


def _day(option: str, written: str) -> date:
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
            return date.fromisoformat(written)
    except ValueError:
        pass
    raise click.UsageError(f"{option}: {written!r} is no date: write it like 2026-08-01.")
