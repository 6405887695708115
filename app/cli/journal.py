"""`sluice journal`."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.options import data_option, days_options, json_option, tail_options, viewer_option

if TYPE_CHECKING:
    from adapters.db.queries.journal import EventRow
    from adapters.db.queries.paging import PageRequest


@click.group()
def journal() -> None:
    """Show the journal, and prove that nothing in it was changed."""


@journal.command()
@click.argument("production")
@click.option("--type", "kind", metavar="TYPE", help="Only events of this type, such as payments-settled.")
@click.option("--actor", metavar="USER", help="Only what this user did; `system` is Sluice itself.")
@click.option("--about", metavar="ID", help="Only events that name this payment, milestone, run or file.")
@days_options("that count")
@viewer_option
@tail_options
@json_option
@data_option
def tail(
    production: str,
    kind: str | None,
    actor: str | None,
    about: str | None,
    since: date | None,
    until: date | None,
    user: str,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """The newest events of a production, the last one at the end; the page after them has older ones."""
    from adapters.db.queries.journal import EventFilter
    from app.cli.printing import show, tell_of_more
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.events(EventFilter(production, kind, actor, about, since, until), page)
    events = found.items[::-1]
    if as_json:
        show(events, (), as_json=True, nothing="")
    elif not events:
        click.echo(f"nothing is recorded for {production}" + (f" about {about}" if about else ""))
    else:
        for event in events:
            click.echo(f"{event.seq:>6}  {event.effective_on}  {event.actor:<12}  {event.type:<24}  {_brief(event)}")
    tell_of_more(found)


@journal.command()
@json_option
@data_option
def verify(as_json: bool, data: Path | None) -> None:
    """Verify every chain of hashes, that entries balance, and that both agree; exit status 1 if anything is wrong."""
    from app.ledger.verify import verify as proven
    from app.reads import reading
    from app.worker.collector import collect_seldom

    collect_seldom()
    with reading(data) as connection:
        proof = proven(connection)
    if as_json:
        click.echo(json.dumps({"events": proof.events, "streams": proof.streams, "wrong": proof.wrong}, indent=2))
    else:
        for sentence in proof.wrong:
            click.echo(sentence)
        click.echo(
            f"{proof.events} events in {proof.streams} streams: " + ("NOT AS RECORDED" if proof.wrong else "all holds")
        )
    click.get_current_context().exit(1 if proof.wrong else 0)


_TELLING = (
    "milestone",
    "payment",
    "run",
    "receipt",
    "version",
    "code",
    "name",
    "booked",
    "counterparty",
    "bank_reference",
    "answer",
    "why",
    "sentence",
)
"""The fields of a short line, in order. Money without a known reason appears only here."""


def _brief(event: "EventRow") -> str:
    """Return the subject of an event in one short line."""
    body = event.body
    named = [str(body[name]) for name in _TELLING if body.get(name)]
    lines = [value for value in body.values() if isinstance(value, list)]
    if lines:
        named.append(f"{sum(map(len, lines))} lines")
    return " ".join(named)
