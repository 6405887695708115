"""The database's schema: Alembic over the migrations that are shipped with this package."""

from pathlib import Path

from alembic import command
from alembic.config import Config

import migrations


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Bring the schema to `revision`. `owner_url` is an SQLAlchemy URL of the role that owns the tables.

    Running it again changes nothing; two at once wait for each other (`migrations/env.py` takes a lock).
    """
    command.upgrade(_config(owner_url), revision)


def _config(owner_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.attributes["url"] = owner_url
    return config
