"""Reads one report of an account, booking by booking, into events."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from msgspec.structs import replace

from domain.agreement.model import Agreement
from domain.bank.explanations import (
    Books,
    Cancels,
    Charges,
    Explanation,
    Receives,
    Returns,
    Settles,
    SettlesRun,
    Unexplained,
    Unreceives,
    explain,
)
from domain.bank.identity import KnownBooking, Recognised, recognise, report_name
from domain.bank.lines import Line, lines_of
from domain.bank.record import known_as
from domain.bank.reports import AccountReport
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
    ReportTaken,
    SettledPayment,
    Tally,
)
from domain.identity import SYSTEM
from domain.payments.attempts import without
from domain.payments.payments import Payment, Status
from domain.payments.receipts import matched_by, unmatched_by
from domain.payments.runs import chunks
from domain.rates import contract_value
from domain.values.money import Money, total


class Reading:
    """Reads one report, booking by booking. What is read changes the books for the bookings that follow."""

    def __init__(self, agreement: Agreement, books: Books, report: AccountReport, message_id: str, digest: str) -> None:
        self._agreement, self._books, self._report = agreement, books, report
        self._message_id, self._digest = message_id, digest
        self._account = books.account.id
        self._name = report_name(report.id, report.number, report.page.number if report.page is not None else None)
        self._settled: dict[date, list[SettledPayment]] = defaultdict(list)
        self._others: list[Event] = []
        self._bookings: list[Booking] = []
        self._parts: dict[Fate, list[Money]] = defaultdict(list)

    def read(self) -> ReportTaken:
        """Decide on every booking of the report."""
        report, name = self._report, self._name
        lines = lines_of(report, self._digest)
        recognised = recognise(report.kind, name, lines, self._books.known)
        self._explain([(line, recognised.get(line.movement)) for line in lines])
        for event in self._told():
            self._books.known.extend(known_as(each, event) for each in event.bookings)
        return ReportTaken(
            account=self._account,
            kind=report.kind.value,
            report=report.id,
            number=report.number,
            page=report.page.number if report.page is not None else None,
            last_page=report.page is None or report.page.last,
            opening=report.opening.amount if report.opening is not None else None,
            opening_on=report.opening.on if report.opening is not None else None,
            closing=report.closing.amount if report.closing is not None else None,
            closing_on=report.closing.on if report.closing is not None else None,
            first_on=min((line.booked_on for line in lines), default=None),
            last_on=max((line.booked_on for line in lines), default=None),
            bookings=len(lines),
            debits=self._out(line.amount for line in lines),
            credits=self._in(line.amount for line in lines),
            tallies=tuple(
                Tally(fate=fate, bookings=len(parts), debits=self._out(parts), credits=self._in(parts))
                for fate, parts in sorted(self._parts.items())
            ),
        )

    def _explain(self, lines: Sequence[tuple[Line, Recognised | None]]) -> None:
        """Book every line. One may explain another whatever their order, so what is not explained is tried again."""
        left = list(lines)
        while left:
            waiting = [(line, told) for line, told in left if not self._explained(line, told)]
            if len(waiting) == len(left):
                break
            left = waiting
        for line, told in left:
            if told is None:
                self._book(line, explain(line, self._books))
            elif told.certain:
                self._tell(line, "known", told.earlier)
            else:
                self._book(line, Unexplained(f"it may be movement {told.earlier}, which another report told before"))

    def _explained(self, line: Line, told: Recognised | None) -> bool:
        """Book a line, or what a known one says of the booking in suspense that it is. False if nothing explains it."""
        if told is None:
            found = explain(line, self._books)
            if isinstance(found, Unexplained):
                return False
            self._book(line, found)
            return True
        open_ = self._books.suspended.get(told.earlier) if told.certain else None
        if not told.certain or (open_ is not None and not self._told_again(line, told.earlier, open_)):
            return False
        self._tell(line, "known", told.earlier)
        return True

    def events(self) -> list[Event]:
        """The events of what was read."""
        settled: list[Event] = [
            PaymentsSettled(account=self._account, message_id=self._message_id, booked_on=on, payments=tuple(part))
            for on, lines in sorted(self._settled.items())
            for part in chunks(lines)
        ]
        return [*settled, *self._others, *self._told()]

    def _told(self) -> list[BookingsReported]:
        return [
            BookingsReported(
                account=self._account,
                file=self._digest,
                kind=self._report.kind.value,
                report=self._name,
                bookings=tuple(part),
            )
            for part in chunks(self._bookings)
        ]

    def _out(self, amounts: Iterable[Money]) -> Money:
        return total((-one for one in amounts if one.minor < 0), self._report.currency)

    def _in(self, amounts: Iterable[Money]) -> Money:
        return total((one for one in amounts if one.minor > 0), self._report.currency)

    def _book(self, line: Line, found: Explanation) -> None:
        match found:
            case Settles():
                self._settle(line, found)
                self._tell(line, "settles", found.payment.id)
            case SettlesRun():
                self._settle_run(line, found)
            case Returns():
                self._return(line, found)
                self._tell(line, "returns", found.payment.id)
            case Receives():
                self._receive(line, found)
            case Unreceives():
                self._unreceive(line, found)
            case Cancels():
                self._suspend(line, f"it reverses movement {found.original.movement}")
                self._cancel(line, found.original)
                self._tell(line, "reverses", found.original.movement)
            case Charges():
                self._charge(line)
            case Unexplained():
                if found.contradicts is not None:
                    self._contradict(*found.contradicts)
                self._suspend(line, found.why)
                self._tell(line, "suspense", "")

    def _tell(self, line: Line, fate: Fate, about: str, part: Money | None = None) -> None:
        """Record a booking, and count it, or a part of it, under its fate."""
        self._parts[fate].append(part or line.amount)
        self._bookings.append(_booking(line, fate, about))

    def _settle(self, line: Line, found: Settles) -> None:
        payment = found.payment
        value = contract_value(self._agreement, payment.amount, self._report.currency)
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
        self._settled_by(found, value)

    def _settled_by(self, found: Settles, value: Money | None) -> None:
        """Set a payment's state for the bookings that follow."""
        payment = found.payment
        self._books.payments[payment.id] = replace(
            payment,
            status=Status.SETTLED,
            booked=found.booked,
            contract_value=value,
            doubts=without(payment.doubts, found.end_to_end_id),
        )

    def _settle_run(self, line: Line, found: SettlesRun) -> None:
        """Book one sum as a booking for each payment, so that a later report with the details is recognised."""
        parts: list[tuple[Payment, Money, Settles | str]] = [
            *((one.payment, one.booked, one) for one in found.settled),
            *((payment, -known.amount, known.movement) for payment, known in found.told),
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
                self._settle(part, what)
                self._tell(part, "settles", payment.id)
            else:
                self._tell(part, "known", what)
        if found.charges is not None:
            self._charge(replace(line, movement=f"{line.movement}.charges", amount=-found.charges, references={}))

    def _return(self, line: Line, found: Returns) -> None:
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

    def _settled_value(self, payment: Payment) -> Money:
        """The contract value at settlement: an amendment may have changed the rate since."""
        return payment.contract_value or contract_value(self._agreement, payment.amount, self._report.currency)

    def _receive(self, line: Line, found: Receives) -> None:
        receipt = found.receipt
        value = contract_value(self._agreement, found.amount, self._report.currency)
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
            )
        )
        self._books.receipts[receipt.id] = matched_by(receipt, found.amount)
        self._parts["received"].append(found.booked)
        self._bookings.append(_booking(line, "received", receipt.id, found.amount, value))
        if found.booked != line.amount:
            rest = line.amount - found.booked
            self._suspend(replace(line, amount=rest), f"it is more than receipt {receipt.id} expects")
            self._parts["suspense"].append(rest)

    def _unreceive(self, line: Line, found: Unreceives) -> None:
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
            )
        )
        self._books.receipts[receipt.id] = unmatched_by(receipt, claim)
        self._tell(line, "reverses", original.movement)

    def _cancel(self, line: Line, original: KnownBooking) -> None:
        """Take a reversed movement and its reversal out of suspense, each against the other."""
        why = "the bank reversed it"
        self._allocate(line, "reversal", original.movement, line.amount, why)
        other = replace(line, movement=original.movement, amount=original.amount, references=dict(original.references))
        self._allocate(other, "reversal", line.movement, original.amount, why)

    def _charge(self, line: Line) -> None:
        words = line.remittance or ""
        self._others.append(
            ChargeBooked(
                account=self._account,
                message_id=self._message_id,
                movement=line.movement,
                booked=line.amount,
                bank_reference=line.bank_reference,
                words=words,
            )
        )
        self._tell(line, "charge", "")

    def _contradict(self, payment: Payment, answer: str) -> None:
        self._others.append(
            AnswerContradicted(message_id=self._message_id, payment=payment.id, status=payment.status, answer=answer)
        )

    def _suspend(self, line: Line, why: str) -> None:
        """Put a movement, or the rest of it, into suspense."""
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

    def _told_again(self, line: Line, earlier: str, open_: Money) -> bool:
        """A booking in suspense that is told again. This report may explain it."""
        if not _covers(open_, line.amount):
            return not open_.minor
        return self._allocate_told(replace(line, movement=earlier), explain(line, self._books))

    def _allocate_told(self, line: Line, found: Explanation) -> bool:
        why = f"message {self._message_id} says so"
        match found:
            case Settles(payment=payment):
                self._allocate(line, "payment", payment.id, -payment.amount, why, found)
                self._settled_by(found, None)
            case Returns(payment=payment):
                self._allocate(line, "return", payment.id, payment.amount, why, found)
                self._books.payments[payment.id] = replace(payment, status=Status.RETURNED)
            case Receives(receipt=receipt, amount=amount, booked=booked) if booked == line.amount:
                self._allocate(line, "receipt", receipt.id, amount, why, found)
                self._books.receipts[receipt.id] = matched_by(receipt, amount)
            case _:
                return False
        return True

    def _allocate(
        self,
        line: Line,
        to: AllocatedTo,
        name: str,
        amount: Money,
        why: str,
        found: Settles | Returns | Receives | None = None,
    ) -> None:
        party = getattr(found, "receipt", None) or getattr(found, "payment", None)
        if isinstance(found, Returns):
            value = self._settled_value(found.payment)
        else:
            value = contract_value(self._agreement, amount, self._report.currency)
        self._others.append(
            MovementAllocated(
                account=self._account,
                bank_reference=line.bank_reference,
                to=to,
                name=name,
                party=None if party is None else getattr(party, "payer_party", None) or party.payee_party,
                amount=amount,
                booked=line.amount,
                contract_value=value,
                by=SYSTEM.user,
                reason=why,
                movement=line.movement,
                end_to_end_id=found.end_to_end_id if isinstance(found, Settles) else None,
                charges=None if found is None else found.charges,
            )
        )
        self._books.suspended[line.movement] -= line.amount


def _covers(open_: Money, part: Money) -> bool:
    """Whether `part` can leave an open amount."""
    return 0 < part.minor <= open_.minor or open_.minor <= part.minor < 0


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
