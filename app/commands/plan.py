"""Changes of a plan as amendments: an instalment or a milestone is dropped, moved or cancelled by a command."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from adapters.agreement.documents import Loaded, parse_agreement
from adapters.agreement.plan_changes import Change, Standing, cancel_milestone, changed
from adapters.command_handler import CommandHandler
from adapters.db import tables
from domain.agreement.model import Agreement
from domain.agreement.productions import the_production
from domain.payments.payments import Payment, Status
from domain.payments.receipts import ReceiptStatus
from domain.state import State


@dataclass(frozen=True, slots=True)
class PlannedAmendment:
    """The next version of a plan, and what it means, in sentences."""

    loaded: Loaded
    said: tuple[str, ...] = ()


def amendment_of(handler: CommandHandler, production: str, change: Change) -> PlannedAmendment:
    """Write a change into the document in force.

    Raises:
        NotFound: there is no such production, milestone or instalment.
        BadInput: the changed document is not valid, and must be written by hand.
    """
    with handler.store.reading() as records:
        agreement = handler.agreement(records, production)
        raw = records.document(the_production(records.state(production).production, production).document)
    assert raw is not None  # noqa: S101 - the agreement was just read from it
    after = changed(raw, agreement, max(handler.today(agreement), agreement.effective_on), change)
    loaded = parse_agreement(after, f"the changed plan of {production}", agreement)
    return PlannedAmendment(loaded, tuple(_differences(agreement, loaded.agreement)))


def cancellation_of(handler: CommandHandler, production: str, milestone: str, reason: str) -> PlannedAmendment:
    """Write the cancellation of a milestone into the document in force, by what was done under it.

    Raises:
        NotFound, BadInput: as `amendment_of`.
    """
    payments, receipts = tables.payment.c.milestone == milestone, tables.receipt.c.milestone == milestone
    with handler.store.reading() as records:
        agreement = handler.agreement(records, production)
        state = records.state(production, payments=payments, receipts=receipts)
    standing, today = _standing(state), handler.today(agreement)
    parties = tuple(party.id for party in agreement.parties)
    due_on = partial(handler.after_business_days, agreement, parties)
    found = amendment_of(handler, production, cancel_milestone(milestone, reason, today, standing, due_on))
    paid = [f"{name}: {amount} was paid under it" for name, amount in standing.paid.items()]
    due = [f"{name} is owed, on its way or received, and stays as it is" for name in standing.due]
    return PlannedAmendment(found.loaded, (*paid, *due, *found.said))


def _standing(state: State) -> Standing:
    promised = {Status.SCHEDULED, Status.CANCELLED}
    payments: list[Payment] = [one for one in state.payments.values() if one.status not in promised]
    paid = {one.instalment: one.amount for one in payments if one.status is Status.SETTLED}
    waiting = {ReceiptStatus.EXPECTED, ReceiptStatus.CANCELLED}
    due = [one.instalment for one in payments if one.instalment not in paid]
    due += [one.instalment for one in state.receipts.values() if one.status not in waiting or one.received.minor]
    return Standing(paid, due)


def _differences(before: Agreement, after: Agreement) -> list[str]:
    """What becomes of instalments and milestones, in sentences."""
    old, new = ({one.id: one for one in each.schedule} for each in (before, after))
    said = [f"{name} ({old[name].title}) falls away" for name in old if name not in new]
    for name, one in new.items():
        if name not in old:
            kind = f"claimed back from {one.payer}" if one.claims_back else f"due to {one.payee}"
            said.append(f"{name} ({one.title}): {one.amount} is {kind} on {_day(one.due)}")
        elif one.due != old[name].due:
            said.append(f"{name} ({one.title}) is due on {_day(one.due)} instead of {_day(old[name].due)}")
    plans = {one.id: one.planned_on for one in before.milestones}
    said += [f"{name} is taken out" for name in plans if name not in {one.id for one in after.milestones}]
    for milestone in after.milestones:
        if plans[milestone.id] != milestone.planned_on:
            said.append(f"{milestone.id} is planned for {milestone.planned_on} instead of {plans[milestone.id]}")
    return said


def _day(due: object) -> date | object:
    return getattr(due, "on", due)
