"""`sluice tax`."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from app.cli.options import data_option, day_option, json_option
from app.cli.tax_invoice import invoice, reverse_charge
from app.cli.tax_options import AS_GROSS, country_code, payment_of, percent_of, readings_of, taxes_of
from domain.tax.kinds import IncomeKind, PayeeKind

_PAYEE_KINDS = click.Choice([kind.value for kind in PayeeKind])
_INCOME_KINDS = click.Choice([kind.value for kind in IncomeKind])


@click.group()
def tax() -> None:
    """Tax at source and value added tax: quotes, rules, days. Sluice is no tax adviser."""


tax.add_command(invoice)
tax.add_command(reverse_charge)


def _rules_options(command: Any) -> Any:
    """`--rules FILE` and `--reading NAME=CHOICE`, as `rules: tuple[Path, ...]` and `reading: tuple[str, ...]`."""
    reading = click.option(
        "--reading", multiple=True, metavar="NAME=CHOICE", help="How a doubt is read, in place of the default."
    )
    rules = click.option(
        "--rules",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="A file of rules and readings that win over the tables; on top of the setting `tax_rules`.",
    )
    return rules(reading(command))


@tax.command(name="quote")
@click.option(
    "--payer-country", required=True, callback=country_code, metavar="CC", help="Where the payer is resident."
)
@click.option(
    "--payee-country", required=True, callback=country_code, metavar="CC", help="Where the payee is resident."
)
@click.option("--payee-kind", required=True, type=_PAYEE_KINDS, help="Who is paid.")
@click.option("--income", required=True, type=_INCOME_KINDS, help="What it is for.")
@click.option("--gross", metavar="AMOUNT", help='The amount before tax, such as "KRW 594000".')
@click.option(
    "--net",
    is_flag=False,
    flag_value=AS_GROSS,
    metavar="[AMOUNT]",
    help="The amount that the payee must have after tax; alone, the amount of --gross is that.",
)
@day_option("--paid-on", "The day of payment.")
@day_option("--earned-on", "The day on which the income arose; default the day of payment.")
@day_option("--due-on", "The contract's due date, whose exchange rate may count.")
@click.option("--form", multiple=True, metavar="received:DATE|filed:DATE", help="The form on file, with its papers.")
@click.option("--lacks", multiple=True, metavar="NAME", help="A paper that the form lacks: certificate-of-residence, …")
@click.option("--certificate", metavar="DATE..DATE", help="The days that the certificate of residence covers.")
@click.option("--beneficial-owner", type=click.Choice(["yes", "no"]), help="Whether the payee owns the income.")
@click.option("--rate", multiple=True, metavar="BASE/QUOTE=RATE[,KIND][,DATE][,SOURCE]", help="An exchange rate.")
@click.option("--year-to-date", metavar="AMOUNT", help="Paid to the payee in the year before, for all productions.")
@click.option("--withheld-to-date", metavar="AMOUNT", help="The tax that was withheld from that.")
@click.option("--holding", metavar="PERCENT", help="The part of the payer that the payee holds.")
@day_option("--held-since", "Since when the payee holds it.")
@click.option("--days", type=click.IntRange(0, 366), help="Days of the year that the payee is in the payer's country.")
@click.option("--establishment", is_flag=True, help="The payee has an establishment or fixed base there.")
@click.option("--paid-abroad", is_flag=True, help="Paid from funds abroad.")
@click.option("--exchange-programme", is_flag=True, help="The artist is in a programme of the two governments.")
@click.option("--vat", metavar="PERCENT", help="Value added tax on top; --net is then all that is transferred.")
@click.option("--expect", metavar="NATIONAL+LOCAL", help="Taxes that somebody printed; refused if they are others.")
@_rules_options
@json_option
@data_option
def quote_(*, as_json: bool, rules: Sequence[Path], reading: Sequence[str], data: Path | None, **said: Any) -> None:
    """Say what is withheld from a payment, by which rule, and when it is due; or what is missing to say so."""
    import json

    from app.tax.quotes import answer, law_in_force, refuse_other_figures

    payment = payment_of(said)
    vat = Fraction(percent_of("--vat", said["vat"] or "0"))
    found = law_in_force(rules, readings_of(reading), data).quote(said["payer_country"], payment, vat)
    if as_json:
        click.echo(json.dumps(answer(found), ensure_ascii=False, indent=2))
    else:
        from app.cli.printing import show_one

        show_one(answer(found) | _amounts(found), as_json=False)
    if said["expect"] is not None:
        refuse_other_figures(found, taxes_of(said["expect"]))
    if found.is_held:
        raise SystemExit(1)


def _amounts(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("national", "local", "withheld", "net", "gross")}


@tax.command(name="rules")
@day_option("--on", "Only rules that are in force on this day.")
@click.option("--payer-country", callback=country_code, metavar="CC", help="Only rules of payers in this country.")
@click.option("--payee-country", callback=country_code, metavar="CC", help="Only rules for payees of this country.")
@click.option("--income", type=_INCOME_KINDS, help="Only rules for this kind of income.")
@_rules_options
@json_option
@data_option
def rules_(*, as_json: bool, rules: Sequence[Path], reading: Sequence[str], data: Path | None, **only: Any) -> None:
    """List the rules in the order in which they are tried, with their sources of law."""
    from app.cli.printing import show
    from app.tax.listing import rule_rows
    from app.tax.quotes import law_in_force

    law = law_in_force(rules, readings_of(reading), data)
    rows = rule_rows(law, **only)
    columns = (
        "payer",
        "rule",
        "payees",
        "kinds",
        "income",
        "national",
        "local",
        "form",
        "first_day",
        "last_day",
        "law",
    )
    show(rows, columns, as_json, "no such rules: see `sluice tax rules` without filters")


@tax.command(name="calendar")
@click.option("--payer-country", callback=country_code, metavar="CC", help="Only days of this country's authority.")
@day_option("--since", "From this day; default today.")
@day_option("--until", "To this day; default 90 days later.")
@json_option
@data_option
def calendar_(
    *, payer_country: str | None, since: date | None, until: date | None, as_json: bool, data: Path | None
) -> None:
    """List the days on which withheld tax and yearly statements are due, by the authorities' own calendars."""
    from app.cli.printing import show
    from app.tax.listing import day_rows
    from app.tax.quotes import law_in_force

    first = since or date.today()  # noqa: DTZ011 - the day of whoever asks
    rows = day_rows(law_in_force((), {}, data), payer_country, first, until or first + timedelta(days=90))
    show(rows, ("on", "country", "authority", "what", "paid_from", "paid_to"), as_json, "nothing is due in these days")
