"""A customer of the sandbox bank for the tests: sends orders, steps the bank, and reads what comes back."""

from datetime import datetime, timedelta

from adapters.bank.folder import BankFolder
from adapters.bank.pacs028 import write_enquiry
from adapters.bank.pain001 import write_order
from adapters.bank.read import read_file
from adapters.sandbox_bank.admin import open_account
from adapters.sandbox_bank.bank import SandboxBank
from domain.bank import reports
from domain.bank.first_release.model import AccountReport, StatusReport
from domain.bank.first_release.reading import account_report, status_report
from domain.values.money import Money
from tests.adapters.bank.samples import AT, DEBTOR, enquiry, order

KEY = "MANGA12-spc-jpy"


class FixedClock:
    """Stands where the test puts it."""

    def __init__(self):
        self.at: datetime = AT

    def now(self):
        return self.at

    def pass_days(self, days):
        self.at += timedelta(days=days)


class Customer:
    """One account at a bank of its own below a temporary folder."""

    def __init__(self, data_dir, opening="JPY 1000000", dialect=None):
        self.data_dir = data_dir
        self.clock = FixedClock()
        self.seconds = 1000.0
        self.folder = BankFolder(data_dir / "bank")
        open_account(data_dir, KEY, DEBTOR.number, DEBTOR.currency, opening=Money.parse(opening), dialect=dialect)
        self.bank = self.restart()
        self.files = 0

    def restart(self):
        self.bank = SandboxBank(self.data_dir, self.clock, lambda: self.seconds)
        return self.bank

    def put(self, raw):
        self.files += 1
        self.folder.deliver(KEY, f"{self.files:04}.xml", raw)

    def send(self, *transfers, **fields):
        raw = write_order(order(*transfers, **fields))
        self.put(raw)
        return raw

    def ask(self, *keys, **fields):
        self.put(write_enquiry(enquiry(*keys, **fields)))

    def answers(self):
        """All that is waiting after the bank has worked once, read by Sluice's own reader, in the simplest model."""
        self.bank.step()
        found = []
        for name in self.folder.waiting(KEY):
            message = read_file(self.folder.read(KEY, name))
            simple = status_report if isinstance(message, reports.StatusReport) else account_report
            found.append(simple(message))
            self.folder.archive(KEY, name)
        return found

    def raw_answers(self):
        """The files that are waiting after the bank has worked once, by name."""
        self.bank.step()
        found = {}
        for name in self.folder.waiting(KEY):
            found[name] = self.folder.read(KEY, name)
            self.folder.archive(KEY, name)
        return found

    def exchange(self, *transfers, **fields):
        self.send(*transfers, **fields)
        return self.answers()


def statuses(messages):
    """Of each transfer named in status reports: its verdict and reason."""
    return {
        each.end_to_end_id: (each.verdict.value, each.reason)
        for message in messages
        if isinstance(message, StatusReport)
        for each in message.transfers
    }


def groups(messages):
    """The group verdict and reason of each status report."""
    return [(each.group, each.group_reason) for each in messages if isinstance(each, StatusReport)]


def movements(messages):
    """Of each movement in account reports: end-to-end id, direction and amount."""
    return [
        (each.end_to_end_id, each.direction.value, str(each.booked))
        for message in messages
        if isinstance(message, AccountReport)
        for each in message.movements
    ]
