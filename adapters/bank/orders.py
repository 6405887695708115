"""The file of an order: one writer for each format that a profile can name."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from adapters.bank.bulk_sheet import cells, write_sheet
from adapters.bank.pain001 import write_order
from adapters.bank.zengin_out import write_transfers
from domain.bank.messages import PaymentOrder
from domain.bank.profile import OrderProfile, Pain001Profile, SheetProfile, ZenginProfile

_WRITTEN_AT = re.compile(rb"<(?:\w+:)?CreDtTm>([^<]+)</")

_END_TO_END_ID = re.compile(rb"<(?:\w+:)?EndToEndId>([^<]+)</")


class OrderFile(NamedTuple):
    """A file to the bank. `name` begins with the order's message id and ends as its format does."""

    name: str
    content: bytes


def write(order: PaymentOrder, profile: OrderProfile) -> OrderFile:
    """Write an order as the bank of its debtor account takes it. Equal orders give equal files.

    Raises:
        BadInput: the format cannot carry the order. The sentence names the transfer and the field.
    """
    match profile:
        case Pain001Profile():
            content = write_order(order, profile)
        case ZenginProfile():
            content = write_transfers(order, profile)
        case SheetProfile():
            content = write_sheet(order, profile)
    return OrderFile(f"{order.message_id}.{profile.extension}", content)


def say(raw: bytes, profile: OrderProfile) -> bytes:
    """Return what a file says, to compare: its bytes, or the cells of a workbook."""
    return cells(raw) if profile.format == "kr-bulk-xlsx" else raw


def carried(raw: bytes, end_to_end_ids: Collection[str]) -> list[str]:
    """Return those of some attempts that an order's file carries. Only a pain.001 names them in full."""
    named = {each.decode() for each in _END_TO_END_ID.findall(raw)} if end_to_end_ids else set()
    return [name for name in end_to_end_ids if name in named]


def written_at(raw: bytes) -> datetime | None:
    """Return when an order's file says that it was written; None if its format does not say."""
    found = _WRITTEN_AT.search(raw)
    return datetime.fromisoformat(found[1].decode()) if found else None
