"""Changes of a plan in the document itself: what goes, what stays, what follows by the agreement's terms."""

from datetime import date

import pytest

from adapters.agreement.documents import BadDocument, parse_agreement
from adapters.agreement.plan_changes import (
    Standing,
    cancel_milestone,
    changed,
    drop_instalment,
    drop_milestone,
    move_instalment,
    move_milestone,
)
from domain.agreement.schedule import amounts
from domain.errors import BadInput, NotFound
from domain.values.money import Money
from tests.world import UNSHARED

TODAY = date(2025, 3, 3)
BEFORE = parse_agreement(UNSHARED, "drama.yaml").agreement


def after(change, raw=UNSHARED):
    """The next version, which passes every check."""
    before = parse_agreement(raw, "drama.yaml").agreement
    return parse_agreement(changed(raw, before, TODAY, change), "next.yaml", before).agreement


def test_a_dropped_instalment_takes_its_amount_out_of_its_total_and_no_other_changes():
    found = after(drop_instalment("EQ-C"))
    assert (found.version, found.effective_on) == (2, TODAY)
    assert "EQ-C" not in {one.id for one in found.schedule}
    (equity,) = (one.amount for one in found.totals if one.id == "equity")
    assert str(equity) == "KRW 4500000000"
    before = amounts(BEFORE)
    assert {name: amount for name, amount in before.items() if name != "EQ-C"} == amounts(found)


def test_comments_stay_in_the_document():
    assert b"# What comes in" in changed(UNSHARED, BEFORE, TODAY, drop_instalment("EQ-C"))


def test_a_dropped_milestone_goes_with_its_instalments_and_nothing_waits_for_it():
    own = {one.id for one in BEFORE.schedule if getattr(one.due, "milestone", "") == "half-shot"}
    found = after(drop_milestone("half-shot"))
    assert own
    assert "half-shot" not in {one.id for one in found.milestones}
    assert own.isdisjoint(one.id for one in found.schedule)
    assert not [one.id for one in found.milestones if "half-shot" in one.after]


def test_dates_are_moved_and_what_waits_for_a_milestone_is_not():
    moved = after(move_instalment("EQ-C", date(2026, 3, 2)))
    assert next(one.due.on for one in moved.schedule if one.id == "EQ-C") == date(2026, 3, 2)
    planned = after(move_milestone("broadcast", date(2027, 12, 1)))
    assert planned.milestone("broadcast").planned_on == date(2027, 12, 1)
    with pytest.raises(BadInput, match="TV-A is due after closing: move that milestone"):
        after(move_instalment("TV-A", date(2026, 3, 2)))
    with pytest.raises(NotFound, match="has no instalment 'XX'"):
        after(move_instalment("XX", date(2026, 3, 2)))


def test_a_change_that_makes_an_agreement_contradict_itself_is_refused_by_its_checks():
    with pytest.raises(BadDocument):
        after(move_milestone("closing", date(2027, 12, 1)))


def terms(raw, name, written):
    head, found, rest = raw.partition(f"  - id: {name}\n".encode())
    assert found
    return head + found + f"    if_cancelled: {written}\n".encode() + rest


def test_a_cancelled_milestone_pays_its_kill_fee_claims_back_and_lets_the_rest_fall_away():
    own = [one for one in BEFORE.schedule if getattr(one.due, "milestone", "") == "wrap"]
    outgoing = [one for one in own if not one.purpose.incoming]
    paid, promised = outgoing[0], outgoing[1]
    raw = terms(UNSHARED, paid.id, '{claim_back_percent: "50"}')
    raw = terms(raw, promised.id, '{kill_fee_percent: "12.5", business_days: 5}')
    before = amounts(BEFORE)
    standing = Standing({paid.id: before[paid.id]}, ())
    change = cancel_milestone("wrap", "the weather", TODAY, standing, lambda days: date(2025, 4, min(days + 1, 30)))
    found = after(change, raw)
    assert found.milestone("wrap").cancelled.reason == "the weather"
    names = {one.id: one for one in found.schedule}
    assert paid.id in names
    assert promised.id not in names
    (fee,) = (one for one in found.schedule if one.title == f"Kill fee: {promised.title}")
    assert fee.amount == Money(round(before[promised.id].minor * 125 / 1000), before[promised.id].currency)
    assert (fee.payee, fee.purpose, fee.due.on) == (promised.payee, promised.purpose, date(2025, 4, 6))
    (back,) = (one for one in found.schedule if one.claims_back == paid.id)
    assert (back.payer, back.amount.minor * 2) == (paid.payee, before[paid.id].minor)
    assert found.account(back.payee).owner == found.account(paid.payer).owner
    assert {one.id for one in own} & names.keys() == {paid.id}


def test_the_same_instalment_written_twice_is_found():
    head, found, rest = UNSHARED.partition(b"  - id: EQ-B\n")
    item = b"  - id: EQ-C2\n" + UNSHARED.partition(b"  - id: EQ-C\n")[2].partition(b"  - id: ")[0]
    with pytest.raises(BadDocument) as refused:
        parse_agreement(head + item + found + rest, "twice.yaml")
    assert any("says the same as 'EQ-C2'" in one.sentence for one in refused.value.findings)
