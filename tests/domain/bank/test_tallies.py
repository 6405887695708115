"""The sums of a taken file against what became of its bookings."""

import pytest

from domain.bank.reports import References
from domain.bank.tallies import untied
from domain.events import BankFileTaken, BookingsReported, Event, MovementUnmatched
from tests.domain import builders as b
from tests.domain.bank.reports import Ledger, bank_file, detail, entry, report


def taken() -> list[Event]:
    lines = (
        entry(-120_000_000, references=References(end_to_end="HANA.P1")),
        entry(-7, detail(-4), detail(-3)),
        entry(5),
    )
    return Ledger().take(bank_file(report(*lines)))


def changed(events: list[Event], kind: type, **fields: object) -> list[Event]:
    return [one.model_copy(update=fields) if isinstance(one, kind) else one for one in events]


def test_what_the_rules_make_of_a_file_ties_out():
    assert list(untied(taken())) == []


def test_a_booking_that_is_told_and_not_posted_ends_nowhere():
    events = [one for one in taken() if not (isinstance(one, MovementUnmatched) and one.booked == b.krw(5))]
    assert any("ends nowhere" in sentence for sentence in untied(events))


def test_a_booking_that_is_posted_and_not_told_is_named():
    events = [one for one in taken() if not isinstance(one, BookingsReported)]
    assert any("no report told it" in sentence for sentence in untied(events))


def test_a_booking_of_another_amount_than_was_posted_is_named():
    [sentence, *_] = untied(changed(taken(), MovementUnmatched, booked=b.krw(-40)))
    assert "and became suspense KRW -40" in sentence


@pytest.mark.parametrize("field", ["debits", "credits"])
def test_a_sum_of_the_file_that_its_bookings_do_not_make_is_named(field):
    events = taken()
    [file] = [one for one in events if isinstance(one, BankFileTaken)]
    wrong = file.reports[0].model_copy(update={field: b.krw(1)})
    [sentence] = untied(changed(events, BankFileTaken, reports=(wrong,)))
    assert "and became KRW 120000007 and KRW 5" in sentence


def test_a_tally_that_the_bookings_do_not_make_is_named():
    events = taken()
    [file] = [one for one in events if isinstance(one, BankFileTaken)]
    wrong = file.reports[0].model_copy(update={"tallies": file.reports[0].tallies[:1]})
    [sentence] = untied(changed(events, BankFileTaken, reports=(wrong,)))
    assert sentence.startswith("report S1 on spc-krw tallies 1 settles")
