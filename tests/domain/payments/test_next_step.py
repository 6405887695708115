from datetime import date

import pytest

from domain.payments.next_step import next_step
from domain.payments.payments import Status
from domain.payments.receipts import ReceiptStatus

DUE = date(2025, 2, 14)


@pytest.mark.parametrize("status", [*Status, *ReceiptStatus])
def test_every_status_of_a_payment_and_of_a_receipt_has_a_next_step(status):
    assert next_step(status, "writer", milestone="closing", due_on=None, run=None)


@pytest.mark.parametrize(
    ("status", "changes", "said"),
    [
        ("scheduled", {"milestone": "closing", "due_on": None}, "waits for closing"),
        ("expected", {}, "it falls due"),
        ("due", {}, "a run takes it up"),
        ("due", {"run": "P/1"}, "somebody releases its run"),
        ("held", {}, "somebody resumes it"),
        ("owed", {}, "writer pays it"),
    ],
)
def test_the_next_step_names_who_acts(status, changes, said):
    assert next_step(status, "writer", **({"milestone": None, "due_on": DUE} | changes)) == said
