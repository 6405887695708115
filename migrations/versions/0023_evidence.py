"""Stored evidence is found by its events, and who reads it is recorded beside the reads of bank data."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEXES = """
-- The rounds of milestones with their evidence, and why a list shows something as rejected or cancelled.
CREATE INDEX journal_event_milestones ON journal_event (stream, type, seq) WHERE type IN (
    'milestone-submitted', 'evidence-kept', 'milestone-approved', 'milestone-rejected', 'milestone-escalated',
    'milestone-accepted', 'run-cancelled'
);
CREATE INDEX audit_read_documents ON audit_read USING gin (documents);
"""

# The application's role may add a record of a reading, and nothing else; it opens no bank data with it.
FUNCTION = """
CREATE FUNCTION record_evidence_read(by_whom text, reason text, wanted text[], of_production text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF coalesce(trim(by_whom), '') = '' OR coalesce(trim(reason), '') = '' THEN
        RAISE EXCEPTION 'say who reads evidence, and why' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.audit_read (role, who, why, production, documents, session)
    VALUES (session_user, by_whom, reason, of_production, wanted, 0);
END $$;
"""
NAME = "record_evidence_read(text, text, text[], text)"


def upgrade() -> None:
    op.execute(INDEXES)
    op.execute(FUNCTION)
    op.execute(f"REVOKE ALL ON FUNCTION {NAME} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {NAME} TO sluice_app, sluice_auditor")
