"""Limits of what one person releases, and the second release above them."""

import dataclasses

import pytest
from msgspec.structs import replace

from domain.agreement.clauses import Limit
from domain.commands import ReleaseRun
from domain.errors import Hindered, SamePerson
from domain.events import RunFirstReleased, RunReleased
from domain.identity import Person, Role
from domain.payments import limits, runs
from tests.domain import builders as b

TERMS = b.agreement()
MEI = Person("mei", "spc", frozenset({Role.RELEASER}))


def exceeded(state, run, per, amount, earlier=None, by="yun"):
    lines = state.payments.of_run(run)
    return limits.exceeded([Limit(per=per, amount=amount)], state.runs[run], lines, earlier or {}, by)


def release(state, run, person, above=("it is much",), terms=TERMS):
    sha256 = runs.binding(state.runs[run], state.payments.of_run(run), terms)
    command = ReleaseRun(key="k", by=person.user, production="HANA", run=run, sha256=sha256)
    return runs.release(state.runs, state.payments, terms, command, person, b.TODAY, above)


@pytest.mark.parametrize(
    ("per", "amount"), [("payment", 120), ("run", 200), ("day", 200), ("payee", 200), ("releaser", 200)]
)
def test_a_run_is_above_a_limit_only_by_more_than_its_amount(per, amount):
    state, run = b.prepared(b.owing())  # P1 of KRW 120 million and P2 of 80, both to the vendor
    assert exceeded(state, run, per, b.krw(amount * 1_000_000)) == []
    [why] = exceeded(state, run, per, b.krw(amount * 1_000_000 - 1))
    assert "is above the limit of KRW" in why


@pytest.mark.parametrize(("per", "counts"), [("run", False), ("day", True), ("payee", True), ("releaser", True)])
def test_what_was_released_before_on_the_day_counts_for_days_payees_and_releasers(per, counts):
    state, run = b.prepared(b.owing())
    before = {"R0": (replace(state.runs[run], id="R0", released_by="yun"), state.payments.of_run(run))}
    assert bool(exceeded(state, run, per, b.krw(399_999_999), before)) is counts
    assert exceeded(state, run, per, b.krw(400_000_000), before) == []


def test_what_another_person_released_does_not_count_for_a_releaser():
    state, run = b.prepared(b.owing())
    before = {"R0": (replace(state.runs[run], id="R0", released_by="mei"), state.payments.of_run(run))}
    assert exceeded(state, run, "releaser", b.krw(399_999_999), before) == []


def test_a_limit_is_of_one_currency():
    state, run = b.prepared(b.owing())
    assert exceeded(state, run, "run", b.jpy(1)) == []


def test_above_a_limit_two_people_release_the_same_content():
    state, run = b.prepared(b.owing())
    [first] = release(state, run, b.YUN)
    assert first == RunFirstReleased(run=run, by="yun", sha256=first.sha256, limits=("it is much",))
    waiting = b.after(state, [first])
    assert waiting.runs[run].status == "prepared"
    with pytest.raises(SamePerson, match=r"yun released run .* first"):
        release(waiting, run, b.YUN)
    with pytest.raises(SamePerson, match=r"mei counts as yun, who released run .* first"):
        release(waiting, run, dataclasses.replace(MEI, names=frozenset({"yun"})))
    assert release(waiting, run, MEI) == [RunReleased(run=run, by="mei", sha256=first.sha256, on=b.TODAY)]


def test_a_first_release_of_other_content_does_not_count():
    state, run = b.prepared(b.owing())
    waiting = b.after(state, release(state, run, b.YUN))
    moved = b.agreement(vendor_number="10020077700099")
    assert [type(event) for event in release(waiting, run, MEI, terms=moved)] == [RunFirstReleased]


def test_below_the_limits_one_person_releases():
    state, run = b.prepared(b.owing())
    assert [type(event) for event in release(state, run, b.YUN, above=())] == [RunReleased]


def test_an_account_pays_only_what_its_money_is_for():
    state, run = b.prepared(b.owing())
    own = tuple(one.model_copy(update={"uses": ("rights",)}) if one.id == "spc-krw" else one for one in TERMS.accounts)
    kept = TERMS.model_copy(update={"accounts": own})
    with pytest.raises(Hindered, match="account spc-krw is for rights, and HANA"):
        release(state, run, b.YUN, above=(), terms=kept)
