"""camt.054 and camt.053: what the bank has booked on one account."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from adapters.bank.fields import day, filled, instant, money
from adapters.bank.movements import movements
from adapters.bank.xml import BadBankFile
from domain.bank.messages import AccountReport, Movement
from domain.values.money import Money

_OPENING = frozenset({"OPBD", "PRCD"})
_CLOSING = "CLBD"
_BOOKED = "BOOK"


def notification(document: Any) -> AccountReport:
    """Read a camt.054: booked entries, without balances.

    Raises:
        BadBankFile: two accounts, two booking days, or an entry that contradicts itself or the account's currency.
    """
    root = "BkToCstmrDbtCdtNtfctn"
    message = document.bk_to_cstmr_dbt_cdt_ntfctn
    return _report(message.grp_hdr, message.ntfctn, root, "Ntfctn")


def statement(document: Any) -> AccountReport:
    """Read a camt.053: a day's booked entries, with opening and closing balances that must agree with them.

    Raises:
        BadBankFile: for the reasons given at `notification`, or the balances are missing or do not add up.
    """
    root = "BkToCstmrStmt"
    message = document.bk_to_cstmr_stmt
    if len(message.stmt) != 1:
        raise BadBankFile(f"{root}: {len(message.stmt)} statements in one file: ask the bank for one a file.")
    path = f"{root}/Stmt"
    of = message.stmt[0]
    opening, _ = _balance(of.bal, _OPENING, path)
    closing, closed_on = _balance(of.bal, frozenset({_CLOSING}), path)
    report = _report(message.grp_hdr, message.stmt, root, "Stmt", closed_on)
    moved = sum(each.booked.minor * (1 if each.direction == "credit" else -1) for each in report.movements)
    if {opening.currency, closing.currency} != {report.currency} or opening.minor + moved != closing.minor:
        raise BadBankFile(
            f"{path}/Bal: from {opening} the entries do not lead to {closing}: ask the bank for the whole statement.",
            field=f"{path}/Bal",
        )
    return report.model_copy(update={"opening": opening, "closing": closing})


def _report(header: Any, parts: list[Any], root: str, name: str, on: date | None = None) -> AccountReport:
    accounts = {_account(part.acct, f"{root}/{name}[{n}]/Acct") for n, part in enumerate(parts, 1)}
    if len(accounts) != 1:
        raise BadBankFile(f"{root}: the file speaks of {len(accounts)} accounts: ask the bank for one account a file.")
    number, currency = accounts.pop()
    found: list[Movement] = []
    days: set[date] = set() if on is None else {on}
    for entry, path in _booked_entries(parts, root, name):
        days.add(day(entry.bookg_dt, f"{path}/BookgDt"))
        currency = currency or filled(entry.amt.ccy, f"{path}/Amt/@Ccy")
        found.extend(movements(entry, currency, path))
    if len(days) != 1:
        raise BadBankFile(
            f"{root}: the booked entries are of {len(days)} booking days: ask the bank for one day a file.", field=root
        )
    return AccountReport(
        message_id=filled(header.msg_id, f"{root}/GrpHdr/MsgId"),
        created_at=instant(header.cre_dt_tm, f"{root}/GrpHdr/CreDtTm"),
        account_number=number,
        currency=filled(currency, f"{root}/{name}/Acct/Ccy"),
        booked_on=days.pop(),
        movements=tuple(found),
    )


def _booked_entries(parts: list[Any], root: str, name: str) -> Iterator[tuple[Any, str]]:
    """Return the booked entries. The bank reports pending and informative entries again once they are booked."""
    for n, part in enumerate(parts, 1):
        for e, entry in enumerate(part.ntry, 1):
            path = f"{root}/{name}[{n}]/Ntry[{e}]"
            if filled(entry.sts.cd, f"{path}/Sts/Cd") == _BOOKED:
                yield entry, path


def _account(account: Any, path: str) -> tuple[str, str | None]:
    other = account.id.othr
    number = account.id.iban or (other.id if other is not None else None)
    return filled(number, f"{path}/Id"), account.ccy


def _balance(balances: list[Any], kinds: frozenset[str], path: str) -> tuple[Money, date]:
    for b, each in enumerate(balances, 1):
        if each.tp.cd_or_prtry.cd in kinds:
            where = f"{path}/Bal[{b}]"
            amount = money(each.amt, f"{where}/Amt")
            signed = amount if each.cdt_dbt_ind.value == "CRDT" else -amount
            return signed, day(each.dt, f"{where}/Dt")
    raise BadBankFile(f"{path}/Bal: there is no {' or '.join(sorted(kinds))} balance: ask the bank for it.")
