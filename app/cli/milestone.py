"""`sluice milestone`."""

from pathlib import Path

import click

from app.cli.options import as_option, data_option, json_option

_COLUMNS = ("id", "status", "round", "submitted_by", "deadline_on", "escalated_to", "accepted_on")


@click.group()
def milestone() -> None:
    """Submit evidence for milestones, approve it, reject it."""


@milestone.command()
@click.argument("production")
@click.argument("milestone_id", metavar="MILESTONE")
@click.option(
    "--evidence",
    "given",
    multiple=True,
    required=True,
    metavar="ID=FILE",
    help="A document that the agreement asks for; once for each. Its SHA-256 is recorded.",
)
@as_option
@json_option
@data_option
def submit(
    production: str, milestone_id: str, given: tuple[str, ...], user: str, as_json: bool, data: Path | None
) -> None:
    """Hand in the evidence of MILESTONE. Changed evidence voids the approvals given before."""
    from app.cli.session import act

    evidence = _documents(given)
    act(data, user, lambda as_user: as_user.submit(production, milestone_id, evidence), as_json)


@milestone.command()
@click.argument("production")
@click.argument("milestone_id", metavar="MILESTONE")
@click.option("--round", "round_", type=int, help="The round of evidence that was looked at; default the newest.")
@as_option
@json_option
@data_option
def approve(
    production: str, milestone_id: str, round_: int | None, user: str, as_json: bool, data: Path | None
) -> None:
    """Approve the evidence of MILESTONE."""
    from app.cli.session import act

    chosen = _round(data, production, milestone_id) if round_ is None else round_
    act(data, user, lambda as_user: as_user.approve(production, milestone_id, chosen), as_json)


@milestone.command()
@click.argument("production")
@click.argument("milestone_id", metavar="MILESTONE")
@click.option("--round", "round_", type=int, help="The round of evidence that was looked at; default the newest.")
@click.option("--reason", required=True, help="What is wrong with the evidence.")
@as_option
@json_option
@data_option
def reject(
    production: str, milestone_id: str, round_: int | None, reason: str, user: str, as_json: bool, data: Path | None
) -> None:
    """Reject the evidence of MILESTONE; other evidence can be submitted then."""
    from app.cli.session import act

    chosen = _round(data, production, milestone_id) if round_ is None else round_
    act(data, user, lambda as_user: as_user.reject(production, milestone_id, chosen, reason), as_json)


@milestone.command(name="list")
@click.argument("production")
@json_option
@data_option
def list_(production: str, as_json: bool, data: Path | None) -> None:
    """List the milestones that something has happened to."""
    from adapters.db import queries
    from app.cli.session import records, show

    with records(data) as reading:
        queries.the_production(reading.connection, production)
        rows = queries.milestones(reading.connection, production)
    show(rows, _COLUMNS, as_json, f"nothing has been submitted for {production} yet")


def _documents(given: tuple[str, ...]) -> dict[str, str]:
    """The documents by id; one id for two files would leave one of them out without a word."""
    documents: dict[str, str] = {}
    for name, digest in map(_document, given):
        if name in documents:
            raise click.BadParameter(
                f"{name!r} is given twice: name one file for each document.", param_hint="--evidence"
            )
        documents[name] = digest
    return documents


def _document(written: str) -> tuple[str, str]:
    """`ID=FILE` as the id and the SHA-256 of the file."""
    import hashlib

    from domain.errors import BadInput

    name, separator, file = written.partition("=")
    if not separator or not name or not file:
        raise click.BadParameter(f"{written!r} is not ID=FILE, such as scripts=scripts.pdf.", param_hint="--evidence")
    try:
        with Path(file).open("rb") as stream:
            return name, hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"--evidence {name}: {file} cannot be read: {error.strerror}.") from error


def _round(data: Path | None, production: str, milestone_id: str) -> int:
    from adapters.db import queries
    from app.cli.session import records

    with records(data) as reading:
        found = [row for row in queries.milestones(reading.connection, production) if row["id"] == milestone_id]
    return int(found[0]["round"]) if found else 0
