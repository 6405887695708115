"""The archive of workflow histories, for the time after Temporal's retention."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# `content` is compressed already, so it is stored out of line as it is. `sha256` is of the JSON, as in the
# journal; `packed_sha256` is of the compressed bytes.
TABLE = """
CREATE TABLE history (
    workflow_id text NOT NULL, run_id text NOT NULL, production text NOT NULL, workflow_type text NOT NULL,
    status text NOT NULL
    CHECK (status IN ('completed', 'failed', 'cancelled', 'terminated', 'continued-as-new', 'timed-out')),
    events integer NOT NULL CHECK (events > 0), build_id text NOT NULL, sha256 varchar(64) NOT NULL,
    continued_from text NOT NULL, content bytea NOT NULL,
    packed_sha256 varchar(64) NOT NULL CHECK (packed_sha256 = encode(sha256(content), 'hex')),
    PRIMARY KEY (workflow_id, run_id)
);
ALTER TABLE history ALTER content SET STORAGE EXTERNAL;
CREATE INDEX history_production ON history (production);
CREATE INDEX history_continued ON history (continued_from) WHERE continued_from <> '';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON history TO sluice_app;
GRANT SELECT ON history TO sluice_auditor;
"""


def upgrade() -> None:
    op.execute(TABLE)
