"""Checks that the content of evidence which the journal says is stored is in the store, and has its hash."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from adapters.evidence.store import EvidenceStore
from app.audit.replay.scope import Scope, Tick
from domain.audit.findings import Finding, broken
from domain.audit.refold import CommandBatch
from domain.errors import BadInput, Broken, NotFound
from domain.events import EvidenceKept
from domain.state import State

OpenStore = Callable[[], EvidenceStore]
"""Opens the store of evidence; BadInput if its keys cannot be used here."""


@dataclass
class StoredEvidence:
    """What the walked streams say is stored. Called for every batch, like a check."""

    scope: Scope
    stored: dict[str, str] = field(default_factory=dict)
    """The record of the newest event for each content, by SHA-256."""
    notes: list[str] = field(default_factory=list)
    """What could not be checked."""

    def __call__(self, state: State, batch: CommandBatch) -> Iterator[Finding]:  # noqa: ARG002 - as every check is asked
        """Note what a batch stored. Never yields a finding."""
        for told in batch.facts:
            if isinstance(told.event, EvidenceKept) and self.scope.covers(told.fact.effective_on):
                self.stored[told.event.sha256] = f"{told.event.evidence} of {told.event.milestone}, {told.record}"
        return iter(())

    def findings(self, open_store: OpenStore | None, tick: Tick) -> Iterator[Finding]:
        """Yield content that is missing, changed or other content. All of it is read."""
        if not self.stored:
            return
        try:
            store = open_store() if open_store is not None else None
            why = "no store of evidence was named"
        except BadInput as error:
            store, why = None, error.sentence
        if store is None:
            self.notes.append(f"{len(self.stored)} stored contents of evidence were not checked: {why}")
            return
        for digest, record in self.stored.items():
            try:
                for _ in store.blocks(digest):
                    pass
            except (NotFound, Broken) as error:
                yield broken(f"evidence {digest}", f"{record}: {error.sentence}")
            tick("stored contents", 1)
