"""What only Sluice itself may say."""

from temporalio.exceptions import ApplicationError

from activities.views import AccountRef
from domain.commands import Command
from domain.errors import WrongRole
from domain.people import SYSTEM


def of_a_person(wish: Command | AccountRef) -> None:
    """Refuse an update that calls itself the system's: schedules and deadlines never come as updates.

    Raises:
        ApplicationError: it does; of the type `WrongRole`.
    """
    if wish.by == SYSTEM.user:
        sentence = f"{SYSTEM.user!r} is Sluice's own name: say who acts with --as."
        raise ApplicationError(sentence, type=WrongRole.__name__, non_retryable=True)
