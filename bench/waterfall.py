"""The waterfall against reading: 10^4 to 10^6 receipts, 60 participants, 30 positions, 40 quarters.

For each size, a file of receipts is written, read and grouped in one pass (the baseline), and run: read, checked,
grouped, shared and rounded. Prints JSON: seconds, receipts a second, the ratio to the baseline, peak memory.

Most of the time of 10^4 receipts is no work on receipts. There are 264 thresholds in 241 days, and 131 days with costs
or interest; between them receipts are taken in batches. Of 1.6 s, finding the batches takes 0.5, the days with
thresholds 0.4, deciding 210 states of the positions 0.2, claims and interest 0.2, and reading 0.25.
"""

import argparse
import csv
import json
import random
import resource
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from app.sharing.waterfall import run_files

PARTICIPANTS, MEDIA, TERRITORIES, QUARTERS = 60, 6, 5, 40
START = date(2016, 1, 1)


def agreement(folder):
    """30 positions in 9 pools: fees by media, costs, a loan, equity by outstanding, points, shares by commitment."""
    parties = [f"p{n}" for n in range(PARTICIPANTS)]
    media = [f"m{n}" for n in range(MEDIA)]
    lines = ["sluice: 1", "production: BENCH", "title: Bench", "version: 1", f"effective_on: {START}", "time_zone: UTC"]
    lines += ["parties:", *(f"  - {{id: {party}, name: {party}, kind: studio}}" for party in parties), "waterfall:"]
    lines += ["  currency: USD", "  claims:"]
    lines += [f"    - {{id: costs-{m}, costs: {m}, cap: 30 % of gross-{m}}}" for m in media]
    lines += ["    - {id: loan, advance: loan, interest: {rate: 6 % a year, compounds: yearly, until: 2016-04-01}}"]
    lines += [f"    - {{id: equity-{n}, amount: USD {1000000 + n * 1000}, multiple: 120 %}}" for n in range(20)]
    lines += ["  pools:"]
    for n, m in enumerate(media):
        lines += [f"    - id: gross-{m}", f"      receives: {{media: {m}}}", "      positions:"]
        step = f"then: [{{once: gross-{m} reaches USD {5000000 * (n + 1)}, take: 15 % of gross-{m}}}]"
        lines += [f"        - {{id: fee-{m}, to: p{n}, take: 20 % of gross-{m}, {step}}}"]
        lines += [f"        - {{id: cost-{m}, to: p{n}, recoups: costs-{m}}}"]
        lines += [
            f"        - {{id: top-{m}, to: p{n + 6}, take: 2 % of gross-{m}, once: gross-{m} reaches USD 9000000}}"
        ]
        lines += ["      residue: net"]
    lines += [
        "    - id: net",
        "      positions:",
        "        - {id: bank, to: p12, take: 70 % of what remains, recoups: loan}",
    ]
    lines += ["        - id: equity", "          to:", "            share: by_outstanding", "            among:"]
    lines += [f"              - {{to: p{n + 13}, recoups: equity-{n}}}" for n in range(20)]
    for n in range(10):
        at = f"once: net reaches USD {30000000 + n * 5000000}"
        lines += [f"        - {{id: points-{n}, to: p{n + 33}, take: {n + 1}/4 % of net, {at}}}".replace("/4 %", " %")]
    lines += [
        "      residue: profit",
        "    - id: profit",
        "      residue:",
        "        share: by_commitment",
        "        among:",
    ]
    lines += [f'          - {{to: p{n}, weight: "{n}"}}' for n in range(43, 60)]
    path = folder / "agreement.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def others(folder):
    lines = ["date,kind,name,amount", f"{START},advance,loan,USD 20000000"]
    for quarter in range(QUARTERS):
        day = START + timedelta(days=91 * quarter)
        lines += [f"{day},cost,m{n},USD {100000 + 1000 * n}" for n in range(MEDIA)]
    path = folder / "others.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def receipts(folder, count):
    """Write `count` rows over ten years of days, USD 200 million in all."""
    chance = random.Random(7)
    path = folder / f"receipts-{count}.csv"
    most = 400_000_000_00 // count
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["date", "id", "payer", "territory", "media", "amount"])
        for n in range(count):
            day = START + timedelta(days=n * QUARTERS * 91 // count)
            cents = chance.randrange(1, most)
            media, territory = f"m{chance.randrange(MEDIA)}", f"t{chance.randrange(TERRITORIES)}"
            writer.writerow([day, f"R{n}", "platform", territory, media, f"USD {cents // 100}.{cents % 100:02}"])
    return path


def one_pass(path):
    """Read and group the file the obvious way, with exact sums by day and kind."""
    sums: dict[tuple[str, str, str, str], Decimal] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["date"], row["payer"], row["territory"], row["media"])
            sums[key] = sums.get(key, 0) + Decimal(row["amount"].split(" ")[1])
    return sums


def one_pass_lean(path):
    """Read and group the file with the fewest instructions: plain rows and integers."""
    sums: dict[tuple[str, str, str, str], int] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for day, _, payer, territory, media, amount in rows:
            key = (day, payer, territory, media)
            sums[key] = sums.get(key, 0) + int(amount[4:].replace(".", ""))
    return sums


def timed(work, *arguments):
    start = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - start, result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    figures = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contract, costs = agreement(folder), others(folder)
        for count in parser.parse_args().sizes:
            path = receipts(folder, count)
            baseline, groups = timed(one_pass, path)
            lean, _ = timed(one_pass_lean, path)
            seconds, result = timed(run_files, contract, [path, costs], None)
            figures.append(
                {
                    "receipts": count,
                    "groups": len(groups),
                    "seconds": round(seconds, 3),
                    "receipts_per_second": round(count / seconds),
                    "one_pass_seconds": round(baseline, 3),
                    "one_pass_lean_seconds": round(lean, 3),
                    "ratio_to_one_pass": round(seconds / baseline, 2),
                    "ratio_to_lean_pass": round(seconds / lean, 2),
                    "thresholds": len(result.crossings),
                    "ties_out": result.conservation.difference == 0,
                    "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                }
            )
            path.unlink()
    print(json.dumps({"bench": "waterfall", "participants": PARTICIPANTS, "positions": 30, "sizes": figures}, indent=2))


if __name__ == "__main__":
    main()
