"""`sluice db`: the schema."""

from pathlib import Path

import click

from app.cli.options import data_option


@click.group()
def db() -> None:
    """Bring the database's schema up to date."""


@db.command()
@data_option
def upgrade(data: Path | None) -> None:
    """Apply the migrations that are missing, as the role that owns the tables (owner_database_url).

    The users of the settings are put on record then, if nobody is yet.
    """
    from app.bootstrap import handler_on
    from app.database import upgrade as apply
    from app.identity.first_users import load_people
    from app.settings import BadSettings, load_settings
    from app.stack.state import running_state

    settings = load_settings(data)
    owner_url = running_state(settings.data).owner_url if settings.embedded else settings.owner_database_url
    if owner_url is None:
        raise BadSettings("database_url is set and owner_database_url is not: migrations need that role")
    apply(owner_url)
    click.echo("the schema is up to date")
    with handler_on(data) as handler:
        if ignored := load_people(handler):
            click.echo(ignored, err=True)
