"""How far a worker's clock may be from the database's: the one says which day it is, the other when things happened."""

from datetime import datetime, timedelta

from domain.errors import ClockOff

MAY_BE_OFF = timedelta(minutes=1)


def in_time(asked: datetime, theirs: datetime, answered: datetime) -> None:
    """Hold that the database's instant lies between when it was asked and when it answered, give or take a minute.

    Raises:
        ClockOff: it does not, so that one of the two clocks is wrong.
    """
    behind, ahead = theirs - answered, asked - theirs
    if max(behind, ahead) > MAY_BE_OFF:
        off, where = (ahead, "ahead of") if ahead > behind else (behind, "behind")
        raise ClockOff(
            f"This machine's clock is {_rounded(off)} {where} the database's: set whichever is wrong (by NTP), then "
            "start the worker again. It takes no work before, for its clock decides which day it is.",
            off=str(off),
        )


def _rounded(off: timedelta) -> timedelta:
    return timedelta(seconds=round(off.total_seconds()))
