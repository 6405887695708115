"""Files that wait to go out or to be taken in, refused files, and full disks."""

from datetime import datetime, timedelta

from domain.health.ailment import Ailment, AilmentKind, in_a_sentence

OUTBOX_PATIENCE = timedelta(minutes=1)
INBOX_PATIENCE = timedelta(minutes=1)
LEAST_FREE = 100_000_000
"""Bytes that must be free on a disk: more than a day of ten thousand payments with its logs takes."""


def outbox_lag(waiting: int, oldest: datetime | None, now: datetime, what: str) -> Ailment | None:
    """Files for a bank, or notifications, that should have gone out."""
    if oldest is None or now - oldest < OUTBOX_PATIENCE:
        return None
    return Ailment(
        AilmentKind.OUTBOX,
        what,
        oldest,
        f"{waiting} things wait in the outbox",
        "see that a worker runs and can write to the bank's folder: its log says what keeps it (`gateway.trouble`)",
    )


def unread(account: str, name: str, since: datetime, now: datetime) -> Ailment | None:
    """A file of a bank that should have been taken in."""
    if now - since < INBOX_PATIENCE:
        return None
    return Ailment(
        AilmentKind.INBOX,
        f"{account} {name}",
        since,
        "it arrived from the bank and is not taken in",
        "see that a worker runs and can write to the bank's folder: its log says what keeps it (`gateway.trouble`)",
    )


def file_refused(account: str, name: str, at: datetime, why: str) -> Ailment:
    """A file of a bank that was kept aside."""
    return Ailment(
        AilmentKind.FILE_REFUSED,
        f"{account} {name}",
        at,
        in_a_sentence(why),
        "ask the bank for a correct file; then remove this one from the account's `refused` folder",
    )


def disk_full(folder: str, free: int) -> Ailment | None:
    """A disk without room for the next hours."""
    if free >= LEAST_FREE:
        return None
    return Ailment(
        AilmentKind.DISK,
        folder,
        None,
        f"its disk has {free // 1_000_000} MB left",
        "free space: failed writes are retried and then continue",
    )
