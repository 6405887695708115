"""`sluice payment`."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.groups import ActingGroup
from app.cli.options import (
    data_option,
    days_options,
    json_option,
    page_options,
    production_filter,
    production_option,
    viewer_option,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.db.queries.paging import PageRequest
    from domain.values.money import Money

STATUSES = (
    "scheduled",
    "cancelled",
    "due",
    "held",
    "released",
    "submitted",
    "accepted",
    "rejected",
    "unknown",
    "settled",
    "returned",
)
RECEIPT_STATUSES = ("expected", "owed", "received", "cancelled")
_ONLY_RECEIPTS = tuple(status for status in RECEIPT_STATUSES if status not in STATUSES)
_SCHEDULE = ("id", "direction", "status", "amount", "due_on", "party", "next_step", "reason", "title")
_COLUMNS = ("id", "status", "amount", "due_on", "account", "payee_party", "run", "reason")


@click.group(cls=ActingGroup)
def payment() -> None:
    """List payments, hold and resume them, put right what a bank refused."""


@payment.command(name="list")
@production_filter
@click.option("--status", type=click.Choice(STATUSES), help="Only those that are so.")
@click.option("--run", "run_id", metavar="RUN", help="Only those in this run.")
@click.option("--account", metavar="ID", help="Only those from this account.")
@click.option("--currency", metavar="CODE", help="Only those in this currency.")
@click.option("--to", "payee_party", metavar="PARTY", help="Only those to this party.")
@days_options("due")
@viewer_option
@page_options
@json_option
@data_option
def list_(
    production: str | None,
    status: str | None,
    run_id: str | None,
    account: str | None,
    currency: str | None,
    payee_party: str | None,
    since: date | None,
    until: date | None,
    user: str,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """List payments by production and due day."""
    from adapters.db.queries.payments import PaymentFilter
    from app.cli.printing import show_page, with_doubts
    from app.reads import reads

    chosen = PaymentFilter(
        status=status,
        run=run_id,
        account=account,
        currency=currency,
        payee_party=payee_party,
        due_from=since,
        due_to=until,
    )
    with reads(data, production, user) as reading:
        found = reading.payments(chosen, page)
    show_page(found, with_doubts(_COLUMNS, found.items), as_json, "no payments")


@payment.command(name="show")
@click.argument("payment_id", metavar="PAYMENT")
@production_filter
@viewer_option
@json_option
@data_option
def show_(payment_id: str, production: str | None, user: str, as_json: bool, data: Path | None) -> None:
    """Show a payment, or an expected receipt, and what happens next to it.

    Its life in the journal and its entries are shown to those who may read journal and ledger.
    """
    from adapters.db.queries.journal import EventFilter
    from adapters.db.queries.ledger import EntryFilter
    from adapters.db.queries.paging import WHOLE, PageRequest
    from app.cli.printing import plain, show_one
    from app.payments.instalments import shown, the_instalment
    from app.reads import reads
    from domain.reads import Resource

    with reads(data, production, user) as reading:
        found = the_instalment(reading, payment_id)
        here = reading.of(found.production)
        row = found if found.direction == "in" else reading.payment(payment_id)
        newest = EventFilter(found.production, about=payment_id)
        life = here.events(newest, PageRequest(100)).items[::-1] if here.may(Resource.JOURNAL) else ()
        about = EntryFilter(found.production, about=payment_id)
        entries = here.entries(about, WHOLE).items if here.may(Resource.LEDGER) else ()
    (told,) = shown(data, (found,))
    first = {"id": told.id, "title": told.title, "direction": told.direction}
    head = first | plain(row) | {"next_step": told.next_step}
    if as_json:
        show_one(head | {"life": life, "entries": entries}, as_json=True)
        return
    show_one(head, as_json=False)
    click.echo()
    for event in life:
        click.echo(f"{event.effective_on}  {event.type:<24} {event.actor}")
    if entries:
        click.echo()
    for entry in entries:
        click.echo(f"{entry.effective_on}  {entry.account:<44} {entry.amount!s:>24}")


@payment.command()
@production_filter
@click.option("--direction", type=click.Choice(("out", "in")), help="Only what we pay, or only what we get.")
@click.option("--status", type=click.Choice((*STATUSES, *_ONLY_RECEIPTS)), help="Only those that are so.")
@click.option("--account", metavar="ID", help="Only those from or to this account of ours.")
@click.option("--currency", metavar="CODE", help="Only those in this currency.")
@click.option("--party", metavar="PARTY", help="Only those to or from this party.")
@click.option("--milestone", metavar="ID", help="Only those that this milestone releases.")
@days_options("due")
@viewer_option
@page_options
@json_option
@data_option
def schedule(
    production: str | None,
    direction: str | None,
    status: str | None,
    account: str | None,
    currency: str | None,
    party: str | None,
    milestone: str | None,
    since: date | None,
    until: date | None,
    user: str,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """List all instalments, out and in, also those not due yet, with what happens next to each."""
    from adapters.db.queries.instalments import InstalmentFilter
    from app.cli.printing import show_page, with_any
    from app.payments.instalments import instalments_of

    chosen = InstalmentFilter(
        production=production,
        direction=direction,
        status=status,
        account=account,
        currency=currency,
        party=party,
        milestone=milestone,
        due_from=since,
        due_to=until,
    )
    found = instalments_of(data, chosen, page, user)
    show_page(found, with_any(_SCHEDULE, found.items, "reason"), as_json, "no instalments")


@payment.command()
@production_filter
@click.option("--status", type=click.Choice(RECEIPT_STATUSES), help="Only those that are so.")
@click.option("--account", metavar="ID", help="Only those to this account.")
@click.option("--currency", metavar="CODE", help="Only those in this currency.")
@click.option("--from", "payer_party", metavar="PARTY", help="Only those from this party.")
@days_options("due")
@viewer_option
@page_options
@json_option
@data_option
def expected(
    production: str | None,
    status: str | None,
    account: str | None,
    currency: str | None,
    payer_party: str | None,
    since: date | None,
    until: date | None,
    user: str,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """List what is expected to come in, what of it has arrived, and what lateness has cost."""
    from adapters.db.queries.receipts import ReceiptFilter
    from app.cli.printing import plain, show, tell_of_more, with_any
    from app.payments.overdue import expected_of

    chosen = ReceiptFilter(
        production=production,
        status=status,
        account=account,
        currency=currency,
        payer_party=payer_party,
        due_from=since,
        due_to=until,
    )
    found = expected_of(data, chosen, page, user)
    lines = [plain(row) | {"settled": _settled(row.settled)} for row in found.items]
    columns = with_any(_EXPECTED, found.items, "settled", "proposed", "claimed")
    show(found.items if as_json else lines, columns, as_json, "nothing is expected")
    tell_of_more(found)


_EXPECTED = (
    *("id", "status", "amount", "received", "settled", "outstanding", "proposed"),
    *("due_on", "days_late", "late_interest", "claimed", "account", "payer_party"),
)
"""The columns of a list of receipts."""


def _settled(settled: "Mapping[str, Money]") -> str:
    return ", ".join(f"{amount} {kind}" for kind, amount in settled.items())


@payment.command(name="credits")
@production_option
@viewer_option
@json_option
@data_option
def credits_(production: str, user: str, as_json: bool, data: Path | None) -> None:
    """List what stands to the credit of parties: what they paid too much, and what productions hold for each other."""
    from app.cli.printing import show
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.credits()
    show(found, ("production", "account", "party", "amount"), as_json, "nobody has a credit")
