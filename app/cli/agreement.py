"""`sluice agreement`: check files, put them in force, show what is in force."""

import json
from datetime import date
from pathlib import Path

import click

from app.cli import plan
from app.cli.groups import ActingGroup
from app.cli.options import as_option, data_option, day_option, json_option, key_option, viewer_option


@click.group(cls=ActingGroup)
def agreement() -> None:
    """Check, propose, approve and show agreements."""


agreement.add_command(plan.drop)
agreement.add_command(plan.move)


@agreement.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--amends",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The version before: check each file as an amendment of it.",
)
def check(files: tuple[Path, ...], amends: Path | None) -> None:
    """Print everything that is wrong with agreements, by file and line; exit 1 if anything is."""
    from adapters.agreement.documents import load_agreement
    from domain.errors import BadInput

    wrong = False
    try:
        previous = load_agreement(amends).agreement if amends else None
    except BadInput as error:
        click.echo(error.sentence)
        raise SystemExit(1) from None
    for file in files:
        try:
            loaded = load_agreement(file, previous)
        except BadInput as error:
            click.echo(error.sentence)
            wrong = True
        else:
            click.echo(f"{file}: {loaded.summary}")
            for each in loaded.written_names:
                click.echo(f"{file}: bank files of {each.account} write {each.name!r} as {each.written!r}")
    if wrong:
        raise SystemExit(1)


@agreement.command()
def schema() -> None:
    """Print the JSON Schema by which editors complete and check agreements."""
    from adapters.agreement.documents import agreement_schema

    click.echo(json.dumps(agreement_schema(), indent=2, ensure_ascii=False))


@agreement.command()
@click.argument("file", type=click.Path(path_type=Path))
@as_option
@key_option
@json_option
@data_option
def register(file: Path, user: str, key: str, as_json: bool, data: Path | None) -> None:
    """Propose version 1 of an agreement. In force, its schedule is promised, and its milestones wait for evidence.

    It is in force when all have approved who must: the parties that its `amendments` name, by default every party. Who
    proposes has approved for their own party.
    """
    from app.cli.session import act

    act(data, user, lambda client: client.register(file), as_json, key)


@agreement.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--provisional", is_flag=True, help="In force at once, if the terms allow it; ends unless all approve.")
@as_option
@key_option
@json_option
@data_option
def amend(file: Path, provisional: bool, user: str, key: str, as_json: bool, data: Path | None) -> None:
    """Propose the next version. In force, what fell due stands; what is only promised takes the new terms.

    It is in force when all have approved who must, by the version in force and by the new one, and its day has come.
    """
    from app.cli.session import act

    act(data, user, lambda client: client.amend(file, provisional=provisional), as_json, key)


@agreement.command()
@click.argument("production", required=False)
@click.option("--all", "everything", is_flag=True, help="Also those that are decided.")
@viewer_option
@json_option
@data_option
def proposals(production: str | None, everything: bool, user: str, as_json: bool, data: Path | None) -> None:
    """List proposed versions: who has approved, for whom they wait, and why they ended."""
    from app.cli.printing import show as show_rows
    from app.reads import reads

    with reads(data, production, user) as reading:
        rows = reading.proposals(waiting=not everything)
    columns = ("production", "version", "status", "proposed_by", "approved_by", "waits_for", "open_until")
    show_rows(rows, (*columns, *(("reason",) if everything else ()), "document"), as_json, "nothing is proposed")


@agreement.command()
@click.argument("first")
@click.argument("second", required=False)
@viewer_option
@json_option
@data_option
def diff(first: str, second: str | None, user: str, as_json: bool, data: Path | None) -> None:
    """Show what changes from FIRST to SECOND, who gains and who loses, and what of it touches money already due.

    Each is a file, PRODUCTION for the version in force, PRODUCTION@VERSION, or the SHA-256 of a proposed document.
    Without SECOND, it is the one open proposal of the production.
    """
    from app.agreement.compare import compare
    from app.cli.printing import plain

    found = compare(data, first, second, user)
    if as_json:
        click.echo(json.dumps(plain(found), indent=2, ensure_ascii=False))
        return
    click.echo(f"from {found.before}\nto   {found.after}")
    for title, lines in (
        ("What changes", [f"{each.field}: {each.words}" for each in found.changes]),
        ("Who gains and who loses by the schedule", [each.words for each in found.parties]),
        ("Whose shares of the earnings change", [each.words for each in found.shares]),
        ("What is due, under way, paid or shared already", found.touches),
    ):
        if lines:
            click.echo("\n".join((f"\n{title}:", *(f"  {line}" for line in lines))))
    if not found.changes:
        click.echo("nothing differs")


@agreement.command()
@click.argument("production", required=False)
@day_option("--as-of", "The version that counted on a day.")
@click.option("--yaml", "as_yaml", is_flag=True, help="Print the document itself, byte for byte.")
@viewer_option
@json_option
@data_option
def show(
    production: str | None, as_of: date | None, as_yaml: bool, user: str, as_json: bool, data: Path | None
) -> None:
    """List the productions, or show the versions of a PRODUCTION's agreement."""
    from adapters.db.queries.agreement import document, productions
    from app.cli.printing import show as show_rows
    from app.reads import reads
    from domain.errors import NotFound

    with reads(data, production, user) as reading:
        if reading.production is None:
            show_rows(
                productions(reading.connection), ("key", "title", "version"), as_json, "no agreement is registered"
            )
            return
        versions = reading.versions(as_of)
        if not versions:
            raise NotFound(
                f"No version of an agreement of {reading.production} counted" + (" then." if as_of else " yet.")
            )
        content = document(reading.connection, versions[-1].document)
    if as_yaml and content is not None:
        click.echo(content, nl=False)
        return
    columns = ("version", "status", "title", "effective_on", "recorded_at", "document")
    show_rows(versions[-1:] if as_of else versions, columns, as_json, "")
