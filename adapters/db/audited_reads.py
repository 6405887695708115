"""Bank data for whoever audits: every read by an auditor's role is on record before it is answered.

Whether the role has to announce its reads is the database's to say (migrations 0005 and 0006). The application's role
reads as it does in all its work; an auditor's cannot but through the functions that record who reads what, and why:
document by document (`BankData`), or all of a production or of the house at one instant (`everything`).
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

    def documents(self, digests: Sequence[str]) -> Iterator[StoredDocument]:
        """The documents of these hashes, in this order, one in memory at a time.

        Raises:
            Broken: one of them is not kept.
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

    def bank_files(self, production: str) -> list[BankFile]:
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
            BankFile(row.account, row.direction, row.message_id, row.name, row.sha256, row.recorded_at.isoformat())
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
    """The records, read for an audit of everything, with bank data by the `ticket` of an announcement.

    Without a ticket, bank data is read as the application's role reads it. `named_by` says which event of the audited
    production's stream names a document, which is how the database knows it for the production's.
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
        """A kept document's bytes; None also for one that is not of what the announcement covers."""
        if self._ticket is None:
            return super().document(digest)
        asked = {"ticket": self._ticket, "wanted": digest, "named_by": self._named_by(digest)}
        content = self.connection.execute(_ANY_DOCUMENT, asked).scalar_one_or_none()
        return None if content is None else bytes(content)

    def bank_files(self) -> Iterator[BankFile]:
        """The files that were exchanged with banks, by account, direction and message."""
        asked = () if self._ticket is None else (self._ticket,)
        files = "bank_file" if self._ticket is None else "audit_whole_bank_files(%s)"
        query = f"SELECT {_OF_FILES} FROM {files} ORDER BY account, direction, message_id"  # noqa: S608 - our own
        for account, direction, message_id, name, digest, recorded_at in streamed(self.connection, query, asked):
            yield BankFile(account, direction, message_id, name, digest, recorded_at.isoformat())


@contextmanager
def everything(engine: Engine, who: str, why: str, production: str | None) -> Iterator[tuple[Connection, int | None]]:
    """The records at one instant, with the ticket to all bank data of a production, or of the house.

    The announcement is committed before the instant, in the same session: it opens what is on record then, for as long
    as the block lasts. No ticket is needed where the role may read without.
    """
    with engine.connect() as connection:
        ticket = _ticket(connection, _ANNOUNCE_WHOLE, {"who": who, "why": why, "production": production})
        with at_one_instant(connection):
            yield connection, ticket


def _ticket(connection: Connection, announce: sa.TextClause, asked: Mapping[str, object]) -> int | None:
    """Announce a read and commit that, which is the key to it; None where the role may read without."""
    may_read = connection.execute(_MAY_READ).scalar_one()
    connection.rollback()
    if may_read:
        return None
    connection.execute(sa.text("SET TRANSACTION READ WRITE"))
    ticket: int = connection.execute(announce, asked).scalar_one()
    connection.commit()
    return ticket
