"""What is counted with a receipt, by the agreement's metrics: admissions, units, screens."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# `json`, not `jsonb`: it keeps the text as it came, which is what the statement's SHA-256 is of. The check holds it to
# the one form that is written, so that whoever adds the counts up meets whole numbers and nothing else.
COUNTS = """
ALTER TABLE receipt_row ADD COLUMN counts json
    CHECK (counts::text ~ '^[{]"[A-Za-z0-9-]{1,40}":-?[0-9]{1,12}(,"[A-Za-z0-9-]{1,40}":-?[0-9]{1,12})*[}]$')
"""


def upgrade() -> None:
    op.execute(COUNTS)
