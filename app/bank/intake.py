"""Bank file intake: it takes in the files that the bank left in the accounts' folders.

A file is archived only after its transaction has committed. After a crash the same bytes are taken in again, which
changes nothing.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import structlog

from adapters.bank.folder import folder_of
from adapters.bank.xml import BadBankFile
from adapters.db.queries.agreement import productions
from adapters.sandbox_bank import admin
from app.bootstrap import Services
from domain.agreement.model import Account, Control
from domain.errors import NotFound

log = structlog.get_logger()


class BankFileIntake:
    """Takes in files for every account that we control."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._opened: set[str] = set()

    def take_waiting(self, trouble: list[Exception]) -> int:
        """Take in every waiting file and return their number. Errors go to `trouble`, and their files stay."""
        taken = 0
        for production, account in self._accounts():
            folder = folder_of(production, account.id)
            try:
                self._open_in_sandbox(folder, account)
                waiting = self._services.folder.waiting(folder)
            except Exception as error:  # noqa: BLE001 - the caller raises it, together with the others
                error.add_note(f"folder {folder}")
                trouble.append(error)
                continue
            for name in waiting:
                try:
                    taken += self._take(production, account.id, name)
                except Exception as error:  # noqa: BLE001 - the caller raises it, together with the others
                    error.add_note(f"file {name} in {folder}")
                    trouble.append(error)
        return taken

    def _take(self, production: str, account: str, name: str) -> bool:
        """Take in or refuse a file. Return False if it is still being written, or is gone."""
        folder = folder_of(production, account)
        try:
            raw = self._services.folder.read(folder, name)
            if self._services.folder.may_grow(folder, name, raw):
                return False
        except NotFound:
            return False  # another worker has put it away
        except BadBankFile as error:  # too large to be read or recorded
            why: str | None = error.sentence
        else:
            why = self._services.bank.take(production, account, name, raw)
        with suppress(FileNotFoundError, NotFound):  # another worker has put it away
            if why is None:
                self._services.folder.archive(folder, name)
            else:
                self._services.folder.keep_aside(folder, name, why)
                log.warning("bank.file_refused", production=production, account=account, name=name, why=why)
        return True

    def _accounts(self) -> Iterator[tuple[str, Account]]:
        with self._services.store.reading() as records:
            rows = productions(records.connection)
            agreements = [self._services.handler.agreements.of(records, row.document) for row in rows]
        for agreement in agreements:
            for account in agreement.accounts:
                if account.control is Control.CONTROLLED:
                    yield agreement.production, account

    def _open_in_sandbox(self, folder: str, account: Account) -> None:
        """Open the account once at the sandbox bank, with money. Accounts at a real bank exist already."""
        if self._services.settings.bank_mode != "sandbox" or folder in self._opened:
            return
        today = self._services.handler.clock.now().date()
        number, currency, data = account.number, account.currency, self._services.settings.data
        admin.open_with_funds(data, folder, number, currency, iban=account.iban, on=today - timedelta(days=1))
        self._opened.add(folder)
