"""The tables, as queries need them. Migrations own their making, their grants and their triggers.

Records, append-only:      journal_event, entry, command, document, bank_file, booking, bank_statement,
                           rate, name_list, statement_version, receipt_row, fact_row, history
Snapshots of the fold:     production, milestone, payment, receipt, run, distribution,
                           proposal, credit               (of productions' streams)
                           user_account, people_change    (of the house's stream)
Working state:             stream_head, outbox, refused_payload
Readings, append-only:     audit_read, which only functions of the database write
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = sa.MetaData()

journal_event = sa.Table(
    "journal_event",
    metadata,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("effective_on", sa.Date, nullable=False),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("command_key", sa.Text, nullable=False),
    sa.Column("prev_hash", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("acted", sa.Text, nullable=False),
)

entry = sa.Table(
    "entry",
    metadata,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("minor", sa.BigInteger, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("effective_on", sa.Date, nullable=False),
)

command = sa.Table(
    "command",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("payload", sa.String(64), nullable=False),
    sa.Column("stream", sa.Text, nullable=False),
    sa.Column("first_seq", sa.BigInteger, nullable=False),
    sa.Column("last_seq", sa.BigInteger, nullable=False),
)

document = sa.Table(
    "document",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
)

bank_file = sa.Table(
    "bank_file",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("direction", sa.Text, primary_key=True),
    sa.Column("message_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
)

audit_read = sa.Table(
    "audit_read",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("production", sa.Text),
    sa.Column("documents", ARRAY(sa.Text), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)

booking = sa.Table(
    "booking",
    metadata,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("movement", sa.Text, primary_key=True),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("kind", sa.Text),
    sa.Column("report", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("booked_on", sa.Date),
    sa.Column("value_on", sa.Date),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("minor", sa.BigInteger, nullable=False),
    sa.Column("entry_minor", sa.BigInteger, nullable=False),
    sa.Column("fate", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("told", JSONB, nullable=False),
)

bank_statement = sa.Table(
    "bank_statement",
    metadata,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("taken_on", sa.Date, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
    sa.Column("number", sa.Text),
    sa.Column("page", sa.Integer),
    sa.Column("last_page", sa.Boolean, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("opening_minor", sa.BigInteger),
    sa.Column("opening_on", sa.Date),
    sa.Column("closing_minor", sa.BigInteger),
    sa.Column("closing_on", sa.Date),
    sa.Column("first_on", sa.Date),
    sa.Column("last_on", sa.Date),
    sa.Column("bookings", sa.BigInteger, nullable=False),
    sa.Column("net_minor", sa.BigInteger, nullable=False),
)

rate = sa.Table(
    "rate",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("on", sa.Date, primary_key=True),
    sa.Column("base", sa.String(3), primary_key=True),
    sa.Column("quote", sa.String(3), primary_key=True),
    sa.Column("rate", sa.Numeric, nullable=False),
    sa.Column("document", sa.String(64), nullable=False),
)

rate_correction = sa.Table(
    "rate_correction",
    metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("on", sa.Date, nullable=False),
    sa.Column("base", sa.String(3), nullable=False),
    sa.Column("quote", sa.String(3), nullable=False),
    sa.Column("rate", sa.Numeric, nullable=False),
    sa.Column("document", sa.String(64), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
)

name_list = sa.Table(
    "name_list",
    metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("published_on", sa.Date, nullable=False),
    sa.Column("document", sa.String(64), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
)

statement_version = sa.Table(
    "statement_version",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("production", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("statement", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("converted_to", sa.String(3), nullable=False),
)


def _reported(*named: str) -> list[sa.Column[Any]]:
    """Return the columns of a reported row: its position, its values, and its converted amount."""
    return [
        sa.Column("statement", sa.BigInteger, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("currency", sa.String(3)),
        sa.Column("minor", sa.BigInteger),
        sa.Column("bank_rate", sa.Numeric),
        *(sa.Column(name, sa.Text, nullable=False) for name in named),
        sa.Column("amount", sa.Numeric, nullable=False),
        sa.Column("rate_rule", sa.Text),
        sa.Column("rate_source", sa.Text),
        sa.Column("fixing_on", sa.Date),
        sa.Column("rate", sa.Numeric),
    ]


receipt_row = sa.Table(
    "receipt_row", metadata, *_reported("payer", "territory", "media", "window"), sa.Column("counts", sa.JSON)
)

fact_row = sa.Table("fact_row", metadata, *_reported("name"))

stream_head = sa.Table(
    "stream_head",
    metadata,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("document", sa.String(64)),
    sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    sa.Column("done_at", sa.DateTime(timezone=True)),
)

refused_payload = sa.Table(
    "refused_payload",
    metadata,
    sa.Column("why", sa.Text, primary_key=True),
    sa.Column("on", sa.Date, primary_key=True, server_default=sa.func.current_date()),
    sa.Column("times", sa.BigInteger, nullable=False),
    sa.Column("last_workflow", sa.Text, nullable=False),
    sa.Column("last_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
)

production = sa.Table(
    "production",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.String(64), nullable=False),
    sa.Column("books_closed_until", sa.Date),
    sa.Column("payees", JSONB),
)

milestone = sa.Table(
    "milestone",
    metadata,
    sa.Column("production", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("submitted_by", sa.Text),
    sa.Column("evidence", JSONB, nullable=False),
    sa.Column("approvals", JSONB, nullable=False),
    sa.Column("deadline_on", sa.Date),
    sa.Column("escalated_to", sa.Text),
    sa.Column("accepted_on", sa.Date),
    sa.Column("submitted_on", sa.Date),
)

payment = sa.Table(
    "payment",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("production", sa.Text, nullable=False),
    sa.Column("instalment", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("payee", sa.Text, nullable=False),
    sa.Column("payee_party", sa.Text, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("minor", sa.BigInteger, nullable=False),
    sa.Column("milestone", sa.Text),
    sa.Column("due_on", sa.Date),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("run", sa.Text),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("end_to_end_id", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("booked_currency", sa.String(3)),
    sa.Column("booked_minor", sa.BigInteger),
    sa.Column("contract_minor", sa.BigInteger),
    sa.Column("bank_reference", sa.Text),
    sa.Column("doubts", JSONB),
    sa.Column("cause", sa.Text),
    sa.Column("settled_on", sa.Date),
    sa.Column("dealings", JSONB),
)

receipt = sa.Table(
    "receipt",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("production", sa.Text, nullable=False),
    sa.Column("instalment", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("payer_party", sa.Text, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("minor", sa.BigInteger, nullable=False),
    sa.Column("milestone", sa.Text),
    sa.Column("due_on", sa.Date),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("received_minor", sa.BigInteger, nullable=False),
    sa.Column("dealings", JSONB),
)

credit = sa.Table(
    "credit",
    metadata,
    sa.Column("production", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("minor", sa.BigInteger, nullable=False),
)

run = sa.Table(
    "run",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("production", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("execution_on", sa.Date, nullable=False),
    sa.Column("prepared_by", sa.Text, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("total_minor", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("quote", JSONB),
    sa.Column("released_by", sa.Text),
    sa.Column("message_id", sa.Text),
    sa.Column("file", sa.String(64)),
    sa.Column("times_sent", sa.Integer, nullable=False),
    sa.Column("enquiries", sa.Integer, nullable=False),
    sa.Column("released_on", sa.Date),
    sa.Column("first_released_by", sa.Text),
    sa.Column("first_sha256", sa.String(64)),
)

distribution = sa.Table(
    "distribution",
    metadata,
    sa.Column("production", sa.Text, primary_key=True),
    sa.Column("period", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("body", JSONB, nullable=False),
)

user_account = sa.Table(
    "user_account",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("body", JSONB, nullable=False),
)

people_change = sa.Table(
    "people_change",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("delegate", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("body", JSONB, nullable=False),
)

proposal = sa.Table(
    "proposal",
    metadata,
    sa.Column("production", sa.Text, primary_key=True),
    sa.Column("document", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("amends", sa.String(64)),
    sa.Column("proposed_by", sa.Text, nullable=False),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("needs", JSONB, nullable=False),
    sa.Column("approvals", JSONB, nullable=False),
    sa.Column("open_until", sa.Date, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

history = sa.Table(
    "history",
    metadata,
    sa.Column("workflow_id", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("production", sa.Text, nullable=False),
    sa.Column("workflow_type", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("build_id", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("continued_from", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("packed_sha256", sa.String(64), nullable=False),
)
