"""Whatever a bank tells, in whatever form and order: every booking ends in exactly one place, once."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.bank.reports import BankFile, ReportKind
from domain.bank.tallies import untied
from domain.values.money import total
from tests.domain import builders as b
from tests.domain.bank.reports import Fact, Ledger, bank_file, facts, files, report, taken_file, telling

KRW = "KRW"


@settings(max_examples=50)
@given(st.lists(files(), min_size=1, max_size=3, unique_by=repr))
def test_every_booking_of_any_file_ends_in_exactly_one_place(told: list[BankFile]):
    ledger = Ledger()
    for file in told:
        events = ledger.take(file)
        assert not list(untied(events))
        for one, account_report in zip(taken_file(events).reports, file.reports, strict=True):
            assert one.debits == total((e.booked for e in account_report.entries if e.direction == "debit"), KRW)
            assert one.credits == total((e.booked for e in account_report.entries if e.direction == "credit"), KRW)
    movements = Counter(booking.movement for booking in ledger.told)
    assert max(movements.values(), default=1) == 1
    assert ledger.bank == total((booking.amount for booking in ledger.booked), KRW)


@given(facts(), st.data())
def test_bookings_told_in_notifications_and_then_in_a_statement_count_once(told: list[Fact], data: st.DataObject):
    ledger = Ledger()
    cut = data.draw(st.integers(0, len(told)))
    parts = [part for part in (told[:cut], told[cut:]) if part]
    tellings = [
        *(data.draw(telling(part, ReportKind.NOTIFICATION, f"N{number}")) for number, part in enumerate(parts)),
        data.draw(telling(told, ReportKind.STATEMENT, "S1")),
    ]
    for number, one in enumerate(data.draw(st.permutations(tellings))):
        ledger.take(bank_file(one, message=f"M{number}"))
    assert_each_once(ledger, told)


@given(facts(), st.data())
def test_a_file_that_is_repeated_under_another_message_id_changes_nothing(told: list[Fact], data: st.DataObject):
    kind = data.draw(st.sampled_from(ReportKind))
    one = data.draw(telling(told, kind, "R1"))
    ledger = Ledger()
    ledger.take(bank_file(one, message="M1"))
    ledger.take(bank_file(one, message="M2"))
    assert_each_once(ledger, told)


@given(facts(), st.data())
def test_a_statement_in_pages_books_every_booking_once(told: list[Fact], data: st.DataObject):
    whole = data.draw(telling(told, ReportKind.STATEMENT, "S1"))
    ledger = Ledger()
    pages = [report(line, name=f"S1/{number}") for number, line in enumerate(whole.entries, 1)]
    for page in data.draw(st.permutations(pages + pages)):
        ledger.take(bank_file(page, message=page.id))
    assert_each_once(ledger, told)


def assert_each_once(ledger: Ledger, told: list[Fact]) -> None:
    assert ledger.bank == b.krw(sum(one.amount for one in told))
    assert Counter(one.amount.minor for one in ledger.booked) == Counter(one.amount for one in told)
