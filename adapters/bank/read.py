"""Reads what a bank sends, whatever the format: the content of a file says which reader it needs."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from adapters.bank.binding import bound
from adapters.bank.camt import notification, statement
from adapters.bank.encoding import utf8
from adapters.bank.iso import module
from adapters.bank.iso20022.messages import read_iso20022
from adapters.bank.pain002 import status_report
from adapters.bank.recognition import is_xml, refusal
from adapters.bank.xml import MAX_BYTES, BadBankFile, parse_document
from domain.bank import messages as old
from domain.bank.reports import BankMessage

_FORMATS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], BankMessage]], ...] = (
    (is_xml, lambda raw: read_iso20022(utf8(raw))),
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


_READERS: dict[str, Callable[[Any], old.BankMessage]] = {
    **{f"pain.002.001.{version:02}": status_report for version in range(3, 15)},
    **{f"camt.054.001.{version:02}": notification for version in range(8, 11)},
    **{f"camt.053.001.{version:02}": statement for version in range(8, 11)},
}
"""The versions read. camt from 11 on can quote a rate per 100 units, which would need a rule of its own."""


def read_message(raw: bytes) -> old.BankMessage:
    """Read one bank file. Any error refuses the whole file.

    Raises:
        BadBankFile: hostile, malformed, of an unsupported type or version, or against its schema or itself.
    """
    message_type, root = parse_document(raw)
    reader = _READERS.get(message_type)
    if reader is None:
        raise BadBankFile(
            f"The file is a {message_type}, which is not read here: "
            "ask the bank for pain.002.001.10, camt.054.001.08 and camt.053.001.08.",
            message_type=message_type,
        )
    document = bound(module(message_type).Document, root)
    try:
        return reader(document)
    except ValidationError as error:
        first = error.errors()[0]
        field = "/".join(str(part) for part in first["loc"])
        raise BadBankFile(f"{message_type}: {field}: {first['msg']}.", field=field) from error


def read_file(raw: bytes) -> Any:
    """Read a bank's file. The readers of the new model are not merged yet."""
    raise NotImplementedError(len(raw))
