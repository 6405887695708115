"""`sluice audit as-of, explain, export, anchor, key`: what an auditor takes away. The group is in its own file."""

import json
from datetime import datetime
from pathlib import Path

import click

from app.cli.audit import audit
from app.cli.options import data_option, json_option, production_option

__all__ = ["audit"]

_SECTIONS = ("balances", "schedule", "agreement", "entitlements")


@audit.command(name="as-of")
@click.argument(
    "sections", nargs=-1, type=click.Choice(_SECTIONS), metavar="[balances|schedule|agreement|entitlements]..."
)
@production_option
@click.option(
    "--effective", required=True, metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="What counts by then."
)
@click.option(
    "--known",
    required=True,
    metavar="INSTANT",
    help="What had been recorded by then: with an offset, such as 2026-03-01T09:00:00+09:00.",
)
@json_option
@data_option
def as_of(
    sections: tuple[str, ...], production: str, effective: datetime, known: str, as_json: bool, data: Path | None
) -> None:
    """A production on a day, as it was known at an instant; all sections if none is named.

    The answer comes from the journal alone, names the head that it rests on, and is the same byte for byte whenever it
    is asked again, whatever has been recorded since.
    """
    from app.evidence.as_of import as_of as asked
    from app.evidence.as_of import as_text, instant

    answer = asked(data, production, effective.date(), instant(known), sections)
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else as_text(answer))
