"""An outbox of messages: recorded in the transaction that decides them, and written to the inboxes afterwards."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path


def send(db: sqlite3.Connection, account: str, name: str, build: Callable[[str], bytes], copies: int = 1) -> None:
    """Record a message for an account under a number and `name`. `build` gets its message id.

    A second copy has equal bytes and another number.
    """
    (number,) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM outgoing").fetchone()
    raw = build(f"SBX-{number:010d}")
    for each in range(number, number + copies):
        db.execute(
            "INSERT INTO outgoing (id, account, name, raw) VALUES (?, ?, ?, ?)",
            (each, account, f"{each:010d}-{name}", raw),
        )


def write_files(db: sqlite3.Connection, folders: Path) -> int:
    """Write the recorded messages into the inboxes below `folders` and return their number.

    After a crash before a file is marked as written, equal bytes are written under its name again.
    """
    due = db.execute("SELECT id, account, name, raw FROM outgoing WHERE NOT written ORDER BY id").fetchall()
    for number, account, name, raw in due:
        inbox = folders / account / "inbox"
        inbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        staged = inbox / f".{name}.tmp"
        with staged.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(inbox / name)
        db.execute("UPDATE outgoing SET written = 1 WHERE id = ?", (number,))
    return len(due)
