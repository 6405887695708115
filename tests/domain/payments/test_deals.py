"""A run that converts can be paid at a deal's rate: for its currencies, its day, and at least its amount."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from domain.bank.messages import AgreedRate
from domain.bank.profile import ZenginProfile
from domain.commands import TakeDeal
from domain.errors import BadInput, IllegalTransition, SamePerson, StaleApproval, WrongRole
from domain.events import DealTaken, RunCancelled
from domain.payments import deals, orders, runs
from domain.payments.runs import binding
from tests.domain import builders as b
from tests.domain.payments.test_runs import NOON, TERMS, release


@pytest.fixture
def prepared():
    """A prepared run of dollars from the won account, and its id."""
    return b.prepared(b.owing(), currency="USD")


def paid(state, run):
    return state.runs[run].total


def command(state, run, **more):
    fields = {"number": "FX-9", "amount": paid(state, run), "rate": Decimal("1360.5"), "on": b.TODAY} | more
    return TakeDeal.model_validate({"key": "d", "by": "sora", "production": "HANA", "run": run, **fields})


def take(state, run, person=b.SORA, terms=TERMS, **more):
    return deals.take_deal(state.runs, state.payments, terms, command(state, run, **more), person)


def test_the_order_names_the_deals_number_and_rate_and_the_release_is_bound_to_it(prepared):
    state, run = prepared
    before = binding(state.runs[run], state.payments.of_run(run), TERMS)
    (event,) = take(state, run)
    assert event == DealTaken(
        run=run, number="FX-9", amount=paid(state, run), rate=Decimal("1360.5"), on=b.TODAY, by="sora"
    )
    state = b.after(state, [event])
    bound = binding(state.runs[run], state.payments.of_run(run), TERMS)
    assert bound != before
    with pytest.raises(StaleApproval, match="no longer what was looked at"):
        release(state, run, sha256=before)
    state = b.after(state, release(state, run, sha256=bound))
    order = orders.order(state.runs[run], state.payments, TERMS, NOON)
    assert {each.agreed_rate for each in order.transfers} == {AgreedRate(rate=Decimal("1360.5"), contract_id="FX-9")}
    assert state.runs[run].quote.contract_rate == b.QUOTE.contract_rate


def test_who_took_the_deal_does_not_release_the_run(prepared):
    state, run = prepared
    state = b.after(state, [take(state, run)[0].model_copy(update={"by": "yun"})])
    with pytest.raises(SamePerson, match="yun took the deal"):
        release(state, run, sha256=binding(state.runs[run], state.payments.of_run(run), TERMS))


def test_a_deal_given_again_replaces_the_one_before(prepared):
    state, run = prepared
    state = b.after(state, take(state, run))
    state = b.after(state, take(state, run, number="FX-10", rate=Decimal(1361)))
    assert (state.runs[run].quote.deal, state.runs[run].quote.rate) == ("FX-10", Decimal(1361))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": b.usd(1)}, "Deal FX-9 is for USD 0.01, and run .* pays USD"),
        ({"amount": b.krw(10**12)}, "pays USD, and not KRW .*: say for how much of it"),
        ({"on": b.TODAY + timedelta(days=1)}, "is of .*, and the deal of .*: make one for that day"),
        ({"rate": Decimal(0)}, "A rate is above zero"),
        ({"rate": Decimal("123456789.1234")}, "at most 11 digits"),
    ],
)
def test_a_deal_that_is_not_of_the_run_is_not_taken(prepared, changes, sentence):
    with pytest.raises(BadInput, match=sentence):
        take(*prepared, **changes)


def test_only_a_prepared_run_that_converts_takes_a_deal_and_only_from_its_preparers(prepared):
    state, run = b.prepared(b.owing())
    with pytest.raises(BadInput, match="pays KRW from an account in KRW: it needs no deal"):
        take(state, run)
    state, run = prepared
    with pytest.raises(WrongRole):
        take(state, run, person=b.JI)
    with pytest.raises(IllegalTransition, match="is cancelled: only a prepared run"):
        take(b.after(state, [RunCancelled(run=run, by="sora", reason="late")]), run)


def test_a_bank_whose_files_carry_no_rate_takes_no_deal(prepared):
    profile = ZenginProfile(format="zengin-21", client_code="1")
    accounts = tuple(
        one.model_copy(update={"bank_file": profile}) if one.id == "spc-krw" else one for one in TERMS.accounts
    )
    with pytest.raises(BadInput, match=r"bank files of spc-krw \(zengin-21\) carry no rate"):
        take(*prepared, terms=TERMS.model_copy(update={"accounts": accounts}))


def another(state, run, **more):
    """The state with another run of as much at the same deal."""
    first = state.runs[run]
    quote = runs.Quote(
        "USD", "KRW", more.get("rate", Decimal("1360.5")), "deal", b.TODAY, Decimal(1), "FX-9", more["amount"], "sora"
    )
    state.runs["other"] = replace(first, id="other", quote=quote, status=more.get("status", "submitted"))
    return state


def test_a_deal_covers_all_runs_that_pay_at_it(prepared):
    state, run = prepared
    once, twice = paid(state, run), paid(state, run) + paid(state, run)
    with pytest.raises(BadInput, match=r"and other pay .* at it: make another deal"):
        take(another(state, run, amount=once), run)
    assert take(another(state, run, amount=twice), run, amount=twice)
    assert take(another(state, run, amount=once, status="cancelled"), run)


def test_a_deal_is_the_same_in_all_runs(prepared):
    state, run = prepared
    with pytest.raises(BadInput, match=r"Deal FX-9 is for .* at 1360.5 in run other: ask the bank"):
        take(another(state, run, amount=paid(state, run)), run, rate=Decimal(1361))
