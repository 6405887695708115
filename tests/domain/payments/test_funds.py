"""What a run takes from its account, what is there for it, and when it is refused."""

from dataclasses import replace as changed
from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from domain.agreement.model import Agreement, Control, FxRule
from domain.bank.balances import KnownBalance
from domain.errors import Overdrawn
from domain.events import ReleasedAgainst, RunReleased
from domain.payments.attempts import Doubt
from domain.payments.funds import Funds, debit, lock_name, on_its_way, overdrawn, released_against, shares, there
from domain.payments.payments import Status
from domain.values.money import Money
from tests.domain import builders as b

TERMS = b.agreement()
DAY = date(2026, 3, 31)


def funds(balance: int | None, out: int = 0, takes: int = 100, overdraft: int = 0) -> Funds:
    known = None if balance is None else KnownBalance(b.krw(balance), "statement", DAY)
    return Funds(known, b.krw(out), b.krw(takes), b.krw(overdraft))


def run_of(currency: str = "KRW"):
    state, name = b.prepared(b.owing(), currency=currency)
    return state, state.runs[name]


@pytest.mark.parametrize(
    ("there_is", "missing"),
    [
        (funds(100), None),
        (funds(99), 1),
        (funds(150, out=50), None),
        (funds(150, out=51), 1),
        (funds(-20, overdraft=120), None),
        (funds(-21, overdraft=120), 1),
        (funds(0), 100),
        (funds(None), None),
    ],
)
def test_a_run_may_take_what_is_there_to_the_last_unit(there_is, missing):
    assert there_is.missing == (None if missing is None else b.krw(missing))


def test_a_run_that_overdraws_is_refused_with_the_figures():
    _, run = run_of()
    refused = overdrawn(run, funds(150, out=70, overdraft=10))
    assert isinstance(refused, Overdrawn)
    assert refused.sentence.startswith(
        f"Run {run.id} takes KRW 100 from spc-krw, which holds KRW 150 by the bank's statement of 2026-03-31, KRW 70 "
        "of it on its way out, and KRW 10 of overdraft: KRW 10 is missing."
    )
    assert refused.data == {"run": run.id, "missing": "KRW 10"}
    assert refused.recorded, "the journal has the refusal"


def test_a_release_records_what_it_was_decided_on():
    _, run = run_of()
    released = RunReleased(run=run.id, by="yun", sha256=run.sha256)
    [event] = released_against([released], run, funds(150, out=20, overdraft=5))
    assert event == released.model_copy(
        update={
            "against": ReleasedAgainst(
                balance=b.krw(150), balance_on=DAY, on_its_way=b.krw(20), debit=b.krw(100), overdraft=b.krw(5)
            )
        }
    )
    with pytest.raises(Overdrawn):
        released_against([released], run, funds(99))


def test_an_unknown_balance_refuses_nothing_and_is_said():
    _, run = run_of()
    unknown = funds(None)
    assert overdrawn(run, unknown) is None
    assert unknown.fact.balance is None
    assert there("spc-krw", unknown).startswith("What spc-krw holds is unknown")


def test_what_is_there_is_said_with_what_the_run_leaves():
    assert there("spc-krw", funds(150, out=20)) == (
        "spc-krw holds KRW 150 by the bank's statement of 2026-03-31 and what was booked since; KRW 20 is on its way "
        "out. The run takes KRW 100, which leaves KRW 30."
    )


def test_a_run_in_the_account_s_currency_takes_its_total():
    state, run = run_of()
    assert debit(run, state.payments.of_run(run.id), TERMS) == run.total


def test_a_run_in_another_currency_takes_three_per_cent_more_than_its_rate_makes():
    state, run = run_of("USD")
    members = state.payments.of_run(run.id)
    whole = sum(one.amount.minor for one in members)
    assert debit(run, members, TERMS) == b.krw(round(whole * 135125 * 103 / 100 / 100 / 100))


def test_at_the_rate_of_a_deal_it_takes_what_the_deal_makes():
    state, run = run_of("USD")
    dealt = replace(run, quote=changed(run.quote, rate=Decimal(1300), source="deal", deal="FX-1"))
    members = state.payments.of_run(run.id)
    assert debit(dealt, members, TERMS) == b.krw(sum(one.amount.minor for one in members) * 13)
    rule = FxRule(base="USD", quote="KRW", contract=Decimal("1351.25"), pay_at="contract", deal="FWD-7")
    terms = TERMS.model_copy(update={"fx": (rule,)})
    forward = replace(run, quote=changed(run.quote, rate=rule.contract))
    assert debit(forward, members, terms) == b.krw(round(sum(one.amount.minor for one in members) * 135125 / 10_000))


def test_every_status_of_the_way_counts_until_the_bank_has_booked_it():
    counted = set()
    for status in Status:
        state, _ = b.at_the_bank()
        payment = state.payments["HANA.P1"]
        state.payments["HANA.P1"] = replace(payment, status=status)
        alone = [state.payments["HANA.P1"]]
        if on_its_way(alone, state.runs, "spc-krw", TERMS).minor:
            assert on_its_way(alone, state.runs, "spc-krw", TERMS) == payment.amount
            counted.add(status)
    assert counted == {Status.RELEASED, Status.SUBMITTED, Status.ACCEPTED, Status.UNKNOWN}


def test_an_attempt_in_doubt_counts_beside_the_current_one():
    state, run = b.at_the_bank()
    payment = state.payments["HANA.P1"]
    doubt = Doubt(str(payment.end_to_end_id), run, DAY, "rejected", "M", "")
    own = replace(payment, doubts=(doubt,))
    assert on_its_way([own], state.runs, "spc-krw", TERMS) == payment.amount, "one attempt, counted once"
    again = replace(own, end_to_end_id="HANA.P1.2", attempt=2)
    assert on_its_way([again], state.runs, "spc-krw", TERMS) == payment.amount + payment.amount
    due = replace(own, status=Status.DUE, run=None, end_to_end_id=None)
    assert on_its_way([due], state.runs, "spc-krw", TERMS) == payment.amount


def test_payments_of_another_account_do_not_count():
    state, _ = b.at_the_bank()
    assert on_its_way(state.payments.values(), state.runs, "spc-jpy", terms_with_yen()) == Money.zero("JPY")


def terms_with_yen() -> Agreement:
    yen = b.account("spc-jpy", "spc", "JPY", Control.CONTROLLED)
    return TERMS.model_copy(update={"accounts": (yen, *(one for one in TERMS.accounts if one.id != yen.id))})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {}, True),
        ({}, {"bic": "HVBKKRSEXXX"}, True),
        ({}, {"bic": "KOEXKRSE"}, False),
        ({}, {"currency": "USD"}, False),
        ({}, {"number": "20020030040010"}, False),
        ({"number": "20030040010"}, {"number": "KR2210020030040010"}, True),
    ],
)
def test_a_bank_account_is_known_by_number_currency_and_bank(one, other, same):
    first, second = (
        b.account("x", "spc", "KRW", Control.CONTROLLED, "10020030040010").model_copy(update=each)
        for each in (one, other)
    )
    assert shares(first, second) == shares(second, first) == same
    if same:
        assert lock_name(first) == lock_name(second)
