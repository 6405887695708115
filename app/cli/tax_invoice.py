"""`sluice tax invoice` and `sluice tax reverse-charge`: value added tax and consumption tax."""

import re
from collections.abc import Sequence
from datetime import date

import click

from app.cli.options import day_option, json_option
from app.cli.tax_options import country_code, needed, percent_of
from domain.tax.kinds import IncomeKind


@click.command(name="invoice")
@click.option("--payer-country", required=True, callback=country_code, metavar="CC", help="Payer's and supplier's.")
@day_option("--supplied-on", "The day of supply; it chooses rates and the deductible share.")
@click.option("--line", "lines", multiple=True, required=True, metavar="[RATE] AMOUNT", help="A line of the invoice.")
@click.option("--tax-included", is_flag=True, help="The amounts contain the tax.")
@click.option("--registration", metavar="NUMBER", help="The supplier's number; without it, it is not registered.")
@click.option("--individual", is_flag=True, help="The supplier is a person, whose Japanese number has no check digit.")
@json_option
def invoice(
    *,
    payer_country: str,
    supplied_on: date | None,
    lines: Sequence[str],
    tax_included: bool,
    registration: str | None,
    individual: bool,
    as_json: bool,
) -> None:
    """Say the tax of a domestic invoice, rounded once per rate, and how much of it the payer deducts.

    RATE is standard (default), reduced or zero. Amounts in JSON are in minor units.
    """
    from app.cli.printing import show_one
    from app.tax.invoices import invoice_answer
    from domain.tax.vat import InvoiceLine, VatInvoice
    from domain.values.money import Money

    on = needed("--supplied-on", supplied_on)
    found = [
        InvoiceLine(amount=Money.parse(amount), rate=rate, tax_included=tax_included)
        for rate, amount in map(_rate_and_amount, lines)
    ]
    asked = VatInvoice(number="-", issued_on=on, supplied_on=on, registration=registration, lines=tuple(found))
    show_one(invoice_answer(payer_country, asked, individual=individual), as_json)


def _rate_and_amount(written: str) -> tuple[str, str]:
    found = re.fullmatch(r"(?:(standard|reduced|zero) )?(.+)", written)
    return ("standard", written) if found is None else (found[1] or "standard", found[2])


@click.command(name="reverse-charge")
@click.option(
    "--payer-country", required=True, callback=country_code, metavar="CC", help="Where the payer is resident."
)
@click.option("--income", required=True, type=click.Choice([kind.value for kind in IncomeKind]), help="What it is for.")
@click.option("--fee", required=True, metavar="AMOUNT", help="The fee to the payee abroad, without tax.")
@day_option("--on", "The day of supply.")
@click.option(
    "--taxable", required=True, metavar="PERCENT", help="Taxable sales of all sales; 0 for an exempt business."
)
@click.option("--simplified", is_flag=True, help="The payer is under simplified taxation.")
@json_option
def reverse_charge(
    *, payer_country: str, income: str, fee: str, on: date | None, taxable: str, simplified: bool, as_json: bool
) -> None:
    """Say whether the payer declares tax on a service from abroad, and how much. It is never added to the fee."""
    from app.cli.printing import show_one
    from app.tax.invoices import reverse_charge_answer
    from domain.values.money import Money

    answer = reverse_charge_answer(
        payer_country,
        IncomeKind(income),
        Money.parse(fee),
        needed("--on", on),
        taxable_percent=percent_of("--taxable", taxable),
        general=not simplified,
    )
    show_one(answer, as_json)
