"""Agreements by the hash of their document: parsed once, since what a hash names never changes."""

from threading import Lock

from adapters.db.store import Store, Transaction
from adapters.documents import parse_agreement
from domain.agreement.model import Agreement
from domain.errors import NotFound


class Agreements:
    """Reads agreements from the documents that are kept."""

    def __init__(self) -> None:
        self._parsed: dict[str, Agreement] = {}
        self._lock = Lock()

    def of(self, transaction: Transaction, digest: str) -> Agreement:
        """The agreement of a document.

        Raises:
            NotFound: no such document is kept.
            BadInput: it is not an agreement; the sentence names the first finding with its line.
        """
        with self._lock:
            known = self._parsed.get(digest)
        if known is not None:
            return known
        raw = transaction.document(digest)
        if raw is None:
            raise NotFound(f"No document {digest[:12]}… is kept: register the agreement from its file.", sha256=digest)
        agreement = parse_agreement(raw, "the kept document").agreement
        with self._lock:
            self._parsed[digest] = agreement
        return agreement

    def read(self, store: Store, digest: str) -> Agreement:
        """The same, in a transaction of its own that only reads."""
        with store.transaction() as transaction:
            return self.of(transaction, digest)

    def amendment(self, transaction: Transaction, digest: str, in_force: str) -> Agreement:
        """The agreement of a document that is to follow the one in force.

        Raises:
            NotFound: no such document is kept.
            BadInput: it cannot follow; the sentence names every finding with its line.
        """
        self.of(transaction, digest)
        raw = transaction.document(digest) or b""
        return parse_agreement(raw, "the amendment", self.of(transaction, in_force)).agreement
