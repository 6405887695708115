"""The journal, the ledger, the snapshots, and the rights on them.

The owner (who runs this) owns the tables. `sluice_app` appends and maintains snapshots. `sluice_auditor` reads.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RECORDS = ("journal_event", "entry", "command", "document", "bank_file", "movement", "rate")
WORKING = ("stream_head", "outbox", "production", "milestone", "payment", "receipt", "run")

TABLES = """
CREATE TABLE journal_event (
    stream text NOT NULL, seq bigint NOT NULL CHECK (seq > 0), type text NOT NULL, body text NOT NULL,
    effective_on date NOT NULL, recorded_at timestamptz NOT NULL, actor text NOT NULL, command_key text NOT NULL,
    prev_hash bytea NOT NULL CHECK (length(prev_hash) = 32), hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (stream, seq)
);
CREATE INDEX journal_event_command ON journal_event (command_key);

CREATE TABLE entry (
    stream text NOT NULL, seq bigint NOT NULL, line integer NOT NULL CHECK (line > 0), account text NOT NULL,
    currency varchar(3) NOT NULL CHECK (length(currency) = 3), minor bigint NOT NULL CHECK (minor <> 0),
    about text NOT NULL, effective_on date NOT NULL,
    PRIMARY KEY (stream, seq, line)
);
CREATE INDEX entry_account ON entry (stream, account, currency);

CREATE TABLE command (
    key text PRIMARY KEY, payload varchar(64) NOT NULL, stream text NOT NULL,
    first_seq bigint NOT NULL, last_seq bigint NOT NULL
);

CREATE TABLE document (
    sha256 varchar(64) PRIMARY KEY, name text NOT NULL, content bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    CHECK (sha256 = encode(sha256(content), 'hex'))
);

CREATE TABLE bank_file (
    account text NOT NULL, direction text NOT NULL CHECK (direction IN ('in', 'out')), message_id text NOT NULL,
    name text NOT NULL, sha256 varchar(64) NOT NULL REFERENCES document, recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, direction, message_id)
);

CREATE TABLE movement (
    stream text NOT NULL, account text NOT NULL, bank_reference text NOT NULL,
    PRIMARY KEY (stream, account, bank_reference)
);

CREATE TABLE rate (
    source text NOT NULL, "on" date NOT NULL, base varchar(3) NOT NULL, quote varchar(3) NOT NULL,
    rate numeric NOT NULL CHECK (rate > 0), document varchar(64) NOT NULL REFERENCES document,
    PRIMARY KEY (source, "on", base, quote)
);

CREATE TABLE stream_head (stream text PRIMARY KEY, seq bigint NOT NULL, hash bytea NOT NULL) WITH (fillfactor = 50);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL
    CHECK (kind IN ('bank-file', 'run-news', 'production-news')),
    target text NOT NULL, name text NOT NULL, document varchar(64) REFERENCES document,
    created_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz
);
CREATE INDEX outbox_waiting ON outbox (id) WHERE done_at IS NULL;

CREATE TABLE production (key text PRIMARY KEY, title text NOT NULL, version integer NOT NULL, document varchar(64) NOT NULL);

CREATE TABLE milestone (
    production text NOT NULL, id text NOT NULL, status text NOT NULL, round integer NOT NULL, submitted_by text,
    evidence jsonb NOT NULL, approvals jsonb NOT NULL, deadline_on date, escalated_to text, accepted_on date,
    PRIMARY KEY (production, id)
);

CREATE TABLE payment (
    id text PRIMARY KEY, production text NOT NULL, instalment text NOT NULL, purpose text NOT NULL, account text NOT NULL,
    payee text NOT NULL, payee_party text NOT NULL, currency varchar(3) NOT NULL, minor bigint NOT NULL CHECK (minor > 0),
    milestone text, due_on date, status text NOT NULL, run text, attempt integer NOT NULL, end_to_end_id text UNIQUE,
    reason text, booked_currency varchar(3), booked_minor bigint, contract_minor bigint,
    bank_reference text
) WITH (fillfactor = 70);
CREATE INDEX payment_production ON payment (production);
CREATE INDEX payment_run ON payment (run);

CREATE TABLE receipt (
    id text PRIMARY KEY, production text NOT NULL, instalment text NOT NULL, purpose text NOT NULL, account text NOT NULL,
    payer_party text NOT NULL, currency varchar(3) NOT NULL, minor bigint NOT NULL CHECK (minor > 0),
    milestone text, due_on date, status text NOT NULL, received_minor bigint NOT NULL
);
CREATE INDEX receipt_production ON receipt (production, status);

CREATE TABLE run (
    id text PRIMARY KEY, production text NOT NULL, account text NOT NULL, currency varchar(3) NOT NULL,
    execution_on date NOT NULL, prepared_by text NOT NULL, count integer NOT NULL, total_minor bigint NOT NULL,
    sha256 varchar(64) NOT NULL, status text NOT NULL, quote jsonb, released_by text, message_id text UNIQUE,
    file varchar(64), times_sent integer NOT NULL, enquiries integer NOT NULL
);
CREATE INDEX run_production ON run (production, status);
"""

GUARDS = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: what is recorded is never edited', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- Stricter than a deferred constraint, and one check for ten thousand entries: every statement that adds entries must
-- leave each event it touches balanced in each currency, and must speak of events that exist.
CREATE FUNCTION entries_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad record;
BEGIN
    SELECT e.stream, e.seq, e.currency, sum(e.minor) AS off INTO bad
    FROM entry e JOIN (SELECT DISTINCT stream, seq FROM added) a USING (stream, seq)
    GROUP BY e.stream, e.seq, e.currency HAVING sum(e.minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entries of event % of % do not balance: % % is left over', bad.seq, bad.stream, bad.currency, bad.off
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT a.stream, a.seq INTO bad FROM (SELECT DISTINCT stream, seq FROM added) a
    WHERE NOT EXISTS (SELECT FROM journal_event j WHERE j.stream = a.stream AND j.seq = a.seq) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entries name event % of %, which does not exist', bad.seq, bad.stream
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entries_balance AFTER INSERT ON entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION entries_balance();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(GUARDS)
    for table in RECORDS:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for role in ("sluice_app", "sluice_auditor"):
        op.execute(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
        )
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        op.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    op.execute(f"GRANT INSERT ON {', '.join((*RECORDS, *WORKING))} TO sluice_app")
    op.execute(f"GRANT UPDATE ON {', '.join(WORKING)} TO sluice_app")
