"""Reads what a bank sends, whatever the format: the content of a file says which reader it needs."""

from collections.abc import Callable

from adapters.bank import mt940, zengin_in
from adapters.bank.encoding import utf8
from adapters.bank.iso20022.messages import read_iso20022
from adapters.bank.recognition import is_xml, refusal
from adapters.bank.xml import MAX_BYTES, BadBankFile
from domain.bank.reports import BankMessage

_FORMATS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], BankMessage]], ...] = (
    (is_xml, lambda raw: read_iso20022(utf8(raw))),
    (mt940.recognises, mt940.read),
    (zengin_in.recognises, zengin_in.read),
)
"""For each format: whether a file is of it, judged by its content, and its reader."""


def read_file(raw: bytes) -> BankMessage:
    """Read one file of a bank. Any error refuses the whole file.

    Raises:
        BadBankFile: too large, of no known format, hostile, malformed, or it contradicts itself.
    """
    if len(raw) > MAX_BYTES:
        raise BadBankFile(
            f"The file has {len(raw)} bytes and at most {MAX_BYTES} are read: ask the bank to send it in parts."
        )
    for recognises, read in _FORMATS:
        if recognises(raw):
            return read(raw)
    raise BadBankFile(refusal(raw))
