"""Auditors read bank data only through functions that record the read first.

Bank data are the files exchanged with banks, the list of these, and the agreements with their account numbers. A read
takes two transactions. The first announces who wants to read what, and why. Once it is committed, the other functions
answer the same session for a quarter of an hour, and only with what it announced. A rolled back announcement opens
nothing.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE audit_read (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, role text NOT NULL, who text NOT NULL, why text NOT NULL,
    production text, documents text[] NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(),
    session integer NOT NULL DEFAULT pg_backend_pid(), transaction xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_read
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT ON audit_read TO sluice_app, sluice_auditor;
"""

FUNCTIONS = """
-- `wanted` names documents by SHA-256; `of_production` asks for the list of its bank files. One of the two.
CREATE FUNCTION audit_announce(by_whom text, reason text, wanted text[], of_production text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE given bigint;
BEGIN
    IF coalesce(trim(by_whom), '') = '' OR coalesce(trim(reason), '') = '' THEN
        RAISE EXCEPTION 'say who reads bank data, and why' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.audit_read (role, who, why, production, documents)
    VALUES (session_user, by_whom, reason, of_production, coalesce(wanted, '{}')) RETURNING id INTO given;
    RETURN given;
END $$;

CREATE FUNCTION audit_ticket(ticket bigint) RETURNS public.audit_read
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found_ public.audit_read;
BEGIN
    SELECT * INTO found_ FROM public.audit_read r
    WHERE r.id = ticket AND r.role = session_user AND r.session = pg_backend_pid()
      AND r.at > clock_timestamp() - interval '15 minutes'
      AND r.transaction IS DISTINCT FROM pg_current_xact_id_if_assigned();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this read of bank data was not announced, or its announcement is not committed or too old'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN found_;
END $$;

CREATE FUNCTION audit_document(ticket bigint, wanted text) RETURNS TABLE (name text, content bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT wanted = ANY ((public.audit_ticket(ticket)).documents) THEN
        RAISE EXCEPTION 'the document % was not announced', wanted USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY SELECT d.name, d.content FROM public.document d WHERE d.sha256 = wanted;
END $$;

CREATE FUNCTION audit_bank_files(ticket bigint) RETURNS SETOF public.bank_file
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE whose text := (public.audit_ticket(ticket)).production;
BEGIN
    RETURN QUERY SELECT f.* FROM public.bank_file f WHERE starts_with(f.account, whose || '.')
    ORDER BY f.account, f.direction, f.message_id;
END $$;

-- What a document hashes to shows nothing of it: integrity can be proved without reading.
CREATE FUNCTION document_digest(wanted text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT encode(sha256(d.content), 'hex') FROM public.document d WHERE d.sha256 = wanted $$;
"""

FOR_AUDITORS = (
    "audit_announce(text, text, text[], text)",
    "audit_document(bigint, text)",
    "audit_bank_files(bigint)",
    "document_digest(text)",
)


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(FUNCTIONS)
    op.execute("REVOKE ALL ON document, bank_file FROM sluice_auditor")
    op.execute("GRANT SELECT (sha256, name, stored_at) ON document TO sluice_auditor")
    for function in (*FOR_AUDITORS, "audit_ticket(bigint)"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for function in FOR_AUDITORS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO sluice_auditor")
