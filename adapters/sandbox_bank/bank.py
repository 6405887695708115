"""The sandbox bank's loop: it takes files from the outboxes and puts its answers into the inboxes."""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Event

from adapters.clock import Clock
from adapters.sandbox_bank.admin import books_path, folders_path
from adapters.sandbox_bank.bookings import Moment, bring_back, settle
from adapters.sandbox_bank.books import BankBooks
from adapters.sandbox_bank.intake import read_file
from adapters.sandbox_bank.orders import answer_enquiry, answer_order, take_order
from adapters.sandbox_bank.outgoing import write_files
from adapters.sandbox_bank.received import ReceivedOrder, Unreadable
from adapters.sandbox_bank.reports import close_days, notify, state
from domain.errors import Refused

_POLL_SECONDS = 0.05
_DUE = """
SELECT EXISTS (SELECT 1 FROM transfer WHERE state = 'waiting' AND due_at <= :now)
    OR EXISTS (SELECT 1 FROM transfer WHERE state = 'booked' AND return_at <= :now)
    OR EXISTS (SELECT 1 FROM posting WHERE notify = 'due') OR EXISTS (SELECT 1 FROM statement WHERE NOT done)
"""


class SandboxBank:
    """A bank whose customers are the accounts in its books. Each account exchanges files through a folder.

    A file is claimed by a rename, recorded in one transaction, and only then put away. A kill -9 in between neither
    loses it nor records it twice. `seconds` is the clock for delays; business dates come from `clock`.
    """

    def __init__(self, data_dir: Path, clock: Clock, seconds: Callable[[], float] = time.time) -> None:
        self._home = books_path(data_dir).parent
        self._folders = folders_path(data_dir)
        self._clock = clock
        self._seconds = seconds
        self._day: date | None = None
        self.books = BankBooks(books_path(data_dir))

    def close(self) -> None:
        """Close the books."""
        self.books.close()

    def effects(self, end_to_end_id: str) -> int:
        """Return how many times money left an account for this payment; see `Books.effects`."""
        return self.books.effects(end_to_end_id)

    def run(self, stop: Event) -> None:
        """Work until `stop` is set.

        Raises:
            Refused: another sandbox bank is at work on the same books.
        """
        with (self._home / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Refused(f"Another sandbox bank is at work in {self._home}: stop it first.") from None
            while not stop.is_set():
                if not self.step():
                    stop.wait(_POLL_SECONDS)

    def step(self) -> bool:
        """Do all pending work once; return whether there was any."""
        written = write_files(self.books.db, self._folders)
        accounts = self.books.accounts()
        taken = 0
        for account in accounts:
            for claim in self._claimed(account):
                self._take(account, claim)
                taken += 1
        worked = self._work_off(accounts)
        return bool(written + taken + worked + write_files(self.books.db, self._folders))

    def _claimed(self, account: str) -> list[Path]:
        """Move new files to a folder that only the bank touches; return all files there, oldest first."""
        claims = self._home / "intake" / account
        claims.mkdir(mode=0o700, parents=True, exist_ok=True)
        outbox = self._folders / account / "outbox"
        outbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.scandir(outbox) as entries:
            found = sorted(each.name for each in entries if not each.name.startswith("."))
        for name in found:
            (outbox / name).rename(claims / f"{time.time_ns()}-{name[-100:]}")
        with os.scandir(claims) as entries:
            return sorted(Path(each.path) for each in entries)

    def _take(self, account: str, claim: Path) -> None:
        key = f"{account}/{claim.name}"
        done = self.books.db.execute("SELECT 1 FROM received WHERE claim = ?", (key,)).fetchone()
        if done is None:
            self._record(account, claim, key)
        kept = self._home / "received" / account
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        claim.replace(kept / claim.name)

    def _record(self, account: str, claim: Path, key: str) -> None:
        raw = claim.read_bytes() if claim.is_file() and not claim.is_symlink() else b""
        sha256 = hashlib.sha256(raw).hexdigest()
        now = self._now()
        with self.books.transaction() as db:
            try:
                message = read_file(raw, now.at.date(), self.books.dialect(account).sheet)
            except Unreadable as error:
                outcome = f"unreadable: {error}"
            else:
                if isinstance(message, ReceivedOrder):
                    outcome = take_order(self.books, account, message, sha256, now)
                else:
                    outcome = answer_enquiry(self.books, account, message, now)
            notify(self.books, account, now)
            db.execute("INSERT INTO received VALUES (?, ?, ?, ?)", (key, account, sha256, outcome))

    def _work_off(self, accounts: list[str]) -> int:
        """Book and report what is due: delays, returns, credits, statements and the end of a day."""
        now = self._now()
        new_day = now.at.date() != self._day
        (due,) = self.books.db.execute(_DUE, {"now": now.seconds}).fetchone()
        if not due and not new_day:
            return 0
        with self.books.transaction():
            bring_back(self.books, now)
            for account in accounts:
                for order_id in settle(self.books, account, now):
                    answer_order(self.books, account, order_id, now)
                notify(self.books, account, now)
                if new_day:
                    close_days(self.books, account, now)
            state(self.books, now)
        self._day = now.at.date()
        return int(due)

    def _now(self) -> Moment:
        return Moment(self._clock.now(), self._seconds())
