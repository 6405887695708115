"""`sluice agreement`: what can be done with an agreement's file alone."""

import json
from pathlib import Path

import click


@click.group()
def agreement() -> None:
    """Check, register, amend and show agreements."""


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
    from adapters.documents import load_agreement
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
    if wrong:
        raise SystemExit(1)


@agreement.command()
def schema() -> None:
    """Print the JSON Schema by which editors complete and check agreements."""
    from adapters.documents import agreement_schema

    click.echo(json.dumps(agreement_schema(), indent=2, ensure_ascii=False))
