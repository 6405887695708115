"""What settled receipts and payments beside money, and when; credits of parties; the day of a delivery.

What is on record gets the days on which its money was taken in: earlier events name no other.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE credit (
    production text NOT NULL, id text NOT NULL, account text NOT NULL, party text NOT NULL,
    currency varchar(3) NOT NULL, minor bigint NOT NULL,
    PRIMARY KEY (production, id)
);
GRANT SELECT, INSERT, UPDATE ON credit TO sluice_app;
GRANT SELECT ON credit TO sluice_auditor;
ALTER TABLE receipt ADD COLUMN dealings jsonb;
ALTER TABLE payment ADD COLUMN settled_on date, ADD COLUMN dealings jsonb;
ALTER TABLE milestone ADD COLUMN submitted_on date;
"""

PARTS = """
WITH told AS (
    SELECT effective_on, body::jsonb AS b, type FROM journal_event
    WHERE type IN ('receipt-matched', 'receipt-reversed', 'movement-allocated', 'movement-allocation-undone')
), parts AS (
    SELECT effective_on, COALESCE(b ->> 'receipt', b ->> 'name', b -> 'allocated' ->> 'name') AS receipt,
        COALESCE(b ->> 'amount', b -> 'allocated' ->> 'amount') AS amount,
        type IN ('receipt-reversed', 'movement-allocation-undone') AS back
    FROM told
    WHERE type LIKE 'receipt-%' OR COALESCE(b ->> 'to', b -> 'allocated' ->> 'to') = 'receipt'
), by_day AS (
    SELECT receipt, effective_on,
        sum(regexp_replace(amount, '[^0-9-]', '', 'g')::bigint * CASE WHEN back THEN -1 ELSE 1 END) AS minor,
        max(length(substring(amount FROM '[.](.*)$'))) AS places, min(left(amount, 3)) AS currency
    FROM parts GROUP BY receipt, effective_on
), gathered AS (
    SELECT receipt, jsonb_agg(jsonb_build_array(effective_on, currency || ' ' || CASE WHEN places IS NULL
        THEN minor::text ELSE to_char(minor / power(10, places)::numeric, 'FM999999999999990.' || repeat('0', places))
        END) ORDER BY effective_on) AS arrivals
    FROM by_day WHERE minor <> 0 GROUP BY receipt
)
UPDATE receipt r SET dealings = jsonb_build_object(
    'arrivals', arrivals, 'adjustments', '[]'::jsonb, 'claims', 0, 'claimed', NULL, 'proposed', NULL)
FROM gathered g WHERE g.receipt = r.id
"""

SETTLED = """
WITH told AS (
    SELECT j.seq, (j.body::jsonb ->> 'booked_on')::date AS on, l ->> 'payment' AS payment
    FROM journal_event j, jsonb_array_elements(j.body::jsonb -> 'payments') l WHERE j.type = 'payments-settled'
    UNION ALL
    SELECT seq, NULL, body::jsonb ->> 'name' FROM journal_event
    WHERE type = 'movement-allocated' AND body::jsonb ->> 'to' = 'payment'
), newest AS (
    SELECT DISTINCT ON (payment) payment, "on" FROM told ORDER BY payment, seq DESC
)
UPDATE payment p SET settled_on = n.on FROM newest n WHERE n.payment = p.id AND p.booked_minor IS NOT NULL
"""

DELIVERED = """
WITH newest AS (
    SELECT DISTINCT ON (stream, body::jsonb ->> 'milestone') stream, body::jsonb ->> 'milestone' AS id, effective_on
    FROM journal_event WHERE type = 'milestone-submitted' ORDER BY stream, body::jsonb ->> 'milestone', seq DESC
)
UPDATE milestone m SET submitted_on = n.effective_on
FROM newest n WHERE n.stream = 'production/' || m.production AND n.id = m.id
"""


def upgrade() -> None:
    for statement in (TABLE, PARTS, SETTLED, DELIVERED):
        op.execute(statement)
