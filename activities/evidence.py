"""Stores the content of evidence, and records that it is stored.

It is no Temporal activity, because the content streams from a file where the caller is. The record is one transaction
all the same. It follows the content, so that nothing is recorded as stored that is not.
"""

from typing import BinaryIO

from adapters.command_handler import CommandHandler
from adapters.db.records import Selection
from adapters.evidence.store import EvidenceStore
from domain.agreement.model import Agreement
from domain.commands import KeepEvidence
from domain.errors import Refused
from domain.events import Event
from domain.evidence import keep
from domain.state import State

_MILESTONES = Selection(milestones=True)


class EvidenceActivities:
    """Stores content where its milestone's evidence names it."""

    def __init__(self, handler: CommandHandler, store: EvidenceStore) -> None:
        self._handler, self._store = handler, store

    def keep(self, command: KeepEvidence, source: BinaryIO) -> None:
        """Store content, and record it. What may not be stored is not, and its refusal is recorded.

        Raises:
            Refused: it is not evidence of the milestone, or the person may not store it.
            BadInput: the source has another hash than the command says.
        """
        if self._allowed(command):
            self._store.keep(source, command.sha256)

        def _rule(_: object, state: State, agreement: Agreement) -> list[Event]:
            return [*keep(state.milestones, agreement, command, self._handler.person(command, state.people))]

        self._handler.carry_out(command, _MILESTONES, _rule)

    def _allowed(self, command: KeepEvidence) -> bool:
        with self._handler.store.reading() as records:
            state = records.select(command.production, _MILESTONES)
            people = records.people(*command.given_by)
        agreement = self._handler.agreement_of(state, command.production)
        try:
            keep(state.milestones, agreement, command, self._handler.person(command, people))
        except Refused:
            return False
        return True
