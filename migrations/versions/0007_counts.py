"""Counts of a receipt by the agreement's metrics: admissions, units, screens."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# `json`, not `jsonb`, keeps the text unchanged, which the statement's SHA-256 needs. The check allows only whole
# numbers.
COUNTS = """
ALTER TABLE receipt_row ADD COLUMN counts json
    CHECK (counts::text ~ '^[{]"[A-Za-z0-9-]{1,40}":-?[0-9]{1,12}(,"[A-Za-z0-9-]{1,40}":-?[0-9]{1,12})*[}]$')
"""


def upgrade() -> None:
    op.execute(COUNTS)
