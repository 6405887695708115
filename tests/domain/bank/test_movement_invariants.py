"""Whatever is said of movements and taken back: suspense and what was allocated are together what the bank booked."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.events import MovementAllocated
from domain.ledger.entries import postings
from domain.values.money import total
from tests.domain import builders as b
from tests.domain.bank.movement_books import BOOKED, STEPS, booked, stepped

BANK = "asset:bank:spc-krw KRW"


@settings(max_examples=300)
@given(BOOKED, st.lists(STEPS, max_size=25))
def test_suspense_and_allocated_are_what_was_booked_and_the_bank_account_keeps_its_balance(amounts, steps):
    books = booked(amounts)
    held = books.balances().get(BANK, b.krw(0))
    for name, what in steps:
        for event in stepped(books, name, what):
            assert sum(entry.amount.minor for entry in postings(event) if entry.amount.currency == "KRW") == 0
        standing = {name: [one for _, one in books.movement(name).standing()] for name in amounts}
        for each, amount in amounts.items():
            left, allocated = books.open(each), total((one.booked for one in standing[each]), "KRW")
            assert left + allocated == b.krw(amount)
            assert 0 <= left.minor * (1 if amount > 0 else -1) <= abs(amount)
        twice = (one.booked for each in standing.values() for one in each if one.to == "duplicate")
        assert books.balances().get(BANK, b.krw(0)) + total(twice, "KRW") == held


@settings(max_examples=100)
@given(BOOKED, st.lists(STEPS, max_size=12))
def test_what_is_said_and_taken_back_at_once_changes_neither_payments_nor_receipts_nor_balances(amounts, steps):
    books = booked(amounts)
    for name, what in steps:
        before = standing_of(books)
        made = stepped(books, name, what)
        if made and isinstance(made[0], MovementAllocated):
            books.undo(name)
            assert standing_of(books) == before
            stepped(books, name, what)


def standing_of(books):
    """Payments, receipts, credits and balances. What is taken back stays on record, as cancelled or as its negative."""
    payments = {
        name: replace(one, repaid=one.repaid if one.repaid is not None and one.repaid.minor else None)
        for name, one in books.state.payments.items()
        if one.purpose != "refund"
    }
    credits_ = {name: one.amount for name, one in books.state.credits.items() if one.amount.minor}
    return payments, dict(books.state.receipts), credits_, books.balances()
