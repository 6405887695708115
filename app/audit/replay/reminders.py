"""Proves that reminders of late receipts say what was outstanding, since when, and to whom it was owed."""

from collections.abc import Iterator

from app.audit.replay.funds import AgreementOf
from domain.audit.findings import Finding, unfaithful
from domain.audit.refold import CommandBatch, DecodedFact
from domain.commands import RemindReceipt
from domain.events import ReceiptReminded
from domain.identity import Person, Role
from domain.payments import reminding
from domain.schemas import Schemas
from domain.state import State


class ReminderCheck:
    """A check of a production's batches; see `domain.audit.refold.Check`."""

    def __init__(self, agreement_of: AgreementOf, schemas: Schemas) -> None:
        self._agreement_of, self._schemas = agreement_of, schemas

    def __call__(self, state: State, batch: CommandBatch) -> Iterator[Finding]:
        """Yield reminders that do not follow from the receipt and the agreement."""
        for told in batch.facts:
            if isinstance(told.event, ReceiptReminded):
                yield from self._reminded(state, told, told.event)

    def _reminded(self, state: State, told: DecodedFact, event: ReceiptReminded) -> Iterator[Finding]:
        agreement = self._agreement_of(state)
        command = RemindReceipt(
            key=told.fact.command_key,
            by=event.by,
            production=agreement.production,
            receipt=event.receipt,
            to=event.to,
            language=event.language,
        )
        owner = agreement.account(state.receipts[event.receipt].account).owner
        person = Person(event.by, owner, frozenset({Role.TREASURER}))
        expected = reminding.remind(state.receipts, agreement, command, person, told.fact.effective_on)
        if [self._schemas.as_recorded(each, told.version) for each in expected] != [event]:
            yield unfaithful(told.record, "is not the reminder that the record makes", expected, event)
