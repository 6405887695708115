"""Closed books: nothing counts from a day on which they are closed."""

from datetime import date

from domain.agreement.model import Agreement
from domain.agreement.productions import Production
from domain.commands import CloseBooks, require
from domain.errors import BadInput, Refused
from domain.events import BooksClosed, Event
from domain.identity import Person


def close(
    production: Production, agreement: Agreement, command: CloseBooks, person: Person, today: date
) -> list[Event]:
    """Close the books until a day. The same day again changes nothing.

    Raises:
        WrongRole: the person is no treasurer of a party that owns a controlled account.
        BadInput: the day is not over, or the books are closed further already.
    """
    owners = {account.owner for account in agreement.controlled}
    require(person, CloseBooks, tuple(sorted(owners)), f"close the books of {production.key}")
    if command.until >= today:
        raise BadInput(f"{command.until} is not over: close the books until a day before today.")
    closed = production.books_closed_until
    if closed is not None and command.until < closed:
        raise BadInput(f"The books of {production.key} are closed until {closed} already, and are not opened again.")
    return [] if closed == command.until else [BooksClosed(until=command.until, reason=command.reason)]


def require_open(production: Production | None, on: date) -> None:
    """Check that a fact may count from a day.

    Raises:
        Refused: the books are closed on that day.
    """
    closed = production.books_closed_until if production is not None else None
    if production is not None and closed is not None and on <= closed:
        raise Refused(
            f"The books of {production.key} are closed until {closed}, so nothing may count from {on}: "
            "put it right with a fact of a later day.",
            production=production.key,
        )
