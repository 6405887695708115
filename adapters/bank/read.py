"""Reads what a bank sends, whatever the format: the content of a file says which reader it needs."""

from collections.abc import Callable
from datetime import date

from adapters.bank import mt940, zengin_in
from adapters.bank.bulk_results import read_result, result_id
from adapters.bank.encoding import utf8
from adapters.bank.iso20022.messages import read_iso20022
from adapters.bank.recognition import is_xml, may_be_sheet, refusal
from adapters.bank.xml import MAX_BYTES, BadBankFile
from domain.bank.profile import PLAIN, OrderProfile, SheetProfile
from domain.bank.reports import BankMessage

_FORMATS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes, date | None], BankMessage]], ...] = (
    (is_xml, lambda raw, _: read_iso20022(utf8(raw))),
    (mt940.recognises, lambda raw, _: mt940.read(raw)),
    (zengin_in.recognises, zengin_in.read),
)
"""For each format: whether a file is of it, judged by its content, and its reader."""


_ASK_FOR_RESULTS = "save its results as XLSX, or ask the bank for its results as XLSX or text"


def read_file(raw: bytes, profile: OrderProfile = PLAIN, taken_on: date | None = None) -> BankMessage:
    """Read one file of a bank. Any error refuses the whole file.

    `profile` says in which form the bank takes orders from the account: a bank that takes sheets answers by a sheet.
    `taken_on` is the day on which the file is taken in.

    Raises:
        BadBankFile: too large, of no known format, hostile, malformed, or it contradicts itself.
    """
    if len(raw) > MAX_BYTES:
        raise BadBankFile(
            f"The file has {len(raw)} bytes and at most {MAX_BYTES} are read: ask the bank to send it in parts."
        )
    for recognises, read in _FORMATS:
        if recognises(raw):
            return read(raw, taken_on)
    if not isinstance(profile, SheetProfile) or profile.result is None:
        raise BadBankFile(refusal(raw))
    if may_be_sheet(raw):
        return read_result(raw, profile, profile.result)
    raise BadBankFile(refusal(raw, _ASK_FOR_RESULTS))


def message_id(raw: bytes) -> str:
    """Return the message id of a file that was taken, whatever the profile and the day were then.

    Raises:
        BadBankFile: it cannot be read any more.
    """
    if zengin_in.recognises(raw):
        return zengin_in.message_id(raw)
    known = any(recognises(raw) for recognises, _ in _FORMATS)
    return read_file(raw).message_id if known or not may_be_sheet(raw) else result_id(raw)
