"""What only Sluice itself may say."""

from activities.views import AccountRef
from domain.commands import Command
from domain.people import SYSTEM


def of_a_person(wish: Command | AccountRef) -> None:
    """Refuse an update that calls itself the system's: schedules and deadlines never come as updates.

    Raises:
        ValueError: it does.
    """
    if wish.by == SYSTEM.user:
        raise ValueError(f"{SYSTEM.user!r} is Sluice's own name: say who acts with --as.")
