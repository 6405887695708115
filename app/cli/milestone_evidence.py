"""`sluice evidence`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.options import as_option, data_option, json_option, key_option, page_options, viewer_option

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest

_COLUMNS = ("milestone", "round", "document", "content", "name", "size", "submitted_by", "submitted_on", "read_by")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def evidence() -> None:
    """List, store, show and fetch the evidence of milestones."""


@evidence.command(name="list")
@click.argument("production")
@click.option("--milestone", metavar="ID", help="Only that of this milestone.")
@viewer_option
@page_options
@json_option
@data_option
def list_(
    production: str, milestone: str | None, user: str, page: "PageRequest", as_json: bool, data: Path | None
) -> None:
    """List what was handed in: whether its content is stored or kept elsewhere, and who has fetched it."""
    from adapters.db.queries.evidence import EvidenceFilter
    from app.cli.printing import show_page
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.evidence(EvidenceFilter(production, milestone), page)
    show_page(found, _COLUMNS, as_json, f"no evidence has been submitted for {production} yet")


@evidence.command()
@click.argument("production")
@click.argument("milestone")
@click.argument("document")
@click.option("--round", "round_", type=int, metavar="N", help="The round of evidence; default the newest.")
@viewer_option
@json_option
@data_option
def show(
    production: str,
    milestone: str,
    document: str,
    round_: int | None,
    user: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """Show a DOCUMENT of a MILESTONE, and who has fetched it when."""
    from app.cli.printing import plain, show_one
    from app.milestones.evidence import shown

    found = shown(data, user, production, milestone, document, round_)
    if as_json:
        show_one(plain(found.row) | {"readings": plain(found.readings)}, as_json=True)
        return
    show_one(found.row, as_json=False)
    for one in found.readings:
        click.echo(f"read by {one.who} at {one.at.isoformat(sep=' ', timespec='seconds')}")


@evidence.command()
@click.argument("production")
@click.argument("milestone")
@click.argument("document")
@click.option("--out", required=True, type=_FILE, metavar="FILE", help="A file that does not exist yet.")
@click.option("--round", "round_", type=int, metavar="N", help="The round of evidence; default the newest.")
@viewer_option
@data_option
def fetch(
    production: str,
    milestone: str,
    document: str,
    out: Path,
    round_: int | None,
    user: str,
    data: Path | None,
) -> None:
    """Write the stored content of a DOCUMENT of a MILESTONE to FILE. Who does so is recorded first."""
    from app.milestones.evidence import fetch as fetched

    row = fetched(data, user, production, milestone, document, round_, out)
    click.echo(f"{out}: {row.name}, {row.size:,} bytes, SHA-256 {row.sha256}")


@evidence.command()
@click.argument("production")
@click.argument("milestone")
@click.argument("document")
@click.argument("file", type=_FILE)
@as_option
@key_option
@data_option
def keep(production: str, milestone: str, document: str, file: Path, user: str, key: str, data: Path | None) -> None:
    """Store FILE as the content of a DOCUMENT of a MILESTONE whose SHA-256 was handed in.

    It mends content that is missing in the store, or was changed there.

    Needs the role producer in the party that submits the milestone.
    """
    from app.milestones.evidence import keep as kept

    kept(data, user, production, milestone, {document: file}, key)
    click.echo(f"{document} of {milestone} is stored")
