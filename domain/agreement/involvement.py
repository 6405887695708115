"""Who is involved in what under an agreement, for the table of reads."""

from collections import defaultdict

from domain.agreement.model import Agreement, DueAfter, MilestoneTerms
from domain.errors import Refused
from domain.reads import Involvement
from domain.sharing.payouts import paying_account


def involvement(agreement: Agreement) -> Involvement:
    """Who is involved in what.

    A milestone concerns its submitter, its approvers, the party it escalates to, and the payers and payees that follow
    it. Only the submitter, the approvers and the party that it escalates to see its evidence.
    """
    return Involvement(
        production=agreement.production,
        parties=frozenset(party.id for party in agreement.parties),
        owners={one.id: one.owner for one in agreement.controlled},
        payer=_payer(agreement),
        milestones=_milestones(agreement),
        deciders={milestone.id: _deciders(milestone) for milestone in agreement.milestones},
    )


def _payer(agreement: Agreement) -> str | None:
    try:
        return paying_account(agreement).owner
    except Refused:
        return None


def _milestones(agreement: Agreement) -> dict[str, frozenset[str]]:
    owners = {account.id: account.owner for account in agreement.accounts}
    waiting: dict[str, set[str]] = defaultdict(set)
    for instalment in agreement.schedule:
        if isinstance(instalment.due, DueAfter):
            waiting[instalment.due.milestone] |= {owners[instalment.payer], owners[instalment.payee]}
    return {milestone.id: _deciders(milestone) | waiting[milestone.id] for milestone in agreement.milestones}


def _deciders(milestone: MilestoneTerms) -> frozenset[str]:
    policy = milestone.approval
    escalation = [policy.escalate_to] if policy.escalate_to else []
    return frozenset({milestone.submitter, *policy.parties, *policy.then_to, *escalation})
