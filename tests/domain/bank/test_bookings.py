"""What becomes of each booking of a file: payments, receipts, charges and suspense."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from domain import events as e
from domain.bank.bookings import Recorded, needs, taken
from domain.bank.identity import KnownBooking
from domain.bank.messages import Direction
from domain.bank.record import bookings
from domain.bank.reports import (
    AccountReport,
    BankFile,
    Batch,
    BookedEntry,
    EntryDetail,
    EntryType,
    References,
    ReportKind,
)
from domain.bank.zengin.transfers import reference
from domain.ledger.accounts import suspense
from domain.ledger.entries import postings
from domain.state import State, fold
from domain.values.money import Money
from tests.domain import builders as b

DEBIT, CREDIT = Direction.DEBIT, Direction.CREDIT
P1, P2 = b.krw(120_000_000), b.krw(80_000_000)


def entry(amount, direction=DEBIT, *, place="1.1", servicer=None, details=(), **more):
    references = more.pop("references", References(servicer=servicer))
    return BookedEntry(place, b.TODAY, b.TODAY, direction, amount, references, details=details, **more)


def detail(amount, direction=DEBIT, *, end_to_end=None, **more):
    references = more.pop("references", References(end_to_end=end_to_end))
    return EntryDetail(direction, amount, references, **more)


def single(amount, direction=DEBIT, *, place="1.1", servicer=None, entry_more=None, **more):
    """An entry with one detail of the whole amount."""
    return entry(
        amount,
        direction,
        place=place,
        servicer=servicer,
        details=(detail(amount, direction, **more),),
        **(entry_more or {}),
    )


def file(*entries, kind=ReportKind.NOTIFICATION, name="N1", currency="KRW", account="spc-krw"):
    number = b.agreement().account(account).number
    report = AccountReport(kind, name, None, None, number, currency, None, None, entries)
    return BankFile("camt.054.001.08", name, None, (report,))


class Books:
    """A production that takes in files one after the other."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.known: dict[str, list[KnownBooking]] = {}
        self.suspended: dict[str, dict[str, Money]] = {}
        self.files = 0

    def take(self, *entries, terms=None, **more) -> list[e.Event]:
        self.files += 1
        terms = terms or b.agreement()
        recorded = Recorded(self.state.payments, self.state.receipts, self.state.runs, self.known, self.suspended)
        told = file(*entries, **more)
        assert needs(terms, told, f"{self.files:064x}")
        # The digits that name a booking's file are the first of its hash.
        events = taken(terms, "spc-krw", told, f"{self.files:010}{'0' * 54}", recorded, b.TODAY)
        self.state = fold(self.state, [(event, b.TODAY) for event in events])
        for (account, _), booking in bookings(events).items():
            self.known.setdefault(account, []).append(booking)
        for posted in (line for event in events for line in postings(event)):
            if posted.account == suspense("spc-krw"):
                open_ = self.suspended.setdefault("spc-krw", {})
                open_[posted.about] = open_.get(posted.about, b.krw(0)) - posted.amount
        return events

    def status(self, name: str) -> str:
        return str(self.state.payments[f"HANA.{name}"].status)

    @property
    def open(self) -> dict[str, int]:
        return {name: amount.minor for name, amount in self.suspended.get("spc-krw", {}).items() if amount.minor}


@pytest.fixture
def books():
    return Books(b.at_the_bank()[0])


@pytest.fixture
def dollars():
    return Books(b.at_the_bank(currency="USD")[0])


def fates(events):
    return [
        (one.fate, one.about) for event in events if isinstance(event, e.BookingsReported) for one in event.bookings
    ]


def why(events):
    return [event.why for event in events if isinstance(event, e.MovementUnmatched)]


def answers(events):
    return [event.answer for event in events if isinstance(event, e.AnswerContradicted)]


def test_a_debit_under_our_id_settles(books):
    assert fates(books.take(single(P1, end_to_end="HANA.P1"))) == [("settles", "HANA.P1")]
    assert books.status("P1") == "settled"


def test_an_amount_that_no_charge_explains_is_a_contradiction(books):
    events = books.take(single(P1 + b.krw(500), end_to_end="HANA.P1"))
    assert fates(events) == [("suspense", "")]
    assert answers(events) == ["settled KRW 120000500"]
    assert why(events) == [
        "payment HANA.P1 is of KRW 120000000, and the bank names no charges or rate that explain this"
    ]
    assert books.status("P1") == "submitted"


def test_named_charges_must_explain_the_whole_difference(books):
    assert fates(books.take(single(P1 + b.krw(500), end_to_end="HANA.P1", charges=(b.krw(400),)))) == [("suspense", "")]
    second = single(P2 + b.krw(500), end_to_end="HANA.P2", charges=(b.krw(300), b.krw(200)))
    assert fates(books.take(second)) == [("settles", "HANA.P2")]


def test_charges_beside_the_exact_amount_are_booked_elsewhere(books):
    (settled,) = (
        x for x in books.take(single(P1, end_to_end="HANA.P1", charges=(b.krw(400),))) if x.type == "payments-settled"
    )
    assert settled.payments[0].charges is None


def limited():
    terms = b.agreement()
    accounts = tuple(
        one.model_copy(update={"charges_up_to": b.krw(1_000)}) if one.id == "spc-krw" else one for one in terms.accounts
    )
    return terms.model_copy(update={"accounts": accounts})


def test_charges_above_the_accounts_limit_wait_for_a_person(books):
    paid = single(P1 + b.krw(1_001), end_to_end="HANA.P1", charges=(b.krw(1_001),))
    assert fates(books.take(paid, terms=limited())) == [("suspense", "")]
    fee = entry(b.krw(1_001), place="1.2", type=EntryType.CHARGE)
    events = books.take(fee, terms=limited())
    assert why(events) == ["the bank's charges are KRW 1001, and up to KRW 1000 are taken without a person"]
    assert fates(books.take(entry(b.krw(1_000), place="1.3", type=EntryType.CHARGE), terms=limited())) == [
        ("charge", "")
    ]


def test_a_second_debit_of_a_settled_payment_waits(books):
    books.take(single(P1, end_to_end="HANA.P1", servicer="R1"))
    events = books.take(single(P1, end_to_end="HANA.P1", servicer="R2"), name="N2")
    assert (fates(events), answers(events)) == ([("suspense", "")], ["settled KRW 120000000"])


def test_the_number_of_a_zengin_transfer_is_enough(books):
    events = books.take(entry(P1, references=References(end_to_end=reference("HANA.P1"))))
    assert fates(events) == [("settles", "HANA.P1")]
    assert fates(books.take(single(P2, end_to_end="1" * 20), name="N2")) == [("suspense", "")]


def test_an_id_in_the_text_is_enough(books):
    assert fates(books.take(entry(P1, text="OUR REF: HANA.P1."))) == [("settles", "HANA.P1")]


def test_an_id_that_only_begins_like_ours_is_another(books):
    assert fates(books.take(entry(P1, text="HANA.P12 XHANA.P1 HANA.P1-X"))) == [("suspense", "")]


def batch(books, count=2, total=None):
    (run,) = books.state.runs.values()
    return Batch(run.message_id, run.message_id, count, total)


def test_one_sum_settles_a_run(books):
    events = books.take(entry(P1 + P2, batch=batch(books)))
    assert fates(events) == [("settles", "HANA.P1"), ("settles", "HANA.P2")]
    assert books.open == {}


@pytest.mark.parametrize(("amount", "count"), [(P1 + P2, 3), (P1 + P2 - b.krw(1), 2), (P1, 1)])
def test_one_sum_settles_nothing_unless_count_and_sum_agree(books, amount, count):
    assert fates(books.take(entry(amount, batch=batch(books, count)))) == [("suspense", "")]


@pytest.mark.parametrize(("amount", "settled"), [(P1, ["HANA.P1"]), (P1 + P2, ["HANA.P1", "HANA.P2"])])
def test_one_sum_is_of_the_payments_that_the_bank_accepted_or_of_all_that_it_was_sent(books, amount, settled):
    (run,) = books.state.runs
    line = e.RejectedPayment(payment="HANA.P2", reason="AC04", words=None)
    rejected = e.PaymentsRejected(run=run, message_id="S", payments=(line,))
    books.state = fold(books.state, [(rejected, b.TODAY)])
    events = books.take(entry(amount, batch=batch(books, len(settled))))
    assert fates(events) == [("settles", name) for name in settled]


def test_one_sum_with_a_named_charge_settles_and_charges(books):
    events = books.take(entry(P1 + P2 + b.krw(300), batch=batch(books), charges=b.krw(300)))
    assert fates(events) == [("settles", "HANA.P1"), ("settles", "HANA.P2"), ("charge", "")]


def test_one_sum_repeats_payments_that_were_notified_one_by_one(books):
    books.take(single(P1, end_to_end="HANA.P1", servicer="R1"))
    events = books.take(entry(P1 + P2, servicer="B1", batch=batch(books)), kind=ReportKind.STATEMENT, name="S1")
    assert sorted(fate for fate, _ in fates(events)) == ["known", "settles"]
    assert (books.status("P2"), books.open) == ("settled", {})


def test_one_sum_repeats_payments_that_were_notified_with_their_charges_though_one_came_back(books):
    fee = b.krw(500)
    for place, amount, name in (("1.1", P1, "HANA.P1"), ("1.2", P2, "HANA.P2")):
        books.take(single(amount + fee, place=place, end_to_end=name, charges=(fee,)), name=name)
    books.take(single(P1, CREDIT, end_to_end="HANA.P1"), name="N3")
    lump = entry(P1 + P2 + fee + fee, batch=batch(books), charges=fee + fee)
    assert fates(books.take(lump, kind=ReportKind.STATEMENT, name="S1")) == [
        ("known", "0000000001:1.1"),
        ("known", "0000000002:1.2"),
    ]
    assert (books.status("P1"), books.open) == ("returned", {})


def test_details_that_follow_a_sum_are_known(books):
    books.take(entry(P1 + P2, servicer="B1", batch=batch(books)))
    one_by_one = (
        single(P1, end_to_end="HANA.P1", servicer="R1"),
        single(P2, end_to_end="HANA.P2", servicer="R2", place="1.2"),
    )
    assert [fate for fate, _ in fates(books.take(*one_by_one, kind=ReportKind.STATEMENT, name="S1"))] == ["known"] * 2


def test_details_explain_a_sum_that_was_in_suspense(books):
    books.take(entry(P1 + P2, servicer="B1"))
    assert len(books.open) == 1
    details = (detail(P1, end_to_end="HANA.P1"), detail(P2, end_to_end="HANA.P2"))
    events = books.take(entry(P1 + P2, servicer="B1", details=details), kind=ReportKind.STATEMENT, name="S1")
    assert [fate for fate, _ in fates(events)] == ["known", "known"]
    assert (books.status("P1"), books.status("P2"), books.open) == ("settled", "settled", {})


def test_a_converted_debit_settles_if_the_bank_says_what_it_paid(dollars):
    u1 = dollars.state.payments["HANA.U1"].amount
    booked = single(b.krw(16_682_087), end_to_end="HANA.U1", instructed=u1)
    assert fates(dollars.take(booked)) == [("settles", "HANA.U1")]


@pytest.mark.parametrize("instructed", [None, b.usd(1)])
def test_a_converted_debit_of_another_or_unknown_amount_waits(dollars, instructed):
    events = dollars.take(single(b.krw(16_682_087), end_to_end="HANA.U1", instructed=instructed))
    assert fates(events) == [("suspense", "")]


def test_charges_within_a_converted_debit_are_known_by_the_banks_rate(dollars):
    u1 = dollars.state.payments["HANA.U1"].amount
    more = {"instructed": u1, "rate": Decimal("1351.25"), "charges": (b.krw(8_000),)}
    (settled,) = (
        x
        for x in dollars.take(single(b.krw(16_682_086 + 8_000), end_to_end="HANA.U1", **more))
        if x.type == "payments-settled"
    )
    assert settled.payments[0].charges == b.krw(8_000)
    accounts = {line.account: line.amount for line in postings(settled)}
    assert accounts["expense:bank-charges"] == b.krw(8_000)


def test_money_that_comes_back_under_our_id_is_a_return(books):
    books.take(single(P1, end_to_end="HANA.P1"))
    back = entry(P1, CREDIT, type=EntryType.RETURN, text="RETURN HANA.P1 ACCOUNT CLOSED")
    assert fates(books.take(back, name="N2")) == [("returns", "HANA.P1")]
    assert books.status("P1") == "returned"


def test_a_return_less_charges_needs_them_named(books):
    books.take(single(P1, end_to_end="HANA.P1"), single(P2, end_to_end="HANA.P2", place="1.2"))
    less = single(P1 - b.krw(900), CREDIT, end_to_end="HANA.P1", type=EntryType.RETURN)
    assert fates(books.take(less, name="N2")) == [("suspense", "")]
    named = single(P2 - b.krw(900), CREDIT, end_to_end="HANA.P2", type=EntryType.RETURN, charges=(b.krw(900),))
    assert fates(books.take(named, name="N3")) == [("returns", "HANA.P2")]


def test_a_return_that_stands_before_the_debit_in_its_report_is_a_return_all_the_same(books):
    back = single(P1, CREDIT, place="1.1", end_to_end="HANA.P1")
    assert fates(books.take(back, single(P1, place="1.2", end_to_end="HANA.P1"))) == [
        ("settles", "HANA.P1"),
        ("returns", "HANA.P1"),
    ]
    assert (books.status("P1"), books.open) == ("returned", {})


def test_a_return_that_came_before_the_debit_is_explained_when_one_report_tells_both(books):
    back = single(P1, CREDIT, place="1.1", end_to_end="HANA.P1")
    assert fates(books.take(back)) == [("suspense", "")]
    books.take(back, single(P1, place="1.2", end_to_end="HANA.P1"), kind=ReportKind.STATEMENT, name="S1")
    assert (books.status("P1"), books.open) == ("returned", {})


def test_a_return_that_names_nobody_waits(books):
    assert why(books.take(entry(P1, CREDIT, type=EntryType.RETURN))) == ["it is a return, and names no payment of ours"]


@pytest.fixture
def expecting():
    """A licence fee of USD 50,000.00 is owed, and a contribution of JPY."""
    return Books(b.owing())


def test_a_receipt_in_another_currency_is_matched_by_the_payers_amount(expecting):
    came = single(b.krw(67_562_500), CREDIT, instructed=b.usd(50_000_00), remittance="HANA.L1")
    assert fates(expecting.take(came)) == [("received", "HANA.L1")]
    assert expecting.state.receipts["HANA.L1"].status == "received"


def test_what_is_more_than_expected_waits(expecting):
    came = single(b.krw(67_562_500), CREDIT, instructed=b.usd(60_000_00), remittance="HANA.L1")
    assert why(expecting.take(came)) == ["it is more than receipt HANA.L1 expects"]
    assert expecting.open


def test_a_reversed_credit_in_suspense_leaves_it_with_its_reversal(books):
    books.take(single(b.krw(5), CREDIT, servicer="R1"))
    events = books.take(single(b.krw(5), DEBIT, servicer="R1", entry_more={"reversal": True}), name="N2")
    assert fates(events) == [("reverses", "0000000001:1.1")]
    assert books.open == {}


def test_money_that_comes_again_after_a_reversal_is_received_whatever_stands_first(expecting):
    told = {"instructed": b.usd(50_000_00), "remittance": "HANA.L1"}
    came = single(b.krw(67_562_500), CREDIT, servicer="R1", **told)
    back = single(b.krw(67_562_500), place="1.2", servicer="R1", entry_more={"reversal": True})
    assert fates(expecting.take(came)) == [("received", "HANA.L1")]
    events = expecting.take(single(b.krw(67_562_500), CREDIT, servicer="R2", **told), back, name="N2")
    assert [fate for fate, _ in fates(events)] == ["reverses", "received"]
    assert expecting.state.receipts["HANA.L1"].status == "received"
    assert expecting.open == {}


def test_a_reversal_of_nothing_known_waits(books):
    events = books.take(single(b.krw(5), servicer="R1", entry_more={"reversal": True}))
    assert why(events) == ["it reverses a credit, and no booking of this amount and reference is known"]


def test_a_reversed_debit_returns_its_payment(books):
    books.take(single(P1, end_to_end="HANA.P1", servicer="R1"))
    back = single(P1, CREDIT, servicer="R1", entry_more={"reversal": True})
    assert fates(books.take(back, name="N2")) == [("returns", "HANA.P1")]


def test_a_booking_that_may_be_an_earlier_one_waits_and_names_it(books):
    books.take(entry(b.krw(7), CREDIT))
    events = books.take(entry(b.krw(7), CREDIT), name="N2")
    assert why(events) == ["it may be movement 0000000001:1.1, which another report told before"]


def test_a_statement_explains_what_a_notification_left_in_suspense(books):
    books.take(entry(P1))
    assert len(books.open) == 1
    books.take(single(P1, end_to_end="HANA.P1"), kind=ReportKind.STATEMENT, name="S1")
    assert (books.status("P1"), books.open) == ("settled", {})


def test_a_lump_in_suspense_that_is_told_again_with_its_order_is_the_orders(books):
    books.take(entry(P1 + P2, servicer="B1"))
    events = books.take(entry(P1 + P2, servicer="B1", batch=batch(books)), kind=ReportKind.STATEMENT, name="S1")
    assert fates(events) == [("known", "0000000001:1.1")]
    assert (books.status("P1"), books.status("P2"), books.open) == ("settled", "settled", {})


def test_a_lump_with_a_named_charge_that_is_told_again_with_its_order_is_the_orders_and_a_charge(books):
    fee = b.krw(300)
    books.take(entry(P1 + P2 + fee, servicer="B1"))
    again = entry(P1 + P2 + fee, servicer="B1", batch=batch(books), charges=fee)
    assert fates(books.take(again, kind=ReportKind.STATEMENT, name="S1")) == [("known", "0000000001:1.1")]
    assert (books.status("P1"), books.status("P2"), books.open) == ("settled", "settled", {})


def test_a_lump_that_is_told_again_after_one_of_its_payments_was_booked_waits_for_a_person(books):
    books.take(entry(P1 + P2, servicer="B1"))
    books.take(single(P1, end_to_end="HANA.P1", servicer="R1"), name="N2")
    books.take(entry(P1 + P2, servicer="B1", batch=batch(books)), kind=ReportKind.STATEMENT, name="S1")
    assert books.open == {"0000000001:1.1": -(P1 + P2).minor}


@pytest.mark.parametrize("on", [b.TODAY, b.TODAY + timedelta(days=3)])
def test_a_return_that_was_told_before_its_debit_is_explained_when_the_debit_comes(books, on):
    back = replace(single(P1, CREDIT, end_to_end="HANA.P1", reason="AC04"), booked_on=on)
    books.take(back)
    assert (books.status("P1"), list(books.open)) == ("submitted", ["0000000001:1.1"])
    events = books.take(single(P1, end_to_end="HANA.P1"), name="N2")
    assert fates(events) == [("settles", "HANA.P1")]
    assert (books.status("P1"), books.open) == ("returned", {})


def test_a_return_that_was_told_before_the_sum_with_its_debit_is_explained_too(books):
    books.take(single(P1, CREDIT, end_to_end="HANA.P1"))
    books.take(entry(P1 + P2, batch=batch(books)), name="N2")
    assert (books.status("P1"), books.status("P2"), books.open) == ("returned", "settled", {})


@pytest.mark.parametrize("other", [{"end_to_end": "HANA.P2"}, {"servicer": "R9"}, {"end_to_end": "HANA.P1.2"}])
def test_what_came_back_of_another_payment_or_attempt_stays_in_suspense(books, other):
    books.take(single(P1, CREDIT, **other))
    books.take(single(P1, end_to_end="HANA.P1"), name="N2")
    assert (books.status("P1"), list(books.open)) == ("settled", ["0000000001:1.1"])


def test_a_report_of_a_stranger_is_left_out(books):
    told = AccountReport(ReportKind.STATEMENT, "S", None, None, "999", "KRW", None, None, ())
    stranger = BankFile("x", "M", None, (told,))
    (event,) = taken(b.agreement(), "spc-krw", stranger, "0" * 64, Recorded({}, {}, {}), b.TODAY)
    assert event.left_out == ("999",)
