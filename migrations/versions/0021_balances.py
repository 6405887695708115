"""Indexes: what an account's balance at a release is read by, and reminders of late receipts."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX payment_under_way ON payment (production, account)"
        " WHERE status IN ('accepted', 'released', 'submitted', 'unknown')"
    )
    op.execute(
        "CREATE INDEX journal_event_allocated ON journal_event (stream, seq)"
        " WHERE type IN ('movement-allocated', 'movement-allocation-undone')"
    )
    op.execute("CREATE INDEX journal_event_reminded ON journal_event (stream, seq) WHERE type = 'receipt-reminded'")
