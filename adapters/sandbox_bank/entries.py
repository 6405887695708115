"""What a report tells, whatever its format: the entries that an account's bookings become in its dialect."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from adapters.sandbox_bank.dialect import Dialect, Telling

_MAX_ID = 35


class Holder(Struct, frozen=True):
    """The account that a report is about."""

    number: str
    iban: bool
    currency: str


class Posting(Struct, frozen=True):
    """One booking in the bank's books. Amounts are in minor units; `direction` is CRDT or DBIT.

    `charge` is a part of a debit; of a credit it was taken off before. `booking` is the first posting of the order that
    was booked with this one. The order's ids are None for what no order caused. `as_one` says that the order lets the
    bank book it as one sum.
    """

    id: int
    direction: str
    minor: int
    kind: str
    end_to_end_id: str | None
    counterparty: str
    remittance: str
    reason: str | None
    instructed_minor: int | None
    instructed_currency: str | None
    rate: str | None
    on: str
    charge: int = 0
    booking: int | None = None
    instruction_id: str | None = None
    message_id: str | None = None
    payment_information_id: str | None = None
    as_one: bool = False


class Detail(Struct, frozen=True):
    """One transaction of an entry, with the references and texts that the bank tells of it.

    A converted one is told in the account's currency, or in that of the order.
    """

    posting: Posting
    servicer: str | None
    end_to_end_id: str | None
    instruction_id: str | None
    remittance: str
    reason: str | None
    in_instructed_currency: bool = False

    @property
    def minor(self) -> int:
        """The amount without the charge that the booking includes."""
        return self.posting.minor - (self.posting.charge if self.posting.direction == "DBIT" else 0)


class ReportedBatch(Struct, frozen=True):
    """The order that an entry is about. `minor` is the sum of its transfers without charges."""

    message_id: str | None
    payment_information_id: str | None
    count: int
    minor: int


class ReportedEntry(Struct, frozen=True):
    """One line of a report.

    `purpose` is `transfer`, `charge`, `return` or `reversal`. `charge` is a part of `minor` that no detail tells.
    """

    on: date
    direction: str
    minor: int
    purpose: str
    servicer: str | None
    counter: str | None
    batch: ReportedBatch | None
    charge: int
    text: str
    details: tuple[Detail, ...]


class Report(Struct, frozen=True):
    """One statement or notification of an account. Balances are booked ones in minor units, None where not told.

    `page` is its number and whether it is the last one.
    """

    telling: Telling
    holder: Holder
    number: int
    first: date
    last: date
    opening: int | None
    closing: int | None
    entries: tuple[ReportedEntry, ...]
    page: tuple[int, bool] | None = None


def entries_of(postings: Iterable[Posting], dialect: Dialect, telling: Telling) -> tuple[ReportedEntry, ...]:
    """Return the entries of a report: day by day, the credits of a day before its debits."""
    groups: dict[tuple[str, str, tuple[str, int]], list[Posting]] = defaultdict(list)
    for each in postings:
        groups[each.on, each.direction, _together(each, dialect, telling)].append(each)
    return tuple(_entry(group, number, dialect, telling) for number, (_, group) in enumerate(sorted(groups.items()), 1))


def told_ids(end_to_end_id: str, instruction_id: str | None, dialect: Dialect) -> tuple[str | None, str | None]:
    """Return the end-to-end id and the instruction id as the dialect tells them; None for what it leaves out."""
    if dialect.ids == "instruction":
        return None, instruction_id or end_to_end_id
    return f" {end_to_end_id}  "[:_MAX_ID] if dialect.ids == "padded" else end_to_end_id, None


def pages_of(report: Report, size: int) -> list[Report]:
    """Divide a report into pages of `size` entries. A page's balances are those before and after its entries."""
    if size == 0:
        return [report]
    starts = range(0, max(1, len(report.entries)), size)
    pages: list[Report] = []
    balance = report.opening
    for number, start in enumerate(starts, 1):
        entries = report.entries[start : start + size]
        after = None if balance is None else balance + sum(map(_signed, entries))
        page = (number, start == starts[-1])
        pages.append(replace(report, opening=balance, closing=after, entries=entries, page=page))
        balance = after
    return pages


def _signed(entry: ReportedEntry) -> int:
    return entry.minor if entry.direction == "CRDT" else -entry.minor


def _together(posting: Posting, dialect: Dialect, telling: Telling) -> tuple[str, int]:
    """Bookings with an equal key are one entry. Only camt files can have the details of an order in one entry."""
    if posting.as_one and (_lumped(dialect, telling) or (dialect.lump == "statement" and dialect.format == "camt")):
        return "order", posting.booking or posting.id
    alone = dialect.entries == "single" or dialect.format != "camt" or posting.kind in {"charge", "reversal"}
    if alone or (posting.kind == "return" and dialect.returns == "code"):
        return "single", posting.id
    return "batch", 0


def _lumped(dialect: Dialect, telling: Telling) -> bool:
    """Whether a report tells orders as sums without details."""
    return dialect.lump == "always" or (dialect.lump == "statement" and telling == "statement")


def _entry(group: Sequence[Posting], number: int, dialect: Dialect, telling: Telling) -> ReportedEntry:
    first = group[0]
    kind, _ = _together(first, dialect, telling)
    order = kind == "order"
    bare = first.kind == "charge" or (order and _lumped(dialect, telling))
    charge = sum(each.charge for each in group if each.direction == "DBIT")
    minor = sum(each.minor for each in group)
    bank = {"own", "shared", "entry"}
    return ReportedEntry(
        on=date.fromisoformat(first.on),
        direction=first.direction,
        minor=minor,
        purpose=_purpose(first, dialect),
        servicer=reference(first.id, dialect, telling) if dialect.references in bank else None,
        counter=str(number) if dialect.references == "counter" else None,
        batch=_batch(first, len(group), minor - charge, order=order) if kind != "single" else None,
        charge=charge if bare and first.kind != "charge" else 0,
        text=first.remittance if first.kind == "charge" else "",
        details=() if bare else tuple(_detail(each, first, dialect, telling) for each in group),
    )


def _batch(first: Posting, count: int, minor: int, *, order: bool) -> ReportedBatch:
    ids = (first.message_id, first.payment_information_id) if order else (None, None)
    return ReportedBatch(*ids, count, minor)


def _purpose(posting: Posting, dialect: Dialect) -> str:
    if posting.kind in {"charge", "reversal"}:
        return posting.kind
    return "return" if posting.kind == "return" and dialect.returns == "code" else "transfer"


def _detail(each: Posting, first: Posting, dialect: Dialect, telling: Telling) -> Detail:
    servicer = {"own": each.id, "shared": first.id}.get(dialect.references)
    end_to_end, instruction = each.end_to_end_id, None
    remittance, reason = each.remittance, each.reason
    if each.kind == "transfer" and end_to_end is not None:
        end_to_end, instruction = told_ids(end_to_end, each.instruction_id, dialect)
    if each.kind == "return" and dialect.returns == "text":
        end_to_end, remittance = None, f"RETURN {end_to_end} {each.reason}"
    if each.kind == "return" and dialect.returns == "code":
        reason = None
    return Detail(
        posting=each,
        servicer=None if servicer is None else reference(servicer, dialect, telling),
        end_to_end_id=end_to_end,
        instruction_id=instruction,
        remittance=remittance,
        reason=reason,
        in_instructed_currency=dialect.exchange == "instructed",
    )


def reference(posting_id: int, dialect: Dialect, telling: Telling) -> str:
    """Return the bank's reference of a booking, of at most 16 characters."""
    prefix = "STM" if dialect.restated and telling == "statement" else "SBX"
    return f"{prefix}_{posting_id:06d}/&'#+" if dialect.odd_characters else f"{prefix}{posting_id:012d}"
