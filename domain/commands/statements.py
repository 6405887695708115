"""Commands about statements of sources."""

from typing import Literal

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import StatementFetched, StatementImported
from domain.events.revenue import Confirmed, Explanation, ImportedRows
from domain.identity import Role
from domain.values.record import Sha256


class ImportStatement(Command):
    """Take in a statement as its `version`. The rows stay in the file until they are written.

    `reason` says why it restates what was reported before.
    """

    version: int = Field(ge=1)
    rows: ImportedRows
    confirms: Confirmed | None = None
    reason: Explanation | None = None


class FetchStatement(Command):
    """Record that somebody gets a party's statement as a file. Rendering it does so."""

    period: str
    party: str
    document: Sha256
    form: Literal["pdf", "xlsx", "json"]
    language: Literal["en", "ko", "ja", ""]
    sha256: Sha256


DECLARED = (
    Declaration(
        FetchStatement,
        key="fetch/{production}/{period}/{party}/{sha256:.16}/{by}",
        repeated_in=StatementFetched,
        activity="fetched",
        system=True,
    ),
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
