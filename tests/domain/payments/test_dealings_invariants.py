"""Any life of receipts, credits and a vendor's payment: books balance, and what is owed is settled, open or nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.agreement.clauses import WriteOffLimits
from domain.commands import (
    AdjustReceipt,
    ClaimLateInterest,
    ConfirmWriteOff,
    DeclineWriteOff,
    RefundCredit,
    UndoAdjustment,
    WithdrawLateInterest,
    WithdrawRefund,
)
from domain.errors import SluiceError
from domain.ledger.entries import postings
from domain.payments import adjusting, credit, late_interest
from domain.payments.payments import Status
from domain.values.money import total, totals
from tests.domain import builders as b
from tests.domain.bank.movement_books import MovementBooks
from tests.domain.payments.test_adjusting import CERTIFICATE, EUNWOO
from tests.domain.payments.test_late_interest import agreed, day

TERMS = agreed().model_copy(update={"write_off": WriteOffLimits(by_rule=(b.krw(50),), by_one=(b.krw(1_000),))})
RECEIPT = "HANA.K1"
MOVEMENTS = ("M0", "M1", "M2")


def books():
    """A receipt of KRW 10 000 is owed, P1 is paid, and three movements are in suspense."""
    found = MovementBooks()
    owed = found.state.receipts["HANA.L1"]
    found.state.receipts[RECEIPT] = replace(owed, id=RECEIPT, amount=b.krw(10_000), received=b.krw(0))
    paid = found.state.payments["HANA.P1"]
    found.state.payments["HANA.P1"] = replace(paid, status=Status.SETTLED, settled_on=b.TODAY, booked=paid.amount)
    for name, minor in zip(MOVEMENTS, (9_960, 7_000, -3_000), strict=True):
        found.booked(name, b.krw(minor))
    return found


def _command(kind, **said):
    return kind(key="k", by=said.pop("by", "sora"), production="HANA", **said)


def _adjust(found, to, minor):
    documents = CERTIFICATE if to in {"tax", "charges"} else {}
    amount = None if minor is None else str(b.krw(minor))
    command = _command(AdjustReceipt, receipt=RECEIPT, to=to, amount=amount, documents=documents, reason="x")
    state = found.state
    return adjusting.adjust(command, state.receipts, state.credits, {}, TERMS, b.SORA, b.TODAY)


def _claim(found, _):
    command = _command(ClaimLateInterest, payment=RECEIPT, reason="x")
    return late_interest.claim(command, found.state.receipts[RECEIPT], TERMS, {}, b.SORA, day(400))


def _withdraw(found, number):
    command = _command(WithdrawLateInterest, payment=f"HANA.I/L1/{number}", reason="x")
    return late_interest.withdraw(command, found.state.receipts.get(command.payment), TERMS, b.SORA)


def _confirm(found, minor):
    command = _command(ConfirmWriteOff, receipt=RECEIPT, amount=str(b.krw(minor or 1)), by="eunwoo")
    return adjusting.confirm(command, found.state.receipts, {}, TERMS, EUNWOO, b.TODAY)


def _decline(found, _):
    command = _command(DeclineWriteOff, receipt=RECEIPT, reason="x")
    return adjusting.decline(command, found.state.receipts, TERMS, b.SORA)


def _undo(found, number):
    command = _command(UndoAdjustment, receipt=RECEIPT, number=number, reason="x")
    return adjusting.undo(command, found.state.receipts, TERMS, b.SORA)


def _refund(found, minor):
    amount = None if minor is None else str(b.krw(minor))
    command = _command(RefundCredit, account="spc-krw", party="vendor", payee="vendor-krw", amount=amount, reason="x")
    refunds = sum(one.purpose == "refund" for one in found.state.payments.values())
    return credit.refund(command, TERMS, found.state.credits, refunds, b.SORA, b.TODAY)


def _take_back(found, number):
    command = _command(WithdrawRefund, payment=f"HANA.R/{number}", reason="x")
    return credit.withdraw(command, found.state.payments, TERMS, b.SORA)


ACTS = (
    *((lambda found, minor, to=to: _adjust(found, to, minor)) for to in ("credit", "tax", "charges", "write-off")),
    *(_claim, _withdraw, _confirm, _decline, _undo, _refund, _take_back),
)
MONEY = (
    *(("receipt", RECEIPT), ("credit", "streamer"), ("credit", "vendor"), ("refund", "vendor-krw")),
    *(("vendor-refund", "HANA.P1"), ("paid-again", "HANA.P1"), ("interest", "")),
)
STEPS = st.one_of(
    st.tuples(st.sampled_from(ACTS), st.sampled_from((None, 1, 2, 3, 40, 900, 5_000))),
    st.tuples(st.sampled_from(MOVEMENTS), st.sampled_from((*MONEY, None))),
)


def stepped(found, who, what):
    """Do a step; a refusal changes nothing."""
    try:
        if callable(who):
            found.happened(who(found, what))
        elif what is None:
            found.undo(who)
        else:
            found.allocate(who, *what)
    except SluiceError:
        return


@settings(max_examples=200)
@given(st.lists(STEPS, max_size=25))
def test_whatever_is_done_books_balance_and_what_was_owed_is_settled_or_outstanding(steps):
    found = books()
    for who, what in steps:
        stepped(found, who, what)
    entries = [entry for event in found.events for entry in postings(event)]
    assert not any(amount.minor for amount in totals(entry.amount for entry in entries).values())
    balances = found.balances()
    for receipt in found.state.receipts.values():
        standing = total((one.amount for one in receipt.standing()), receipt.amount.currency)
        assert receipt.received + standing + receipt.outstanding == receipt.amount
        assert receipt.received.minor >= 0
        assert receipt.adjusted.minor >= 0
        assert receipt.outstanding.minor >= 0
    for one in found.state.credits.values():
        assert one.amount.minor >= 0
        assert balances.get(f"liability:credit:{one.party} KRW", b.krw(0)) == -one.amount
    whole = total((e.amount for e in entries if e.account == "asset:bank:spc-krw"), "KRW")
    assert whole == b.krw(9_960 + 7_000 - 3_000)
    payment = found.state.payments["HANA.P1"]
    assert (payment.repaid or b.krw(0)) <= payment.amount
