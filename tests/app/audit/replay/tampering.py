"""Changes to a recorded production, as a superuser could make them: random, seeded, each with the names it must be
found under.
"""
# ruff: noqa: S608 - the names in these statements are our own

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

STREAM = "stream = :stream"
UNPROVEN = {
    ("document", "name"),
    ("document", "stored_at"),
    ("bank_file", "name"),
    ("bank_file", "recorded_at"),
    ("outbox", "id"),
    ("outbox", "created_at"),
    ("outbox", "done_at"),
    ("statement_version", "id"),
    ("receipt_row", "line"),
}
"""Columns that say nothing of a fact: labels, times of storing, where in its file a row stood (not in which order)."""
TABLES = (
    *("journal_event", "entry", "command", "document", "bank_file", "booking", "bank_statement"),
    *("rate", "history"),
    *("statement_version", "receipt_row", "stream_head"),
    *("production", "milestone", "payment", "receipt", "run", "distribution", "credit"),
)


@dataclass(frozen=True)
class Change:
    """What was done, and words of which a finding's record must hold at least one."""

    what: str
    names: tuple[str, ...]


class Tamperer:
    """Changes one thing at a time; whoever calls it rolls back."""

    def __init__(self, connection, random):
        self.connection, self.random = connection, random
        self.driver = connection.connection.driver_connection
        self.rows = {table: self._keys(table) for table in TABLES}

    def _keys(self, table):
        where = " WHERE source = 'ECB' AND base = 'EUR' LIMIT 40" if table == "rate" else ""
        return [row[0] for row in self.connection.execute(sa.text(f"SELECT ctid::text FROM {table}{where}"))]

    def change(self):
        """Change a random field of a random row of a random table."""
        table = self.random.choice([table for table in TABLES if self.rows[table]])
        ctid = self.random.choice(self.rows[table])
        row = dict(
            self.connection.execute(sa.text(f"SELECT * FROM {table} WHERE ctid = '{ctid}'::tid")).mappings().one()
        )
        column = self.random.choice([name for name in row if (table, name) not in UNPROVEN])
        value = self._other(row[column])
        if value == row[column]:
            return None
        written, cast = (json.dumps(value), "::jsonb") if isinstance(value, dict | list) else (value, "")
        self.driver.execute(f'UPDATE {table} SET "{column}" = %s{cast} WHERE ctid = %s::tid', (written, ctid))
        return Change(
            f"{table}.{column} of {row}: {row[column]!r} → {value!r}"[:600],
            names_of(table, row) + names_of(table, row | {column: value}),
        )

    def _other(self, value):  # noqa: PLR0911 - one for each kind
        """Another value of the same kind: one byte, one digit, one day off."""
        random = self.random
        match value:
            case None:
                return None
            case bool():
                return not value
            case int():
                return value + random.choice((-1, 1, 10))
            case Decimal():
                return value + random.choice((Decimal("0.1"), Decimal(-1), Decimal(1)))
            case datetime():
                return value + timedelta(microseconds=random.choice((-1, 1)))
            case date():
                return value + timedelta(days=random.choice((-1, 1)))
            case bytes() | memoryview():
                raw = bytearray(value)
                raw[random.randrange(len(raw))] ^= 1 << random.randrange(8)
                return bytes(raw)
            case str():
                return flipped(value, random)
            case dict() | list():
                return json.loads(flipped(json.dumps(value), random, digits=True))
        raise AssertionError(value)


def flipped(text, random, digits=False):
    """A text with one character another; only a digit, if it has one, where it must stay readable."""
    places = [at for at, char in enumerate(text) if char.isdigit()] if digits else list(range(len(text)))
    if not places:
        return "x" if not digits else text
    at = random.choice(places)
    other = random.choice([c for c in ("123456789" if digits else "abcXYZ123") if c != text[at]])
    return text[:at] + other + text[at + 1 :]


NAMES = {
    "journal_event": ("{stream} event {seq}", "event {seq} is missing", "its head says event {seq}"),
    "entry": ("{stream} event {seq}", "{stream}: entries name event {seq}"),
    "command": ("command {key}", "{stream} event {first_seq}"),
    "document": ("document {sha256}",),
    "bank_file": ("bank file {message_id}", "bank file {sha256}"),
    "booking": ("movement {movement}",),
    "bank_statement": ("statement {report} on",),
    "rate": ("rate {source} {base}/{quote} of {on}",),
    "history": ("history {workflow_id} (run {run_id})",),
    "statement_version": ("event {seq}",),
    "receipt_row": ("the rows of tidewater S1 version {statement}", "receipt_row of version {statement}"),
    "stream_head": ("{stream}",),
    "production": ("production {key}",),
    "distribution": ("distribution {period} of",),
}
"""By what a finding may name a row of a table; by table and id where nothing else is said."""


def names_of(table, row):
    templates = NAMES.get(table, (f"{table} {{id}} of",))
    return tuple(template.format_map(row) for template in templates)
