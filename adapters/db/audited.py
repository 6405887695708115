"""Bank data for whoever audits: every read by an auditor's role is on record before it is answered.

Whether the role has to announce its reads is the database's to say (migration 0005). The application's role reads as
it does in all its work; an auditor's cannot but through the functions that record who reads what, and why.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from adapters.db import tables
from domain.errors import Broken

_AT_ONCE = 100
"""Documents announced by one record."""
_MAY_READ = sa.text("SELECT has_column_privilege('document', 'content', 'SELECT')")
_ANNOUNCE = sa.text("SELECT audit_announce(:who, :why, :documents, :production)")
_DOCUMENT = sa.text("SELECT name, content FROM audit_document(:ticket, :wanted)")
_FILES = sa.text("SELECT * FROM audit_bank_files(:ticket)")


@dataclass(frozen=True, slots=True)
class Document:
    """A kept document."""

    sha256: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file that went to a bank (`out`) or came from one (`in`), over the account's folder."""

    account: str
    direction: str
    message_id: str
    name: str
    sha256: str
    recorded_at: str


class BankData:
    """Documents and bank files, read for `who` (a user name) because of `why`, over a connection of its own.

    Documents are content under their hash, and never change: they need not be read at the same instant as the rest.
    """

    def __init__(self, engine: Engine, who: str, why: str) -> None:
        self._engine, self._who, self._why = engine, who, why

    def documents(self, digests: Sequence[str]) -> Iterator[Document]:
        """The documents of these hashes, in this order, one in memory at a time.

        Raises:
            Broken: one of them is not kept.
        """
        with self._engine.connect() as connection:
            for start in range(0, len(digests), _AT_ONCE):
                part = list(digests[start : start + _AT_ONCE])
                ticket = self._ticket(connection, part, None)
                for digest in part:
                    yield self._document(connection, ticket, digest)

    def document(self, digest: str) -> bytes:
        """One document's bytes; raises as `documents` does."""
        return next(self.documents([digest])).content

    def bank_files(self, production: str) -> list[BankFile]:
        """The files that were exchanged over a production's accounts, by account, direction and message."""
        table = tables.bank_file.c
        with self._engine.connect() as connection:
            ticket = self._ticket(connection, [], production)
            if ticket is None:
                own = table.account.startswith(f"{production}.", autoescape=True)
                query = sa.select(tables.bank_file).where(own)
                rows = connection.execute(query.order_by(table.account, table.direction, table.message_id)).all()
            else:
                rows = connection.execute(_FILES, {"ticket": ticket}).all()
        return [
            BankFile(row.account, row.direction, row.message_id, row.name, row.sha256, row.recorded_at.isoformat())
            for row in rows
        ]

    def _ticket(self, connection: Connection, documents: list[str], production: str | None) -> int | None:
        """Announce a read and commit that, which is the key to it; None where the role may read without."""
        if connection.execute(_MAY_READ).scalar_one():
            return None
        connection.rollback()
        connection.execute(sa.text("SET TRANSACTION READ WRITE"))
        asked = {"who": self._who, "why": self._why, "documents": documents, "production": production}
        ticket: int = connection.execute(_ANNOUNCE, asked).scalar_one()
        connection.commit()
        return ticket

    def _document(self, connection: Connection, ticket: int | None, digest: str) -> Document:
        if ticket is None:
            table = tables.document.c
            query = sa.select(table.name, table.content).where(table.sha256 == digest)
            row = connection.execute(query).one_or_none()
        else:
            row = connection.execute(_DOCUMENT, {"ticket": ticket, "wanted": digest}).one_or_none()
        if row is None:
            raise Broken(f"The journal names the document {digest}, which is not kept.", document=digest)
        return Document(digest, row.name, bytes(row.content))
