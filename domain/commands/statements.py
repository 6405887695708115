"""Commands about statements of sources."""

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import (
    StatementImported,
)
from domain.events.revenue import Confirmed, Explanation, ImportedRows
from domain.identity import Role


class ImportStatement(Command):
    """Take in a statement as its `version`. The rows stay in the file until they are written.

    `reason` says why it restates what was reported before.
    """

    version: int = Field(ge=1)
    rows: ImportedRows
    confirms: Confirmed | None = None
    reason: Explanation | None = None


DECLARED = (
    Declaration(
        ImportStatement,
        key="import/{production}/{kind}/{source}/{statement}/{version}/{digest:.16}/{by}",
        repeated_in=StatementImported,
        activity="take",
        role=Role.TREASURER,
        parties="the parties whose account the receipts reach",
        path="/productions/{production}/statements",
    ),
)
