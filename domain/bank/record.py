"""The bookings on record: what events tell of them, for the recognition of later reports."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from domain.bank.identity import KnownBooking
from domain.bank.reports import ReportKind
from domain.events import (
    Booking,
    BookingsReported,
    Event,
    MovementUnmatched,
    PaymentReturned,
    PaymentsSettled,
    ReceiptMatched,
)
from domain.values.money import Money, total

RECORDING = frozenset({BookingsReported, PaymentsSettled, PaymentReturned, ReceiptMatched, MovementUnmatched})
"""The events that tell bookings. All but the first do only in records of release 0.1.0."""


def bookings(events: Iterable[Event]) -> dict[tuple[str, str], KnownBooking]:
    """The bookings that the events of one command tell, by account and movement.

    Release 0.1.0 told a booking that was more than a receipt by two events of one reference. Their sum is the booking.
    """
    found: dict[tuple[str, str], KnownBooking] = {}
    for event in events:
        if type(event) in RECORDING:
            for account, told in _told(event):
                before = found.get((account, told.movement))
                whole = told if before is None else replace(before, amount=before.amount + told.amount)
                found[account, told.movement] = whole
    entries: dict[tuple[str, str], list[Money]] = defaultdict(list)
    for (account, _), booking in found.items():
        entries[account, booking.entry].append(booking.amount)
    wholes = {name: total(parts, parts[0].currency) for name, parts in entries.items()}
    return {name: replace(one, entry_amount=wholes[name[0], one.entry]) for name, one in found.items()}


def _told(event: Event) -> Iterator[tuple[str, KnownBooking]]:
    match event:
        case BookingsReported():
            for booking in event.bookings:
                yield event.account, known_as(booking, event)
        case PaymentsSettled():
            for line in event.payments:
                if not line.movement:
                    first = _first(line.bank_reference, -line.booked, "settles", line.payment)
                    yield event.account, replace(first, booked_on=event.booked_on)
        case PaymentReturned(movement=""):
            yield event.account, _first(event.bank_reference, event.booked, "returns", event.payment)
        case ReceiptMatched(movement=""):
            first = _first(event.bank_reference, event.booked, "received", event.receipt)
            yield event.account, replace(first, claim=event.amount, contract_value=event.contract_value)
        case MovementUnmatched(movement=""):
            yield event.account, _first(event.bank_reference, event.booked, "suspense", "")
        case _:
            return


def known_as(booking: Booking, event: BookingsReported) -> KnownBooking:
    """A booking of an event, for the recognition of later ones."""
    return KnownBooking(
        movement=booking.movement,
        entry=booking.entry,
        kind=ReportKind(event.kind),
        report=event.report,
        file=event.file,
        booked_on=booking.booked_on,
        value_on=booking.value_on,
        amount=booking.amount,
        references=booking.references,
        entry_references=booking.entry_references,
        counterparty=booking.counterparty,
        remittance=booking.remittance,
        fate=booking.fate,
        about=booking.about,
        entry_amount=booking.amount,
        claim=booking.claim,
        contract_value=booking.contract_value,
    )


def _first(reference: str, amount: Money, fate: str, about: str) -> KnownBooking:
    """A booking as release 0.1.0 kept it: the bank's reference identified it."""
    return KnownBooking(
        movement=reference,
        entry=reference,
        kind=None,
        report="",
        file="",
        booked_on=None,
        value_on=None,
        amount=amount,
        references={"servicer": reference},
        entry_references={},
        counterparty=None,
        remittance=None,
        fate=fate,
        about=about,
        entry_amount=amount,
    )
