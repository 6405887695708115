"""The cost of a command no longer grows with the journal, or depends on the planner's statistics.

Entries of an event were summed to check their balance. Entries are never deleted, so it is enough that each statement's
entries balance: the same rule, without reading a table. The event is looked up by its key, even by a cached plan that
was made when the journal was small.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ADDED_BALANCE = """
CREATE OR REPLACE FUNCTION entries_balance() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE bad record;
BEGIN
    SELECT a.stream, a.seq, a.currency, sum(a.minor) AS off INTO bad FROM added a
    GROUP BY a.stream, a.seq, a.currency HAVING sum(a.minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entries of event % of % do not balance: % % is left over', bad.seq, bad.stream, bad.currency, bad.off
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT a.stream, a.seq INTO bad FROM (SELECT DISTINCT stream, seq FROM added) a
    LEFT JOIN LATERAL (
        SELECT true AS there FROM journal_event j WHERE j.stream = a.stream AND j.seq = a.seq LIMIT 1
    ) found ON true
    WHERE found.there IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entries name event % of %, which does not exist', bad.seq, bad.stream
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$
"""

INDEXES = """
-- What is looked up by its type, among millions of events of other types.
CREATE INDEX journal_event_by_type ON journal_event (stream, type, seq) WHERE type IN (
    'agreement-registered', 'agreement-amended', 'distribution-computed', 'distribution-objected', 'statements-issued',
    'movement-unmatched'
);
-- What a milestone's acceptance gives dates to; the production alone is found by it too.
DROP INDEX payment_production;
CREATE INDEX payment_production ON payment (production, milestone);
"""


def upgrade() -> None:
    op.execute(ADDED_BALANCE)
    op.execute(INDEXES)
