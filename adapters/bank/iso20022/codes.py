"""What a bank's transaction code (BkTxCd) says of an entry."""

import re
from xml.etree.ElementTree import Element

from adapters.bank.iso20022.tree import at, text
from domain.bank.reports import EntryType

_SUB_FAMILIES = {
    **dict.fromkeys(("CHRG", "COMM", "COME", "COMI", "COMT", "FEES"), EntryType.CHARGE),
    "INTR": EntryType.INTEREST,
    **dict.fromkeys(("RRTN", "RPCR", "PRDD", "RCDD", "UPDD", "UPCQ", "UDFT"), EntryType.RETURN),
}
"""Sub-families of the ISO external code list, with the meaning that they have in every family."""

_SWIFT = re.compile(r"[NFS]?(CHG|COM|INT|RTI)(?![A-Z])")
_SWIFT_TYPES = {
    "CHG": EntryType.CHARGE,
    "COM": EntryType.CHARGE,
    "INT": EntryType.INTEREST,
    "RTI": EntryType.RETURN,
}
"""Transaction types of MT940, which proprietary codes often begin with, such as `NCHG+808`."""


def entry_type(code: Element) -> EntryType:
    """Return what a transaction code says. The ISO code counts before a proprietary one."""
    sub_family = text(at(code, "Domn", "Fmly", "SubFmlyCd"))
    if sub_family in _SUB_FAMILIES:
        return _SUB_FAMILIES[sub_family]
    written = text(at(code, "Prtry", "Cd"))
    if written is None:
        return EntryType.TRANSFER
    match = _SWIFT.match(written)
    if match is not None:
        return _SWIFT_TYPES[match[1]]
    return _SUB_FAMILIES.get(written, EntryType.TRANSFER)
