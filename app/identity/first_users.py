"""The users of the settings: put on record once, and ignored afterwards."""

from adapters.command_handler import CommandHandler
from adapters.db.audit import people_facts
from domain.events import PeopleLoaded
from domain.identity.records import UserRecord


def load_people(handler: CommandHandler) -> str | None:
    """Put the users of the settings on record if nobody is, or administrators that the house lacks.

    Return what to tell whoever changed the settings since, None if nothing is ignored.
    """
    handler.load_people()
    loaded: dict[str, UserRecord] = {}
    with handler.store.reading() as records:
        for fact in people_facts(records.connection):
            event = fact.read(handler.store.schemas)
            if isinstance(event, PeopleLoaded):
                loaded.update((user.user, user) for user in event.users)
    ignored = [user.user for user in handler.first_users if loaded.get(user.user) != user]
    if not ignored:
        return None
    return (
        f"`users` in the settings is ignored for {', '.join(ignored)}: the house has its users on record, and "
        "`sluice user` changes who may act."
    )
