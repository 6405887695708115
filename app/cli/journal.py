"""`sluice journal`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.options import data_option, json_option

if TYPE_CHECKING:
    from domain.ledger.journal import Fact


@click.group()
def journal() -> None:
    """Show the journal, and prove that nothing in it was changed."""


@journal.command()
@click.argument("production")
@click.option("-n", "--count", default=20, show_default=True, type=click.IntRange(1), help="How many events.")
@click.option("--about", metavar="ID", help="Only events that name this payment, milestone, run or file.")
@json_option
@data_option
def tail(production: str, count: int, about: str | None, as_json: bool, data: Path | None) -> None:
    """The newest events of a production."""
    from adapters.db import queries
    from app.cli.session import records

    with records(data) as reading:
        queries.the_production(reading.connection, production)
        facts = queries.newest_facts(reading.connection, production, count, about)
    if as_json:
        click.echo(json.dumps([told(fact) for fact in facts], ensure_ascii=False, indent=2))
        return
    if not facts:
        click.echo(f"nothing is recorded for {production}" + (f" about {about}" if about else ""))
    for fact in facts:
        click.echo(f"{fact.seq:>6}  {fact.effective_on}  {fact.actor:<12}  {fact.type:<24}  {_brief(fact)}")


@journal.command()
@json_option
@data_option
def verify(as_json: bool, data: Path | None) -> None:
    """Verify every chain of hashes, that entries balance, and that both agree; exit status 1 if anything is wrong."""
    from app.cli.session import records
    from app.ledger.verify import verify as proven
    from app.worker.collector import collect_seldom

    collect_seldom()
    with records(data) as reading:
        proof = proven(reading.connection)
    if as_json:
        click.echo(json.dumps({"events": proof.events, "streams": proof.streams, "wrong": proof.wrong}, indent=2))
    else:
        for sentence in proof.wrong:
            click.echo(sentence)
        click.echo(
            f"{proof.events} events in {proof.streams} streams: " + ("NOT AS RECORDED" if proof.wrong else "all holds")
        )
    click.get_current_context().exit(1 if proof.wrong else 0)


def told(fact: "Fact") -> dict[str, Any]:
    """A fact for programs."""
    return {
        "stream": fact.stream,
        "seq": fact.seq,
        "type": fact.type,
        "effective_on": fact.effective_on.isoformat(),
        "recorded_at": fact.recorded_at.isoformat(),
        "actor": fact.actor,
        "command_key": fact.command_key,
        "hash": fact.hash.hex(),
        "body": json.loads(fact.body),
    }


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
"""The fields that a short line shows, in this order; money without a known reason is only told of here."""


def _brief(fact: "Fact") -> str:
    """What an event is about, in one short line."""
    body = json.loads(fact.body)
    named = [str(body[name]) for name in _TELLING if body.get(name)]
    lines = [value for value in body.values() if isinstance(value, list)]
    if lines:
        named.append(f"{sum(map(len, lines))} lines")
    return " ".join(named)
