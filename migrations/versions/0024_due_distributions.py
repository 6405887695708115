"""The outbox says that a production's due distributions are to be opened."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KINDS = """
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check
    CHECK (kind IN ('bank-file', 'run-news', 'production-news', 'notice', 'distributions-due'));
"""


def upgrade() -> None:
    op.execute(KINDS)
