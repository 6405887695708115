"""Changed bank accounts of payees, frozen parties, payments held by either, notices, first releases, lists of names."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


LISTS = """
CREATE TABLE name_list (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text NOT NULL CHECK (source <> ''),
    published_on date NOT NULL, document varchar(64) NOT NULL REFERENCES document, by text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(), UNIQUE (source, document)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON name_list
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON name_list TO sluice_app;
GRANT SELECT ON name_list TO sluice_auditor;
"""
KINDS = "'bank-file', 'run-news', 'production-news', 'notice'"


def upgrade() -> None:
    op.execute(f"ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check, ADD CHECK (kind IN ({KINDS}))")
    op.execute(LISTS)
    op.execute("ALTER TABLE production ADD COLUMN payees jsonb")
    op.execute("ALTER TABLE payment ADD COLUMN cause text")
    op.execute("CREATE INDEX payment_caused ON payment (production, account) WHERE cause IS NOT NULL")
    op.execute("ALTER TABLE run ADD COLUMN released_on date, ADD COLUMN first_released_by text")
    op.execute("ALTER TABLE run ADD COLUMN first_sha256 varchar(64)")
    op.execute("CREATE INDEX run_released ON run (production, released_on) WHERE released_on IS NOT NULL")
