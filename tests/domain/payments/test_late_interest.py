"""Late interest: on what was outstanding each day, kept after the money has come, claimed once."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.agreement.clauses import AfterDelivery, LateInterest
from domain.agreement.model import Purpose
from domain.calendar.interest import simple_on_balance
from domain.commands import ClaimLateInterest, WithdrawLateInterest
from domain.errors import BadInput, IllegalTransition, NotFound, WrongRole
from domain.events import LateInterestClaimed, MilestoneSubmitted
from domain.milestones import Milestone
from domain.payments.late_interest import accrued, claim, claimed_of, claimed_when_paid, withdraw
from domain.payments.payments import Status
from domain.payments.receipts import ReceiptStatus, changed_by
from domain.values.money import Money
from tests.domain import builders as b

DUE = b.TODAY
TERMS = LateInterest(annual_percent=Decimal("7.3"))


def day(n):
    return DUE + timedelta(n)


def agreed(terms=TERMS):
    lines = (line.model_copy(update={"late_interest": terms}) for line in b.schedule())
    return b.agreement(lines=tuple(lines))


def state(*received):
    """The state in which C1 (JPY 90 000 000) and P1 are owed, with parts of C1 received on days after the due one."""
    found = b.owing(agreed())
    for n, minor in received:
        found.receipts["HANA.C1"] = changed_by(found.receipts["HANA.C1"], b.jpy(minor), day(n))
    return found


def ask(of="HANA.C1", until=None):
    return ClaimLateInterest(key="k", by="sora", production="HANA", payment=of, until=until, reason="its letter")


def claimed(found, today, terms=TERMS, of="HANA.C1", until=None, person=b.SORA):
    owed = found.receipts.get(of) or found.payments.get(of)
    return claim(ask(of, until), owed, agreed(terms), found.milestones, person, today)


def test_interest_is_on_what_was_outstanding_each_day_and_stays_when_the_money_came_in_parts():
    found = state((10, 40_000_000), (30, 50_000_000))
    # 90 m for 10 days and 50 m for 20 days, at 7.3 % a year: 20 per day and 100 000.
    assert accrued(found.receipts["HANA.C1"], agreed(), {}, day(400)) == b.jpy(90 * 200 * 10 + 50 * 200 * 20)
    assert found.receipts["HANA.C1"].status is ReceiptStatus.RECEIVED


def test_interest_begins_after_the_grace_and_none_is_owed_for_money_in_time():
    terms = TERMS.model_copy(update={"grace_days": 5})
    late, in_time = state((6, 90_000_000)), state((5, 90_000_000))
    assert accrued(late.receipts["HANA.C1"], agreed(terms), {}, day(100)) == b.jpy(18_000)
    assert not accrued(in_time.receipts["HANA.C1"], agreed(terms), {}, day(100)).minor


@pytest.mark.parametrize(("rounded", "minor"), [("half", 1), ("down", 0), ("up", 1)])
def test_interest_is_rounded_once_as_the_terms_say(rounded, minor):
    terms = LateInterest(annual_percent=Decimal("36.5"), rounded=rounded)
    owed = replace(state().receipts["HANA.C1"], amount=b.jpy(500), received=b.jpy(0))
    assert accrued(owed, agreed(terms), {}, day(1)) == b.jpy(minor)


def test_money_that_the_bank_takes_back_is_outstanding_again():
    found = state((10, 90_000_000), (20, -90_000_000), (25, 90_000_000))
    assert accrued(found.receipts["HANA.C1"], agreed(), {}, day(100)) == b.jpy(90 * 200 * 15)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=6), st.integers(0, 80))
def test_interest_on_a_balance_is_the_sum_of_its_days(parts, until):
    settled = [(day(n), Fraction(amount)) for n, amount in parts]
    rates = [(day(3), Fraction(1, 10)), (day(40), Fraction(2, 10))]
    whole = simple_on_balance(Fraction(100), settled, rates, "actual/365", day(until))
    days = Fraction(0)
    for n in range(3, until):
        left = max(Fraction(100) - sum(amount for on, amount in settled if on <= day(n)), Fraction(0))
        days += left * (Fraction(2, 10) if n >= 40 else Fraction(1, 10)) / 365
    assert whole == days


def test_a_claim_is_a_receipt_that_is_owed_at_once_and_posted():
    found = state((10, 90_000_000))
    events = claimed(found, day(30))
    after = b.after(found, events, day(30))
    receipt = after.receipts["HANA.I/C1/1"]
    assert (receipt.status, receipt.amount, receipt.purpose) == (
        ReceiptStatus.OWED,
        b.jpy(180_000),
        Purpose.LATE_INTEREST,
    )
    assert b.balances(events) == {
        "asset:commitment:mori JPY": b.jpy(180_000),
        "income:receipts:late_interest JPY": b.jpy(-180_000),
    }
    with pytest.raises(IllegalTransition, match=r"No late interest of HANA.C1 has accrued .* beyond the JPY 180000"):
        claimed(after, day(31))


def test_a_second_claim_is_for_what_has_accrued_since_the_first():
    found = state()
    found = b.after(found, claimed(found, day(10)), day(10))
    again = claimed(found, day(30), until=day(15))
    assert again[0].amount == b.jpy(90_000)
    assert again[0].claim == "HANA.I/C1/2"


def test_a_claim_that_was_wrong_is_taken_back_and_can_be_raised_again():
    found = state()
    first = claimed(found, day(10))
    found = b.after(found, first, day(10))
    command = WithdrawLateInterest(key="k", by="sora", production="HANA", payment="HANA.I/C1/1", reason="not yet")
    back = withdraw(command, found.receipts["HANA.I/C1/1"], agreed(), b.SORA)
    found = b.after(found, back, day(11))
    assert b.balances([*first, *back]) == {}
    assert found.receipts["HANA.I/C1/1"].status is ReceiptStatus.CANCELLED
    assert claimed(found, day(10))[0].claim == "HANA.I/C1/2"
    with pytest.raises(NotFound, match="no claim of late interest"):
        withdraw(command, found.receipts["HANA.C1"], agreed(), b.SORA)


def test_a_claim_of_which_something_was_received_stays():
    found = state()
    found = b.after(found, claimed(found, day(10)), day(10))
    paid = changed_by(found.receipts["HANA.I/C1/1"], b.jpy(1), day(12))
    command = WithdrawLateInterest(key="k", by="sora", production="HANA", payment=paid.id, reason="not yet")
    with pytest.raises(IllegalTransition, match="take back what settled it first"):
        withdraw(command, paid, agreed(), b.SORA)


def test_a_payment_of_ours_that_was_late_owes_interest_that_goes_out_by_a_run():
    found = state()
    late = replace(found.payments["HANA.P1"], status=Status.SETTLED, settled_on=day(10))
    found.payments["HANA.P1"] = late
    after = b.after(found, events := claimed(found, day(20), of="HANA.P1"), day(20))
    payment = after.payments["HANA.I/P1/1"]
    assert (payment.status, payment.payee, payment.amount) == (Status.SCHEDULED, "vendor-krw", b.krw(240_000))
    assert isinstance(events[0], LateInterestClaimed)
    assert not events[0].incoming
    command = WithdrawLateInterest(key="k", by="sora", production="HANA", payment=payment.id, reason="waived by it")
    after = b.after(after, withdraw(command, payment, agreed(), b.SORA), day(21))
    assert after.payments["HANA.I/P1/1"].status is Status.CANCELLED
    assert after.payments["HANA.P1"].claimed == b.krw(0)


def test_a_law_that_counts_from_the_delivery_holds_whatever_the_due_date_and_the_higher_rate_counts():
    terms = LateInterest(
        annual_percent=Decimal("7.3"), after_delivery=AfterDelivery(days=60, annual_percent=Decimal("14.6"))
    )
    line = replace(state().payments["HANA.P1"], milestone="lock")
    submitted = {"lock": Milestone("lock", submitted_on=day(-55))}
    # Five days at 7.3 % from the due date, then the law's rate alone.
    assert accrued(line, agreed(terms), submitted, day(15)) == b.krw(24_000 * 5 + 48_000 * 10)
    assert accrued(line, agreed(terms), {}, day(15)) == b.krw(24_000 * 15)


def test_the_day_of_the_delivery_is_that_of_the_newest_submission():
    handed_in = MilestoneSubmitted(
        milestone="lock", round=1, by="ji", party="han", evidence=b.SCRIPT, deadline_on=day(9)
    )
    assert b.after(state(), [handed_in], day(3)).milestones["lock"].submitted_on == day(3)


def test_interest_is_claimed_by_rule_as_soon_as_the_rest_is_paid_if_the_agreement_says_so():
    by_rule, before = TERMS.model_copy(update={"claimed": "when_paid"}), state((10, 40_000_000)).receipts
    after = {
        name: one if name != "HANA.C1" else changed_by(one, b.jpy(50_000_000), day(30)) for name, one in before.items()
    }
    events = [*claimed_when_paid(agreed(by_rule), {}, before, after, day(31), "system")]
    assert (events[0].amount, events[0].by) == (b.jpy(90 * 200 * 10 + 50 * 200 * 20), "system")
    assert not [*claimed_when_paid(agreed(), {}, before, after, day(31), "system")]
    assert not [*claimed_when_paid(agreed(by_rule), {}, after, after, day(31), "system")]


@pytest.mark.parametrize(
    ("of", "terms", "until", "person", "error", "words"),
    [
        ("HANA.NONE", TERMS, None, b.SORA, NotFound, "There is no receipt or payment HANA.NONE"),
        ("HANA.C1", None, None, b.SORA, BadInput, "bears no late interest by the agreement"),
        ("HANA.C1", TERMS, day(99), b.SORA, BadInput, "has not accrued yet"),
        ("HANA.C1", TERMS, DUE, b.SORA, IllegalTransition, "No late interest of HANA.C1 has accrued"),
        ("HANA.C1", TERMS, None, b.YUN, WrongRole, "this needs the role treasurer"),
    ],
)
def test_what_bears_no_interest_is_not_claimed(of, terms, until, person, error, words):
    with pytest.raises(error, match=words):
        claimed(state(), day(9), terms, of, until, person)


def test_a_claim_names_what_it_is_about():
    assert (claimed_of("HANA.I/P1-2/3"), claimed_of("HANA.P1")) == ("HANA.P1-2", "HANA.P1")


@pytest.mark.parametrize(
    ("days", "minor"), [("actual/365", 15890), ("actual/360", 16111), ("30/360 US", 16667), ("30/360", 16389)]
)
def test_interest_counts_days_as_the_terms_say(days, minor):
    terms = LateInterest(annual_percent=Decimal(10), days=days)
    owed = replace(state().receipts["HANA.C1"], amount=b.jpy(1_000_000), due_on=date(2025, 2, 1))
    assert accrued(owed, agreed(terms), {}, date(2025, 3, 31)) == Money(minor, "JPY")
