"""`sluice audit as-of, explain, export, anchor, key`: what an auditor takes away. The group is in its own file."""

import json
import re
from datetime import datetime
from pathlib import Path

import click

from app.cli.audit import audit
from app.cli.options import data_option, json_option, production_option, reader_option

__all__ = ["audit"]

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_SECTIONS = ("balances", "schedule", "agreement", "entitlements", "people")


@audit.command(name="as-of")
@click.argument(
    "sections", nargs=-1, type=click.Choice(_SECTIONS), metavar="[balances|schedule|agreement|entitlements|people]..."
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
@reader_option
@json_option
@data_option
def as_of(
    sections: tuple[str, ...],
    production: str,
    effective: datetime,
    known: str,
    user: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """A production on a day, as it was known at an instant; all sections but the people if none is named.

    The answer comes from the journal alone, names the head that it rests on, and is the same byte for byte whenever it
    is asked again, whatever has been recorded since.
    """
    from app.audit.evidence.as_of import as_of as state_as_of
    from app.audit.evidence.as_of import as_text, instant

    answer = state_as_of(data, user, production, effective.date(), instant(known), sections)
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else as_text(answer))


@audit.command()
@json_option
@data_option
def key(as_json: bool, data: Path | None) -> None:
    """Show the public key by which this installation's signatures are known; embedded, one is made at first use."""
    from app.audit.evidence.keys import public_hex, public_pem, signing_key
    from app.settings import load_settings

    own = signing_key(load_settings(data))
    click.echo(json.dumps({"public_key": public_hex(own), "pem": public_pem(own)}) if as_json else public_hex(own))


@audit.command()
@click.option(
    "--to", "to", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write an anchor here."
)
@click.option(
    "--check", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Check the anchors here."
)
@click.option("--key", "keys", multiple=True, metavar="HEX", help="A key that may have signed; default this one's own.")
@data_option
def anchor(to: Path | None, check: Path | None, keys: tuple[str, ...], data: Path | None) -> None:
    """Keep signed heads of all streams outside the database, or check it against those that were kept.

    Keep DIR where whoever may write the database may not: then rewriting all of it is found out too, and this exits 1.
    """
    from app.audit.evidence import heads
    from app.audit.evidence.keys import signing_key, trusted
    from app.audit.evidence.reading import instant_of, operating

    if (to is None) == (check is None):
        raise click.UsageError("name one folder: --to DIR to write an anchor, or --check DIR to check those in it")
    with operating(data) as records:
        if to is not None:
            at = instant_of(records.connection)
            path, count = heads.anchor(records.connection, signing_key(records.settings), to, at)
            click.echo(f"{path}: {count} streams")
            return
        assert check is not None  # noqa: S101 - one of the two is given
        wrong = False
        for sentence in heads.departures(records.connection, check, trusted(keys, records.settings)):
            wrong = True
            click.echo(sentence)
    click.echo("NOT AS ANCHORED" if wrong else "every anchor holds")
    click.get_current_context().exit(1 if wrong else 0)


@audit.command()
@production_option
@click.option("--out", required=True, type=_FILE, metavar="FILE.zip", help="A file that does not exist yet.")
@click.option("--evidence", is_flag=True, help="Include the stored evidence of milestones; otherwise only its hashes.")
@reader_option
@json_option
@data_option
def export(production: str, out: Path, evidence: bool, user: str, as_json: bool, data: Path | None) -> None:
    """Write a production's whole record to an archive that verifies itself: unpack it and run `python verify.py`.

    It holds the journal, entries, histories, agreements, bank files, statements and imported rows, with everybody's
    account numbers: who exports it is on record where an auditor's role is used, and always if evidence is included.
    Nothing is overwritten.
    """
    from app.audit.evidence.bundle import export as written
    from app.audit.evidence.keys import signing_key
    from app.audit.evidence.reading import reading
    from app.milestones.evidence import exported

    with reading(data, user, f"export of {production}", production) as records:
        stored = exported(records.settings, records.connection, user, production) if evidence else ()
        made = written(records.connection, records.bank_data, signing_key(records.settings), production, out, stored)
    if as_json:
        click.echo(json.dumps({"file": str(made.path), "head": made.head, "counts": made.counts}, indent=2))
        return
    counts = ", ".join(f"{count} {name}" for name, count in made.counts.items() if count)
    click.echo(f"{made.path}: {counts}")


@audit.command()
@click.argument("figure", metavar="PAYMENT|ENTRY|STATEMENT-LINE")
@reader_option
@json_option
@data_option
def explain(figure: str, user: str, as_json: bool, data: Path | None) -> None:
    """Tell the story of one figure: who did what and when, under which version, by which file, to which entries.

    A payment or receipt is named as LIGHTHOUSE.PR-A, an entry as LIGHTHOUSE/12/1 (production, event, line), the line of
    a statement as LIGHTHOUSE/2027-Q1/studio/fee (production, period, party, position).
    """
    from app.audit.evidence.reading import reading
    from app.audit.evidence.story import StoryRecord, as_text
    from app.audit.evidence.story import explain as explain_figure

    production = re.split("[./]", figure, maxsplit=1)[0]
    with reading(data, user, f"the story of {figure}", production) as records:
        story = explain_figure(StoryRecord(records.connection, records.bank_data), figure)
    click.echo(json.dumps(story, ensure_ascii=False, indent=2) if as_json else as_text(story))
