"""Audited reads of bank data: every read by an auditor's role is recorded before it is answered.

The database decides which role must announce its reads (migrations 0005 and 0006). The application's role reads
directly. An auditor's role reads only through functions that record who reads what, and why. It reads single documents
(`BankData`) or everything of a production or of the house at one instant (`everything`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from adapters.db import tables
from adapters.db.connection import at_one_instant
from adapters.db.queries.chain import streamed
from adapters.db.records import Records
from domain.errors import Broken

_AT_ONCE = 100
"""Documents announced by one record."""
_MAY_READ = sa.text("SELECT has_column_privilege('document', 'content', 'SELECT')")
_ANNOUNCE = sa.text("SELECT audit_announce(:who, :why, :documents, :production)")
_DOCUMENT = sa.text("SELECT name, content FROM audit_document(:ticket, :wanted)")
_FILES = sa.text("SELECT * FROM audit_bank_files(:ticket)")
_EVIDENCE = sa.text("SELECT record_evidence_read(:who, :why, :documents, :production)")
_ANNOUNCE_WHOLE = sa.text("SELECT audit_announce_whole(:who, :why, :production)")
_ANY_DOCUMENT = sa.text("SELECT content FROM audit_whole_document(:ticket, :wanted, :named_by)")
_OF_FILES = "account, direction, message_id, name, sha256, recorded_at"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A kept document."""

    sha256: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class BankFileRecord:
    """A file that went to a bank (`out`) or came from one (`in`), over the account's folder."""

    account: str
    direction: str
    message_id: str
    name: str
    sha256: str
    recorded_at: str


class BankData:
    """Reads documents and bank files for `who` (a user name) and the reason `why`, over its own connection.

    Documents are immutable and addressed by hash, so they need not be read in the same snapshot as the rest.
    """

    def __init__(self, engine: Engine, who: str, why: str) -> None:
        self._engine, self._who, self._why = engine, who, why

    def documents(self, digests: Sequence[str]) -> Iterator[StoredDocument]:
        """Yield the documents of these hashes in this order, with one in memory at a time.

        Raises:
            Broken: a document is not stored.
        """
        with self._engine.connect() as connection:
            for start in range(0, len(digests), _AT_ONCE):
                part = list(digests[start : start + _AT_ONCE])
                ticket = self._announced(connection, part, None)
                for digest in part:
                    yield self._document(connection, ticket, digest)

    def document(self, digest: str) -> bytes:
        """One document's bytes; raises as `documents` does."""
        return next(self.documents([digest])).content

    def bank_files(self, production: str) -> list[BankFileRecord]:
        """The files that were exchanged over a production's accounts, by account, direction and message."""
        table = tables.bank_file.c
        with self._engine.connect() as connection:
            ticket = self._announced(connection, [], production)
            if ticket is None:
                own = table.account.startswith(f"{production}.", autoescape=True)
                query = sa.select(tables.bank_file).where(own)
                rows = connection.execute(query.order_by(table.account, table.direction, table.message_id)).all()
            else:
                rows = connection.execute(_FILES, {"ticket": ticket}).all()
        return [
            BankFileRecord(
                row.account, row.direction, row.message_id, row.name, row.sha256, row.recorded_at.isoformat()
            )
            for row in rows
        ]

    def _announced(self, connection: Connection, documents: list[str], production: str | None) -> int | None:
        asked = {"who": self._who, "why": self._why, "documents": documents, "production": production}
        return _ticket(connection, _ANNOUNCE, asked)

    def _document(self, connection: Connection, ticket: int | None, digest: str) -> StoredDocument:
        if ticket is None:
            table = tables.document.c
            query = sa.select(table.name, table.content).where(table.sha256 == digest)
            row = connection.execute(query).one_or_none()
        else:
            row = connection.execute(_DOCUMENT, {"ticket": ticket, "wanted": digest}).one_or_none()
        if row is None:
            raise Broken(f"The journal names the document {digest}, which is not kept.", document=digest)
        return StoredDocument(digest, row.name, bytes(row.content))


class Announced(Records):
    """The records for a full audit; the `ticket` of an announcement gives access to bank data.

    The application's role needs no ticket. `named_by` returns the event that names a document in the audited stream;
    the database uses it to check that the document belongs to the production.
    """

    def __init__(
        self,
        connection: Connection,
        ticket: int | None = None,
        named_by: Callable[[str], int | None] = lambda _: None,
    ) -> None:
        super().__init__(connection)
        self._ticket, self._named_by = ticket, named_by

    def document(self, digest: str) -> bytes | None:
        """Return a document's bytes; None if it is not stored or the announcement does not cover it."""
        if self._ticket is None:
            return super().document(digest)
        asked = {"ticket": self._ticket, "wanted": digest, "named_by": self._named_by(digest)}
        content = self.connection.execute(_ANY_DOCUMENT, asked).scalar_one_or_none()
        return None if content is None else bytes(content)

    def bank_files(self) -> Iterator[BankFileRecord]:
        """The files that were exchanged with banks, by account, direction and message."""
        asked = () if self._ticket is None else (self._ticket,)
        files = "bank_file" if self._ticket is None else "audit_whole_bank_files(%s)"
        query = f"SELECT {_OF_FILES} FROM {files} ORDER BY account, direction, message_id"  # noqa: S608 - our own
        for account, direction, message_id, name, digest, recorded_at in streamed(self.connection, query, asked):
            yield BankFileRecord(account, direction, message_id, name, digest, recorded_at.isoformat())


@contextmanager
def everything(engine: Engine, who: str, why: str, production: str | None) -> Iterator[tuple[Connection, int | None]]:
    """Open a snapshot of the records, with a ticket for all bank data of a production or of the house.

    The announcement is committed before the snapshot, in the same session. It gives access for the length of the block
    to what is recorded at that time. Roles that may read directly get no ticket.
    """
    with engine.connect() as connection:
        ticket = _ticket(connection, _ANNOUNCE_WHOLE, {"who": who, "why": why, "production": production})
        with at_one_instant(connection):
            yield connection, ticket


def record_evidence_read(engine: Engine, who: str, why: str, documents: Sequence[str], production: str) -> None:
    """Record, before it happens, that somebody reads stored evidence of a production. Every role may."""
    with engine.connect() as connection:
        connection.execute(sa.text("SET TRANSACTION READ WRITE"))
        asked = {"who": who, "why": why, "documents": list(documents), "production": production}
        connection.execute(_EVIDENCE, asked)
        connection.commit()


def _ticket(connection: Connection, announce: sa.TextClause, asked: Mapping[str, object]) -> int | None:
    """Announce a read, commit, and return its ticket; None if the role may read directly."""
    may_read = connection.execute(_MAY_READ).scalar_one()
    connection.rollback()
    if may_read:
        return None
    connection.execute(sa.text("SET TRANSACTION READ WRITE"))
    ticket: int = connection.execute(announce, asked).scalar_one()
    connection.commit()
    return ticket
