"""Changed bank accounts of payees, frozen parties, payments held by either, notices, and first releases of runs."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


KINDS = "'bank-file', 'run-news', 'production-news', 'notice'"


def upgrade() -> None:
    op.execute(f"ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check, ADD CHECK (kind IN ({KINDS}))")
    op.execute("ALTER TABLE production ADD COLUMN payees jsonb")
    op.execute("ALTER TABLE payment ADD COLUMN cause text")
    op.execute("CREATE INDEX payment_caused ON payment (production, account) WHERE cause IS NOT NULL")
    op.execute("ALTER TABLE run ADD COLUMN released_on date, ADD COLUMN first_released_by text")
    op.execute("ALTER TABLE run ADD COLUMN first_sha256 varchar(64)")
    op.execute("CREATE INDEX run_released ON run (production, released_on) WHERE released_on IS NOT NULL")
