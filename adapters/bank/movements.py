"""Splits a booked entry of a camt message into its movements."""

import re
from typing import Any

from adapters.bank.fields import filled, money
from adapters.bank.xml import BadBankFile
from domain.bank.messages import Direction, Movement
from domain.values.money import Money, total

_OURS = re.compile(r"[A-Za-z0-9/?:().,'+ -]{1,35}")
_NONE_GIVEN = "NOTPROVIDED"
_DIRECTIONS = {"CRDT": Direction.CREDIT, "DBIT": Direction.DEBIT}


def movements(entry: Any, currency: str, path: str) -> list[Movement]:
    """Return a batch entry's transactions, in the account's currency. They must add up to the entry.

    Raises:
        BadBankFile: another currency, no reference, or amounts that do not add up; the path says where.
    """
    booked = _in_currency(money(entry.amt, f"{path}/Amt"), currency, f"{path}/Amt")
    direction = _DIRECTIONS[entry.cdt_dbt_ind.value]
    details = [each for group in entry.ntry_dtls for each in group.tx_dtls]
    if not details:
        return [_plain(entry, booked, direction, path)]
    found = [
        _movement(each, entry, booked if len(details) == 1 else None, f"{path}/NtryDtls/TxDtls[{d}]")
        for d, each in enumerate(details, 1)
    ]
    for d, each in enumerate(found, 1):
        _in_currency(each.booked, currency, f"{path}/NtryDtls/TxDtls[{d}]/Amt")
    signed = total((each.booked if each.direction is direction else -each.booked for each in found), currency)
    if signed != booked:
        raise BadBankFile(
            f"{path}/Amt: the entry is of {booked} and its transactions add up to {signed}: "
            "ask the bank to correct it.",
            field=f"{path}/Amt",
        )
    return found


def _plain(entry: Any, booked: Money, direction: Direction, path: str) -> Movement:
    return Movement(
        bank_reference=filled(entry.acct_svcr_ref or entry.ntry_ref, f"{path}/AcctSvcrRef"),
        direction=direction,
        booked=booked,
        end_to_end_id=None,
        remittance=entry.addtl_ntry_inf,
        returned=bool(entry.rvsl_ind),
    )


def _movement(details: Any, entry: Any, whole: Money | None, path: str) -> Movement:
    """Read one transaction. `whole` is the entry's amount if this is its only one, which need not repeat it."""
    refs = details.refs
    own_reference = refs.acct_svcr_ref if refs is not None else None
    reference = own_reference or (entry.acct_svcr_ref if whole is not None else None)
    indicator = (details.cdt_dbt_ind or entry.cdt_dbt_ind).value
    booked = whole if details.amt is None and whole is not None else money(details.amt, f"{path}/Amt")
    instructed, rate = _conversion(details.amt_dtls, booked, path)
    returned, reason = _return(details.rtr_inf)
    return Movement(
        bank_reference=filled(reference, f"{path}/Refs/AcctSvcrRef"),
        direction=_DIRECTIONS[indicator],
        booked=booked,
        instructed=instructed,
        rate=rate,
        end_to_end_id=_end_to_end_id(refs.end_to_end_id if refs is not None else None),
        counterparty=_counterparty(details.rltd_pties, indicator),
        remittance=_remittance(details.rmt_inf),
        returned=returned or bool(entry.rvsl_ind),
        reason=reason,
    )


def _in_currency(amount: Money, currency: str, where: str) -> Money:
    if amount.currency != currency:
        raise BadBankFile(
            f"{where}: {amount} is booked on an account in {currency}: ask the bank to correct it.", field=where
        )
    return amount


def _conversion(details: Any, booked: Money, path: str) -> tuple[Money | None, Any]:
    """Return the amount before conversion, and the rate if it is quoted per unit of that amount's currency.

    A rate quoted the other way round is left out, because its inverse is seldom exact. Both amounts are kept.
    """
    given = details.instd_amt if details is not None else None
    if given is None:
        return None, None
    instructed = money(given.amt, f"{path}/AmtDtls/InstdAmt/Amt")
    if instructed.currency == booked.currency:
        return None, None
    exchange = given.ccy_xchg
    if exchange is None or (exchange.unit_ccy or instructed.currency) != instructed.currency:
        return instructed, None
    return instructed, exchange.xchg_rate


def _return(information: Any) -> tuple[bool, str | None]:
    if information is None:
        return False, None
    return True, (information.rsn.cd or information.rsn.prtry) if information.rsn is not None else None


def _end_to_end_id(written: str | None) -> str | None:
    """Return the id if it can be one of ours. A foreign id in other characters must not stop the file."""
    return written if written and written != _NONE_GIVEN and _OURS.fullmatch(written) else None


def _counterparty(parties: Any, indicator: str) -> str | None:
    other = None if parties is None else parties.dbtr if indicator == "CRDT" else parties.cdtr
    if other is None or other.pty is None:
        return None
    name: str | None = other.pty.nm
    return name


def _remittance(information: Any) -> str | None:
    if information is None:
        return None
    lines = list(information.ustrd)
    lines += [each.cdtr_ref_inf.ref for each in information.strd if each.cdtr_ref_inf and each.cdtr_ref_inf.ref]
    return " ".join(lines) or None
