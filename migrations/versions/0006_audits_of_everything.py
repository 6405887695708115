"""One announcement for a complete audit: all bank data of a production, or of no production, at one instant.

A complete audit reads every agreement and bank file and does not know them beforehand. So one announcement names the
production. It is valid for one snapshot: what its session sees in a transaction that begins within a minute after the
commit. That transaction may take up to a day, because its snapshot does not change. What belongs to another production
is answered like what does not exist, so that an audit can report it and continue.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# With `whole`, a row of `audit_read` opens all bank data of its production, or of no production if it names none.
TABLES = """
ALTER TABLE audit_read ADD COLUMN whole boolean NOT NULL DEFAULT false;
CREATE INDEX bank_file_document ON bank_file (sha256);
"""

FUNCTIONS = """
CREATE FUNCTION audit_announce_whole(by_whom text, reason text, of_production text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE given bigint;
BEGIN
    IF coalesce(trim(by_whom), '') = '' OR coalesce(trim(reason), '') = '' THEN
        RAISE EXCEPTION 'say who reads bank data, and why' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.audit_read (role, who, why, production, documents, whole)
    VALUES (session_user, by_whom, reason, of_production, '{}', true) RETURNING id INTO given;
    RETURN given;
END $$;

CREATE FUNCTION audit_whole_ticket(ticket bigint) RETURNS public.audit_read
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found_ public.audit_read;
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION 'an announced audit reads in one transaction that sees one instant: begin it as REPEATABLE READ'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO found_ FROM public.audit_read r
    WHERE r.id = ticket AND r.whole AND r.role = session_user AND r.session = pg_backend_pid()
      AND r.at > transaction_timestamp() - interval '1 minute'
      AND r.at > clock_timestamp() - interval '1 day'
      AND r.transaction IS DISTINCT FROM pg_current_xact_id_if_assigned();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this audit was not announced, or its announcement is not committed or too old: announce it again'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN found_;
END $$;

-- A production's documents are those of its bank files, and what an event of its stream names, by body or by key:
-- `named_by` is the number of such an event.
CREATE FUNCTION audit_whole_document(ticket bigint, wanted text, named_by bigint)
RETURNS TABLE (name text, content bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE whose text := (public.audit_whole_ticket(ticket)).production;
BEGIN
    IF whose IS NULL OR EXISTS (
        SELECT FROM public.journal_event j WHERE j.stream = 'production/' || whose AND j.seq = named_by
            AND (strpos(j.body, wanted) > 0 OR strpos(j.command_key, wanted) > 0)
    ) OR EXISTS (
        SELECT FROM public.bank_file f WHERE f.sha256 = wanted AND starts_with(f.account, whose || '.')
    ) THEN
        RETURN QUERY SELECT d.name, d.content FROM public.document d WHERE d.sha256 = wanted;
    END IF;
END $$;

CREATE FUNCTION audit_whole_bank_files(ticket bigint) RETURNS SETOF public.bank_file
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE whose text := (public.audit_whole_ticket(ticket)).production;
BEGIN
    RETURN QUERY SELECT f.* FROM public.bank_file f WHERE whose IS NULL OR starts_with(f.account, whose || '.')
    ORDER BY f.account, f.direction, f.message_id;
END $$;
"""

FOR_AUDITORS = (
    "audit_announce_whole(text, text, text)",
    "audit_whole_document(bigint, text, bigint)",
    "audit_whole_bank_files(bigint)",
)


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    for function in (*FOR_AUDITORS, "audit_whole_ticket(bigint)"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for function in FOR_AUDITORS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO sluice_auditor")
