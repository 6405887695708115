"""The attempts of a payment that the bank may still book."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE payment ADD COLUMN doubts jsonb")
    op.execute("CREATE INDEX payment_doubted ON payment (production, id) WHERE doubts IS NOT NULL")
