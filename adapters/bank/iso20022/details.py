"""Reads the transactions of an entry (TxDtls), each with the amounts that the bank gives of it."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from xml.etree.ElementTree import Element

from msgspec import Struct

from adapters.bank.iso20022.codes import entry_type
from adapters.bank.iso20022.tree import Children, at, children, only, refuse, required, text
from adapters.bank.iso20022.values import (
    account_number,
    amount,
    direction,
    flag,
    money,
    rate,
    reference,
)
from domain.bank.messages import Direction
from domain.bank.reports import EntryDetail, EntryType, References
from domain.values.currency import exponent
from domain.values.money import Money, total

_REFERENCES = {
    "AcctSvcrRef": "servicer",
    "EndToEndId": "end_to_end",
    "InstrId": "instruction",
    "TxId": "transaction",
    "UETR": "uetr",
    "ClrSysRef": "clearing",
    "MsgId": "message",
    "PmtInfId": "payment_information",
}
_OTHER_REFERENCES = frozenset({"ChqNb", "MndtId", "AcctOwnrTxId", "AcctSvcrTxId", "MktInfrstrctrTxId", "PrcgId"})
_AMOUNTS = {"TxAmt": "transaction", "CntrValAmt": "counter", "InstdAmt": "instructed"}
_NAME_PATHS = (("Nm",), ("Pty", "Nm"), ("Agt", "FinInstnId", "Nm"))
_RATE_MAY_BE_OFF = Fraction(1, 100)


class NamedCharges(Struct, frozen=True):
    """Charges in the account's currency: all that are named, and the sum of those not said to stand outside.

    A refunded charge is negative. `surely` is whether the bank says that every one is a part of the amount.
    """

    named: tuple[Money, ...]
    inside: int
    surely: bool


NO_CHARGES = NamedCharges((), 0, False)


class Amounts(Struct, frozen=True):
    """Amounts of a transaction: its own (Amt), of the transaction, of its counter value, and as instructed."""

    own: Money | None = None
    transaction: Money | None = None
    counter: Money | None = None
    instructed: Money | None = None
    exchanges: tuple[Element, ...] = ()

    def within(self, currency: str) -> int | None:
        """Return the first amount in a currency, in its minor units."""
        for each in (self.own, self.transaction, self.counter, self.instructed):
            if each is not None and each.currency == currency:
                return each.minor
        return None


class ReportedTransaction(Struct, frozen=True):
    """What a bank tells of one transaction. Its share of the entry is not known yet."""

    direction: Direction
    amounts: Amounts
    charges: NamedCharges
    references: References
    type: EntryType
    counterparty: str | None
    counterparty_account: str | None
    remittance: str | None
    reason: str | None

    def detail(self, share: int, currency: str) -> EntryDetail:
        """Return the transaction with its share of the entry, in minor units of the account's currency."""
        booked = Money(share, currency)
        instructed = _instructed(self.amounts, currency)
        return EntryDetail(
            self.direction,
            booked,
            self.references,
            self.type,
            instructed,
            None if instructed is None else self._rate(instructed, booked),
            self.charges.named,
            self.counterparty,
            self.counterparty_account,
            self.remittance,
            self.reason,
        )

    def _rate(self, instructed: Money, booked: Money) -> Decimal | None:
        """Return the rate from the instructed amount to the booked one, if the bank quotes it that way round."""
        if instructed.currency == booked.currency:
            return None
        targets = [booked.minor, booked.minor - self.charges.inside, booked.minor + self.charges.inside]
        if self.amounts.counter is not None and self.amounts.counter.currency == booked.currency:
            targets.append(self.amounts.counter.minor)
        for exchange in self.amounts.exchanges:
            found = _quoted(exchange, instructed.currency)
            if found is not None and _explains(found, instructed, targets, booked.currency):
                return found
        return None


def told(element: Element, way: Direction, kind: EntryType, currency: str) -> ReportedTransaction:
    """Read one transaction. `way` and `kind` are those of its entry, which hold where it has none of its own."""
    found = children(element)
    own_way = found.get("CdtDbtInd")
    way = way if own_way is None else direction(own_way)
    returned = found.get("RtrInf")
    code = found.get("BkTxCd")
    return ReportedTransaction(
        way,
        amounts_of(found.get("Amt"), found.get("AmtDtls")),
        charges_of(element, currency) if "Chrgs" in found else NO_CHARGES,
        _references(found.get("Refs")),
        EntryType.RETURN if returned is not None else kind if code is None else entry_type(code),
        *_counterparty(found.get("RltdPties"), way),
        _remittance(element, found),
        None if returned is None else _reason(returned),
    )


def amounts_of(own: Element | None, details: Element | None) -> Amounts:
    """Return the amounts of a transaction from its `Amt` and `AmtDtls`."""
    if details is None:
        return Amounts(amount(own))
    values: dict[str, Money | None] = {}
    exchanges: list[Element] = []
    for name, kind in children(details).items():
        if name in _AMOUNTS:
            parts = children(kind)
            values[_AMOUNTS[name]] = amount(parts.get("Amt"))
            if "CcyXchg" in parts:
                exchanges.append(parts["CcyXchg"])
    return Amounts(amount(own), exchanges=tuple(exchanges), **values)


def charges_of(of: Element, currency: str) -> NamedCharges:
    """Return the charges of an entry or transaction that are in the account's currency."""
    named: list[Money] = []
    inside, surely = 0, False
    for group in of.findall("Chrgs"):
        parts = children(group)
        whole = amount(parts.get("TtlChrgsAndTaxAmt"))
        records = [_record(each) for each in ([group] if "Amt" in parts else group.findall("Rcrd"))]
        sums = total((each for each, _ in records if each.currency == currency), currency)
        if whole is not None and whole.currency == currency and whole not in (sums, -sums):
            records = [(whole, records[0][1] if records else None)]  # the total has taxes that no record has
        ours = [(each, part) for each, part in records if each.currency == currency and each.minor]
        named += [each for each, _ in ours]
        inside += sum(each.minor for each, part in ours if part is not False)
        surely = bool(ours) and all(part for _, part in ours)
    return NamedCharges(tuple(named), inside, surely)


def _record(element: Element) -> tuple[Money, bool | None]:
    """Return a charge and whether the bank says that it is a part of the amount."""
    parts = children(element)
    charge = money(required(element, parts, "Amt"))
    way = parts.get("CdtDbtInd")
    refunded = way is not None and direction(way) is Direction.CREDIT
    return -charge if refunded else charge, flag(parts.get("ChrgInclInd"))


def _references(element: Element | None) -> References:
    if element is None:
        return References()
    named: dict[str, str | None] = {}
    others: list[str | None] = []
    for child in element:
        name = child.tag
        if name in _REFERENCES:
            if _REFERENCES[name] in named:
                refuse(child, "comes twice")
            named[_REFERENCES[name]] = reference(child)
        elif name in _OTHER_REFERENCES:
            others.append(reference(child))
        elif name == "Prtry":
            others.append(reference(only(child, "Ref")))
    return References(**named, others=tuple([each for each in others if each is not None]))


def all_of(references: References) -> Iterator[str]:
    """Yield every reference."""
    for name in (*_REFERENCES.values(), "entry"):
        value = getattr(references, name)
        if value is not None:
            yield value
    yield from references.others


def _counterparty(parties: Element | None, way: Direction) -> tuple[str | None, str | None]:
    """Return name and account of the other side."""
    if parties is None:
        return None, None
    side = "Dbtr" if way is Direction.CREDIT else "Cdtr"
    name = _name(parties.find(side)) or _name(only(parties, f"Ultmt{side}"))
    return name, account_number(only(parties, f"{side}Acct"))


def _name(party: Element | None) -> str | None:
    if party is None:
        return None
    for path in _NAME_PATHS:
        name = reference(at(party, *path))
        if name is not None:
            return name
    return None


def _remittance(element: Element, found: Children) -> str | None:
    information = found.get("RmtInf")
    lines: list[str] = []
    if information is not None:
        lines += [line for each in information.findall("Ustrd") if (line := text(each))]
        lines += [line for each in information.findall("Strd") for line in _structured(each) if line]
    if not lines and "AddtlTxInf" in found:
        lines = [line for each in element.findall("AddtlTxInf") if (line := text(each))]
    return " ".join(lines) or None


def _structured(element: Element) -> Iterable[str | None]:
    yield reference(at(element, "CdtrRefInf", "Ref"))
    for each in element.findall("RfrdDocInf"):
        yield reference(at(each, "Nb"))
    for each in element.findall("AddtlRmtInf"):
        yield text(each)


def _reason(returned: Element) -> str | None:
    cause = at(returned, "Rsn")
    return None if cause is None else reference(at(cause, "Cd")) or reference(at(cause, "Prtry"))


def _instructed(amounts: Amounts, currency: str) -> Money | None:
    """Return the amount of the order, if the bank gives it: as instructed, or what was converted."""
    if amounts.instructed is not None:
        return amounts.instructed
    for each in (amounts.transaction, amounts.own):
        if each is not None and each.currency != currency:
            return each
    return None


def _quoted(exchange: Element, currency: str) -> Decimal | None:
    """Return a rate for one unit of a currency. None if it is for a unit of another, or not exact."""
    found = children(exchange)
    written = found.get("XchgRate")
    unit = text(found.get("UnitCcy")) or text(found.get("SrcCcy")) or currency
    if written is None or unit != currency:
        return None
    base = found.get("XchgRateBase")
    if base is None:
        return rate(written)
    exact = Fraction(rate(written)) / Fraction(rate(base))
    value = rate(written) / rate(base)
    return value if Fraction(value) == exact else None


def _explains(quoted: Decimal, instructed: Money, targets: list[int], currency: str) -> bool:
    """Return whether a rate leads from the instructed amount to a target: a rate for 100 units does not."""
    scale = Fraction(10) ** (exponent(currency) - exponent(instructed.currency))
    converted = instructed.minor * Fraction(quoted) * scale
    return any(
        abs(converted - target) <= max(Fraction(1), target * _RATE_MAY_BE_OFF) for target in targets if target > 0
    )
