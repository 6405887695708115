"""Lists of the files that came from banks find those that were refused by an index."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX journal_event_file_refused ON journal_event (stream, seq) WHERE type = 'bank-file-refused'"
    )
