"""Double entry: the entry, and the postings of each kind of event. Nothing else writes entries.

The books belong to the production. A positive amount is a debit, a negative one a credit. The entries of one event sum
to zero in each currency. The accounts are:

    asset:bank:{account}            asset:commitment:{party}     liability:payable:{party}
    equity:contribution:{party}     income:receipts:{purpose}    expense:production:{purpose}
    liability:participation:{party} expense:participation        liability:reserve:{position}
    equity:retained:{party}
    equity:fx-position              expense:fx-gain-loss         expense:bank-charges
    suspense:unmatched:{account}    asset:receivable:{source}    income:receipts:{medium}
    suspense:reversed:{account}     liability:refund:{party}     liability:production:{production}
    income:interest                 expense:interest             equity:opening-balance
    liability:credit:{party}        asset:withheld-tax:{party}   expense:deducted-charges
    expense:write-off
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from domain.agreement.model import Purpose
from domain.errors import Broken
from domain.events import (
    ChargeBooked,
    CreditHeldElsewhere,
    CreditRefunded,
    CreditRefundWithdrawn,
    EntitlementsPosted,
    Event,
    LateInterestWithdrawn,
    MovementAllocated,
    MovementAllocationUndone,
    MovementUnmatched,
    OpeningBalanceRecorded,
    PaymentReturned,
    PaymentsFellDue,
    PaymentsSettled,
    Payout,
    PayoutsOrdered,
    ReceiptAdjusted,
    ReceiptAdjustmentUndone,
    ReceiptMatched,
    ReceiptReversed,
    ReceiptsFellDue,
    StatementImported,
    StatementKind,
    StatementTotal,
)
from domain.ledger.accounts import suspense
from domain.values.money import Money, totals

_WORDS = re.compile(r"\w+")
FX_POSITION = "equity:fx-position"
FX_GAIN_LOSS = "expense:fx-gain-loss"
BANK_CHARGES = "expense:bank-charges"
OPENING_BALANCE = "equity:opening-balance"


class Entry(Struct, frozen=True):
    """One line: `amount` debited (positive) or credited (negative) on `account`. `about` is what it concerns."""

    account: str
    amount: Money
    about: str


def postings(event: Event) -> tuple[Entry, ...]:
    """The entries of an event, balanced per currency. None for events that move no money.

    Raises:
        Broken: the event's figures do not balance, which is impossible for an event made by the rules.
    """
    entries = tuple(_entries(event))
    if not entries:
        return ()
    for amount in totals(entry.amount for entry in entries).values():
        if amount.minor:
            raise Broken(f"The entries of a {event.type} event do not balance: {amount} is left over.")
    return entries


def _entries(event: Event) -> Iterable[Entry]:
    kind = type(event)
    if kind in ACCRUING:
        return _accrued(event)
    if kind in ADJUSTING:
        return _adjusted(event)
    return _moved(event) if kind in MOVING else ()


ACCRUING = frozenset({PaymentsFellDue, ReceiptsFellDue, EntitlementsPosted, PayoutsOrdered, StatementImported})
"""The events that `_accrued` handles. Most events post nothing and skip it."""
MOVING = frozenset(
    {
        PaymentsSettled,
        PaymentReturned,
        ReceiptMatched,
        ReceiptReversed,
        ChargeBooked,
        MovementUnmatched,
        MovementAllocated,
        OpeningBalanceRecorded,
        MovementAllocationUndone,
    }
)
"""The events that `_moved` handles."""
ADJUSTING = frozenset(
    {
        ReceiptAdjusted,
        ReceiptAdjustmentUndone,
        LateInterestWithdrawn,
        CreditRefunded,
        CreditRefundWithdrawn,
        CreditHeldElsewhere,
    }
)
"""The events that `_adjusted` handles."""


def _accrued(event: Event) -> Iterable[Entry]:
    """Entries for what became owed, by us or to us."""
    match event:
        case PaymentsFellDue():
            for line in event.payments:
                yield Entry(_owed_for(line.purpose, line.payee_party), line.amount, line.payment)
                yield Entry(f"liability:payable:{line.payee_party}", -line.amount, line.payment)
        case ReceiptsFellDue():
            for receipt in event.receipts:
                yield Entry(f"asset:commitment:{receipt.payer_party}", receipt.amount, receipt.receipt)
                yield Entry(_source_of_funds(receipt.purpose, receipt.payer_party), -receipt.amount, receipt.receipt)
        case EntitlementsPosted() | PayoutsOrdered():
            yield from _shared(event)
        case StatementImported():
            yield from _earned(event)
        case _:
            return


def _shared(event: EntitlementsPosted | PayoutsOrdered) -> Iterable[Entry]:
    """Entries for shares of the earnings: owed to parties, set aside, or kept by the paying account's owner."""
    about = f"distribution {event.period}"
    if isinstance(event, PayoutsOrdered):
        for kept in event.kept:
            yield Entry(f"liability:participation:{kept.party}", kept.amount, about)
            yield Entry(f"equity:retained:{kept.party}", -kept.amount, about)
        for payout in event.payouts:
            yield from _exchanged_share(payout, about)
        return
    for change in event.changes:
        yield Entry("expense:participation", change.amount, about)
        yield Entry(f"liability:participation:{change.party}", -change.amount, about)
    for reserve in event.reserves:
        yield Entry("expense:participation", reserve.amount, about)
        yield Entry(f"liability:reserve:{reserve.position}", -reserve.amount, about)


def _exchanged_share(payout: Payout, about: str) -> Iterable[Entry]:
    """Entries for a share that is owed in the currency of the party's account from now on.

    What the rate makes more or less than the contract's is a gain or a loss.
    """
    if (paid := payout.exchange) is None:
        return
    claim, difference = f"liability:participation:{payout.party}", payout.amount - paid.contract_value
    yield Entry(claim, payout.amount, about)
    yield Entry(FX_POSITION, -paid.contract_value, about)
    if difference.minor:
        yield Entry(FX_GAIN_LOSS, -difference, about)
    yield Entry(FX_POSITION, paid.amount, about)
    yield Entry(claim, -paid.amount, about)


def _adjusted(event: Event) -> Iterable[Entry]:
    """Entries for what was settled, or put right, without money on our accounts."""
    match event:
        case ReceiptAdjusted():
            claim = f"asset:commitment:{event.payer_party}"
            yield from _pair(_adjusted_to(event), claim, event.amount, event.receipt)
        case ReceiptAdjustmentUndone():
            claim = f"asset:commitment:{event.payer_party}"
            yield from _pair(claim, _adjusted_to(event), event.amount, event.receipt)
        case LateInterestWithdrawn() if event.fell_due and event.incoming:
            claim = f"asset:commitment:{event.party}"
            yield from _pair(_LATE_INTEREST, claim, event.amount, event.payment)
        case LateInterestWithdrawn() if event.fell_due:
            expense = _owed_for(Purpose.LATE_INTEREST, event.party)
            yield from _pair(f"liability:payable:{event.party}", expense, event.amount, event.payment)
        case CreditRefunded():
            owed = f"liability:refund:{event.payee_party}"
            yield from _pair(_credit_of(event.party), owed, event.amount, event.payment)
        case CreditRefundWithdrawn():
            owed = f"liability:{'payable' if event.fell_due else 'refund'}:{event.payee_party}"
            yield from _pair(owed, _credit_of(event.party), event.amount, event.payment)
        case CreditHeldElsewhere():
            held = f"liability:production:{event.holder}"
            yield from _pair(held, _credit_of(event.party), event.amount, event.movement)
        case _:
            return


def _pair(debit: str, credit: str, amount: Money, about: str) -> Iterable[Entry]:
    yield Entry(debit, amount, about)
    yield Entry(credit, -amount, about)


_LATE_INTEREST = f"income:receipts:{Purpose.LATE_INTEREST}"


def _adjusted_to(event: ReceiptAdjusted | ReceiptAdjustmentUndone) -> str:
    """The ledger account of what settled a part of a receipt. Waived interest is no income."""
    match event.to:
        case "credit":
            return f"liability:credit:{event.payer_party}"
        case "tax":
            return f"asset:withheld-tax:{event.payer_party}"
        case "charges":
            return "expense:deducted-charges"
        case "write-off":
            return _LATE_INTEREST if event.purpose is Purpose.LATE_INTEREST else "expense:write-off"


def _credit_of(party: str) -> str:
    """The ledger account of a credit, of a party or of another production."""
    return f"liability:{party}" if party.startswith("production:") else f"liability:credit:{party}"


def _moved(event: Event) -> Iterable[Entry]:
    """Entries for what the bank moved."""
    match event:
        case PaymentsSettled():
            bank = f"asset:bank:{event.account}"
            for paid in event.payments:
                claim = _Settled(f"liability:payable:{paid.payee_party}", paid.amount, -paid.contract_value)
                yield from _exchanged(claim, bank, -paid.booked, paid.charges, paid.payment)
        case PaymentReturned():
            claim = _Settled(f"liability:payable:{event.payee_party}", -event.amount, event.contract_value)
            yield from _exchanged(claim, f"asset:bank:{event.account}", event.booked, event.charges, event.payment)
        case ReceiptMatched():
            claim = _Settled(f"asset:commitment:{event.payer_party}", -event.amount, event.contract_value)
            yield from _exchanged(claim, f"asset:bank:{event.account}", event.booked, event.charges, event.receipt)
        case ReceiptReversed():
            claim = _Settled(f"asset:commitment:{event.payer_party}", event.amount, -event.contract_value)
            yield from _exchanged(claim, f"asset:bank:{event.account}", -event.booked, None, event.receipt)
        case MovementAllocated():
            yield from _allocated(event)
        case MovementAllocationUndone():
            yield from _undone(event)
        case _:
            yield from _unclaimed(event)


def _unclaimed(event: Event) -> Iterable[Entry]:
    """Entries for money on an account that settles no claim."""
    match event:
        case ChargeBooked():
            yield Entry(f"asset:bank:{event.account}", event.booked, event.movement)
            yield Entry(BANK_CHARGES, -event.booked, event.movement)
        case MovementUnmatched():
            movement = event.movement or event.bank_reference
            yield Entry(f"asset:bank:{event.account}", event.booked, movement)
            yield Entry(suspense(event.account), -event.booked, movement)
        case OpeningBalanceRecorded():
            change = event.amount - event.replaces
            if change.minor:
                yield Entry(f"asset:bank:{event.account}", change, event.account)
                yield Entry(OPENING_BALANCE, -change, event.account)
        case _:
            return


def _allocated(event: MovementAllocated) -> Iterable[Entry]:
    claim = _Settled(_allocated_to(event), -event.amount, event.contract_value)
    movement = event.movement or event.bank_reference
    yield from _exchanged(claim, suspense(event.account), event.booked, event.charges, movement)


def _undone(event: MovementAllocationUndone) -> Iterable[Entry]:
    """The allocation's entries negated exactly; and those by which its refund fell due, if it had."""
    for entry in _allocated(event.allocated):
        yield Entry(entry.account, -entry.amount, entry.about)
    if event.fell_due:
        refund = event.allocated
        yield Entry(f"liability:refund:{refund.party}", -refund.amount, refund.name)
        yield Entry(f"liability:payable:{refund.party}", refund.amount, refund.name)


def _owed_for(purpose: Purpose, party: str) -> str:
    """The account that a payment is charged to when it falls due: a cost, or what is owed already."""
    if purpose is Purpose.PARTICIPATION:
        return f"liability:participation:{party}"
    if purpose is Purpose.REFUND:
        return f"liability:refund:{party}"
    return f"expense:production:{purpose}"


def _allocated_to(event: MovementAllocated) -> str:
    """The ledger account of what a movement turned out to be."""
    earned = (event.booked.minor > 0) is not bool(event.reverses)
    return {
        "receipt": f"asset:commitment:{event.party}",
        "payment": f"liability:payable:{event.party}",
        "return": f"liability:payable:{event.party}",
        "refund": f"liability:refund:{event.party}",
        "production": f"liability:production:{event.name}",
        "settlement": f"liability:production:{event.name}",
        "credit": f"liability:credit:{event.party}",
        "vendor-refund": f"expense:production:{event.purpose}" if event.purpose else f"liability:payable:{event.party}",
        "paid-again": f"liability:payable:{event.party}",
        "duplicate": f"asset:bank:{event.account}",
        "reversal": f"suspense:reversed:{event.account}",
        "charges": BANK_CHARGES,
        "interest": f"{'income' if earned else 'expense'}:interest",
        "source": f"asset:receivable:{event.name}",
    }[event.to]


class _Settled(Struct, frozen=True):
    """A claim on a ledger account that `amount` (signed) settles. `contract_value` has the sign of what moved."""

    account: str
    amount: Money
    contract_value: Money


def _exchanged(claim: _Settled, held: str, booked: Money, charges: Money | None, about: str) -> Iterable[Entry]:
    """A claim is settled by `booked` on the ledger account `held` (signed, opposite to the claim).

    In one currency the difference is the bank's charge. In two, each leg balances through the position account at
    contract value. The rest of the difference, without the charges that the bank named, is an exchange gain or loss.
    """
    amount, value = claim.amount, claim.contract_value
    yield Entry(claim.account, amount, about)
    if amount.currency == booked.currency:
        difference = amount + booked
        if difference.minor:
            yield Entry(BANK_CHARGES, -difference, about)
    else:
        yield Entry(FX_POSITION, -amount, about)
        yield Entry(FX_POSITION, -value, about)
        difference = booked - value
        if charges is not None:
            yield Entry(BANK_CHARGES, charges, about)
            difference += charges
        if difference.minor:
            yield Entry(FX_GAIN_LOSS, -difference, about)
    yield Entry(held, booked, about)


def _earned(event: StatementImported) -> Iterable[Entry]:
    """Entries for a source's statement: the version before is negated exactly and the new one posted whole.

    Costs and advances that a source declares are its own, not the production's: only the waterfall counts them.
    """
    if event.rows.kind is not StatementKind.RECEIPT:
        return
    about = f"{event.rows.source}/{event.rows.statement}/{event.version}"
    negated = [StatementTotal(of=total.of, amount=-total.amount) for total in event.restated]
    for total in (*negated, *event.rows.totals):
        if total.amount.minor:
            yield Entry(f"asset:receivable:{event.rows.source}", total.amount, about)
            yield Entry(f"income:receipts:{_medium(total.of)}", -total.amount, about)


def _medium(written: str) -> str:
    """A medium as part of an account name: `Pay TV / first` becomes `pay-tv-first`."""
    return "-".join(_WORDS.findall(written.casefold())) or "other"


_EXPENSES = frozenset(purpose for purpose in Purpose if not purpose.incoming and not purpose.unscheduled)


def _source_of_funds(purpose: Purpose, party: str) -> str:
    if purpose is Purpose.CONTRIBUTION:
        return f"equity:contribution:{party}"
    if purpose in _EXPENSES:  # money of an expense comes back
        return f"expense:production:{purpose}"
    return f"income:receipts:{purpose}"
