"""Alembic's entry: online only, the URL comes from `app.database`, never from a file."""

from alembic import context
from sqlalchemy import create_engine, pool, text

_ONE_AT_A_TIME = 7411_0001  # an arbitrary lock number, the same for every migrating process

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=False)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        context.run_migrations()
engine.dispose()
