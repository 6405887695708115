"""What sources report: statements with their receipts, costs, metrics, advances, openings and dates."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RECORDS = ("statement_version", "receipt_row", "fact_row")

# A row references its statement by number, because repeated names would be half of the data. There is no foreign key,
# because it would be checked row by row; the SHA-256 in the event proves the rows.
TABLES = """
CREATE TABLE statement_version (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, production text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('receipt', 'cost', 'metric', 'advance', 'opening', 'date')),
    source text NOT NULL, statement text NOT NULL, version integer NOT NULL CHECK (version > 0),
    count bigint NOT NULL CHECK (count >= 0), sha256 varchar(64) NOT NULL, seq bigint NOT NULL,
    converted_to varchar(3) NOT NULL,
    UNIQUE (production, kind, source, statement, version)
);

CREATE TABLE receipt_row (
    statement bigint NOT NULL, line integer NOT NULL CHECK (line > 0), "on" date NOT NULL,
    currency varchar(3) NOT NULL, minor bigint NOT NULL, bank_rate numeric CHECK (bank_rate > 0),
    payer text NOT NULL, territory text NOT NULL, media text NOT NULL, "window" text NOT NULL,
    amount numeric NOT NULL, rate_rule text, rate_source text, fixing_on date, rate numeric CHECK (rate > 0),
    PRIMARY KEY (statement, line)
);

CREATE TABLE fact_row (
    statement bigint NOT NULL, line integer NOT NULL CHECK (line > 0), "on" date NOT NULL,
    currency varchar(3), minor bigint, bank_rate numeric CHECK (bank_rate > 0), name text NOT NULL,
    amount numeric NOT NULL, rate_rule text, rate_source text, fixing_on date, rate numeric CHECK (rate > 0),
    PRIMARY KEY (statement, line)
);
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in RECORDS:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(RECORDS)} TO sluice_app")
    op.execute(f"GRANT SELECT ON {', '.join(RECORDS)} TO sluice_auditor")
