"""Indexes for pages of lists."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("payment", "receipt"):
        op.execute(f"CREATE INDEX {table}_listed ON {table} (production, COALESCE(due_on, DATE '9999-12-31'), id)")
    op.execute("CREATE INDEX run_listed ON run (execution_on, id)")
    op.execute(
        "CREATE INDEX entry_suspense ON entry (stream, account, about, currency) INCLUDE (minor)"
        " WHERE starts_with(account, 'suspense:unmatched:')"
    )
    op.execute(
        "CREATE INDEX journal_event_unmatched ON journal_event (recorded_at, stream, seq)"
        " WHERE type = 'movement-unmatched'"
    )
