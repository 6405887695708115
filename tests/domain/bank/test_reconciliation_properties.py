"""Statements in pages, late, out of order and repeated say the same as those that came as they should."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.bank.reconciliation import AccountBooks, complete_day, reconcile
from domain.bank.statements import BankStatement
from tests.domain import builders as b

START = date(2025, 2, 3)
Days = dict[date, list[int]]


@st.composite
def days(draw: st.DrawFn) -> Days:
    """What the bank booked on some days, in minor units, so small that balances come back."""
    amounts = st.lists(st.integers(1, 3) | st.integers(-3, -1), min_size=1, max_size=4)
    gaps = draw(st.lists(st.integers(1, 3), min_size=1, max_size=6))
    return {START + timedelta(days=sum(gaps[: at + 1])): draw(amounts) for at in range(len(gaps))}


def stated(on: date, opening: int, amounts: list[int], page: tuple[int, bool] | None = None) -> BankStatement:
    """A statement of a day, or a page of it: only the first has the opening balance, only the last the closing one."""
    first, last = page is None or page[0] == 1, page is None or page[1]
    return BankStatement(
        account="spc-krw",
        seq=0,
        place=1,
        taken_on=on + timedelta(days=1),
        report=f"S{on}",
        number=None,
        page=page[0] if page else None,
        last_page=last,
        opening=b.krw(opening) if first else None,
        opening_on=on if first else None,
        closing=b.krw(opening + sum(amounts)) if last else None,
        closing_on=on if last else None,
        first_on=on if amounts else None,
        last_on=on if amounts else None,
        bookings=len(amounts),
        net=b.krw(sum(amounts)),
    )


def paged(on: date, opening: int, amounts: list[int]) -> list[BankStatement]:
    """A page for each booking. The closing balance on the last one is that of the whole."""
    pages = [stated(on, opening, [amount], (at, at == len(amounts))) for at, amount in enumerate(amounts, 1)]
    return [*pages[:-1], replace(pages[-1], closing=b.krw(opening + sum(amounts)))]


def books(told: Days) -> AccountBooks:
    return AccountBooks(
        "spc-krw",
        b.krw(sum(map(sum, told.values()))),
        {on: b.krw(sum(amounts)) for on, amounts in told.items()},
    )


def told_by_day(told: Days) -> dict[date, tuple[int, list[int]]]:
    """The opening balance and the bookings of each day."""
    balance, found = 0, {}
    for on, amounts in told.items():
        found[on] = (balance, amounts)
        balance += sum(amounts)
    return found


@given(days(), st.data())
def test_statements_are_reconciled_however_they_come(told: Days, data: st.DataObject):
    sent: list[BankStatement] = []
    for on, (opening, amounts) in told_by_day(told).items():
        one = paged(on, opening, amounts) if data.draw(st.booleans()) else [stated(on, opening, amounts)]
        sent += one * data.draw(st.integers(1, 2))
    came = [replace(one, seq=seq) for seq, one in enumerate(data.draw(st.permutations(sent)))]
    found = reconcile(came, books(told), date.max)
    assert (found.differences, found.difference, found.unexplained) == ((), b.krw(0), b.krw(0))
    assert found.reconciled_until == max(told)
    every = [min(told) + timedelta(days=n) for n in range((max(told) - min(told)).days + 1)]
    assert all(complete_day(came, day) for day in every)
    assert not complete_day(came, max(told) + timedelta(days=1))


@given(days().filter(lambda told: len(told) > 2), st.data())
def test_a_statement_that_did_not_come_is_named_and_all_of_the_difference_is_explained(told: Days, data: st.DataObject):
    by_day = told_by_day(told)
    lost = data.draw(st.sampled_from(sorted(told)[1:-1]))
    net = sum(told[lost])
    came = [stated(on, *each) for on, each in by_day.items() if on != lost]
    without = {on: amounts for on, amounts in told.items() if on != lost}
    found = reconcile(came, books(without), date.max)
    assert (found.difference, found.unexplained) == (b.krw(net), b.krw(0))
    assert [one.kind for one in found.differences] == (["missing-statement"] if net else [])
    assert all(str(day) in one.why for one in found.differences for day in (max(on for on in without if on < lost),))
