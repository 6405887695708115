"""How the bank writes its files for one account: a set of traits that real banks' files have.

The defaults are a bank that leaves nothing to guess. A trait changes what a report says of a booking or how it is
written, never the booking itself, except for the charges.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import BadInput

Telling = Literal["notification", "intraday", "statement"]


class Dialect(BaseModel):
    """The traits of an account's files.

    Attributes:
        format: camt files, SWIFT MT940 and MT942, or Zengin records of 200 bytes. Status reports are pain.002 always.
        camt_version: such as 8 for camt.053.001.08.
        status_version: such as 10 for pain.002.001.10.
        namespace: of the message definition, of the Swiss banks, or of the German ones (pain.002.003.03).
        prefix: whether elements carry a namespace prefix.
        envelope: whether a file comes in a business envelope; SWIFT blocks around an MT message.
        encoding: of the file. What it cannot carry becomes a character reference in XML, and `?` in other formats.
        references: where the bank's reference stands. `own`: in the entry and another in each detail. `shared`: the
            details repeat the entry's. `entry`: only in the entry. `counter`: nowhere, but NtryRef counts the entries
            of a report. `none`: nowhere.
        restated: the statement has other references of the bank than the notification.
        odd_characters: the bank's references have underscores and other characters that the definition allows.
        ids: how the customer's ids are told: `plain`, `padded` with blanks, or `instruction`: the end-to-end id is
            NOTPROVIDED and the instruction id is given.
        hyphens: the account number is written with hyphens, unless it is an IBAN.
        entries: one `batch` entry for each direction, or a `single` entry for each booking.
        lump: whether an order is booked as one sum without details, if it lets the bank do so: `never`, in the
            `statement` only, or `always`.
        notification: `camt.054`, `intraday` reports of what is new, `running` reports of the day so far, or `none`.
        page: the number of entries of a page of a statement; 0 for no pages. Zengin statements have none.
        days: what a statement covers if several days are due: its `own` day, in one `file`, or in one `statement`.
        group: accounts of one group are stated in one file, which the first of them gets.
        repeats: each report comes again under another message id.
        debit_charge: the charge in minor units that is a part of each debit.
        credit_charge: the charge in minor units that is taken off each credit.
        fee: the charge in minor units for each order, booked for itself.
        exchange: the currency of a converted booking's details: that of the `account`, or as `instructed`.
        returns: a return has a reason and our end-to-end id (`reason`), only the transaction code and the id (`code`),
            or our id only in its remittance text (`text`).
        status: at the level that needs the least words (`least`), at that of the `instruction` or of each `transfer`.
        sheet: what the columns of the customer's bulk-transfer sheets hold, such as `bank,account,amount,holder`.
            Without it the bank takes no sheets.
        sheet_result: the headings of a sheet of results: reference, status, reason, perhaps amount with a sum below.
            Without it there are no results.
        doubts: an accepted order is afterwards reported as a duplicate (DU01).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["camt", "mt", "zengin"] = "camt"
    camt_version: int = Field(default=8, ge=2, le=13)
    status_version: int = Field(default=10, ge=3, le=14)
    namespace: Literal["iso", "swiss", "german"] = "iso"
    prefix: bool = False
    envelope: bool = False
    encoding: Literal["UTF-8", "UTF-16", "ISO-8859-1", "EUC-KR", "Shift_JIS"] = "UTF-8"
    references: Literal["own", "shared", "entry", "counter", "none"] = "own"
    restated: bool = False
    odd_characters: bool = False
    ids: Literal["plain", "padded", "instruction"] = "plain"
    hyphens: bool = False
    entries: Literal["batch", "single"] = "batch"
    lump: Literal["never", "statement", "always"] = "never"
    notification: Literal["camt.054", "intraday", "running", "none"] = "camt.054"
    page: int = Field(default=0, ge=0)
    days: Literal["own", "file", "statement"] = "own"
    group: str = ""
    repeats: bool = False
    debit_charge: int = Field(default=0, ge=0)
    credit_charge: int = Field(default=0, ge=0)
    fee: int = Field(default=0, ge=0)
    exchange: Literal["account", "instructed"] = "account"
    returns: Literal["reason", "code", "text"] = "reason"
    status: Literal["least", "instruction", "transfer"] = "least"
    sheet: str = Field(default="", pattern=r"^$|^([a-z]+,)*amount(,[a-z]+)*$")
    sheet_result: str = Field(default="", pattern=r"^$|^[^,]+(,[^,]+){2,3}$")
    doubts: bool = False


DEFAULT = Dialect()

_DRAWN: Mapping[str, tuple[object, ...]] = {
    "camt_version": tuple(range(2, 14)),
    "status_version": tuple(range(3, 15)),
    "page": (0, 0, 1, 3),
    "group": ("",),
    "sheet": ("",),
    "sheet_result": ("",),
    "debit_charge": (0, 0, 500),
    "credit_charge": (0, 0, 700),
    "fee": (0, 0, 300),
}
"""What a number or a text is drawn from. Other traits are drawn from all that they can be."""


def dialect_of(traits: Mapping[str, str], seed: int | None = None) -> Dialect:
    """Return the dialect with these traits, written as text. The others are drawn by `seed`, or are the defaults.

    Raises:
        BadInput: there is no such trait, or it cannot be that.
    """
    drawn = {} if seed is None else {name: _drawn(seed, name) for name in Dialect.model_fields}
    try:
        return Dialect.model_validate(drawn | dict(traits))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        known = ", ".join(Dialect.model_fields)
        should = f"the traits are {known}" if name not in Dialect.model_fields else str(first["msg"])
        raise BadInput(
            f"The trait {name} cannot be {traits.get(name)!r}: {should.replace('Input should', 'it should')}."
        ) from None


def _options(name: str) -> tuple[object, ...]:
    kind: Any = Dialect.model_fields[name].annotation
    return _DRAWN.get(name) or ((False, True) if kind is bool else get_args(kind))


def _drawn(seed: int, name: str) -> object:
    """Draw by hash, so that a seed means the same after a trait is added."""
    options = _options(name)
    return options[int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8]) % len(options)]
