"""The bookings of a report: each detail of an entry, or the entry itself if the bank gave no details."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import asdict

from domain.bank.messages import Direction
from domain.bank.reports import AccountReport, Batch, BookedEntry, EntryDetail, EntryType, References
from domain.values.money import Money

_FILE_DIGITS = 10
"""Hexadecimal digits of a file's hash in the ids of its bookings: enough for the files of one account."""


class Line(Struct, frozen=True):
    """One booking as a report tells it. `amount` is positive for money that came in, in the account's currency.

    `movement` is its id: the file and the place there. `entry` is that of its entry. `references` are its own, and
    `entry_references` those of an entry with several lines. `batch` is given for an entry without details only.
    """

    movement: str
    entry: str
    booked_on: date
    value_on: date | None
    amount: Money
    references: dict[str, str]
    entry_references: dict[str, str]
    type: EntryType
    reversal: bool
    batch: Batch | None
    instructed: Money | None
    rate: Decimal | None
    charges: tuple[Money, ...]
    counterparty: str | None
    counterparty_account: str | None
    remittance: str | None
    reason: str | None

    @property
    def came_in(self) -> bool:
        """Whether money came in."""
        return self.amount.minor > 0

    @property
    def bank_reference(self) -> str:
        """The bank's own reference, for people. Empty if it gave none."""
        return self.references.get("servicer") or self.entry_references.get("servicer") or ""


def lines_of(report: AccountReport, digest: str) -> list[Line]:
    """The lines of a report in the file of this SHA-256. They add up to the report's entries."""
    return [line for entry in report.entries for line in _lines(entry, digest)]


def _lines(entry: BookedEntry, digest: str) -> Iterator[Line]:
    movement = f"{digest[:_FILE_DIGITS]}:{entry.place}"
    own = _of_the_order(entry.batch) | written(entry.references)
    if not entry.details:
        yield _whole(entry, movement, own)
        return
    alone = len(entry.details) == 1 and not entry.charges
    for number, detail in enumerate(entry.details, 1):
        references = written(detail.references)
        yield _detail(
            entry,
            detail,
            (movement if alone else f"{movement}.{number}", movement),
            (own | references, {}) if alone else (references, own),
        )
    if entry.charges is not None and entry.charges.minor:
        yield _charge(entry, entry.charges, movement, own)


def _of_the_order(batch: Batch | None) -> dict[str, str]:
    """The ids of the order that an entry is about, by kind of reference."""
    if batch is None:
        return {}
    ids = {"message": batch.message, "payment_information": batch.payment_information}
    return {kind: value for kind, value in ids.items() if value}


def _whole(entry: BookedEntry, movement: str, references: dict[str, str]) -> Line:
    """An entry without details."""
    return Line(
        movement=movement,
        entry=movement,
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        amount=_signed(entry.booked, entry.direction),
        references=references,
        entry_references={},
        type=entry.type,
        reversal=entry.reversal,
        batch=entry.batch,
        instructed=None,
        rate=None,
        charges=() if entry.charges is None else (entry.charges,),
        counterparty=None,
        counterparty_account=None,
        remittance=entry.text,
        reason=None,
    )


def _detail(
    entry: BookedEntry, detail: EntryDetail, ids: tuple[str, str], references: tuple[dict[str, str], dict[str, str]]
) -> Line:
    """A detail of an entry. `ids` are its own and its entry's, and so are the `references`."""
    return Line(
        movement=ids[0],
        entry=ids[1],
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        amount=_signed(detail.booked, detail.direction),
        references=references[0],
        entry_references=references[1],
        type=entry.type if detail.type is EntryType.TRANSFER else detail.type,
        reversal=entry.reversal,
        batch=entry.batch if len(entry.details) == 1 else None,
        instructed=detail.instructed,
        rate=detail.rate,
        charges=detail.charges,
        counterparty=detail.counterparty,
        counterparty_account=detail.counterparty_account,
        remittance=" ".join(text for text in (detail.remittance, entry.text) if text) or None,
        reason=detail.reason,
    )


def _charge(entry: BookedEntry, charges: Money, movement: str, references: dict[str, str]) -> Line:
    """The charge for a whole entry, which is a part of it beside its details."""
    whole = _whole(entry, movement, {})
    amount = -charges if entry.direction is Direction.DEBIT else charges
    return Line(
        **{
            **asdict(whole),
            "movement": f"{movement}.charges",
            "amount": amount,
            "entry_references": references,
            "type": EntryType.CHARGE,
            "batch": None,
            "charges": (),
        }
    )


def _signed(amount: Money, direction: Direction) -> Money:
    return amount if direction is Direction.CREDIT else -amount


def written(references: References) -> dict[str, str]:
    """The references that the bank gave, by kind."""
    found = {kind: value for kind, value in asdict(references).items() if value and kind != "others"}
    return found | {f"other{number}": value for number, value in enumerate(references.others, 1)}
