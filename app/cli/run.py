"""`sluice run`."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.groups import ActingGroup
from app.cli.options import (
    as_option,
    data_option,
    days_options,
    json_option,
    page_options,
    production_filter,
    viewer_option,
)

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest
    from app.reads import Reads

STATUSES = ("prepared", "released", "submitted", "cancelled")
_RUNS = ("id", "status", "count", "total", "left_out", "prepared_by", "released_by", "message_id", "reason")
_PREVIEW = ("end_to_end_id", "amount", "creditor", "written_as", "bic", "account", "new", "due_on")
_LINES = ("end_to_end_id", "amount", "payee_party", "payee", "due_on", "status")


@click.group(cls=ActingGroup)
def run() -> None:
    """Open payment runs, look at them, release them under four eyes."""


@run.command(name="open")
@click.argument("production")
@click.argument("account")
@as_option
@json_option
@data_option
def open_(production: str, account: str, user: str, as_json: bool, data: Path | None) -> None:
    """Open today's runs of a debtor ACCOUNT by hand; every morning this happens by itself."""
    from app.cli.printing import show
    from app.cli.session import ask
    from app.payments.cash import shortage_of
    from app.payments.openings import why_nothing_of

    started = ask(data, user, lambda as_user: as_user.open_runs(production, account))
    nothing = "" if started or as_json else why_nothing_of(data, production, account)
    show([{"run": one} for one in started], ("run",), as_json, nothing)
    _tell_what_waits(data, production)
    if started and (short := shortage_of(data, production, account)):
        click.echo(short, err=True)


@run.command(name="show")
@click.argument("run_id", metavar="[RUN]", required=False)
@production_filter
@click.option("--status", type=click.Choice(STATUSES), help="Only those that are so.")
@click.option("--account", metavar="ID", help="Only those of this account.")
@days_options("to be executed")
@viewer_option
@page_options
@json_option
@data_option
def show_(
    run_id: str | None,
    production: str | None,
    status: str | None,
    account: str | None,
    since: date | None,
    until: date | None,
    user: str,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """List the runs, newest first, or show one RUN with what became of each payment."""
    from adapters.db.queries.payments import ungathered
    from adapters.db.queries.runs import RunFilter
    from app.cli.printing import show_page, with_any
    from app.reads import reads

    with reads(data, production, user) as reading:
        if run_id is not None:
            _show_one(reading, run_id, page, as_json)
            return
        found = reading.runs(RunFilter(status=status, account=account, since=since, until=until), page)
        waiting = ungathered(reading.connection, reading.production)
    show_page(found, with_any(_RUNS, found.items, "left_out", "reason"), as_json, "no runs")
    if waiting:  # only this needs agreements, which are slow to parse
        _tell_what_waits(data, production)


def _show_one(reading: "Reads", run_id: str, page: "PageRequest", as_json: bool) -> None:
    """Print a run with a page of its payments."""
    from adapters.db.queries.payments import PaymentFilter
    from app.cli.printing import plain, show_one, show_page, tell_of_more, with_doubts

    row, lines = reading.run(run_id), reading.payments(PaymentFilter(run=run_id), page)
    if as_json:
        show_one(plain(row) | {"payments": lines.items}, as_json=True)
        tell_of_more(lines)
        return
    show_one(row, as_json=False)
    click.echo()
    show_page(lines, with_doubts(_LINES, lines.items), as_json=False, nothing="no payments are in it now")


@run.command()
@click.argument("run_id", metavar="RUN")
@production_filter
@viewer_option
@json_option
@data_option
def preview(run_id: str, production: str | None, user: str, as_json: bool, data: Path | None) -> None:
    """Show exactly what releasing RUN would pay now, and the SHA-256 that a release is bound to."""
    from app.cli.printing import plain, show, show_one
    from app.payments.preview import preview_of
    from domain.payments.funds import there

    found = preview_of(data, run_id, production, user)
    if as_json:
        names = ("refused", "limits", "closed", "reconciled_until", "debtor", "debtor_written_as")
        funds = found.funds and found.funds.fact.model_dump(mode="json")
        more = {name: getattr(found, name) for name in names} | {"funds": funds, "payments": found.lines}
        show_one(plain(found.head) | more, as_json=True)
        return
    show_one(found.head, as_json=False)
    click.echo()
    as_they_are = all(line.written_as == line.creditor for line in found.lines)
    needless = {"written_as"} if as_they_are else set()
    needless |= set() if any(line.new for line in found.lines) else {"new"}
    columns = [name for name in _PREVIEW if name not in needless]
    lines = [plain(line) | {"new": "new" if line.new else ""} for line in found.lines]
    show(lines, tuple(columns), as_json=False, nothing="nothing would be paid")
    if found.debtor_written_as != found.debtor:
        click.echo(f"\nThe bank's file writes {found.debtor} as {found.debtor_written_as or 'nothing: it cannot'}.")
    if found.funds is not None:
        click.echo(f"\n{there(found.head.account, found.funds)}")
    if found.refused is not None:
        click.echo(f"\n{found.refused}")
    if found.closed is not None:
        click.echo(f"\nToday {found.head.account} is {found.closed}.")
    for each in found.limits:
        click.echo(f"\n{each}: two people release it.")
    if found.reconciled_until is not None:
        click.echo(f"\nThe books of {found.head.account} are reconciled until {found.reconciled_until}.")


def _tell_what_waits(data: Path | None, production: str | None) -> None:
    """Say on stderr which runs wait for a rate. They are not rows of the list yet, and go on by themselves."""
    from app.payments.missing_rates import missing_rates_of

    for sentence in missing_rates_of(data, production):
        click.echo(sentence, err=True)
