"""Reads an entry of MT940 and MT942: its statement line (field 61) and what is told of it (field 86)."""

import re
from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from mt940.tags import StatementGLS

from adapters.bank.mt940_text import Narrative, coded_amount, given, money, reference, told
from adapters.bank.swift_fields import SwiftField, bad
from domain.bank.dates import nearest_day, swift_day
from domain.bank.messages import Direction
from domain.bank.reports import Batch, BookedEntry, EntryDetail, EntryType, References
from domain.errors import BadInput
from domain.values.money import Money

_LINE = StatementGLS().re  # its customer reference is of any length
_EXPECTED = re.compile(r"(\d{6}(?:\d{4}|\s{4})?)E([CD])")
_COLUMNS = re.compile(r"\s{2,}")
_TYPES = {
    "CHG": EntryType.CHARGE,
    "COM": EntryType.CHARGE,
    "INT": EntryType.INTEREST,
    "RTI": EntryType.RETURN,
}
"""What SWIFT's transaction codes surely say. `N`, `F` or `S` stands in front."""


class SwiftLine(Struct):
    """A statement line. `mark` is C, D, RC or RD. `expected` lines are not booked yet.

    `month_day` is the entry date MMDD, if it is given. `customer` and `bank` are the references, `more` the rest.
    """

    field: SwiftField
    value_on: date
    month_day: str | None
    mark: str
    expected: bool
    amount: Money
    code: str
    customer: str | None
    bank: str | None
    more: str | None
    texts: list[SwiftField]

    @property
    def came_in(self) -> bool:
        """Whether money came in. A reversal of a debit (RD) is a credit."""
        return self.mark in {"C", "RD"}

    @property
    def signed(self) -> int:
        """Minor units, negative for money that went out."""
        return self.amount.minor if self.came_in else -self.amount.minor


def lines(fields: Sequence[SwiftField], currency: str) -> list[SwiftLine]:
    """Return the statement lines, each with the fields 86 that follow it. A field 86 of the statement is left out.

    Raises:
        BadBankFile: a line cannot be read.
    """
    found: list[SwiftLine] = []
    follows = False
    for field in fields:
        if field.tag == "61":
            found.append(_line(field, currency))
        elif field.tag == "86" and follows:
            found[-1].texts.append(field)
        follows = field.tag == "61" or (follows and field.tag == "86")
    return found


def entry(line: SwiftLine, place: str, opened_on: date | None, closed_on: date | None) -> BookedEntry:
    """Return the entry of a statement line. `opened_on` and `closed_on` are the days of its report's balances.

    Raises:
        BadBankFile: the entry date is no date.
    """
    said = told(line.texts, incoming=line.came_in)
    references = _references(line, said)
    direction = Direction.CREDIT if line.came_in else Direction.DEBIT
    kind = _TYPES.get(line.code[1:], EntryType.TRANSFER)
    rest = given(" ".join(text for text in (line.more, said.rest) if text))
    return BookedEntry(
        place=place,
        booked_on=_booked_on(line, opened_on, closed_on),
        value_on=line.value_on,
        direction=direction,
        booked=line.amount,
        references=references,
        type=kind if kind is not EntryType.TRANSFER else said.type,
        reversal=line.mark.startswith("R"),
        batch=Batch(said.order, said.order, said.count, None) if said.order and not said.end_to_end else None,
        text=rest,
        details=(_detail(line, said, direction, references),) if line.texts else (),
    )


def _detail(line: SwiftLine, said: Narrative, direction: Direction, references: References) -> EntryDetail:
    """The one transaction of an entry. Charges in another currency than the account's stay text."""
    words = "\n".join([line.more or "", *(field.text for field in line.texts)])
    charges = coded_amount("CHGS", words)
    return EntryDetail(
        direction=direction,
        booked=line.amount,
        references=references,
        type=said.type,
        instructed=said.instructed or coded_amount("OCMT", words),
        charges=(charges,) if charges is not None and charges.currency == line.amount.currency else (),
        counterparty=said.counterparty,
        counterparty_account=said.account,
        remittance=said.remittance,
        reason=said.reason,
    )


def _references(line: SwiftLine, said: Narrative) -> References:
    """The end-to-end id of field 86, or else the customer reference, counts. What is left of them is kept too."""
    others = said.others
    if said.end_to_end and line.customer not in {None, said.end_to_end, said.order}:
        others = (line.customer or "", *others)
    return References(
        servicer=line.bank,
        end_to_end=said.end_to_end or line.customer,
        instruction=said.instruction,
        uetr=said.uetr,
        payment_information=said.order,
        others=others,
    )


def _line(field: SwiftField, currency: str) -> SwiftLine:
    """Read a statement line.

    The library's grammar does not know expected entries and one further line at most, so it is given the first line.
    If that does not match, the amount stands on the second. It cuts a bank reference after 23 characters.
    """
    first, *more = field.text.split("\n")
    expected = _EXPECTED.match(first)
    if expected:
        first = f"{expected[1]}{first[expected.end(1) + 1 :]}"
    match = _LINE.fullmatch(first)
    if match is None and more:
        match = _LINE.fullmatch(f"{first}\n{more.pop(0)}")
    value_on = _value_on(match["year"], match["month"], match["day"]) if match else None
    if match is None or value_on is None:
        raise bad(field, f"{first[:80]!r} is not a statement line")
    month_day = "".join(match.group("entry_month", "entry_day")) if match["entry_month"] and match["entry_day"] else ""
    customer, *columns = _COLUMNS.split(match["customer_reference"].strip(), maxsplit=1)
    try:
        amount = money(currency, match["amount"])
    except BadInput as error:
        raise bad(field, error.sentence.rstrip(".")) from error
    return SwiftLine(
        field=field,
        value_on=value_on,
        month_day=month_day.strip() or None,
        mark=match["status"].upper(),
        expected=expected is not None,
        amount=amount,
        code=(match["id"] or "").strip().upper(),
        customer=reference(customer),
        bank=reference((match["bank_reference"] or "") + (match["extra_details"] or "")),
        more=given(" ".join([*columns, *more])),
        texts=[],
    )


def _value_on(year: str, month: str, day: str) -> date | None:
    """The value date. Banks that reckon interest in months of 30 days value on 30 February, which is its last day."""
    if month == "02" and day in {"29", "30"}:
        return swift_day(f"{year}0229") or swift_day(f"{year}0228")
    return swift_day(f"{year}{month}{day}")


def _booked_on(line: SwiftLine, opened_on: date | None, closed_on: date | None) -> date:
    """The booking day: the entry date, in the year nearest to the closing day. Without one the value date counts.

    A value date outside the days of the statement is not the booking day. The closing day is then.
    """
    near = closed_on or line.value_on
    if line.month_day is not None:
        found = nearest_day(line.month_day, near)
        if found is None:
            raise bad(line.field, f"the entry date {line.month_day} is no date")
        return found
    if closed_on is None or (opened_on or line.value_on) <= line.value_on <= closed_on:
        return line.value_on
    return closed_on
