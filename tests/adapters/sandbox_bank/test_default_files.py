"""The files of the default dialect are those of earlier releases, byte for byte. People's test data depend on them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from adapters.sandbox_bank.admin import credit, request_statement
from adapters.sandbox_bank.faults import FaultKind, add_fault
from domain.values.money import Money
from tests.adapters.bank.samples import AGREED, transfer
from tests.adapters.sandbox_bank.customer import KEY

GOLDEN = Path(__file__).parent / "golden"


def everything(customer):
    """Let everything happen that the first release's bank could report; return its files by name."""
    books, on = customer.bank.books, date(2025, 3, 4)
    books.set_rate("USD", "JPY", Decimal("150.5"))
    add_fault(books.db, "E2", FaultKind.REJECT, reason="AC06", seconds=0)
    add_fault(books.db, "E4", FaultKind.RETURN, reason="BE04", seconds=10)
    customer.send(transfer("E1"), transfer("E2"))
    customer.bank.step()
    customer.send(transfer("E3", remittance=""), transfer("E4", "JPY 2000"), message_id="RUN-2")
    customer.send(transfer("E5", "USD 10.01", agreed_rate=AGREED), message_id="RUN-3")
    customer.send(transfer("E6", "USD 20.00"), transfer("E7", "USD 90000.00"), message_id="RUN-4")
    credit(books, KEY, Money(5000, "JPY"), "Streamer & Co", "LICENCE-1", on)
    credit(books, KEY, Money(700, "USD"), "극장 <주>", "두 번째", on)
    customer.bank.step()
    customer.seconds += 10
    customer.ask("E1", "E2", "E9")
    request_statement(books, KEY, on)
    customer.bank.step()
    customer.clock.pass_days(1)
    customer.bank.step()
    return {name: customer.folder.read(KEY, name) for name in customer.folder.waiting(KEY)}


def test_the_default_files_are_those_of_earlier_releases(customer):
    written = everything(customer)
    assert sorted(written) == sorted(path.name for path in GOLDEN.iterdir())
    for name, raw in written.items():
        assert raw == (GOLDEN / name).read_bytes(), name
