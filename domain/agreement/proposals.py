"""Proposals: a version of an agreement is in force once the parties that it names have approved that very document.

Registering and amending are the same: somebody proposes a document, by its hash, over the document in force. An
approval is bound to both. A provisional amendment is in force at once, and ends unless all approve in time.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import date

from domain.agreement.model import Agreement
from domain.agreement.productions import Production
from domain.commands import (
    AmendAgreement,
    ApproveAgreement,
    RefuseAgreement,
    RegisterAgreement,
    WithdrawAgreement,
    require,
)
from domain.errors import IllegalTransition, NotFound, Refused, SamePerson, StaleApproval
from domain.events import (
    AgreementAmended,
    AgreementApproved,
    AgreementProposed,
    AgreementRegistered,
    AgreementRestored,
    Event,
    ProposalEnded,
)
from domain.identity import Person

PutInForce = Callable[[tuple[str, ...], date | None], list[Event]]
"""The events of putting a proposed version in force, by the parties that approved, until a day if provisional."""
Restore = Callable[[], list[Event]]
"""The events of putting the version before a provisional one in force again."""

_LASTING = frozenset(Agreement.model_fields) - {
    *("title", "version", "effective_on", "calendar_overrides"),
    *("milestones", "totals", "schedule"),
}
"""What a provisional amendment may not change: it may end, and whom money goes to cannot end with it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed version. `document` is the SHA-256 of its YAML, `amends` that of the version that it would amend.

    `status` is open; approved, until the day on which it takes effect; provisional, in force or superseded; or refused,
    withdrawn, lapsed or stale, each with a `reason`. `needs` are the parties whose approval it needs, `approvals` the
    (user, party) that have given theirs.
    """

    document: str
    version: int
    amends: str | None
    proposed_by: str
    party: str
    needs: tuple[str, ...]
    open_until: date
    approvals: tuple[tuple[str, str], ...] = ()
    status: str = "open"
    reason: str = ""

    @property
    def approved_by(self) -> tuple[str, ...]:
        """The parties that have approved."""
        return tuple(party for _, party in self.approvals)

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The parties whose approval is missing."""
        return tuple(party for party in self.needs if party not in self.approved_by)

    @property
    def undecided(self) -> bool:
        """Whether approvals still count."""
        return self.status in {"open", "provisional"}

    @property
    def waits(self) -> bool:
        """Whether it waits, for approvals or for its day."""
        return self.undecided or self.status == "approved"

    @property
    def words(self) -> str:
        """What a waiting proposal waits for, for people."""
        named = f"version {self.version} ({self.document[:12]}…)"
        if self.status == "approved":
            return f"{named} is approved and waits for its day"
        kind = "is provisional and waits" if self.status == "provisional" else "waits"
        return f"{named} {kind} for {', '.join(self.waits_for)} until {self.open_until}"


Proposals = MutableMapping[str, Proposal]
"""Proposals by document."""


def needed(agreement: Agreement, previous: Agreement | None) -> tuple[str, ...]:
    """The parties that must approve: those that the version in force names, and those that the new one names."""
    before = previous.signatories if previous is not None else ()
    return tuple(dict.fromkeys((*before, *agreement.signatories)))


def takes_effect(agreement: Agreement, today: date) -> bool:
    """Whether a version that all have approved is in force today. A first version is, whatever its day."""
    return agreement.version == 1 or agreement.effective_on <= today


def propose(
    proposals: Mapping[str, Proposal],
    production: Production | None,
    agreement: Agreement,
    previous: Agreement | None,
    command: RegisterAgreement | AmendAgreement,
    person: Person,
    open_until: date,
    today: date,
    put: PutInForce,
) -> list[Event]:
    """Propose a version, and approve it for the proposer's party. If nobody else must approve, it is in force.

    Raises:
        Refused: it cannot be in force, was proposed before, or may not be provisional.
    """
    of = previous or agreement
    require(person, type(command), tuple(party.id for party in of.parties), f"propose {_version(agreement)}")
    provisional = isinstance(command, AmendAgreement) and command.provisional
    if production is not None and previous is not None:
        in_force = proposals.get(production.document)
        if in_force is not None and in_force.status == "provisional":
            raise IllegalTransition(
                f"Version {in_force.version} is provisional until {in_force.open_until}: approve or refuse it first."
            )
        if provisional:
            refuse_lasting(agreement, previous, person.party, today)
    proposed = AgreementProposed(
        production=agreement.production,
        title=agreement.title,
        version=agreement.version,
        document=command.document,
        amends=production.document if production is not None else None,
        by=person.user,
        party=person.party,
        needs=needed(agreement, previous),
        open_until=open_until,
        provisional=provisional,
    )
    proposal = _proposal(proposed)
    in_force_then = put(proposal.approved_by, open_until if provisional and proposal.waits_for else None)
    _refuse_repeated(proposals, command.document)
    in_force_now = provisional or (not proposal.waits_for and takes_effect(agreement, today))
    return [proposed, *(_overtaking(proposals, proposal, in_force_then) if in_force_now else ())]


def approve(
    proposals: Mapping[str, Proposal],
    production: Production | None,
    agreement: Agreement,
    command: ApproveAgreement,
    person: Person,
    today: date,
    put: PutInForce,
) -> list[Event]:
    """Approve a proposal for a party. The last approval puts it in force, at the earliest on the day that it names."""
    proposal = _undecided(proposals, production, command.document)
    action = f"approve {_version(agreement)}"
    require(person, ApproveAgreement, proposal.needs, action)
    for user in (proposal.proposed_by, *(user for user, _ in proposal.approvals)):
        if person.is_behind(user):
            who = person.user if user == person.user else f"{person.user}, who counts as {user},"
            raise SamePerson(f"{who} may not {action} twice: another person must.", user=person.user)
    if person.party in proposal.approved_by:
        raise Refused(f"{person.party} has approved it already: it waits for {', '.join(proposal.waits_for)}.")
    if today > proposal.open_until:
        raise IllegalTransition(f"It was open until {proposal.open_until}: propose it anew.")
    approved = AgreementApproved(document=command.document, amends=proposal.amends, by=person.user, party=person.party)
    after = _approved(proposal, approved)
    if after.status == "approved" and takes_effect(agreement, today):
        return [approved, *_overtaking(proposals, after, put(after.approved_by, None))]
    return [approved]


def refuse(
    proposals: Mapping[str, Proposal],
    production: Production | None,
    command: RefuseAgreement,
    person: Person,
    restore: Restore,
) -> list[Event]:
    """Refuse a proposal for a party whose approval it needs, which ends it."""
    proposal = _undecided(proposals, production, command.document)
    require(person, RefuseAgreement, proposal.needs, f"refuse version {proposal.version}")
    return _ended(proposal, "refused", person.user, command.reason, restore)


def withdraw(
    proposals: Mapping[str, Proposal],
    production: Production | None,
    command: WithdrawAgreement,
    person: Person,
    restore: Restore,
) -> list[Event]:
    """Withdraw a proposal, for the party that made it."""
    proposal = _undecided(proposals, production, command.document)
    require(person, WithdrawAgreement, (proposal.party,), f"withdraw version {proposal.version}")
    return _ended(proposal, "withdrawn", person.user, command.reason, restore)


def pass_day(
    proposals: Mapping[str, Proposal],
    agreement: Agreement,
    document: str,
    today: date,
    put: PutInForce,
    restore: Restore,
) -> list[Event]:
    """Do what the day brings: put an approved version in force, or end a proposal whose time is over; else nothing."""
    proposal = proposals[document]
    if proposal.status == "approved" and takes_effect(agreement, today):
        try:
            return _overtaking(proposals, proposal, put(proposal.approved_by, None))
        except Refused as error:
            return [ProposalEnded(document=document, outcome="stale", by=None, reason=error.sentence)]
    if proposal.undecided and today > proposal.open_until:
        reason = f"not approved by {', '.join(proposal.waits_for)} until {proposal.open_until}"
        return _ended(proposal, "lapsed", None, reason, restore)
    return []


def apply(proposals: Proposals, event: Event) -> None:
    """Update the proposals that an event is about. What was in force before the first proposal is none."""
    match event:
        case AgreementProposed():
            proposals[event.document] = _proposal(event)
        case AgreementApproved():
            proposals[event.document] = _approved(proposals[event.document], event)
        case ProposalEnded():
            ended = proposals[event.document]
            proposals[event.document] = replace(ended, status=event.outcome, reason=event.reason)
        case AgreementRegistered() | AgreementAmended() | AgreementRestored():
            for name, known in proposals.items():
                if known.status == "in force":
                    proposals[name] = replace(known, status="superseded")
            if event.document in proposals:
                provisional = isinstance(event, AgreementAmended) and event.provisional_until is not None
                status = "provisional" if provisional else "in force"
                proposals[event.document] = replace(proposals[event.document], status=status)
        case _:
            return


def _version(agreement: Agreement) -> str:
    return f"version {agreement.version} of {agreement.production}"


def _proposal(event: AgreementProposed) -> Proposal:
    proposal = Proposal(
        document=event.document,
        version=event.version,
        amends=event.amends,
        proposed_by=event.by,
        party=event.party,
        needs=event.needs,
        open_until=event.open_until,
    )
    return _with(proposal, event.by, event.party) if event.party in event.needs else proposal


def _approved(proposal: Proposal, event: AgreementApproved) -> Proposal:
    return _with(proposal, event.by, event.party)


def _with(proposal: Proposal, user: str, party: str) -> Proposal:
    """A proposal with one more approval. The last one makes it approved, and confirms a provisional version."""
    after = replace(proposal, approvals=(*proposal.approvals, (user, party)))
    if after.waits_for:
        return after
    return replace(after, status="in force" if proposal.status == "provisional" else "approved")


def _undecided(proposals: Mapping[str, Proposal], production: Production | None, document: str) -> Proposal:
    proposal = proposals.get(document)
    if proposal is None:
        raise NotFound(f"No document {document[:12]}… is proposed: `sluice agreement proposals` lists what is.")
    if proposal.status == "stale":
        raise StaleApproval(f"Version {proposal.version} is stale: {proposal.reason}; propose it over that one.")
    if not proposal.undecided:
        why = f" ({proposal.reason})" if proposal.reason else ""
        raise IllegalTransition(f"Version {proposal.version} is {proposal.status} already{why}.")
    in_force = production.document if production is not None else None
    if proposal.status == "open" and proposal.amends != in_force:
        raise StaleApproval(f"Version {proposal.version} amends a version that is no longer in force: propose it anew.")
    return proposal


def _refuse_repeated(proposals: Mapping[str, Proposal], document: str) -> None:
    known = proposals.get(document)
    if known is not None:
        raise IllegalTransition(
            f"This very document was proposed by {known.proposed_by} and is {known.status}: "
            "what is proposed anew is another document, be it only by its day or a comment."
        )


def refuse_lasting(agreement: Agreement, previous: Agreement, party: str, today: date) -> None:
    """Check that an amendment may be provisional by the terms in force: whose it is, and what it changes.

    Raises:
        Refused: it may not.
    """
    terms = previous.amendments.provisional
    if terms is None:
        raise Refused("The agreement in force allows no provisional amendments: propose it without --provisional.")
    if party not in terms.parties:
        raise Refused(f"Only {' and '.join(terms.parties)} may amend provisionally: propose it without --provisional.")
    if agreement.effective_on > today:
        raise Refused(
            f"A provisional amendment is in force at once, but this one takes effect on {agreement.effective_on}: "
            "date it from today, or propose it without --provisional."
        )
    for name in Agreement.model_fields:
        if name in _LASTING and getattr(agreement, name) != getattr(previous, name):
            raise Refused(f"A provisional amendment may not change {name}: propose it without --provisional.")
    if {one.id for one in agreement.milestones} != {one.id for one in previous.milestones}:
        raise Refused("A provisional amendment may not add or drop milestones: propose it without --provisional.")


def _overtaking(proposals: Mapping[str, Proposal], proposal: Proposal, in_force: list[Event]) -> list[Event]:
    """A version in force, and the end of every other proposal over the version before."""
    reason = f"version {proposal.version} ({proposal.document[:12]}…) came into force first"
    return [*in_force, *_stale(proposals, proposal, reason)]


def _stale(proposals: Mapping[str, Proposal], proposal: Proposal, reason: str) -> Iterator[Event]:
    for other in proposals.values():
        if other.status in {"open", "approved"} and other.document != proposal.document:
            yield ProposalEnded(document=other.document, outcome="stale", by=None, reason=reason)


def _ended(proposal: Proposal, outcome: str, by: str | None, reason: str, restore: Restore) -> list[Event]:
    ended = ProposalEnded.model_validate(
        {"document": proposal.document, "outcome": outcome, "by": by, "reason": reason}
    )
    return [ended, *(restore() if proposal.status == "provisional" else ())]
