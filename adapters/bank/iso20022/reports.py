"""Reads account reports: what camt.052, .053 and .054 say of one account, entry by entry."""

from datetime import date
from xml.etree.ElementTree import Element

from adapters.bank.iso20022.entries import booked_entry
from adapters.bank.iso20022.tree import Children, at, children, refuse, required, text
from adapters.bank.iso20022.values import account_number, count, day, direction, flag, money, plain_day, reference
from domain.bank.messages import Direction
from domain.bank.reports import AccountReport, Balance, BookedEntry, ReportKind, ReportPage

REPORTS = {"Stmt": ReportKind.STATEMENT, "Rpt": ReportKind.INTRADAY, "Ntfctn": ReportKind.NOTIFICATION}
_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)
_BOOKED = (*_OPENING, *_CLOSING)
_INTERMEDIATE = "INTM"


class OpenReport:
    """An account report that is being read: its head first, then its entries one after another."""

    def __init__(self, element: Element, kind: str, number: int, header: Element | None) -> None:
        """Begin the report. `element` has everything that stands before its first entry, in short names.

        Args:
            element: the report.
            kind: its name, such as `Stmt`.
            number: its place in the file, from 1.
            header: the header of its message.

        Raises:
            Misread: the account is missing, or a field of the head is wrong.
        """
        self._element, self._kind, self._number, self._header = element, kind, number, header
        self._entries: list[BookedEntry] = []
        self._count = 0
        found = children(element)
        account = required(element, found, "Acct")
        self._account = account_number(account)
        if self._account is None:
            refuse(account, "has no number")
        self._currency = text(children(account).get("Ccy")) or _currency_of_balances(element)
        self._day = self._day_of(found)

    def take(self, entry: Element) -> None:
        """Read the next entry and let go of its elements."""
        self._count += 1
        if self._currency is None:
            self._currency = money(required(entry, children(entry), "Amt")).currency
        booked = booked_entry(entry, REPORTS[self._kind], f"{self._number}.{self._count}", self._currency, self._day)
        if booked is not None:
            self._entries.append(booked)
        entry.clear()

    def report(self) -> AccountReport | None:
        """Return the report. None if it names no currency, so it tells nothing of money.

        Raises:
            Misread: a statement on one page has both balances, and the entries do not lead from one to the other.
        """
        if self._currency is None or self._account is None:
            return None
        found = children(self._element)
        balances = [_balance(each, self._currency, self._day) for each in self._element.findall("Bal")]
        report = AccountReport(
            REPORTS[self._kind],
            reference(found.get("Id")) or refuse(self._element, "lacks Id"),
            text(found.get("ElctrncSeqNb")) or text(found.get("LglSeqNb")),
            self._page(found),
            self._account,
            self._currency,
            _chosen(balances, _OPENING, last=False),
            _chosen(balances, _CLOSING, last=True),
            tuple(self._entries),
        )
        self._check(report)
        return report

    def _day_of(self, found: Children) -> date | None:
        """Return the day that a report is about: of its closing balance, the end of its period, or when it was made."""
        closing = [at(each, "Dt") for each in self._element.findall("Bal") if _code(each) in _CLOSING]
        if closing and (on := day(closing[-1])):
            return on
        for each in (at(found.get("FrToDt"), "ToDtTm"), found.get("CreDtTm"), at(self._header, "CreDtTm")):
            if each is not None:
                return plain_day(each)
        return None

    def _page(self, found: Children) -> ReportPage | None:
        given = found.get(f"{self._kind}Pgntn")
        if given is None:
            given = at(self._header, "MsgPgntn")
        if given is None:
            return None
        parts = children(given)
        return ReportPage(
            count(required(given, parts, "PgNb")) or refuse(given, "counts pages from 0"),
            flag(required(given, parts, "LastPgInd")) or False,
        )

    def _check(self, report: AccountReport) -> None:
        alone = report.page is None or (report.page.number == 1 and report.page.last)
        if report.kind is not ReportKind.STATEMENT or not alone or report.opening is None or report.closing is None:
            return
        moved = sum(
            each.booked.minor if each.direction is Direction.CREDIT else -each.booked.minor for each in report.entries
        )
        if report.opening.amount.minor + moved != report.closing.amount.minor:
            refuse(
                self._element.findall("Bal")[0],
                f"opens with {report.opening.amount}, and the entries do not lead to {report.closing.amount}",
                "ask the bank for the whole statement",
            )


def _currency_of_balances(report: Element) -> str | None:
    for balance in report.findall("Bal"):
        if _code(balance) in _BOOKED:
            return money(required(balance, children(balance), "Amt")).currency
    return None


def _balance(element: Element, currency: str, otherwise: date | None) -> tuple[str, Balance] | None:
    """Return a balance with its code. None if it is not booked at a day's start or end, or its sign is not given."""
    code, found = _code(element), children(element)
    if code is None or code not in _BOOKED or "CdtDbtInd" not in found:
        return None
    amount = money(required(element, found, "Amt"))
    if amount.currency != currency:
        refuse(found["Amt"], f"is {amount}, and the account is in {currency}")
    on = day(found.get("Dt")) or otherwise
    if on is None:
        refuse(element, "lacks Dt")
    return code, Balance(amount if direction(found["CdtDbtInd"]) is Direction.CREDIT else -amount, on)


def _code(balance: Element) -> str | None:
    """Return the code of a balance. None for one within a day or between pages."""
    if text(at(balance, "Tp", "SubTp", "Cd")) == _INTERMEDIATE:
        return None
    return text(at(balance, "Tp", "CdOrPrtry", "Cd")) or text(at(balance, "Tp", "CdOrPrtry", "Prtry"))


def _chosen(balances: list[tuple[str, Balance] | None], codes: tuple[str, ...], *, last: bool) -> Balance | None:
    """Return the first or last balance of the first of these codes that there is."""
    for code in codes:
        of_code = [each[1] for each in balances if each is not None and each[0] == code]
        if of_code:
            return max(of_code, key=lambda each: each.on) if last else min(of_code, key=lambda each: each.on)
    return None
