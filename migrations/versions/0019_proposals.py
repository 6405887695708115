"""Snapshots of proposed versions of agreements."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INDEXES = """
DROP INDEX journal_event_by_type;
CREATE INDEX journal_event_by_type ON journal_event (stream, type, seq) WHERE type IN (
    'agreement-registered', 'agreement-amended', 'agreement-restored', 'distribution-computed',
    'distribution-objected', 'statements-issued', 'movement-unmatched'
);
"""


def upgrade() -> None:
    op.execute("""
CREATE TABLE proposal (
    production text NOT NULL, document varchar(64) NOT NULL, version integer NOT NULL, amends varchar(64),
    proposed_by text NOT NULL, party text NOT NULL, needs jsonb NOT NULL, approvals jsonb NOT NULL,
    open_until date NOT NULL, status text NOT NULL, reason text NOT NULL,
    PRIMARY KEY (production, document)
)""")
    op.execute("GRANT SELECT, INSERT, UPDATE ON proposal TO sluice_app")
    op.execute("GRANT SELECT ON proposal TO sluice_auditor")
    op.execute(INDEXES)
