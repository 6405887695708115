"""Bookings as the bank told them replace the references of movements.

A reference does not identify a booking: banks share and reuse them. Bookings of release 0.1.0 get what their events
tell. Its entries give the amounts, because one booking may have two events of one reference.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE booking (
    stream text NOT NULL, account text NOT NULL, movement text NOT NULL, entry text NOT NULL,
    kind text CHECK (kind IN ('notification', 'intraday', 'statement')), report text NOT NULL, file text NOT NULL,
    booked_on date, value_on date, currency varchar(3) NOT NULL, minor bigint NOT NULL, entry_minor bigint NOT NULL,
    fate text NOT NULL, about text NOT NULL, told jsonb NOT NULL,
    PRIMARY KEY (stream, account, movement)
);
"""

FILL = """
WITH told AS (
    SELECT stream, seq, 0 AS line, body::jsonb AS b, body::jsonb AS event FROM journal_event
    WHERE type IN ('payment-returned', 'receipt-matched', 'movement-unmatched')
    UNION ALL
    SELECT j.stream, j.seq, l.ordinality::int, l.value, j.body::jsonb
    FROM journal_event j, jsonb_array_elements(j.body::jsonb -> 'payments') WITH ORDINALITY l
    WHERE j.type = 'payments-settled'
), booked AS (
    SELECT t.stream, t.seq, t.line, t.event ->> 'account' AS account, t.b ->> 'bank_reference' AS reference,
        (t.event ->> 'booked_on')::date AS booked_on, e.currency, e.minor,
        CASE t.event ->> 'type' WHEN 'payments-settled' THEN 'settles' WHEN 'payment-returned' THEN 'returns'
            WHEN 'receipt-matched' THEN 'received' ELSE 'suspense' END AS fate,
        COALESCE(t.b ->> 'payment', t.b ->> 'receipt', '') AS about,
        CASE WHEN t.b ? 'receipt' THEN t.b ->> 'amount' END AS claim,
        CASE WHEN t.b ? 'receipt' THEN t.b ->> 'contract_value' END AS contract_value
    FROM told t JOIN entry e ON e.stream = t.stream AND e.seq = t.seq
        AND e.account = 'asset:bank:' || (t.event ->> 'account')
        AND e.about = COALESCE(t.b ->> 'payment', t.b ->> 'receipt', t.b ->> 'bank_reference')
), summed AS (
    SELECT DISTINCT ON (stream, account, reference) *,
        sum(minor) OVER (PARTITION BY stream, account, reference) AS whole
    FROM booked ORDER BY stream, account, reference, seq, line
)
INSERT INTO booking
SELECT stream, account, reference, reference, NULL, '', '', booked_on, NULL, currency, whole, whole, fate, about,
    jsonb_build_object('references', jsonb_build_object('servicer', reference), 'entry_references', '{}'::jsonb,
        'counterparty', NULL, 'remittance', NULL, 'claim', claim, 'contract_value', contract_value)
FROM summed
"""

REST = """
DROP TABLE movement;
CREATE INDEX booking_amount ON booking (stream, account, minor);
CREATE INDEX booking_entry_amount ON booking (stream, account, entry_minor);
CREATE INDEX booking_about ON booking (stream, account, about) WHERE about <> '';
CREATE INDEX booking_day ON booking (stream, account, booked_on);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON booking
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON booking TO sluice_app;
GRANT SELECT ON booking TO sluice_auditor;
"""


def upgrade() -> None:
    for statement in (TABLE, FILL, REST):
        op.execute(statement)
