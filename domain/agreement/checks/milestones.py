"""Milestones can be reached, in planned order, and approved under their policies."""

from collections.abc import Iterator, Mapping

from domain.agreement.checks.finding import AgreementFinding, Path, by_id
from domain.agreement.model import Agreement, MilestoneTerms, OnDeadline
from domain.identity.person import Role


def order(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Milestones in a circle, milestones that wait for those, and plans that contradict `after`."""
    milestones = by_id(agreement.milestones)
    reachable = _reachable(milestones)
    for n, milestone in enumerate(agreement.milestones):
        path: Path = ("milestones", n, "after")
        circle = _circle(milestone.id, milestones)
        if circle:
            sentence = f"it waits for itself ({' after '.join(circle)}): take one `after` out of the circle."
            yield AgreementFinding(path, "milestone-cycle", sentence)
        elif milestone.id not in reachable:
            blockers = [other for other in milestone.after if other in milestones and other not in reachable]
            sentence = f"nothing can reach it, since {', '.join(blockers)} can never be accepted: resolve that first."
            yield AgreementFinding(path, "milestone-unreachable", sentence)
        for other in milestone.after:
            earlier = milestones.get(other)
            if earlier and earlier.planned_on > milestone.planned_on:
                sentence = (
                    f"{milestone.planned_on} is before {other!r}, planned on {earlier.planned_on}, which it comes "
                    "after: change one of the dates or the order."
                )
                yield AgreementFinding(("milestones", n, "planned_on"), "milestone-order", sentence)


def _reachable(milestones: Mapping[str, MilestoneTerms]) -> set[str]:
    """Milestones whose predecessors can all be accepted. Unknown predecessors are reported elsewhere."""
    done: set[str] = set()
    while True:
        ready = {
            name
            for name, milestone in milestones.items()
            if name not in done and all(other in done or other not in milestones for other in milestone.after)
        }
        if not ready:
            return done
        done |= ready


def _circle(start: str, milestones: Mapping[str, MilestoneTerms]) -> tuple[str, ...]:
    """A path by `after` from a milestone back to itself, or an empty list."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop()
        for other in milestones[way[-1]].after:
            if other == start:
                return (*way, start)
            if other in milestones and other not in seen:
                seen.add(other)
                ways.append((*way, other))
    return ()


def approvals(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Approval policies that nobody can satisfy, that let a party approve alone for itself, or that lead nowhere."""
    for n, milestone in enumerate(agreement.milestones):
        policy, path = milestone.approval, ("milestones", n, "approval")
        voters = set(policy.parties)
        if policy.distinct_parties and policy.approvals > len(voters):
            sentence = (
                f"{policy.approvals} approvals of distinct parties are asked for and only {len(voters)} can approve: "
                "name more parties, ask for fewer, or set distinct_parties to false."
            )
            yield AgreementFinding((*path, "approvals"), "approvals-impossible", sentence)
        if voters == {milestone.submitter}:
            sentence = f"only {milestone.submitter!r}, who submits it, could approve: name a party across the table."
            yield AgreementFinding((*path, "parties"), "approval-by-submitter", sentence)
        escalates = policy.on_deadline is OnDeadline.ESCALATE
        if escalates and policy.escalate_to is None:
            sentence = "on_deadline is escalate and nobody is named: add escalate_to with a party."
            yield AgreementFinding((*path, "on_deadline"), "escalate-to-nobody", sentence)
        if policy.then_to and policy.escalate_to is None:
            sentence = "it goes past escalate_to, which is not given: add escalate_to, or remove it."
            yield AgreementFinding((*path, "then_to"), "escalate-past-nobody", sentence)
        if Role.ADMINISTRATOR in policy.roles:
            sentence = "an administrator acts for the house and for no party: name roles such as approver."
            yield AgreementFinding((*path, "roles"), "approval-by-administrator", sentence)
        if not escalates and policy.escalate_to is not None:
            sentence = f"it is never used, since on_deadline is {policy.on_deadline}: remove it, or escalate."
            yield AgreementFinding((*path, "escalate_to"), "escalate-unused", sentence)
