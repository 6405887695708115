"""Another reading of the bank's files than Sluice's: what they say in sums. It knows the formats, not the dialects."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tests.adapters.sandbox_bank.definition import document


@dataclass
class Told:
    """One report: balances as decimals, and of each entry its day, signed amount and number of details."""

    account: str
    opening: Decimal | None
    closing: Decimal | None
    entries: list[tuple[date, Decimal, int]] = field(default_factory=list)

    @property
    def bookings(self):
        return Counter((on, amount) for on, amount, _ in self.entries)


def told(raw):
    """The reports of a file, in whatever format."""
    if raw.lstrip(b"\xef\xbb\xbf")[:3] == b"103":
        return _zengin(raw.decode("cp932").split("\r\n"))
    if b":20:" in raw[:200]:
        return [_mt(each) for each in raw.decode("latin-1").split(":20:")[1:]]
    return [_camt(each) for name in ("Stmt", "Ntfctn", "Rpt") for each in document(raw).iter("{*}" + name)]


def _camt(report):
    balances = {each.findtext("{*}Tp/{*}CdOrPrtry/{*}Cd"): _signed(each) for each in report.iterfind("{*}Bal")}
    account = report.findtext("{*}Acct/{*}Id/{*}IBAN") or report.findtext("{*}Acct/{*}Id/{*}Othr/{*}Id")
    made = Told(account.replace("-", ""), balances.get("OPBD"), balances.get("CLBD"))
    for entry in report.iterfind("{*}Ntry"):
        details = entry.findall("{*}NtryDtls/{*}TxDtls")
        if details:
            assert sum(_share(each) for each in details) == abs(_signed(entry))
        made.entries.append((date.fromisoformat(entry.findtext("{*}BookgDt/{*}Dt")), _signed(entry), len(details)))
    return made


def _signed(of):
    amount = Decimal(of.findtext("{*}Amt"))
    return amount if of.findtext("{*}CdtDbtInd") == "CRDT" else -amount


def _share(detail):
    """A detail's part of its entry: in the account's currency, with the charge that the entry includes."""
    counter, own = detail.findtext("{*}AmtDtls/{*}CntrValAmt/{*}Amt"), detail.findtext("{*}Amt")
    share = Decimal(counter or own or detail.findtext("{*}AmtDtls/{*}TxAmt/{*}Amt"))
    gross = detail.findtext("{*}AmtDtls/{*}InstdAmt/{*}Amt")
    charges = detail.findtext("{*}Chrgs/{*}TtlChrgsAndTaxAmt")
    taken_before = gross and charges and Decimal(gross) - Decimal(charges) == share
    is_credit = detail.find("{*}RltdPties/{*}Dbtr") is not None
    return share + (Decimal(0) if charges is None or taken_before or is_credit else Decimal(charges))


def _mt(text):
    def balance(tag):
        found = re.search(rf":{tag}[FM]:([CD])\d{{6}}[A-Z]{{3}}([\d,]+)", text)
        return None if found is None else _amount(found[2]) * (1 if found[1] == "C" else -1)

    made = Told(re.search(r":25:(\S+)", text)[1].replace("-", ""), balance("60"), balance("62"))
    for day, side, amount in re.findall(r":61:(\d{6})\d{4}(C|D|RC|RD)([\d,]+)N", text):
        on = date(2000 + int(day[:2]), int(day[2:4]), int(day[4:]))
        made.entries.append((on, _amount(amount) * (1 if side in {"C", "RD"} else -1), 0))
    return made


def _amount(written):
    return Decimal(written.replace(",", "."))


def _zengin(lines):
    reports = []
    for line in lines:
        assert len(line.encode("cp932")) in {0, 200}
        if line[:1] == "1":
            opening = Decimal(line[112:126]) * (-1 if line[110] == "2" else 1)
            reports.append(Told(line[22:26] + line[41:44] + line[63:70], opening, None))
        elif line[:1] == "2":
            day = date(2018 + int(line[9:11]), int(line[11:13]), int(line[13:15]))
            reports[-1].entries.append((day, Decimal(line[24:36]) * (1 if line[21] == "1" else -1), 0))
        elif line[:1] == "8":
            reports[-1].closing = Decimal(line[40:54]) * (-1 if line[39] == "2" else 1)
            assert int(line[54:61]) == len(reports[-1].entries)
    return reports
