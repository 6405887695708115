"""Ids are unique, and every reference resolves."""

from collections.abc import Iterable, Iterator

from domain.agreement.checks.finding import (
    AgreementFinding,
    Named,
    Path,
    did_you_mean,
)
from domain.agreement.model import Agreement, DueAfter


def duplicates(agreement: Agreement) -> Iterator[AgreementFinding]:
    """Duplicate ids. Ids that differ only in case are duplicates, because bank files may ignore case."""
    lists: dict[str, tuple[Named, ...]] = {
        "parties": agreement.parties,
        "accounts": agreement.accounts,
        "milestones": agreement.milestones,
        "totals": agreement.totals,
        "schedule": agreement.schedule,
    }
    for field, items in lists.items():
        yield from _twice(((field, n, "id"), item.id) for n, item in enumerate(items))
    for n, milestone in enumerate(agreement.milestones):
        yield from _twice(
            (("milestones", n, "evidence", m, "id"), document.id) for m, document in enumerate(milestone.evidence)
        )
        yield from _twice(
            (("milestones", n, "approval", field, m), name)
            for field in ("parties", "people", "roles")
            for m, name in enumerate(getattr(milestone.approval, field))
        )
    yield from _twice((("amendments", "parties", n), name) for n, name in enumerate(agreement.amendments.parties))
    yield from _twice((("fx", n, "base"), f"{rule.base}/{rule.quote}") for n, rule in enumerate(agreement.fx))
    yield from _twice(
        (("accounts", n, "number"), f"{account.number} {account.currency} at {account.bank}")
        for n, account in enumerate(agreement.accounts)
    )
    yield from _twice(
        (("calendar_overrides", n, "on"), f"{override.calendar} {override.on}")
        for n, override in enumerate(agreement.calendar_overrides)
    )


def _twice(named: Iterable[tuple[Path, str]]) -> Iterator[AgreementFinding]:
    seen: set[str] = set()
    for path, name in named:
        if name.casefold() in seen:
            yield AgreementFinding(
                path, "duplicate", f"{name!r} is used twice here: keep one, or give this one another name."
            )
        seen.add(name.casefold())


def references(agreement: Agreement) -> Iterator[AgreementFinding]:
    """References to unknown parties, accounts, milestones or totals."""
    known = {
        "party": [party.id for party in agreement.parties],
        "account": [account.id for account in agreement.accounts],
        "milestone": [milestone.id for milestone in agreement.milestones],
        "total": [contract.id for contract in agreement.totals],
    }
    for kind, path, name in _named(agreement):
        if name not in known[kind]:
            yield AgreementFinding(
                path, f"unknown-{kind}", f"there is no {kind} {name!r}: {did_you_mean(name, known[kind])}"
            )


def _named(agreement: Agreement) -> Iterator[tuple[str, Path, str]]:
    yield from _signatories(agreement)
    for n, account in enumerate(agreement.accounts):
        yield "party", ("accounts", n, "owner"), account.owner
    for n, milestone in enumerate(agreement.milestones):
        here = ("milestones", n)
        yield "party", (*here, "submitter"), milestone.submitter
        for m, other in enumerate(milestone.after):
            yield "milestone", (*here, "after", m), other
        for m, party in enumerate(milestone.approval.parties):
            yield "party", (*here, "approval", "parties", m), party
        if milestone.approval.escalate_to is not None:
            yield "party", (*here, "approval", "escalate_to"), milestone.approval.escalate_to
        for m, party in enumerate(milestone.approval.then_to):
            yield "party", (*here, "approval", "then_to", m), party
    for n, instalment in enumerate(agreement.schedule):
        yield "account", ("schedule", n, "payer"), instalment.payer
        yield "account", ("schedule", n, "payee"), instalment.payee
        if instalment.of is not None:
            yield "total", ("schedule", n, "of"), instalment.of
        if isinstance(instalment.due, DueAfter):
            yield "milestone", ("schedule", n, "due", "milestone"), instalment.due.milestone


def _signatories(agreement: Agreement) -> Iterator[tuple[str, Path, str]]:
    amendments = agreement.amendments
    for n, party in enumerate(amendments.parties):
        yield "party", ("amendments", "parties", n), party
    for n, party in enumerate(amendments.provisional.parties if amendments.provisional else ()):
        yield "party", ("amendments", "provisional", "parties", n), party
