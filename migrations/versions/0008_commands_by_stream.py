"""A stream's commands are found without looking at everybody's, so that proving all streams takes time for each event."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX command_stream ON command (stream, first_seq)")
