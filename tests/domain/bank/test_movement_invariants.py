"""Whatever is said of movements and taken back: suspense and what was allocated are together what the bank booked."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import SluiceError
from domain.events import MovementAllocated
from domain.ledger.entries import postings
from domain.values.money import total
from tests.domain import builders as b
from tests.domain.bank.movement_books import at_the_bank

AMOUNTS = (-120_000_000, -80_000_000, -500, -300, 300, 500, 120_000_000)
NAMES = tuple(f"M{number}" for number in range(4))
TARGETS = (
    ("payment", "HANA.P1", {}),
    ("payment", "HANA.P2", {"charges": "KRW 10"}),
    ("return", "HANA.P1", {}),
    ("receipt", "HANA.L1", {"amount": "USD 10.00"}),
    ("receipt", "HANA.L1", {"amount": "USD 50000.00"}),
    ("source", "tidewater", {}),
    ("production", "DURI", {"amount": "KRW 100"}),
    ("charges", "", {}),
    ("charges", "", {"amount": "KRW -100"}),
    ("interest", "", {}),
    ("interest", "", {"amount": "KRW 200"}),
    ("refund", "vendor-krw", {}),
    *(("duplicate", name, {}) for name in NAMES),
    *(("reversal", name, {}) for name in NAMES),
)
STEPS = st.one_of(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(TARGETS)),
    st.tuples(st.sampled_from(NAMES), st.sampled_from((None, 1, 2))),
)


def duplicates(books):
    """What was taken off the bank account again, because it was told twice."""
    standing = (one for name in NAMES for _, one in books.movement(name).standing())
    return total((one.booked for one in standing if one.to == "duplicate"), "KRW")


@settings(max_examples=300)
@given(st.lists(st.sampled_from(AMOUNTS), min_size=4, max_size=4), st.lists(STEPS, max_size=25))
def test_suspense_and_allocated_are_what_was_booked_and_the_bank_account_keeps_its_balance(amounts, steps):
    books = at_the_bank()
    for name, amount in zip(NAMES, amounts, strict=True):
        books.booked(name, b.krw(amount))
    booked = books.balances().get("asset:bank:spc-krw KRW", b.krw(0))
    for name, what in steps:
        try:
            made = (
                books.undo(name, what)
                if what is None or isinstance(what, int)
                else books.allocate(name, *what[:2], **what[2])
            )
        except SluiceError:
            continue
        assert all(
            sum(entry.amount.minor for entry in postings(one) if entry.amount.currency == "KRW") == 0 for one in made
        )
        for each, amount in zip(NAMES, amounts, strict=True):
            movement = books.movement(each)
            allocated = total((one.booked for _, one in movement.standing()), "KRW")
            assert movement.open + allocated == b.krw(amount)
            assert 0 <= movement.open.minor * (1 if amount > 0 else -1) <= abs(amount)
        now = books.balances().get("asset:bank:spc-krw KRW", b.krw(0))
        assert now + duplicates(books) == booked


@settings(max_examples=100)
@given(st.lists(st.sampled_from(AMOUNTS), min_size=4, max_size=4), st.lists(STEPS, max_size=12))
def test_what_is_said_and_taken_back_at_once_changes_neither_payments_nor_receipts_nor_balances(amounts, steps):
    books = at_the_bank()
    for name, amount in zip(NAMES, amounts, strict=True):
        books.booked(name, b.krw(amount))
    for name, what in steps:
        before = (settled(books), dict(books.state.receipts), books.balances())
        try:
            made = (
                books.undo(name, what)
                if what is None or isinstance(what, int)
                else books.allocate(name, *what[:2], **what[2])
            )
        except SluiceError:
            continue
        if isinstance(made[0], MovementAllocated):
            books.undo(name)
            assert (settled(books), dict(books.state.receipts), books.balances()) == before
            books.allocate(name, *what[:2], **what[2])


def settled(books):
    """The payments that are not refunds: a refund that is taken back stays on record as cancelled."""
    return {name: one for name, one in books.state.payments.items() if one.purpose != "refund"}
