"""The statements that banks sent, with their balances, and an index for opening balances.

Release 0.1.0 kept no balances, so there is nothing to fill in.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE bank_statement (
    stream text NOT NULL, seq bigint NOT NULL, place integer NOT NULL, taken_on date NOT NULL,
    account text NOT NULL, report text NOT NULL, number text, page integer, last_page boolean NOT NULL, currency varchar(3) NOT NULL,
    opening_minor bigint, opening_on date, closing_minor bigint, closing_on date, first_on date, last_on date,
    bookings bigint NOT NULL, net_minor bigint NOT NULL,
    PRIMARY KEY (stream, seq, place)
);
"""

REST = """
CREATE INDEX bank_statement_account ON bank_statement (stream, account);
CREATE INDEX journal_event_opening_balance ON journal_event (stream, seq) WHERE type = 'opening-balance-recorded';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_statement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON bank_statement TO sluice_app;
GRANT SELECT ON bank_statement TO sluice_auditor;
"""


def upgrade() -> None:
    for statement in (TABLE, REST):
        op.execute(statement)
