"""The outbox takes only bank files of released runs; what came through Temporal unsealed is counted.

At commit, each bank file in the outbox needs the event that submitted it: the order of a run that another person than
its preparer released before, or an enquiry about one, in the folder of the run's account, once for each submission.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INDEXES = """
CREATE INDEX journal_event_file_out ON journal_event ((body::jsonb ->> 'file'))
    WHERE type IN ('run-submitted', 'run-doubted');
CREATE INDEX journal_event_run_decided ON journal_event ((body::jsonb ->> 'run'))
    WHERE type IN ('run-prepared', 'run-released');
CREATE INDEX outbox_bank_file ON outbox (document) WHERE kind = 'bank-file';
"""

ORDERS = """
CREATE FUNCTION outbox_holds_released_orders() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE submitted record; prepared record; times bigint;
BEGIN
    SELECT j.stream, j.seq, j.body::jsonb ->> 'run' AS run INTO submitted FROM journal_event j
    WHERE j.type IN ('run-submitted', 'run-doubted') AND j.body::jsonb ->> 'file' = NEW.document
      AND starts_with(NEW.name, coalesce(j.body::jsonb ->> 'message_id', j.body::jsonb ->> 'enquiry_message_id'))
    ORDER BY j.seq LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the outbox takes no bank file % that no run submitted', NEW.name
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT j.seq, j.body::jsonb AS body INTO prepared FROM journal_event j
    WHERE j.stream = submitted.stream AND j.type = 'run-prepared' AND j.body::jsonb ->> 'run' = submitted.run
      AND j.seq < submitted.seq ORDER BY j.seq DESC LIMIT 1;
    IF NOT FOUND OR NOT EXISTS (
        SELECT FROM journal_event j
        WHERE j.stream = submitted.stream AND j.type = 'run-released' AND j.body::jsonb ->> 'run' = submitted.run
          AND j.seq > prepared.seq AND j.seq < submitted.seq
          AND j.body::jsonb ->> 'by' = j.actor AND j.actor <> prepared.body ->> 'by')
    THEN
        RAISE EXCEPTION 'the outbox takes no bank file % of the run %, which no second person released',
            NEW.name, submitted.run USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.target <> substr(submitted.stream, length('production/') + 1) || '.' || (prepared.body ->> 'account') THEN
        RAISE EXCEPTION 'the bank file % is of the account %, not of %', NEW.name, prepared.body ->> 'account', NEW.target
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT count(*) INTO times FROM journal_event j
    WHERE j.type IN ('run-submitted', 'run-doubted') AND j.body::jsonb ->> 'file' = NEW.document;
    IF (SELECT count(*) FROM outbox o WHERE o.kind = 'bank-file' AND o.document = NEW.document) > times THEN
        RAISE EXCEPTION 'the bank file % is in the outbox more often than it was submitted', NEW.name
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER outbox_holds_released_orders AFTER INSERT ON outbox DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'bank-file') EXECUTE FUNCTION outbox_holds_released_orders();

CREATE FUNCTION outbox_is_only_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.done_at IS NOT NULL AND NEW.done_at IS NULL)
        OR (NEW.id, NEW.kind, NEW.target, NEW.name, NEW.document, NEW.created_at)
            IS DISTINCT FROM (OLD.id, OLD.kind, OLD.target, OLD.name, OLD.document, OLD.created_at)
    THEN
        RAISE EXCEPTION 'row % of the outbox can only be marked as done', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER outbox_is_only_done BEFORE UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION outbox_is_only_done();
"""

REFUSED = """
CREATE TABLE refused_payload (
    why text NOT NULL, "on" date NOT NULL DEFAULT current_date, times bigint NOT NULL CHECK (times > 0),
    last_workflow text NOT NULL, last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (why, "on")
);
GRANT SELECT, INSERT, UPDATE ON refused_payload TO sluice_app;
GRANT SELECT ON refused_payload TO sluice_auditor;
"""


def upgrade() -> None:
    for statement in (INDEXES, ORDERS, REFUSED):
        op.execute(statement)
