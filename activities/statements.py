"""The record of who fetched which statement.

It is no Temporal activity, because the file is rendered where the reader is. It is one transaction all the same.
"""

from adapters.command_handler import CommandHandler
from adapters.db.queries.statements import StatementFilter, statements
from adapters.db.records import Selection
from adapters.db.store import CommandOutcome, Transaction
from domain.agreement.involvement import involvement
from domain.agreement.model import Agreement
from domain.commands import FetchStatement
from domain.events import Event
from domain.sharing.fetching import fetch
from domain.state import State


class StatementActivities:
    """Records deliveries."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    def fetched(self, command: FetchStatement) -> CommandOutcome:
        """Record that somebody gets a statement as a file. The same file for the same person is recorded once.

        Raises:
            WrongRole: the statement is not for that person.
            NotFound: that document was not issued.
        """

        def _rule(transaction: Transaction, state: State, agreement: Agreement) -> list[Event]:
            chosen = StatementFilter(command.production, command.period, command.party)
            issued = [row.sha256 for row in statements(transaction.connection, chosen).items]
            document = issued[0] if issued else None
            return fetch(command, document, self._handler.person(command, state.people), involvement(agreement))

        return self._handler.carry_out(command, Selection(), _rule).outcome
