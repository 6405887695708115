"""Writes a payment order as a Zengin file: 総合振込 in CP932, one byte a character."""

from adapters.bank.zengin_codes import bank_names
from domain.bank.messages import PaymentOrder
from domain.bank.profile import ZenginProfile
from domain.bank.zengin.transfers import lines

_SEPARATORS = {"none": "", "crlf": "\r\n"}


def write_transfers(order: PaymentOrder, profile: ZenginProfile) -> bytes:
    """Write the order. A record has 120 bytes; with the separator CR+LF it has two more.

    Raises:
        BadInput: the format cannot carry the order. The sentence names the transfer.
        NotFound: a bank or branch is not in the register.
    """
    end = _SEPARATORS[profile.separator]
    return "".join(f"{line}{end}" for line in lines(order, profile, bank_names)).encode("cp932")
