"""People as facts of the house: snapshots of its stream, and who was trusted to say who somebody is.

`journal_event.acted` is canonical JSON, and '' where Sluice itself acts and in the facts of earlier releases.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE journal_event ADD COLUMN acted text NOT NULL DEFAULT '';
CREATE TABLE user_account (id text PRIMARY KEY, person text NOT NULL, body jsonb NOT NULL);
CREATE INDEX user_account_person ON user_account (person);
CREATE TABLE people_change (
    number bigint PRIMARY KEY, about text NOT NULL, delegate text, status text NOT NULL, body jsonb NOT NULL
);
CREATE INDEX people_change_open ON people_change (about) WHERE status = 'proposed';
CREATE INDEX people_change_delegate ON people_change (delegate) WHERE status = 'confirmed';
"""

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON user_account, people_change TO sluice_app;
GRANT SELECT ON user_account, people_change TO sluice_auditor;
"""


def upgrade() -> None:
    for statement in (TABLES, GRANTS):
        op.execute(statement)
