"""Dates that banks write without a century, a year or an era."""

from datetime import date, timedelta

_REIWA_BEGINS, _REIWA_BASE = date(2019, 5, 1), 2018
_HEISEI_ENDS, _HEISEI_BASE = date(2019, 4, 30), 1988
_FURTHEST_BACK = timedelta(days=3653)
_CERTAIN_YEARS = range(1, 20)
_A_DAY = timedelta(days=1)
_PIVOT = 80


def swift_day(written: str) -> date | None:
    """The day of YYMMDD in a SWIFT message. Years from 80 on are of the last century, by SWIFT's rule."""
    year = int(written[:2])
    return _day(year + (1900 if year >= _PIVOT else 2000), int(written[2:4]), int(written[4:6]))


def nearest_day(month_day: str, near: date) -> date | None:
    """The day of MMDD that is nearest to a day, so that 1231 near 2 January is of the year before."""
    month, day = int(month_day[:2]), int(month_day[2:4])
    found = [_day(year, month, day) for year in (near.year - 1, near.year, near.year + 1)]
    return min((each for each in found if each), key=lambda each: abs(each - near), default=None)


def era_creation_day(written: str, taken_on: date | None = None) -> date | None:
    """The day on which a Zengin file says that it was created: YYMMDD in a Japanese era that is not written.

    Years 1 to 19 are of Reiwa (2019 to 2037), since no bank sends files of Heisei 1 to 19 any more. A later year could
    be of Reiwa, of Heisei or, against the standard, of the Western calendar (25 for 2025). The newest of these that is
    not after the day of taking the file is chosen. None if that is the Western one, or the day of taking is unknown: a
    wrong guess would book years away.
    """
    if int(written[:2]) in _CERTAIN_YEARS:
        return _of_era(written, _REIWA_BASE)
    if taken_on is None:
        return None
    latest = taken_on + _A_DAY
    western = swift_day(written)
    eras = [found for found in (_of_era(written, _REIWA_BASE), _of_era(written, _HEISEI_BASE)) if found is not None]
    past = [found for found in eras if found <= latest]
    if not past or (western is not None and max(past) < western <= latest):
        return None
    return max(past)


def era_day(written: str, latest: date) -> date | None:
    """The day of YYMMDD in a Japanese era that is not written, not after `latest` and at most ten years before it.

    Years of Reiwa and Heisei of one number are 30 years apart, so at most one day fits. None if none does.
    """
    for base in (_REIWA_BASE, _HEISEI_BASE):
        found = _of_era(written, base)
        if found is not None and latest - _FURTHEST_BACK <= found <= latest:
            return found
    return None


def _of_era(written: str, base: int) -> date | None:
    day = _day(base + int(written[:2]), int(written[2:4]), int(written[4:6]))
    if day is None or (day < _REIWA_BEGINS if base == _REIWA_BASE else day > _HEISEI_ENDS):
        return None
    return day


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
