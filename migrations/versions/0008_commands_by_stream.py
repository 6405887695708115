"""An index of commands by stream, so that auditing all streams takes linear time."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX command_stream ON command (stream, first_seq)")
