"""The difference between a worker's clock, which gives the business day, and the database's, which dates facts."""

from datetime import datetime, timedelta

from domain.errors import ClockOff

MAY_BE_OFF = timedelta(minutes=1)


def check_drift(requested: datetime, database_time: datetime, answered: datetime) -> None:
    """Check that the database's time lies between request and answer, within a minute.

    Raises:
        ClockOff: it does not, so one of the two clocks is wrong.
    """
    behind, ahead = database_time - answered, requested - database_time
    if max(behind, ahead) > MAY_BE_OFF:
        off, where = (ahead, "ahead of") if ahead > behind else (behind, "behind")
        raise ClockOff(
            f"This machine's clock is {_rounded(off)} {where} the database's: set whichever is wrong (by NTP), then "
            "start the worker again. It takes no work before, for its clock decides which day it is.",
            off=str(off),
        )


def _rounded(off: timedelta) -> timedelta:
    return timedelta(seconds=round(off.total_seconds()))
