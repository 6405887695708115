"""The day until which a production's books are closed."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE production ADD COLUMN books_closed_until date")
