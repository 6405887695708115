"""A payment order as 総合振込, the bulk transfer of Japanese banks: header, transfers, trailer, end, of 120 bytes each.

Source: Zenginkyo's record format 21, as banks print it (SMBC Web21, Gunma Bank).
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from domain.bank.messages import AccountType, BankAccount, ClearingMember, CreditTransfer, PaymentOrder
from domain.bank.orders import check_order
from domain.bank.profile import ZenginProfile
from domain.bank.zengin.characters import fitted, written
from domain.bank.zengin.legal_forms import abbreviated, read
from domain.bank.zengin.records import Field, record
from domain.errors import BadInput

RECORD = 120
MAX_AMOUNT, MAX_TOTAL = 10**10 - 1, 10**12 - 1
TYPES = {AccountType.ORDINARY: "1", AccountType.CURRENT: "2", AccountType.SAVINGS: "4", AccountType.OTHER: "9"}
PAYEE_WIDTH, CLIENT_WIDTH = 30, 40
SYSTEM = "JPZGN"

HEADER = (
    Field("record", 1, digits=True), Field("kind of file", 2, digits=True), Field("code", 1, digits=True),
    Field("client code", 10, digits=True), Field("client name", CLIENT_WIDTH), Field("day", 4, digits=True),
    Field("bank", 4, digits=True), Field("bank name", 15), Field("branch", 3, digits=True), Field("branch name", 15),
    Field("account type", 1, digits=True), Field("account", 7, digits=True), Field("filler", 17),
)  # fmt: skip
TRANSFER = (
    Field("record", 1, digits=True), Field("bank", 4, digits=True), Field("bank name", 15),
    Field("branch", 3, digits=True), Field("branch name", 15), Field("clearing house", 4, digits=True),
    Field("account type", 1, digits=True), Field("account", 7, digits=True), Field("payee", PAYEE_WIDTH),
    Field("amount", 10, digits=True), Field("new code", 1, digits=True), Field("reference", 20, digits=True),
    Field("urgency", 1, digits=True), Field("identification", 1), Field("filler", 7),
)  # fmt: skip
TRAILER = (
    Field("record", 1, digits=True), Field("count", 6, digits=True), Field("total", 12, digits=True),
    Field("filler", 101),
)  # fmt: skip
END = (Field("record", 1, digits=True), Field("filler", 119))


class BankNames(NamedTuple):
    """The names of a bank and its branch in kana."""

    bank: str
    branch: str


NamesOf = Callable[[ClearingMember], BankNames]


def reference(end_to_end_id: str) -> str:
    """The 20 digits under which a transfer goes, in the customer codes or as EDI information.

    An end-to-end id can be longer, and has letters. The digits are of its SHA-256, so that whoever knows our ids can
    tell which of them a bank's reference means.
    """
    return f"{int(hashlib.sha256(end_to_end_id.encode()).hexdigest(), 16) % 10**20:020}"


def holder_name(name: str, kana: str | None, profile: ZenginProfile, width: int = PAYEE_WIDTH) -> tuple[str, str]:
    """Return the name of an account holder as the file has it, and what of it cannot be written."""
    text, missing = written(read(name if kana is None else kana), profile.symbols, profile.wo)
    short = abbreviated(text.strip())
    untaken = "".join(symbol for symbol in "()" if symbol in short and symbol not in profile.symbols)
    return fitted(short, width), missing or untaken


def lines(order: PaymentOrder, profile: ZenginProfile, names_of: NamesOf) -> Iterator[str]:
    """Yield the records of an order, each of 120 characters.

    Raises:
        BadInput: something does not fit the format; the sentence names the transfer.
    """
    check_order(order)
    _check_sums(order, profile)
    place = _place(order.debtor, "the paying account")
    own = names_of(place)
    client = profile.client_name or order.debtor.kana_name
    yield record(
        HEADER,
        {
            "record": "1",
            "kind of file": "21",
            "client code": profile.client_code,
            "client name": _name(order.debtor.holder, client, profile, CLIENT_WIDTH, "the paying account"),
            "day": f"{order.execution_on:%m%d}",
            "bank": place.member,
            "bank name": _bank_name(own.bank),
            "branch": place.branch or "",
            "branch name": _bank_name(own.branch),
            "account type": _type(order.debtor, "the paying account"),
            "account": order.debtor.number,
        },
        "the paying account",
    )
    for each in order.transfers:
        yield _transfer(each, profile, names_of)
    total = sum(each.amount.minor for each in order.transfers)
    yield record(TRAILER, {"record": "8", "count": str(len(order.transfers)), "total": str(total)}, "the trailer")
    yield record(END, {"record": "9"}, "the end")


def _transfer(transfer: CreditTransfer, profile: ZenginProfile, names_of: NamesOf) -> str:
    where, creditor = f"transfer {transfer.end_to_end_id}", transfer.creditor
    place = _place(creditor, where)
    theirs = names_of(place)
    return record(
        TRANSFER,
        {
            "record": "2",
            "bank": place.member,
            "bank name": _bank_name(theirs.bank),
            "branch": place.branch or "",
            "branch name": _bank_name(theirs.branch),
            "account type": _type(creditor, where),
            "account": creditor.number,
            "payee": _name(creditor.holder, creditor.kana_name, profile, PAYEE_WIDTH, where),
            "amount": str(transfer.amount.minor),
            "new code": profile.new_code,
            "reference": reference(transfer.end_to_end_id),
            "urgency": profile.urgency,
            "identification": "Y" if profile.reference == "edi" else " ",
        },
        where,
    )


def _check_sums(order: PaymentOrder, profile: ZenginProfile) -> None:
    if len(order.transfers) > profile.most_transfers:
        raise BadInput(
            f"Order {order.message_id} has {len(order.transfers)} transfers, and the bank takes "
            f"{profile.most_transfers} a file: cancel the run, and hold payments until fewer are due."
        )
    for each in order.transfers:
        if each.amount.currency != "JPY" or each.amount.minor > MAX_AMOUNT:
            raise BadInput(
                f"Transfer {each.end_to_end_id} is of {each.amount}: this format carries yen, at most {MAX_AMOUNT}.",
                end_to_end_id=each.end_to_end_id,
            )
    if sum(each.amount.minor for each in order.transfers) > MAX_TOTAL:
        raise BadInput(f"Order {order.message_id} comes to more than JPY {MAX_TOTAL}, the most of this format.")


def _place(account: BankAccount, where: str) -> ClearingMember:
    place = account.clearing
    if place is None or place.system != SYSTEM or place.branch is None:
        raise BadInput(f"{where}: the account needs its bank and branch in the clearing {SYSTEM}: add them.")
    return place


def _type(account: BankAccount, where: str) -> str:
    if account.kind is None:
        raise BadInput(f"{where}: the account's kind is not known: add it, such as ordinary.")
    return TYPES[account.kind]


def _name(name: str, kana: str | None, profile: ZenginProfile, width: int, where: str) -> str:
    text, missing = holder_name(name, kana, profile, width)
    if missing or not text:
        raise BadInput(f"{where}: {missing or name!r} of {name!r} cannot be written in kana: add its kana_name.")
    return text


def _bank_name(name: str) -> str:
    """A bank's name: only hyphens are taken in it. It is for people, so one with another symbol is left blank."""
    text, missing = written(name, "-")
    return "" if missing else fitted(text, 15)
