"""Records what the bookings of one report are: events, and their effect on the bookings that follow."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from domain.agreement.model import Agreement
from domain.bank.explanations import KnownAccount, Receives, Returns, Settles, SettlesRun, Unreceives
from domain.bank.identity import KnownBooking
from domain.bank.lines import Line
from domain.bank.movements import moved_on
from domain.bank.reports import ReportKind
from domain.events import (
    AllocatedTo,
    AnswerContradicted,
    Booking,
    BookingsReported,
    ChargeBooked,
    Event,
    Fate,
    MovementAllocated,
    MovementUnmatched,
    PaymentReturned,
    PaymentsSettled,
    ReceiptMatched,
    ReceiptReversed,
    SettledPayment,
    Tally,
)
from domain.identity import SYSTEM
from domain.payments.adjusting import written_off_by_rule
from domain.payments.attempts import without
from domain.payments.payments import Payment, Status, stands
from domain.payments.receipts import apply, changed_by
from domain.payments.runs import chunks
from domain.rates import contract_value
from domain.values.money import Money, total


class ReportRecording:
    """What one report records. `message_id` and `file` (SHA-256) are of the file in which it came `today`."""

    def __init__(
        self, agreement: Agreement, books: KnownAccount, message_id: str, file: str, currency: str, today: date
    ) -> None:
        self._agreement, self._books, self._today = agreement, books, today
        self._message_id, self._file, self._currency = message_id, file, currency
        self._account = books.account.id
        self._settled: dict[date, list[SettledPayment]] = defaultdict(list)
        self._others: list[Event] = []
        self._bookings: list[Booking] = []
        self._parts: dict[Fate, list[Money]] = defaultdict(list)

    def events(self) -> list[Event]:
        """Return the events that settle, return, receive and so on, without the bookings themselves."""
        settled = [
            PaymentsSettled(account=self._account, message_id=self._message_id, booked_on=on, payments=tuple(part))
            for on, lines in sorted(self._settled.items())
            for part in chunks(lines)
        ]
        return [*settled, *self._others]

    def bookings(self, kind: ReportKind, report: str) -> list[BookingsReported]:
        """Return the bookings of the report, which has this kind and name."""
        return [
            BookingsReported(
                account=self._account, file=self._file, kind=kind.value, report=report, bookings=tuple(part)
            )
            for part in chunks(self._bookings)
        ]

    def tallies(self) -> tuple[Tally, ...]:
        """Return the count and the sums of the bookings by fate."""
        return tuple(
            Tally(
                fate=fate,
                bookings=len(parts),
                debits=debits(parts, self._currency),
                credits=credits_(parts, self._currency),
            )
            for fate, parts in sorted(self._parts.items())
        )

    def count(self, line: Line, fate: Fate, about: str) -> None:
        """Record a booking, and count it under its fate."""
        self._parts[fate].append(line.amount)
        self._bookings.append(_booking(line, fate, about))

    def settle(self, line: Line, found: Settles) -> None:
        """A payment was executed."""
        payment = found.payment
        value = contract_value(self._agreement, payment.amount, self._currency)
        self._settled[line.booked_on].append(
            SettledPayment(
                payment=payment.id,
                payee_party=payment.payee_party,
                amount=payment.amount,
                booked=found.booked,
                contract_value=value,
                bank_reference=line.bank_reference,
                movement=line.movement,
                end_to_end_id=found.end_to_end_id,
                charges=found.charges,
            )
        )
        self._now_settled(found, value, line.booked_on)
        self.count(line, "settles", payment.id)

    def settle_run(self, line: Line, found: SettlesRun) -> None:
        """One sum is booked as a booking for each payment, so that a later report with the details is recognised."""
        parts: list[tuple[Payment, Money, Settles | str]] = [
            *((one.payment, one.booked, one) for one in found.settled),
            *((payment, -known.amount, known.movement) for payment, known in found.known),
        ]
        for number, (payment, amount, what) in enumerate(parts, 1):
            part = replace(
                line,
                movement=f"{line.movement}.{number}",
                amount=-amount,
                references={"end_to_end": payment.end_to_end_id or payment.id},
                entry_references={**line.references, **line.entry_references},
            )
            if isinstance(what, Settles):
                self.settle(part, what)
            else:
                self.count(part, "known", what)
        if found.charges is not None:
            self.charge(replace(line, movement=f"{line.movement}.charges", amount=-found.charges, references={}))

    def give_back(self, line: Line, found: Returns) -> None:
        """The money of a payment came back."""
        payment = found.payment
        self._others.append(
            PaymentReturned(
                account=self._account,
                message_id=self._message_id,
                payment=payment.id,
                payee_party=payment.payee_party,
                amount=payment.amount,
                booked=line.amount,
                contract_value=self._settled_value(payment),
                bank_reference=line.bank_reference,
                reason=line.reason or "NARR",
                movement=line.movement,
                charges=found.charges,
            )
        )
        self._books.payments[payment.id] = replace(payment, status=Status.RETURNED)
        self.count(line, "returns", payment.id)

    def receive(self, line: Line, found: Receives) -> None:
        """Expected money came in. What is more than expected goes to suspense."""
        receipt = found.receipt
        value = contract_value(self._agreement, found.amount, self._currency)
        self._others.append(
            ReceiptMatched(
                account=self._account,
                message_id=self._message_id,
                receipt=receipt.id,
                payer_party=receipt.payer_party,
                amount=found.amount,
                booked=found.booked,
                contract_value=value,
                bank_reference=line.bank_reference,
                movement=line.movement,
                charges=found.charges,
                on=moved_on(line),
            )
        )
        self._received(line, found)
        self._parts["received"].append(found.booked)
        self._bookings.append(_booking(line, "received", receipt.id, found.amount, value))
        if found.booked != line.amount:
            rest = line.amount - found.booked
            self._unmatched(replace(line, amount=rest), f"it is more than receipt {receipt.id} expects")
            self._parts["suspense"].append(rest)

    def unreceive(self, line: Line, found: Unreceives) -> None:
        """The bank took back what a receipt was matched with."""
        receipt, original = found.receipt, found.original
        claim = original.claim or original.amount
        self._others.append(
            ReceiptReversed(
                account=self._account,
                message_id=self._message_id,
                receipt=receipt.id,
                payer_party=receipt.payer_party,
                amount=claim,
                booked=-line.amount,
                contract_value=original.contract_value or original.amount,
                bank_reference=line.bank_reference,
                movement=line.movement,
                reverses=original.movement,
                on=moved_on(line),
            )
        )
        self._books.receipts[receipt.id] = changed_by(receipt, -claim, moved_on(line) or self._today)
        self.count(line, "reverses", original.movement)

    def cancel(self, line: Line, original: KnownBooking) -> None:
        """The bank reversed a movement in suspense. Both leave suspense, each against the other."""
        why = "the bank reversed it"
        self._unmatched(line, f"it reverses movement {original.movement}")
        self._allocate(line, "reversal", original.movement, line.amount, why)
        other = replace(line, movement=original.movement, amount=original.amount, references=dict(original.references))
        self._allocate(other, "reversal", line.movement, original.amount, why)
        self.count(line, "reverses", original.movement)

    def charge(self, line: Line) -> None:
        """The bank's own charge."""
        self._others.append(
            ChargeBooked(
                account=self._account,
                message_id=self._message_id,
                movement=line.movement,
                booked=line.amount,
                bank_reference=line.bank_reference,
                words=line.remittance or "",
            )
        )
        self.count(line, "charge", "")

    def contradict(self, payment: Payment, answer: str) -> None:
        """A booking contradicts what is known of a payment."""
        self._others.append(
            AnswerContradicted(message_id=self._message_id, payment=payment.id, status=payment.status, answer=answer)
        )

    def suspend(self, line: Line, why: str, may_be: str = "") -> None:
        """Nothing explains a booking. `may_be` is an earlier movement that it may tell again."""
        self._unmatched(line, why)
        self.count(line, "suspense", may_be)

    def allocate(self, line: Line | KnownBooking, found: Settles | SettlesRun | Returns | Receives) -> None:
        """A later report explains a movement in suspense. `line` bears the movement's id."""
        why = f"message {self._message_id} says so"
        match found:
            case SettlesRun(settled=settled, charges=charges):
                for one in settled:
                    self.allocate(replace(line, amount=-one.booked), one)
                if charges is not None:
                    self._allocate(replace(line, amount=-charges), "charges", "", -charges, why)
            case Settles(payment=payment):
                value = self._allocate(line, "payment", payment.id, -payment.amount, why, found)
                self._now_settled(found, value, moved_on(line))
            case Returns(payment=payment):
                self._allocate(line, "return", payment.id, payment.amount, why, found)
                self._books.payments[payment.id] = replace(payment, status=Status.RETURNED)
            case Receives(receipt=receipt, amount=amount):
                self._allocate(line, "receipt", receipt.id, amount, why, found)
                self._received(line, found)

    def _unmatched(self, line: Line, why: str) -> None:
        self._others.append(
            MovementUnmatched(
                account=self._account,
                message_id=self._message_id,
                booked=line.amount,
                end_to_end_id=line.references.get("end_to_end"),
                counterparty=line.counterparty,
                bank_reference=line.bank_reference,
                why=why,
                movement=line.movement,
            )
        )
        self._books.suspended[line.movement] = line.amount

    def _allocate(
        self,
        line: Line | KnownBooking,
        to: AllocatedTo,
        name: str,
        amount: Money,
        why: str,
        found: Settles | Returns | Receives | None = None,
    ) -> Money | None:
        if isinstance(found, Returns):
            value = self._settled_value(found.payment)
        else:
            value = contract_value(self._agreement, amount, self._currency)
        self._others.append(
            MovementAllocated(
                account=self._account,
                bank_reference=line.bank_reference,
                to=to,
                name=name,
                party=_party(found),
                amount=amount,
                booked=line.amount,
                contract_value=value,
                by=SYSTEM.user,
                reason=why,
                movement=line.movement,
                end_to_end_id=_attempt(found),
                charges=None if found is None else found.charges,
                then=stands(found.payment, _attempt(found)) if isinstance(found, Settles | Returns) else None,
                on=moved_on(line),
            )
        )
        self._books.suspended[line.movement] -= line.amount
        return value

    def _received(self, line: Line | KnownBooking, found: Receives) -> None:
        """Money came for a receipt. A small rest is written off by the agreement's rule."""
        receipts, receipt = self._books.receipts, found.receipt
        after = receipts[receipt.id] = changed_by(receipt, found.amount, moved_on(line) or self._today)
        for event in written_off_by_rule(self._agreement, after, self._today, SYSTEM.user):
            self._others.append(event)
            apply(receipts, event, self._today)

    def _now_settled(self, found: Settles, value: Money | None, on: date | None) -> None:
        payment = found.payment
        self._books.payments[payment.id] = replace(
            payment,
            status=Status.SETTLED,
            booked=found.booked,
            contract_value=value,
            settled_on=on,
            doubts=without(payment.doubts, found.end_to_end_id),
        )

    def _settled_value(self, payment: Payment) -> Money:
        """Return the contract value at settlement: an amendment may have changed the rate since."""
        return payment.contract_value or contract_value(self._agreement, payment.amount, self._currency)


def debits(amounts: Sequence[Money], currency: str) -> Money:
    """Return what went out, as a positive sum."""
    return total((-one for one in amounts if one.minor < 0), currency)


def credits_(amounts: Sequence[Money], currency: str) -> Money:
    """Return what came in."""
    return total((one for one in amounts if one.minor > 0), currency)


def _party(found: Settles | Returns | Receives | None) -> str | None:
    match found:
        case Settles(payment=payment) | Returns(payment=payment):
            return payment.payee_party
        case Receives(receipt=receipt):
            return receipt.payer_party
        case None:
            return None


def _attempt(found: Settles | Returns | Receives | None) -> str | None:
    """The end-to-end id of the attempt that was booked or came back."""
    match found:
        case Settles():
            return found.end_to_end_id
        case Returns():
            return found.payment.end_to_end_id
        case _:
            return None


def _booking(
    line: Line, fate: Fate, about: str, claim: Money | None = None, contract_value: Money | None = None
) -> Booking:
    return Booking(
        movement=line.movement,
        entry=line.entry,
        booked_on=line.booked_on,
        value_on=line.value_on,
        amount=line.amount,
        references=line.references,
        entry_references=line.entry_references,
        counterparty=line.counterparty,
        remittance=line.remittance,
        fate=fate,
        about=about,
        claim=claim,
        contract_value=contract_value,
    )
