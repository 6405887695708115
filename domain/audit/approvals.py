"""Proves that every version in force was approved: by the parties that the documents name, over that very document.

The first release put versions in force without asking anybody. Its facts, of the first schema version, are accepted
until the first proposal of a production.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from domain.agreement import proposals
from domain.agreement.model import Agreement
from domain.agreement.proposals import Proposal
from domain.errors import Refused
from domain.events import (
    AgreementAmended,
    AgreementApproved,
    AgreementProposed,
    AgreementRegistered,
    AgreementRestored,
    Event,
    ProposalEnded,
)

Misfit = tuple[str, object, object]
"""What is wrong with a fact, what is expected and what is found."""


@dataclass
class Approvals:
    """Follows the proposals of one production, event by event. `in_force` is the document in force before the next."""

    agreement_of: Callable[[str], Agreement]
    known: dict[str, Proposal] = field(default_factory=dict)
    in_force: str | None = None

    def take(self, event: Event, version: int | None, on: date) -> Iterator[Misfit]:
        """Yield what is wrong with an event of a schema version, effective on a day, and fold it."""
        match event:
            case AgreementProposed():
                yield from self._proposed(event, on)
            case AgreementApproved():
                yield from self._approved(event)
            case ProposalEnded():
                yield from self._ended(event)
            case AgreementRegistered() | AgreementAmended():
                if self.known or version not in {None, 1}:
                    yield from self._put_in_force(event)
                self.in_force = event.document
            case AgreementRestored():
                yield from self._restored(event)
                self.in_force = event.document
            case _:
                return
        if not isinstance(event, AgreementApproved | ProposalEnded) or event.document in self.known:
            proposals.apply(self.known, event)

    def _proposed(self, event: AgreementProposed, on: date) -> Iterator[Misfit]:
        agreement = self.agreement_of(event.document)
        previous = self.agreement_of(self.in_force) if self.in_force is not None else None
        expected = (agreement.production, agreement.title, agreement.version)
        if (event.production, event.title, event.version) != expected:
            yield "proposes what its document does not say", expected, (event.production, event.title, event.version)
        if event.amends != self.in_force:
            yield "amends another version than that in force", self.in_force, event.amends
        if event.document in self.known:
            yield "proposes a document again", "", event.document
        needed = proposals.needed(agreement, previous)
        if event.needs != needed:
            yield "asks others than the documents name", needed, event.needs
        parties = [party.id for party in (previous or agreement).parties]
        if event.party not in parties:
            yield "is by a party that is not of the agreement", parties, event.party
        if event.provisional:
            yield from _provisional(agreement, previous, event, on)

    def _approved(self, event: AgreementApproved) -> Iterator[Misfit]:
        proposal = self.known.get(event.document)
        if proposal is None or not proposal.undecided:
            yield "approves what is not proposed", "", event.document
            return
        if event.amends != proposal.amends:
            yield "approves over another version than was proposed", proposal.amends, event.amends
        if event.party not in proposal.waits_for:
            yield "is by a party that is not asked", proposal.waits_for, event.party
        users = (proposal.proposed_by, *(user for user, _ in proposal.approvals))
        if event.by in users:
            yield "is by somebody who acted for another party", "", event.by

    def _ended(self, event: ProposalEnded) -> Iterator[Misfit]:
        proposal = self.known.get(event.document)
        if proposal is None or not proposal.waits:
            yield "ends what is not proposed", "", event.document

    def _put_in_force(self, event: AgreementRegistered | AgreementAmended) -> Iterator[Misfit]:
        proposal = self.known.get(event.document)
        if proposal is None or not proposal.waits:
            yield "is in force and was not proposed", "", event.document
            return
        if proposal.amends != self.in_force:
            yield "amends another version than was approved", proposal.amends, self.in_force
        until = event.provisional_until if isinstance(event, AgreementAmended) else None
        if until is None and proposal.waits_for:
            yield "is in force without the approval of parties that must", proposal.needs, proposal.approved_by
        if until is not None and until != proposal.open_until:
            yield "is provisional for another time than was proposed", proposal.open_until, until
        if event.approved_by != proposal.approved_by:
            yield "names others than have approved it", proposal.approved_by, event.approved_by

    def _restored(self, event: AgreementRestored) -> Iterator[Misfit]:
        ended = self.known.get(event.ended)
        if ended is None or event.ended != self.in_force or ended.waits or not ended.waits_for:
            yield "ends a version that was not provisional", self.in_force, event.ended
        elif event.document != ended.amends:
            yield "restores another version than the one before", ended.amends, event.document


def _provisional(
    agreement: Agreement, previous: Agreement | None, event: AgreementProposed, on: date
) -> Iterator[Misfit]:
    """Check that the terms in force allow a provisional amendment of that party, and of what it changes."""
    if previous is None:
        yield "is provisional, and nothing was in force before", "", event.document
        return
    try:
        proposals.refuse_lasting(agreement, previous, event.party, on)
    except Refused as error:
        yield f"is provisional against the terms in force: {error.sentence}", "", event.document
