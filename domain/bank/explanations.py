"""What a booked line is: whose payment, return or receipt. Nothing is guessed and no amount is adjusted.

An amount that is not the payment's is explained only by charges that the bank names in the line. Otherwise it is a
contradiction: nothing settles, the money waits in suspense, and a person looks.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from domain.agreement.model import Account
from domain.bank.identity import KnownBooking
from domain.bank.lines import Line
from domain.bank.reports import EntryType
from domain.bank.zengin.transfers import reference
from domain.payments.payments import Payment, Payments, PaymentStep, Status, can, can_settle, payment_id
from domain.payments.receipts import WAITING, Receipt, Receipts, ReceiptStatus
from domain.payments.runs import Run, Runs
from domain.values.money import Money, allocate, convert, total


@dataclass(frozen=True, slots=True)
class Settles:
    """A payment was executed under this end-to-end id. `booked` (positive) left the account, `charges` within it."""

    payment: Payment
    end_to_end_id: str
    booked: Money
    charges: Money | None = None


@dataclass(frozen=True, slots=True)
class SettlesRun:
    """One sum for payments of a run: those it settles, those that other reports told before, and a charge."""

    settled: tuple[Settles, ...]
    known: tuple[tuple[Payment, KnownBooking], ...]
    """Payments whose bookings are known, with these."""
    charges: Money | None


@dataclass(frozen=True, slots=True)
class Returns:
    """The money of a settled payment came back."""

    payment: Payment
    charges: Money | None


@dataclass(frozen=True, slots=True)
class Receives:
    """Expected money came in: `amount` of the receipt by `booked`, after `charges`. What is beyond is not explained."""

    receipt: Receipt
    amount: Money
    booked: Money
    charges: Money | None


@dataclass(frozen=True, slots=True)
class Unreceives:
    """The bank took back a credit that had been matched to a receipt."""

    receipt: Receipt
    original: KnownBooking


@dataclass(frozen=True, slots=True)
class Cancels:
    """The bank reverses a movement that is in suspense."""

    original: KnownBooking


@dataclass(frozen=True, slots=True)
class Charges:
    """The bank's own charge, or one given back."""


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Nothing explains it. `contradicts` is a payment and what the bank's booking says of it.

    `may_be` is an earlier movement that it may tell again.
    """

    why: str
    contradicts: tuple[Payment, str] | None = None
    may_be: str = ""


Explanation = Settles | SettlesRun | Returns | Receives | Unreceives | Cancels | Charges | Unexplained


@dataclass(frozen=True)
class KnownAccount:
    """What is known of an account before a line: our payments, receipts and runs there, and earlier bookings.

    `suspended` is the open amount of each movement in suspense. `known` holds the bookings of the line's day, and those
    of the opposite amount that a reversal may undo.
    """

    production: str
    account: Account
    payments: Payments
    receipts: Receipts
    runs: Runs
    known: list[KnownBooking]
    suspended: dict[str, Money]

    @cached_property
    def by_number(self) -> dict[str, str]:
        """End-to-end ids of our payments by the number under which a Zengin transfer goes."""
        ids = (payment.end_to_end_id for payment in self.payments.values() if payment.account == self.account.id)
        return {reference(each): each for each in ids if each is not None}


def explain(line: Line, books: KnownAccount) -> Explanation:
    """What a line is, by its references, its text, its amount and the bank's transaction code."""
    if undoes(line) and (original := _original(line, books)) is not None:
        return _undone(line, original, books)
    if undoes(line) and not line.came_in:
        return Unexplained("it reverses a credit, and no booking of this amount and reference is known")
    found = _incoming(line, books) if line.came_in else _outgoing(line, books)
    limit = books.account.charges_up_to
    charges = line.amount if isinstance(found, Charges) else getattr(found, "charges", None)
    if limit is not None and charges is not None and abs(charges.minor) > limit.minor:
        return Unexplained(f"the bank's charges are {_positive(charges)}, and up to {limit} are taken without a person")
    return found


_ZENGIN_NUMBER = re.compile(r"[0-9]{20}")
_BOOKED = frozenset({Status.SETTLED, Status.RETURNED})


# ---- names


@cache
def _ids_of(production: str) -> re.Pattern[str]:
    """End-to-end ids: of an instalment, a payout, a refund or late interest, with the attempt from the second on."""
    key = r"(?:[DR]/\d{1,9}|I/[A-Za-z0-9][A-Za-z0-9-]{0,11}/\d{1,3}|[A-Za-z0-9][A-Za-z0-9-]{0,15})"
    return re.compile(rf"(?<![\w.-]){re.escape(production)}\.{key}(?:\.\d{{1,6}})?(?![\w-])")


def named(production: str, line: Line | KnownBooking) -> Iterator[str]:
    """The end-to-end ids of ours that a line names: in its references first, then anywhere in its text."""
    pattern = _ids_of(production)
    references = {**line.entry_references, **line.references}
    first = [references[kind] for kind in ("end_to_end", "instruction") if kind in references]
    texts = (*first, *references.values(), line.remittance or "")
    yield from dict.fromkeys(match[0] for text in texts for match in pattern.finditer(text))


def orders(line: Line) -> set[str]:
    """The message ids of orders that a line may name as a whole."""
    batch = line.batch
    references = {**line.entry_references, **line.references}
    given = {*references.values(), *(line.remittance or "").split()}
    return given | ({batch.message, batch.payment_information} - {None} if batch is not None else set())  # type: ignore[operator]


def numbers(line: Line) -> set[str]:
    """The numbers of Zengin transfers that a line may name."""
    return {value for value in line.references.values() if _ZENGIN_NUMBER.fullmatch(value)}


def _payment(line: Line, books: KnownAccount) -> tuple[Payment, str] | None:
    """The payment that a line names, and the end-to-end id by which it does."""
    numbered = (books.by_number[number] for number in sorted(numbers(line)) if number in books.by_number)
    for end_to_end_id in (*named(books.production, line), *numbered):
        payment = books.payments.get(payment_id(end_to_end_id))
        if payment is not None:
            return payment, end_to_end_id
    return None


# ---- money that went out


def _outgoing(line: Line, books: KnownAccount) -> Explanation:
    found = _payment(line, books)
    paid = -line.amount
    if line.type is EntryType.CHARGE and (found is None or found[0].amount != paid):
        return Charges()
    if found is not None:
        return _of_payment(line, *found, books)
    named_orders = orders(line)
    run = next((run for run in books.runs.values() if run.message_id in named_orders), None)
    if run is not None:
        return _of_run(line, run, books)
    return Unexplained("it names no payment of ours")


def _of_payment(line: Line, payment: Payment, end_to_end_id: str, books: KnownAccount) -> Explanation:
    paid = -line.amount
    if payment.account != books.account.id:
        return Unexplained(f"payment {payment.id} leaves {payment.account}", (payment, f"booked on {books.account.id}"))
    if not can_settle(payment, end_to_end_id):
        answer = f"settled {paid}" if end_to_end_id == payment.end_to_end_id else f"settled {paid} as {end_to_end_id}"
        return Unexplained(f"payment {payment.id} was {payment.status} already", (payment, answer))
    charges = _charges_of(line, payment.amount)
    if charges is None:
        told = line.instructed if line.instructed not in {None, payment.amount} else paid
        return Unexplained(
            f"payment {payment.id} is of {payment.amount}, and the bank names no charges or rate that explain this",
            (payment, f"settled {told}"),
        )
    return Settles(payment, end_to_end_id, paid, charges if charges.minor else None)


def _charges_of(line: Line, due: Money) -> Money | None:
    """The charges within a debit for a payment of `due`. None if the debit is not of that payment and named charges."""
    paid, charges = -line.amount, _charged(line)
    nothing = Money.zero(paid.currency)
    if line.instructed is not None and line.instructed.currency == due.currency and line.instructed != due:
        return None
    if due.currency != paid.currency:
        return (_within(line, charges) or nothing) if line.instructed == due else None
    if paid == due:
        return nothing
    return charges if charges is not None and paid == due + charges else None


def _charged(line: Line) -> Money | None:
    """The charges that the bank names with a line."""
    return total(line.charges, line.amount.currency) if line.charges else None


def _within(line: Line, charges: Money | None) -> Money | None:
    """The charges, if they are a part of a converted amount: the bank's rate then leads to the rest of it."""
    if charges is None or line.rate is None or line.instructed is None:
        return None
    converted = convert(line.instructed, line.rate, charges.currency)
    # The bank may round otherwise than we do, by one minor unit.
    return charges if abs((-line.amount - charges - converted).minor) <= 1 else None


def _of_run(line: Line, run: Run, books: KnownAccount) -> Explanation:
    """One sum for a run: payments that other reports told on that day, and those on their way.

    Payments that the bank rejected are in it only if the sum is not explained without them.
    """
    told = {known.about: known for known in books.known if known.fate == "settles"}
    payments = [p for p in books.payments.of_run(run.id) if p.account == books.account.id]
    before = tuple((p, told[p.id]) for p in payments if p.status in _BOOKED and p.id in told)
    sent = [p for p in payments if can_settle(p, p.end_to_end_id or "")]
    on_their_way = [p for p in sent if can(p, PaymentStep.SETTLE)]
    found = [_sum_of(line, run, ours, before) for ours in (on_their_way, sent)]
    return next((one for one in found if isinstance(one, SettlesRun)), found[0])


def _sum_of(
    line: Line, run: Run, ours: Sequence[Payment], before: tuple[tuple[Payment, KnownBooking], ...]
) -> SettlesRun | Unexplained:
    due = total((p.amount for p in ours), run.currency)
    paid = -line.amount + total((known.amount for _, known in before), line.amount.currency)
    count = line.batch.count if line.batch is not None else None
    if count not in {None, len(ours) + len(before)}:
        return Unexplained(f"it is for {count} payments of run {run.id}, and {len(ours) + len(before)} are open")
    shares = _shares(line, paid, due, ours, told=bool(before))
    if shares is None:
        return Unexplained(f"the open payments of run {run.id} are {due} together, and the bank books another sum")
    charges = _charged(line) if run.currency == line.amount.currency and paid != due else None
    settled = tuple(Settles(p, p.end_to_end_id or p.id, share) for p, share in zip(ours, shares, strict=True))
    return SettlesRun(settled, before, charges)


def _shares(line: Line, paid: Money, due: Money, ours: Sequence[Payment], *, told: bool) -> Sequence[Money] | None:
    """What each payment is of what is left of a sum. None if this is not `due`, plus charges that the bank names.

    A sum in another currency is shared by the payments' amounts, if the bank names `due` as what it paid.
    """
    charges = _charged(line)
    if not ours and told:
        return None if paid.minor else ()
    if due.currency == paid.currency:
        exact = paid == due or (charges is not None and paid == due + charges)
        return [p.amount for p in ours] if exact else None
    named_total = line.batch.total if line.batch is not None else line.instructed
    if told or not ours or named_total != due:
        return None
    return allocate(paid, tuple(p.amount.minor for p in ours))


# ---- money that came in


def _incoming(line: Line, books: KnownAccount) -> Explanation:
    found = _payment(line, books)
    if found is not None:
        return _returned(line, found[0], books)
    if line.type is EntryType.RETURN or line.reversal:
        return Unexplained("it is a return, and names no payment of ours")
    if line.type is EntryType.CHARGE:
        return Charges()
    receipt = _receipt(line, books)
    if receipt is None:
        return Unexplained("it is interest" if line.type is EntryType.INTEREST else "no expected receipt explains it")
    return _received(line, receipt)


def _returned(line: Line, payment: Payment, books: KnownAccount) -> Explanation:
    back, charges = line.amount, _charged(line)
    answer = (payment, f"returned {back}")
    if payment.account != books.account.id:
        return Unexplained(f"payment {payment.id} left {payment.account}", answer)
    if not can(payment, PaymentStep.RETURN):
        return Unexplained(f"it is a return of payment {payment.id}, which is {payment.status}", answer)
    if payment.amount in {back, line.instructed} or back == payment.booked:
        return Returns(payment, None)
    if charges is not None and back + charges in {payment.amount, payment.booked}:
        return Returns(payment, charges)
    why = f"payment {payment.id} was of {payment.amount}, and the bank names no charges that explain the rest"
    return Unexplained(why, answer)


def _receipt(line: Line, books: KnownAccount) -> Receipt | None:
    """The receipt whose id the line names, or else the only owed one of exactly this amount."""
    amounts = {line.instructed or line.amount, line.amount}
    charges = _charged(line)
    if charges is not None:
        amounts.add(line.amount + charges)
    currencies = {amount.currency for amount in amounts}
    waiting = [
        receipt
        for receipt in books.receipts.values()
        if receipt.account == books.account.id
        and receipt.amount.currency in currencies
        and receipt.status in WAITING
        and receipt.outstanding.minor
    ]
    words = {
        word.strip(".,;:/()")
        for text in (*line.entry_references.values(), *line.references.values(), line.remittance or "")
        for word in text.split()
    }
    by_name = [receipt for receipt in waiting if receipt.id in words]
    if by_name:
        return by_name[0]
    exact = [one for one in waiting if one.outstanding in amounts and one.status is ReceiptStatus.OWED]
    return exact[0] if len(exact) == 1 else None


def _received(line: Line, receipt: Receipt) -> Explanation:
    """Match a credit to a receipt. The payer's amount counts if the charges that the bank names explain it."""
    came, charges = line.amount, _charged(line)
    if receipt.amount.currency != came.currency:
        sent = line.instructed or came
        matched = min(sent, receipt.outstanding)
        booked = allocate(came, (matched.minor, (sent - matched).minor))[0] if sent != matched else came
        return Receives(receipt, matched, booked, None)
    gross = came + charges if charges is not None else came
    if line.instructed not in {None, gross} or gross > receipt.outstanding or gross == came:
        matched = min(came, receipt.outstanding)
        return Receives(receipt, matched, matched, None)
    return Receives(receipt, gross, came, charges)


# ---- bookings that undo others


def undoes(line: Line) -> bool:
    """Whether the bank says that a line undoes an earlier booking. The return of a payment is named by the payment."""
    return line.reversal or (line.type is EntryType.RETURN and not line.came_in)


def _original(line: Line, books: KnownAccount) -> KnownBooking | None:
    """The booking that a reversal undoes: of the opposite amount, and of a common reference or name."""
    undone = {known.about for known in books.known if known.fate == "reverses"}
    candidates = [
        known
        for known in books.known
        if known.amount == -line.amount and known.fate != "known" and known.movement not in undone
    ]
    ours = {*line.entry_references.values(), *line.references.values(), *(line.remittance or "").split()}
    for known in reversed(candidates):
        theirs = {*known.entry_references.values(), *known.references.values(), known.about} - {""}
        if theirs & ours:
            return known
    return None


def _undone(line: Line, original: KnownBooking, books: KnownAccount) -> Explanation:
    match original.fate:
        case "received" if original.about in books.receipts and original.movement not in books.suspended:
            return Unreceives(books.receipts[original.about], original)
        case "settles" if original.about in books.payments:
            return _returned(line, books.payments[original.about], books)
        case "charge":
            return Charges()
        case "suspense" if books.suspended.get(original.movement) == original.amount:
            return Cancels(original)
        case _:
            return Unexplained(f"it reverses movement {original.movement}, which is explained otherwise by now")


def _positive(amount: Money) -> Money:
    return -amount if amount.minor < 0 else amount
