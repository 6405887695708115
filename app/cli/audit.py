"""`sluice audit`."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from app.cli.options import data_option, json_option, reader_option

_FOLDER = click.Path(path_type=Path, file_okay=False)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """Prove the figures from the record alone."""


@audit.command()
@click.option("--production", metavar="KEY", help="Only this production; without it, everything.")
@click.option("--from", "first", metavar="DATE", type=_DAY, help="Only what counts on this day or after.")
@click.option("--to", "last", metavar="DATE", type=_DAY, help="Only what counts on this day or before.")
@click.option("--anchors", type=_FOLDER, metavar="DIR", help="Heads kept outside must still be in the journal.")
@click.option("--key", "keys", multiple=True, metavar="HEX", help="A key that may have signed them; default our own.")
@reader_option
@json_option
@data_option
def replay(
    production: str | None,
    first: datetime | None,
    last: datetime | None,
    anchors: Path | None,
    keys: tuple[str, ...],
    user: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """Prove integrity, fidelity and determinism; exit status 1 if one of them is broken.

    With a period, chains are still walked whole; everything else is about the events that count in it, so that today's
    balances and states, which belong to no period, are left out. Stored evidence is read and hashed. Where an auditor's
    role is used, it is on record once and beforehand who audits what, for agreements and bank files are read.
    """
    from app.audit.evidence.heads import departed
    from app.audit.evidence.keys import trusted
    from app.audit.evidence.reading import auditing
    from app.audit.replay.audit import audited
    from app.audit.replay.parallel import processes_for
    from app.audit.replay.scope import Scope
    from app.interrupt import run
    from app.milestones.evidence import store_of
    from app.worker.collector import collect_seldom

    collect_seldom()
    scope = Scope(production, first.date() if first else None, last.date() if last else None)
    why = f"audit replay of {production or 'the whole house'}"
    with auditing(data, user, why, production) as records, _progress() as tick:
        processes = processes_for(records.connection)
        seen = audited(
            records.connection,
            scope,
            tick,
            ticket=records.ticket,
            processes=processes,
            evidence=lambda: store_of(records.settings),
        )
        report = run(seen)
        if anchors is not None:
            report.findings += departed(records.connection, anchors, trusted(keys, records.settings))
    if as_json:
        click.echo(json.dumps(report.json(), ensure_ascii=False, indent=2))
    else:
        for line in report.lines():
            click.echo(line)
    click.get_current_context().exit(0 if report.holds else 1)


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    """Show a line on stderr for each kind of item, with the number checked."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,} {task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        known: dict[str, TaskID] = {}

        def tick(what: str, more: int) -> None:
            """Add to the number of an item. The first call adds its line."""
            if what not in known:
                known[what] = progress.add_task(what, total=None)
            progress.advance(known[what], more)

        yield tick
