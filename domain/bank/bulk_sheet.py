"""A payment order as the rows of a Korean bank's bulk-transfer sheet."""

from collections.abc import Iterator

from domain.bank.messages import BankAccount, CreditTransfer, PaymentOrder
from domain.bank.orders import check_order
from domain.bank.profile import SheetColumn, SheetProfile
from domain.errors import BadInput

MAX_AMOUNT_DIGITS = 15
"""The digits that a workbook keeps of a number."""
_CUT = {"remittance", "payer"}

Cell = str | int


def rows(order: PaymentOrder, profile: SheetProfile) -> Iterator[list[Cell]]:
    """Yield a row for each transfer: texts, and whole won for amounts. The headings come first if the bank wants them.

    Raises:
        BadInput: something does not fit a column; the sentence names the transfer and the column.
    """
    check_order(order)
    if profile.headings:
        yield [column.heading for column in profile.columns]
    for transfer in order.transfers:
        yield [_cell(column, transfer, order.debtor, profile) for column in profile.columns]


def fits(text: str, column: SheetColumn, encoding: str) -> str | None:
    """Return why a text does not fit a column; None if it does."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        return f"{text[error.start : error.end]!r} of {text!r} cannot be written in {encoding}"
    size = width(text)
    if column.longest is not None and size > column.longest:
        return f"{text!r} has {size} bytes, and the column takes {column.longest}"
    return None


def width(text: str) -> int:
    """The bytes of a text as Korean banks count them: two for each character that is not ASCII."""
    return sum(1 if letter.isascii() else 2 for letter in text)


def _cell(column: SheetColumn, transfer: CreditTransfer, debtor: BankAccount, profile: SheetProfile) -> Cell:
    where, creditor = f"transfer {transfer.end_to_end_id}", transfer.creditor
    if column.holds == "amount":
        return _amount(transfer)
    if column.holds in {"bank", "account"} and creditor.country != "KR":
        raise BadInput(f"{where}: its account is not in Korea, and the sheet carries no other: pay it otherwise.")
    text = {
        "bank": creditor.clearing.member if creditor.clearing else "",
        "account": creditor.number,
        "holder": creditor.holder,
        "reference": transfer.end_to_end_id,
        "remittance": transfer.remittance,
        "payer": debtor.holder,
        "cms": profile.cms_code or "",
        "blank": "",
    }[column.holds]
    if column.holds == "bank" and not text:
        raise BadInput(f"{where}: the account's clearing is not known: add the bank's code of three digits.")
    if column.holds in _CUT and column.longest is not None:
        text = _cut(text, column.longest)
    wrong = fits(text, column, profile.text_encoding)
    if wrong is not None:
        raise BadInput(f"{where}: {column.heading or column.holds}: {wrong}.", end_to_end_id=transfer.end_to_end_id)
    return text


def _amount(transfer: CreditTransfer) -> int:
    amount = transfer.amount
    if amount.currency != "KRW" or len(str(amount.minor)) > MAX_AMOUNT_DIGITS:
        raise BadInput(
            f"Transfer {transfer.end_to_end_id} is of {amount}: the sheet carries won, at most {MAX_AMOUNT_DIGITS} "
            "digits.",
            end_to_end_id=transfer.end_to_end_id,
        )
    return amount.minor


def _cut(text: str, longest: int) -> str:
    while width(text) > longest:
        text = text[:-1]
    return text.rstrip()
