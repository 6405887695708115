"""Commands about the books."""

from datetime import date

from pydantic import Field

from domain.commands.base import Command
from domain.commands.declaration import Declaration
from domain.events import BooksClosed
from domain.identity import Role


class CloseBooks(Command):
    """Close the books until a day, for good: later facts count from a later day.

    What was wrong is put right by new facts of the days after.
    """

    until: date = Field(description="The last day of the closed period.")
    reason: str = Field(default="", max_length=500, description="What was checked, for whoever audits it.")


DECLARED = (
    Declaration(
        CloseBooks,
        key="close-books/{production}/{until}",
        repeatable=True,
        repeated_in=BooksClosed,
        activity="close_books",
        role=Role.TREASURER,
        parties="a party that owns a controlled account",
        workflow="Production",
        update="close_books",
        cli="ledger close",
        path="/productions/{production}/closed-books",
        arguments=("production", "until"),
    ),
)
