"""Money in suspense: who may allocate it, what it settles, and what stays."""

import pytest
from msgspec.structs import replace

from domain.bank import suspense
from domain.bank.allocation import AllocationContext
from domain.bank.identity import KnownBooking
from domain.bank.movements import BankMovement
from domain.bank.reports import ReportKind
from domain.commands import AllocateMovement
from domain.errors import BadInput, IllegalTransition, NotFound, WrongRole
from domain.events import MovementAllocated, MovementUnmatched
from domain.identity import Person, Role
from domain.ledger.entries import postings
from domain.payments import receipts
from domain.payments.receipts import ReceiptStatus
from domain.values.money import Money
from tests.domain import builders as b

TREASURER = Person("tess", "spc", frozenset({Role.TREASURER}))


def request(to="receipt", name="HANA.C1", amount=None, account="spc-krw"):
    written = None if amount is None else str(amount)
    return AllocateMovement(
        key="k", by="tess", production="HANA", account=account, movement="B9", to=to, name=name, amount=written,
        reason="the payer's advice of 7 March",
    )  # fmt: skip


def booking(amount, movement="B9", **changes):
    told = KnownBooking(
        movement=movement, entry=movement, kind=ReportKind.STATEMENT, report="S1", file="0" * 64, booked_on=b.TODAY,
        value_on=None, amount=amount, references={"servicer": "R9"}, entry_references={}, counterparty="Who?",
        remittance=None, fate="suspense", about="", entry_amount=amount,
    )  # fmt: skip
    return replace(told, **changes)


def movement(open_, name="B9"):
    return None if open_ is None else BankMovement(booking(open_ if open_.minor else b.krw(5), name), open_)


def allocated(open_, command, person=TREASURER, exists=True):
    state = b.owing()
    known = AllocationContext(
        b.agreement(), b.TODAY, movement(open_), payments=state.payments, receipts=state.receipts, exists=exists
    )
    (event,) = suspense.allocate(command, known, person)
    assert isinstance(event, MovementAllocated)
    receipts.apply(state.receipts, event, b.TODAY)
    return event, state


def unmatched(amount, account="spc-krw"):
    return MovementUnmatched(
        account=account, message_id="N9", booked=amount, end_to_end_id=None, counterparty=None, bank_reference="B9",
        why="no expected receipt explains it",
    )  # fmt: skip


def test_money_of_an_expected_receipt_leaves_suspense_and_the_receipt_has_arrived():
    due = b.jpy(90_000_000)
    event, state = allocated(due, request(account="spc-jpy"))
    assert b.balances([unmatched(due, "spc-jpy"), event]) == {
        "asset:bank:spc-jpy JPY": due,
        "asset:commitment:mori JPY": -due,
    }
    assert state.receipts["HANA.C1"].status is ReceiptStatus.RECEIVED


def test_what_is_beyond_a_receipt_stays_in_suspense():
    event, _ = allocated(b.jpy(90_000_007), request(account="spc-jpy"))
    assert event.booked == event.amount == b.jpy(90_000_000)


def test_a_receipt_in_another_currency_is_settled_by_the_amount_that_is_named():
    event, state = allocated(b.krw(67_000_000), request(name="HANA.L1", amount=b.usd(50_000_00)))
    assert (event.booked, event.party) == (b.krw(67_000_000), "streamer")
    assert state.receipts["HANA.L1"].status is ReceiptStatus.RECEIVED


def test_what_a_source_owes_is_settled_by_all_of_it_or_by_the_part_that_is_named():
    event, _ = allocated(b.krw(900), request("source", "tidewater"))
    assert [str(entry.amount) for entry in postings(event)] == ["KRW -900", "KRW 900"]
    part, _ = allocated(b.krw(900), request("source", "tidewater", b.krw(400)))
    assert part.booked == b.krw(400)


def test_a_source_that_owes_in_another_currency_is_settled_at_the_contracts_value_and_the_rest_is_gain_or_loss():
    event, _ = allocated(b.krw(1_400_000), request("source", "tidewater", b.usd(1_000_00)))
    books = b.balances([event])
    assert books["asset:receivable:tidewater USD"] == b.usd(-1_000_00)
    assert books["expense:fx-gain-loss KRW"] == event.contract_value - b.krw(1_400_000)


def test_an_unexplained_debit_can_only_be_the_banks_charge_or_a_source_taking_money_back():
    event, _ = allocated(b.krw(-300), request("charges", ""))
    assert b.balances([event])["expense:bank-charges KRW"] == b.krw(300)
    with pytest.raises(BadInput, match="went out, which is no receipt"):
        allocated(b.krw(-300), request(name="HANA.L1", amount=b.usd(-1)))


@pytest.mark.parametrize(
    ("open_", "command", "error", "words"),
    [
        (None, request(), NotFound, "no movement B9 on spc-krw in suspense"),
        (b.krw(1), request(account="nowhere"), NotFound, "no movement B9 on nowhere"),
        (b.krw(0), request(), IllegalTransition, "is allocated already"),
        (b.krw(5), request(name="HANA.NONE"), NotFound, "expects no money as 'HANA.NONE'"),
        (b.krw(5), request(name="HANA.L1"), BadInput, "is in USD: say how much of it the KRW 5 settle"),
        (b.krw(5), request(name="HANA.L1", amount=b.usd(50_000_01)), BadInput, "less than USD 50000.01"),
        (b.krw(5), request("source", ""), BadInput, "A source has a name: say which it is"),
        (b.krw(5), request("source", "x", b.krw(6)), BadInput, "KRW 5 of .* cannot settle KRW 6"),
        (b.krw(5), request("source", "x", b.krw(-5)), BadInput, "cannot settle KRW -5"),
        (b.krw(5), request("source", "x", b.usd(-5)), BadInput, "cannot settle USD -0.05"),
        (b.krw(5), request("source", "x", Money.parse("TWD 5.00")), BadInput, "does not say what TWD is in KRW"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(open_, command, error, words):
    with pytest.raises(error, match=words):
        allocated(open_, command)


def test_only_a_treasurer_of_the_accounts_owner_may_say_so():
    with pytest.raises(WrongRole):
        allocated(b.krw(5), request("charges", ""), Person("rob", "studio", frozenset({Role.TREASURER})))
