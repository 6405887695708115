"""Imported lists of names: which were imported, and the newest version of each."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from adapters.db import tables
from adapters.db.records import Records
from adapters.db.store import Transaction
from adapters.sanctions.matching import found_in
from adapters.sanctions.reader import read_list
from domain.agreement.model import Agreement
from domain.errors import Broken
from domain.payees.screening import KnownList, ListedEntry, ScreenedParty


def keep_list(transaction: Transaction, name: str, raw: bytes, source: str, published_on: date, by: str) -> bool:
    """Store a list of names; return whether that version is new."""
    digest, table = transaction.keep(name, raw), tables.name_list
    known = sa.select(table.c.number).where(table.c.source == source, table.c.document == digest)
    if transaction.connection.execute(known).first() is not None:
        return False
    added = {"source": source, "published_on": published_on, "document": digest, "by": by}
    transaction.connection.execute(sa.insert(table).values(**added))
    return True


def newest_lists(records: Records) -> list[KnownList]:
    """Return the newest version of each list, by the day of its publication.

    Raises:
        Broken: the file of one is not kept.
    """
    table = tables.name_list.c
    query = sa.select(table.source, table.published_on, table.document).ext(distinct_on(table.source))
    found = []
    for source, on, digest in records.connection.execute(
        query.order_by(table.source, table.published_on.desc(), table.number.desc())
    ):
        found.append(KnownList(source, on, digest, entries_of(records, digest)))
    return found


def found_among(records: Records, agreement: Agreement) -> list[ScreenedParty]:
    """Return what the newest lists have of an agreement's parties."""
    return [found for known in newest_lists(records) for found in found_in(known, agreement.parties)]


def entries_of(records: Records, digest: str) -> tuple[ListedEntry, ...]:
    """Return the entries of a kept list. A file is parsed once in a process: its hash always names the same bytes.

    Raises:
        Broken: the file is not kept.
    """
    if digest not in _PARSED:
        raw = records.document(digest)
        if raw is None:
            raise Broken(f"The list of names {digest[:12]}… is not kept.")
        _PARSED[digest] = read_list(raw, digest[:12]).entries
    return _PARSED[digest]


_PARSED: dict[str, tuple[ListedEntry, ...]] = {}
