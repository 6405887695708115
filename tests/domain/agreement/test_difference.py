"""What a person reads before they approve a version: what changes, who gains, and what it touches."""

import pytest
from msgspec.structs import replace

from adapters.agreement.documents import load_agreement
from domain.agreement.difference import difference
from domain.agreement.effects import party_effects, share_effects, touched
from domain.agreement.model import Agreement, DueOn
from domain.payments.payments import Status
from tests.domain import builders as b
from tests.world import DRAMA

BEFORE = load_agreement(DRAMA).agreement


def changed(*steps: str | int, to: object, agreement: Agreement = BEFORE) -> Agreement:
    """The agreement with one value of its document replaced, or left out for None."""
    document = agreement.model_dump(mode="json")
    here = document
    for step in steps[:-1]:
        here = here[step] if isinstance(here, dict) else next(each for each in here if each["id"] == step)
    here[steps[-1]] = to
    return Agreement.model_validate(document)


def said(after: Agreement, before: Agreement | None = BEFORE) -> dict[str, str]:
    return {change.field: change.words for change in difference(before, after)}


def lines(agreement: Agreement, *ids: str, **amounts: int) -> Agreement:
    schedule = tuple(
        line.model_copy(update={"amount": b.krw(amounts[line.id])}) if line.id in amounts else line
        for line in agreement.schedule
        if line.id not in ids
    )
    return agreement.model_copy(update={"schedule": schedule})


def test_nothing_differs_from_itself():
    assert difference(BEFORE, BEFORE) == ()
    assert party_effects(BEFORE, BEFORE) == share_effects(BEFORE, BEFORE) == ()


def test_a_term_is_named_by_its_path_and_in_words():
    after = changed("milestones", "closing", "approval", "business_days", to=3)
    assert said(after) == {
        "milestones[closing].approval.business_days": "milestone closing: approval, business days: 10 → 3"
    }


def test_a_bank_account_is_shown_whole():
    (change,) = difference(BEFORE, changed("accounts", "vfx-usd", "number", to="666"))
    assert change.field == "accounts[vfx-usd].number"
    assert (change.before, change.after) == (BEFORE.account("vfx-usd").number, "666")


def test_what_is_new_and_what_is_dropped_is_said_with_its_terms():
    terms = b.agreement()
    more = b.agreement(2, (*b.schedule(), b.instalment("X1", "spc-krw", "vendor-krw", b.krw(5), DueOn(on=b.TODAY))))
    assert "instalment X1 is new: title X1" in said(more, terms)["schedule[X1]"]
    assert "amount KRW 5" in said(more, terms)["schedule[X1]"]
    gone = said(lines(b.agreement(2), "P1"), terms)
    assert gone["schedule[P1]"].startswith("instalment P1 is dropped: ")
    assert gone["version"] == "version: 1 → 2"


def test_an_order_that_counts_is_a_difference():
    waterfall = BEFORE.waterfall
    assert waterfall is not None
    pool = next(pool for pool in waterfall.pools if len(pool.positions) > 1)
    turned = pool.model_copy(update={"positions": pool.positions[::-1]})
    pools = tuple(turned if each is pool else each for each in waterfall.pools)
    after = BEFORE.model_copy(update={"waterfall": waterfall.model_copy(update={"pools": pools})})
    assert set(said(after)) == {f"waterfall.pools[{pool.id}].positions"}


def test_without_a_version_before_everything_is_new():
    words = said(b.agreement(), None)
    assert words["title"] == "title: nothing → 하나 / はな"
    assert words["accounts[vendor-krw]"].startswith("account vendor-krw is new: owner vendor")


def test_who_gains_and_who_loses_is_summed_by_party_and_currency():
    terms = b.agreement()
    before = {line.id: line.amount for line in terms.schedule}
    vendor, payer = party_effects(terms, lines(terms, P1=before["P1"].minor + 77))[::-1]
    assert (vendor.party, vendor.gains, payer.party, payer.gains) == ("vendor", b.krw(77), "spc", -b.krw(77))
    assert vendor.words.endswith(": gains KRW 77")
    assert payer.words.endswith(": loses KRW 77")


@pytest.mark.parametrize(("take", "direction"), [("12 %", "more"), ("8 %", "less")])
def test_shares_that_change_are_named_by_party_with_more_or_less(take, direction):
    assert BEFORE.waterfall is not None
    pool, position = next(
        (pool, one) for pool in BEFORE.waterfall.pools for one in pool.positions if one.take.startswith("10 %")
    )
    after = changed(
        "waterfall", "pools", pool.id, "positions", position.id, "take", to=position.take.replace("10 %", take)
    )
    (effect,) = share_effects(BEFORE, after)
    assert (effect.party, effect.of, effect.direction) == (
        position.to,
        f"position {position.id} of {pool.id}",
        direction,
    )


def test_what_is_due_or_paid_already_is_touched_and_what_is_only_promised_is_not():
    terms = b.agreement()
    state = b.owing(terms)
    after = lines(terms, P1=777, P2=888)

    def touches(payments):
        return touched(terms, after, difference(terms, after), payments, {}, {})

    assert touches(b.registered(terms).payments) == ()
    due = state.payments["HANA.P1"]
    assert due.status is Status.DUE
    assert f"HANA.P1 is due with {due.amount}" in touches(state.payments)
    moved = b.agreement(vendor_number="999888777")
    settled = {"HANA.P1": replace(due, status=Status.SETTLED), "HANA.U1": due}
    assert touched(terms, moved, difference(terms, moved), settled, {}, {}) == (
        "account vendor-krw: HANA.P1 is due or under way with it",
        "account vendor-krw: 1 payments were settled with it",
    )
