"""What people put right without money on our accounts, on a real database; an audit and a bundle of all of it."""

import json
from datetime import date

import pytest

from activities.views import ReceiptView
from adapters.db import rows
from adapters.db.dealings import credit_row
from adapters.db.queries import chain
from adapters.db.queries.bank import unmatched
from adapters.db.queries.receipts import ReceiptFilter, credits_of, receipts
from adapters.db.streams import stream_of
from app.audit.evidence.verifier.books import Books
from app.audit.evidence.verifier.postings import postings
from app.payments.overdue import expected
from domain.commands import (
    AdjustReceipt,
    AllocateMovement,
    ClaimLateInterest,
    ConfirmWriteOff,
    DeclineWriteOff,
    RefundCredit,
    UndoAdjustment,
    WithdrawLateInterest,
    WithdrawRefund,
)
from domain.errors import SamePerson
from domain.identity import Role
from domain.ledger import entries
from tests.activities.test_movements import ACCOUNT, NUMBER, audit, krw
from tests.camt import CamtEntry, camt
from tests.world import PRODUCTION

CALL = f"{PRODUCTION}.EQ-A"
FIRST, SECOND = krw(1_400_000_000), krw(999_000_000)
CERTIFICATE = {"certificate": "c" * 64}


@pytest.fixture
def house(world):
    """LIGHTHOUSE, in which the first capital call of KRW 2 400 000 000 fell due on 20 January and came in parts."""
    world.register()
    world.employ("hyewon", "spc", Role.TREASURER)
    world.clock.to(date(2025, 1, 20))
    world.open_day()
    came(world, date(2025, 2, 4), CamtEntry(FIRST, "A1", words=CALL))
    came(world, date(2025, 2, 14), CamtEntry(SECOND, "A2", words=CALL))
    return world


def came(world, on, *entries):
    world.clock.to(on)
    message = f"N{on}"
    assert world.bank.take(PRODUCTION, ACCOUNT, f"{message}.xml", camt(message, NUMBER, on, *entries)) is None


KEYS = iter(range(1, 1_000))


def said(kind, by="eunwoo", **fields):
    return kind(key=f"said/{next(KEYS)}", by=by, production=PRODUCTION, reason="its letter", **fields)


def row(world, name=CALL):
    with world.store.reading() as records:
        found = receipts(records.connection, ReceiptFilter(PRODUCTION)).items
    return next(one for one in expected(world.handler, found) if one.id == name)


async def holds(world):
    """The record proves itself: folded again it is what the tables have, and an audit and a verifier find nothing."""
    assert world.refolded() == world.snapshots()
    assert await audit(world) == []
    read, state = Books(PRODUCTION), world.snapshots()
    with world.store.reading() as records:
        facts = list(chain.facts(records.connection, stream_of(PRODUCTION)))
    for fact in facts:
        told = json.loads(fact.body)
        read.take(told, fact.effective_on.isoformat())
        own = [(one.account, one.amount.currency, one.amount.minor, one.about) for one in entries.postings(fact.event)]
        assert postings(told) == own
    assert dict(read.rows["payment"]) == {n: rows.payment_row(PRODUCTION, one) for n, one in state.payments.items()}
    assert dict(read.rows["receipt"]) == {n: rows.receipt_row(PRODUCTION, one) for n, one in state.receipts.items()}
    assert dict(read.rows["credit"]) == {n: credit_row(PRODUCTION, one) for n, one in state.credits.items()}


async def test_late_interest_of_money_that_came_in_parts_is_claimed_received_and_audited(house):
    # 6 % on 2 400 000 000 from 25 January to 4 February, then on 1 000 000 000 to the 14th, on 1 000 000 from then on.
    assert row(house).late_interest == krw(3_945_205 + 1_643_836)
    house.adjustments.adjust(said(AdjustReceipt, receipt=CALL, to="tax", documents=CERTIFICATE))
    assert (row(house).status, row(house).settled) == ("received", {"tax": krw(1_000_000)})
    assert row(house).late_interest == krw(5_589_041)
    view = house.adjustments.claim_interest(said(ClaimLateInterest, payment=CALL))
    assert (view.claimed, view.claims) == (krw(5_589_041), 1)
    claim = f"{PRODUCTION}.I/EQ-A/1"
    came(house, date(2025, 2, 17), CamtEntry(krw(5_589_041), "A3", words=claim))
    assert row(house, claim).status == "received"
    assert house.balances()["income:receipts:late_interest KRW"] == "KRW -5589041"
    await holds(house)


async def test_interest_is_waived_by_two_people_and_a_wrong_claim_is_withdrawn(house):
    claim = f"{PRODUCTION}.I/EQ-A/1"
    house.adjustments.claim_interest(said(ClaimLateInterest, payment=CALL))
    proposed = house.adjustments.adjust(said(AdjustReceipt, receipt=claim, to="write-off"))
    assert proposed == ReceiptView(receipt=claim, status="owed", outstanding=krw(5_589_041), proposed=krw(5_589_041))
    confirm = {"receipt": claim, "amount": krw(5_589_041), "production": PRODUCTION}
    with pytest.raises(SamePerson):
        house.adjustments.confirm_write_off(ConfirmWriteOff(key="c1", by="eunwoo", **confirm))
    house.adjustments.confirm_write_off(ConfirmWriteOff(key="c2", by="hyewon", **confirm))
    assert (row(house, claim).status, house.balances()["income:receipts:late_interest KRW"]) == ("received", "KRW 0")
    house.adjustments.undo_adjustment(said(UndoAdjustment, receipt=claim))
    house.adjustments.adjust(said(AdjustReceipt, receipt=claim, to="write-off"))
    house.adjustments.decline_write_off(said(DeclineWriteOff, by="hyewon", receipt=claim))
    view = house.adjustments.withdraw_interest(said(WithdrawLateInterest, payment=claim))
    assert (view.payment, view.claimed) == (CALL, krw(0))
    assert row(house, claim).status == "cancelled"
    await holds(house)


async def test_too_much_money_is_kept_refunded_and_used_and_what_equals_a_receipt_is_suggested(house):
    came(house, date(2025, 2, 17), CamtEntry(krw(1_000_700), "A3", words=CALL), CamtEntry(krw(1_000_000), "A4"))
    with house.store.reading() as records:
        found = {one.amount: one for one in unmatched(records.connection).items}
    excess = found[krw(1_000_700)]
    assert (excess.open, excess.suggests) == (krw(700), ())
    keep = said(AllocateMovement, account=ACCOUNT, movement=excess.movement, to="credit", name="studio")
    house.movements.allocate(keep)
    refund = said(RefundCredit, account=ACCOUNT, party="studio", payee="studio-krw", amount=krw(200))
    view = house.adjustments.refund_credit(refund)
    assert (view.left, view.payment) == (krw(500), f"{PRODUCTION}.R/1")
    assert house.adjustments.withdraw_refund(said(WithdrawRefund, payment=view.payment)).left == krw(700)
    house.adjustments.refund_credit(refund.model_copy(update={"key": "again"}))
    house.adjustments.adjust(said(AdjustReceipt, receipt=f"{PRODUCTION}.EQ-C", to="credit"))
    with house.store.reading() as records:
        assert [one.amount for one in credits_of(records.connection, PRODUCTION)] == []
    await holds(house)
