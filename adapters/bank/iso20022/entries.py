"""Reads one entry (Ntry) of an account report."""

from collections.abc import Iterable
from datetime import date
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from adapters.bank.iso20022.codes import entry_type
from adapters.bank.iso20022.details import (
    NO_CHARGES,
    Amounts,
    NamedCharges,
    ReportedTransaction,
    all_of,
    amounts_of,
    charges_of,
    told,
)
from adapters.bank.iso20022.shares import effect, shares
from adapters.bank.iso20022.tree import Children, children, only, refuse, required, text
from adapters.bank.iso20022.values import amount, count, day, direction, flag, money, reference
from domain.bank.messages import Direction
from domain.bank.reports import Batch, BookedEntry, EntryDetail, EntryType, References, ReportKind
from domain.values.money import Money, total

_BOOKED = "BOOK"
_NOT_BOOKED = frozenset({"PDNG", "INFO", "FUTR"})


def booked_entry(
    element: Element, kind: ReportKind, place: str, currency: str, otherwise: date | None
) -> BookedEntry | None:
    """Read an entry. None if it is not booked, or is of zero and so moves nothing.

    `otherwise` is the day of the report, for an entry without dates of its own.

    Raises:
        Misread: a field is missing or wrong, or the amount is not in the account's currency.
    """
    found = children(element)
    if not _is_booked(element, found, kind):
        return None
    booked = money(required(element, found, "Amt"))
    if booked.currency != currency:
        refuse(found["Amt"], f"is {booked}, and the account is in {currency}")
    if not booked.minor:
        return None
    way = direction(required(element, found, "CdtDbtInd"))
    value_on = day(found.get("ValDt"))
    booked_on = day(found.get("BookgDt")) or value_on or otherwise
    if booked_on is None:
        refuse(element, "lacks BookgDt")
    code = found.get("BkTxCd")
    type_ = EntryType.TRANSFER if code is None else entry_type(code)
    groups = element.findall("NtryDtls")
    transactions = [told(each, way, type_, currency) for group in groups for each in group.findall("TxDtls")]
    batches = [each for group in groups for each in group.findall("Btch")]
    batch, more = _batch(batches) if batches else (None, ())
    charges = charges_of(element, currency) if "Chrgs" in found else NO_CHARGES
    if len(transactions) == 1 and (charges.named or "AmtDtls" in found):
        transactions, charges = [_sole(transactions[0], found.get("AmtDtls"), charges)], NO_CHARGES
    details, charge, unread = _details(transactions, charges, booked, way, batch)
    words, others = text(found.get("AddtlNtryInf")), _gathered(unread) if unread else ()
    if unread and words is None:
        words = " ".join(each.remittance for each in unread if each.remittance) or None
    return BookedEntry(
        place,
        booked_on,
        value_on,
        way,
        booked,
        References(
            servicer=reference(found.get("AcctSvcrRef")),
            entry=reference(found.get("NtryRef")),
            others=more + others,
        ),
        type_,
        ("RvslInd" in found and flag(found["RvslInd"])) or False,
        batch,
        Money(charge, currency) if charge else None,
        words,
        details,
    )


def _is_booked(element: Element, found: Children, kind: ReportKind) -> bool:
    """Return whether an entry is booked. A statement marks those that are not."""
    if "Sts" not in found and kind is ReportKind.STATEMENT:
        return True
    status = required(element, found, "Sts")
    if len(status) > 1:
        refuse(status[1], "does not belong here")
    written = (text(only(status, "Cd")) or text(only(status, "Prtry"))) if len(status) else text(status)
    if written != _BOOKED and written not in _NOT_BOOKED:
        refuse(status, f"is {(written or '')[:40]!r}, which does not say whether the entry is booked")
    return written == _BOOKED


def _details(
    transactions: list[ReportedTransaction], charges: NamedCharges, booked: Money, way: Direction, batch: Batch | None
) -> tuple[tuple[EntryDetail, ...], int, list[ReportedTransaction]]:
    """Return the details, the charge beside them, and the transactions that have no certain share, or none at all."""
    if not transactions:
        return (), charges.inside if charges.surely or _beside(batch, charges, booked, way) else 0, []
    shared = shares(transactions, booked, way, charges)
    if shared is None:
        return (), 0, transactions
    parts = list(zip(transactions, shared[0], strict=True))
    details = tuple([each.detail(share, booked.currency) for each, share in parts if share])
    return details, shared[1], [each for each, share in parts if not share]


def _beside(batch: Batch | None, charges: NamedCharges, booked: Money, way: Direction) -> bool:
    """Return whether the batch's total and the charges make the entry. Versions .02 and .03 cannot say it otherwise."""
    if batch is None or batch.total is None or batch.total.currency != booked.currency:
        return False
    return booked == batch.total + Money(effect(way, charges.inside), booked.currency)


def _sole(transaction: ReportedTransaction, amounts: Element | None, charges: NamedCharges) -> ReportedTransaction:
    """Return the only transaction of an entry with what the bank says of its amounts and charges at the entry."""
    if amounts is not None:
        own, whole = transaction.amounts, amounts_of(None, amounts)
        transaction = replace(
            transaction,
            amounts=Amounts(
                own.own,
                own.transaction or whole.transaction,
                own.counter or whole.counter,
                own.instructed or whole.instructed,
                own.exchanges or whole.exchanges,
            ),
        )
    if charges.named and not transaction.charges.named:
        transaction = replace(transaction, charges=charges)
    return transaction


def _gathered(transactions: list[ReportedTransaction]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([one for each in transactions for one in all_of(each.references)]))


def _batch(elements: list[Element]) -> tuple[Batch | None, tuple[str, ...]]:
    """Return what the entry says of its batch. Of several, what they agree on, with count and sum of all.

    The ids in which several differ come beside it.
    """
    found = [children(each) for each in elements]
    messages = dict.fromkeys([reference(each.get("MsgId")) for each in found])
    instructions = dict.fromkeys([reference(each.get("PmtInfId")) for each in found])
    counts = [count(each.get("NbOfTxs")) for each in found]
    sums = [amount(each.get("TtlAmt")) for each in found]
    known = [each for each in sums if each is not None]
    complete = len(known) == len(sums) and len({each.currency for each in known}) == 1
    batch = Batch(
        _agreed(messages),
        _agreed(instructions),
        None if None in counts else sum(each or 0 for each in counts),
        total(known, known[0].currency) if complete else None,
    )
    differing = [each for ids in (messages, instructions) if len(ids) > 1 for each in ids if each is not None]
    return batch, tuple(differing)


def _agreed(ids: Iterable[str | None]) -> str | None:
    first, *more = ids
    return None if more else first
