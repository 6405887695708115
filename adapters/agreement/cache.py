"""A cache of parsed agreements by the hash of their document. A hash always names the same bytes."""

from threading import Lock

from adapters.agreement.documents import parse_agreement, reread_agreement
from adapters.db.records import Records
from adapters.db.store import Store
from domain.agreement.model import Agreement
from domain.errors import NotFound


class Agreements:
    """Reads agreements from the stored documents.

    An agreement is checked once, when it is put in force. Checks that are added later must not make recorded agreements
    unreadable.
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
        """Read an agreement outside a transaction; one is opened only if the agreement is not in the cache."""
        with self._lock:
            known = self._parsed.get(digest)
        if known is not None:
            return known
        with store.reading() as records:
            return self.of(records, digest)

    def first(self, store: Store, digest: str) -> Agreement:
        """Return the checked agreement of a document that is to be a production's first.

        Raises:
            NotFound: the document is not stored.
            BadInput: it cannot be put in force; the message lists every finding with its line.
        """
        with store.reading() as records:
            raw = _kept(records, digest)
        return self._remembered(digest, parse_agreement(raw, "the kept document").agreement)

    def amendment(self, records: Records, digest: str, previous: Agreement, in_force: Agreement) -> Agreement:
        """Return the checked agreement of a document that is to amend `previous`; raises as `first` does.

        `in_force` is `previous` with the accounts of payees as they were changed since.
        """
        return parse_agreement(_kept(records, digest), "the amendment", previous, in_force).agreement

    def _remembered(self, digest: str, agreement: Agreement) -> Agreement:
        with self._lock:
            return self._parsed.setdefault(digest, agreement)


def _kept(records: Records, digest: str) -> bytes:
    raw = records.document(digest)
    if raw is None:
        raise NotFound(f"No document {digest[:12]}… is kept: register the agreement from its file.", sha256=digest)
    return raw
