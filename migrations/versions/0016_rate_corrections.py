"""Corrections of imported rates, and indexes by day: sources are compared without blanks and case."""

from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE rate_correction (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL, "on" date NOT NULL, base varchar(3) NOT NULL, quote varchar(3) NOT NULL,
    rate numeric NOT NULL CHECK (rate > 0), document varchar(64) NOT NULL REFERENCES document,
    by text NOT NULL, reason text NOT NULL CHECK (reason <> ''), recorded_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (source, "on", base, quote) REFERENCES rate (source, "on", base, quote)
);
"""

REST = """
CREATE INDEX rate_by_day ON rate ("on");
CREATE INDEX rate_correction_by_day ON rate_correction ("on");
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rate_correction
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON rate_correction TO sluice_app;
GRANT SELECT ON rate_correction TO sluice_auditor;
"""


def upgrade() -> None:
    for statement in (TABLE, REST):
        op.execute(statement)
