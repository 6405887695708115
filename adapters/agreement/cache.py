"""Agreements by the hash of their document: parsed once, since what a hash names never changes."""

from threading import Lock

from adapters.agreement.documents import parse_agreement, reread_agreement
from adapters.db.records import Records
from adapters.db.store import Store
from domain.agreement.model import Agreement
from domain.errors import NotFound


class Agreements:
    """Reads agreements from the documents that are kept.

    An agreement is checked when it is put in force, and never again: a check that is added later must not make what
    is on record unreadable.
    """

    def __init__(self) -> None:
        self._parsed: dict[str, Agreement] = {}
        self._lock = Lock()

    def of(self, records: Records, digest: str) -> Agreement:
        """The agreement of a document, as it was recorded.

        Raises:
            NotFound: no such document is kept.
            BadInput: it is not an agreement; the sentence names the first finding with its line.
        """
        with self._lock:
            known = self._parsed.get(digest)
        return known or self._remembered(digest, reread_agreement(_kept(records, digest), "the kept document"))

    def read(self, store: Store, digest: str) -> Agreement:
        """The agreement of a document. A transaction is opened only for a document that was never read before."""
        with self._lock:
            known = self._parsed.get(digest)
        if known is not None:
            return known
        with store.reading() as records:
            return self.of(records, digest)

    def first(self, store: Store, digest: str) -> Agreement:
        """The agreement of a document that is to be a production's first, checked.

        Raises:
            NotFound: no such document is kept.
            BadInput: it cannot be put in force; the sentence names every finding with its line.
        """
        with store.reading() as records:
            raw = _kept(records, digest)
        return self._remembered(digest, parse_agreement(raw, "the kept document").agreement)

    def amendment(self, records: Records, digest: str, in_force: str) -> Agreement:
        """The agreement of a document that is to follow the one in force, checked; raises as `first` does."""
        raw = _kept(records, digest)
        return parse_agreement(raw, "the amendment", self.of(records, in_force)).agreement

    def _remembered(self, digest: str, agreement: Agreement) -> Agreement:
        with self._lock:
            return self._parsed.setdefault(digest, agreement)


def _kept(records: Records, digest: str) -> bytes:
    raw = records.document(digest)
    if raw is None:
        raise NotFound(f"No document {digest[:12]}… is kept: register the agreement from its file.", sha256=digest)
    return raw
