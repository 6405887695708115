"""Snapshots of distributions."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
CREATE TABLE distribution (
    production text NOT NULL, period text NOT NULL, status text NOT NULL, until date NOT NULL, body jsonb NOT NULL,
    PRIMARY KEY (production, period)
)""")
    op.execute("GRANT SELECT, INSERT, UPDATE ON distribution TO sluice_app")
    op.execute("GRANT SELECT ON distribution TO sluice_auditor")
