"""Reading a statement of many entries, beside `xml.etree.ElementTree.iterparse` of the same file in the same run.

Each reading runs in a process of its own, so that its memory is its own; they take turns, and the fastest of each
counts. `iterparse` lets go of each entry when it is complete, so both hold little of the file. What the reader returns
is in its memory. Times are of the processor.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

from adapters.bank.read import read_file
from bench import common
from domain.bank.reports import BankFile

GOAL = 2.0
ROUNDS = 3
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
HEAD = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><BkToCstmrStmt><GrpHdr><MsgId>S</MsgId>'
    "<CreDtTm>2025-02-10T18:00:00+09:00</CreDtTm></GrpHdr><Stmt><Id>S</Id><ElctrncSeqNb>41</ElctrncSeqNb><Acct><Id>"
    "<Othr><Id>110-220-33044</Id></Othr></Id><Ccy>KRW</Ccy></Acct>\n"
)
BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="KRW">{}</Amt><CdtDbtInd>{}</CdtDbtInd>'
    "<Dt><Dt>2025-02-10</Dt></Dt></Bal>\n"
)
ENTRY = (
    '<Ntry><Amt Ccy="KRW">{n}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>2025-02-10</Dt></BookgDt><ValDt><Dt>2025-02-10</Dt></ValDt><AcctSvcrRef>R{n}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd>"
    "<SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><AcctSvcrRef>R{n}</AcctSvcrRef>"
    '<EndToEndId>BENCH.P-{n}</EndToEndId></Refs><Amt Ccy="KRW">{n}</Amt><CdtDbtInd>DBIT</CdtDbtInd><RltdPties>'
    "<Cdtr><Pty><Nm>가온 스튜디오</Nm></Pty></Cdtr></RltdPties><RmtInf><Ustrd>Instalment {n}</Ustrd></RmtInf></TxDtls>"
    "</NtryDtls></Ntry>\n"
)


def write(file: Path, entries: int) -> None:
    """Write a statement of one day: every entry is a payment with one transaction."""
    with file.open("w", encoding="utf-8") as out:
        out.write(
            HEAD + BALANCE.format("OPBD", 0, "CRDT") + BALANCE.format("CLBD", entries * (entries + 1) // 2, "DBIT")
        )
        for n in range(1, entries + 1):
            out.write(ENTRY.format(n=n))
        out.write("</Stmt></BkToCstmrStmt></Document>")


def read(file: Path) -> int:
    """Read the file as the bank's. Returns the number of entries."""
    found = read_file(file.read_bytes())
    return sum(len(report.entries) for report in found.reports) if isinstance(found, BankFile) else 0


def iterated(file: Path) -> int:
    """Iterate over the file's elements with the standard library. Returns the number of entries."""
    entries = 0
    for _, element in ET.iterparse(file):  # noqa: S314 - our own file
        if element.tag == f"{{{NAMESPACE}}}Ntry":
            entries += 1
            element.clear()
    return entries


WAYS: dict[str, Callable[[Path], int]] = {"read": read, "iterparse": iterated}


def once(way: str, file: Path) -> dict[str, float]:
    """Read the file in this process."""
    begun = time.process_time()
    entries = WAYS[way](file)
    seconds = time.process_time() - begun
    return {
        "entries": entries,
        "s": seconds,
        "peak_rss_mb": common.peak_rss_mb(int(Path("/proc/self").readlink().name)),
    }


def measure(file: Path, entries: int) -> dict[str, object]:
    write(file, entries)
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way, runs in found.items():
            own = (sys.executable, "-m", "bench.bank", "--one", way, str(file))
            runs.append(json.loads(subprocess.run(own, check=True, capture_output=True, text=True).stdout))
    best = {way: min(runs, key=lambda run: run["s"]) for way, runs in found.items()}
    read_s, iterparse_s = best["read"]["s"], best["iterparse"]["s"]
    return {
        "file_mb": round(file.stat().st_size / 1e6, 1),
        "read_s": round(read_s, 2),
        "entries_per_s": round(best["read"]["entries"] / read_s),
        "peak_rss_mb": best["read"]["peak_rss_mb"],
        "iterparse_s": round(iterparse_s, 2),
        "iterparse_peak_rss_mb": best["iterparse"]["peak_rss_mb"],
        "times_iterparse": round(read_s / iterparse_s, 2),
        "times_iterparse_goal": GOAL,
    }


def main(sizes: list[int]) -> None:
    with TemporaryDirectory() as folder:
        figures = {f"entries_{size}": measure(Path(folder) / "statement.xml", size) for size in sizes}
    common.print_json({"bench": Path(__file__).stem, **figures})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="entries of a statement")
    parser.add_argument("--one", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        common.print_json(once(given.one[0], Path(given.one[1])))
    else:
        main(given.sizes)
