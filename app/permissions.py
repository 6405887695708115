"""What a user may read of a production, by its agreement in force and the people in force."""

from collections.abc import Callable

from adapters.command_handler import CommandHandler
from adapters.db.records import Records
from domain.agreement.involvement import involvement
from domain.reads import Resource, Sight, sight


def sight_of(handler: CommandHandler, records: Records, production: str, user: str) -> Callable[[Resource], Sight]:
    """Return a function that says what a user sees of each resource of a production.

    Raises:
        WrongRole: nobody of that name acts in the production. The returned function raises it for a forbidden resource.
    """
    person = handler.who(records.people(user), user, production)
    involved = involvement(handler.agreement(records, production))
    return lambda resource: sight(person, resource, involved)
